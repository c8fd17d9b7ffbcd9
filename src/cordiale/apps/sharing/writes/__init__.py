"""Changes to what is shared."""
