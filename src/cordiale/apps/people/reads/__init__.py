"""Every question about people; the viewer first."""
