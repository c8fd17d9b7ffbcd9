"""Finds what a register names: in any script, with or without accents, and in spite of a typing error."""
