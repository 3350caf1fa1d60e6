"""Ranges: each bucket serves intervals of ordered hashes."""
