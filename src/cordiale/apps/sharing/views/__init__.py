"""Pages about what is shared."""
