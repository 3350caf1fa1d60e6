"""Rings: nodes have points on a circle of hashes, and a key belongs to a point beside it."""
