"""Scores: every node bids for a key, and the best bid wins."""
