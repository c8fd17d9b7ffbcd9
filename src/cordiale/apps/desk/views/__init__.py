"""Pages of the desk: its start, the editors, what waits for a second person."""
