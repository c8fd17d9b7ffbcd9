"""The capabilities, one Django folder each, lowest first."""
