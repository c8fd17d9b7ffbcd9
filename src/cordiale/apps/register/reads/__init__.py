"""Every question the register answers; the viewer comes first."""
