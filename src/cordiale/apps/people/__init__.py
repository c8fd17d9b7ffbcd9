"""People: accounts, the roles they hold, how they are invited, and what takes a second person."""
