"""Pages about people: one's own account, accounts and roles, invitations, proposals."""
