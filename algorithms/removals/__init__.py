"""Removals: a key is drawn again until its bucket is live, so any bucket may go and no other key moves."""
