"""Cordiale runs a partnership: who takes part, since when, according to whom, and what follows."""
