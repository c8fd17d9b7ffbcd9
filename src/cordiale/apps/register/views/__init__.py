"""Pages of the register: who asks, what they sent, one read for each panel, the answer."""
