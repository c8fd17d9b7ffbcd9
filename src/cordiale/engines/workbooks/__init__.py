"""Workbooks: rows go out to people as XLSX or CSV, come back edited, and are compared before anything is written.

`columns` says what a workbook may hold, `pack_tables` makes that from any table of a pack, `writing` exports, `reading`
turns what came back into a `Sheet`, `mapping` understands a partner's own columns and words, `laying_out` brings both
into our columns, `comparing` tells row by row what differs, `accepting` takes the rows a person chose.
"""
