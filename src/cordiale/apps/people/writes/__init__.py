"""Every change about people: permission first, one transaction, one ledger entry where a right changes."""
