"""Shares seats out: values in, values out, with proof, reasons and a replay.

`instances` is what is asked for, `policies` what the host has decided, `files` how both are written down. `presolve`
settles what needs no solver, `matrix` says the rest in rows and columns, `highs` solves them. `preview` answers at
once, `official` by stages with a certificate each. `checking` accepts or rejects any allocation in whole numbers,
whoever made it. `explaining` says why a line was refused, `replanning` changes as little as can be. The method, for
desk officers and for optimisers: docs/explanation/.
"""
