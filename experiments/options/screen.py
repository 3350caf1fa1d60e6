"""How much a terminal shows before it is asked for more."""

LINES = 30
"""Lines at most."""

COLUMNS = 100
"""Columns at most; fewer on a narrower terminal."""
