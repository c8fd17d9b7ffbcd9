"""Packs: folders of CSV files and a pack.toml that fill a register; read, checked, compared and written here.

`tables` says what a pack may hold, `reading` turns files into values or a list of faults, `rules` holds what no
single cell can tell, `comparing` finds what changed, `writing` makes a folder again.
"""
