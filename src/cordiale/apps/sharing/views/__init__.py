"""Pages and downloads of the document library."""
