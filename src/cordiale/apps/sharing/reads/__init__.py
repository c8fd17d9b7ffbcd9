"""Every question about documents: inside a reading, for whoever reads; or of an auditor, for whoever may ask."""
