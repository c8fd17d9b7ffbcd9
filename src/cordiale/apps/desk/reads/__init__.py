"""What the desk is asked; the viewer first."""
