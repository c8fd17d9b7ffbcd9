"""Documents in the forms in which they leave, from what reads return."""
