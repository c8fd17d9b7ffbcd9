"""Every change the register accepts: permission first, one transaction, one ledger entry."""
