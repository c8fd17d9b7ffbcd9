"""The read log on disk: a folder of append-only files, one for each start of a process that answers readers.

`writing` appends lines, `reading` finds files, lines and heads, `verifying` checks a folder against the heads that
were recorded elsewhere, `replaying` decides every line again.
"""
