"""Facts as tables: what a page shows and what a download carries come from the same value."""
