"""Targets of speed, and whether they are met."""
