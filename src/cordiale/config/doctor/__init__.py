"""Looks an installation over and names what is wrong with it, and how to mend it: `cordiale doctor`."""
