"""Audiences: a sentence over standings says who may attend, sit, read.

`language` reads a sentence and prints it canonically, `naming` finds what its words mean, `deciding` turns it into
sets of parties. A sentence is data: nothing of it is ever executed.
"""
