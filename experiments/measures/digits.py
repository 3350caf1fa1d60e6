"""Floats with so many digits, and no more, as come out the same on every machine."""

from __future__ import annotations

DIGITS = 10
"""Significant digits kept: the last bits of logarithms and gamma functions differ between machines."""


def rounded(value: float, *, scale: float | None = None) -> float:
    """Round to `DIGITS` significant digits: ample for a comparison, and the same on every machine.

    Examples
    --------
    >>> rounded(0.1 + 0.2)
    0.3
    >>> rounded(1 - 0.9999999999999, scale=1.0)
    0.0
    """
    if not scale:
        return float(f"{value:.{DIGITS}g}")
    exponent = int(f"{scale:e}".partition("e")[2])
    return round(value, DIGITS - 1 - exponent)
