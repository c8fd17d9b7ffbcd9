"""Documents in the forms in which they leave: feeds and mails, from what reads return."""
