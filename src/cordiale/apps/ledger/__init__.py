"""The ledger: every change is one numbered entry, chained to the one before it."""
