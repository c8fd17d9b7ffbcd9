"""Changes to jobs: asking for one and cancelling it, a worker's notes, and the steps it commits.

A job's progress is no entry of the ledger (DESIGN.md, "Numbers"): what a job does to the register is, through the
writes that it calls.
"""
