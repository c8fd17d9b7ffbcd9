"""What can be asked about jobs: which there are, how far one has come, and which kinds exist."""
