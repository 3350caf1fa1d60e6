"""Deployed: where real programs put keys, bit for bit."""
