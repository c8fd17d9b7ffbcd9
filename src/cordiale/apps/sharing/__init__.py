"""Sharing: documents with labels, and who could read what."""
