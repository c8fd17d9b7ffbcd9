"""Information shared with exactly those entitled to it."""
