"""The levels of confidence and of significance, in one place."""

__all__ = ["ALPHA", "FAMILY", "FAMILY_LEVEL", "LEVEL"]

LEVEL = 0.95
"""Confidence level of intervals, unless said otherwise."""

ALPHA = 0.05
"""Level of a single test, and of equivalence, unless said otherwise."""

FAMILY_LEVEL = 0.01
"""Level, corrected for their number, at which tests of one family find a difference."""

FAMILY = 400
"""Tests of a family at whose level tests are calibrated: about as many as a large run has."""
