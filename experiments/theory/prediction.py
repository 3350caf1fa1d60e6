"""What a law says: a value, the formula behind it, how far it is exact, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Prediction:
    """A value that a law gives for one measure of one case.

    Attributes
    ----------
    value
        The value: a Fraction where the law is rational, else a float of ten digits.
    formula
        The law in one line of plain text.
    source
        Where it is derived or published.
    exact
        Whether it is the exact value of the continuum (hashes are whole numbers: on 2^b hashes and n, k
        nodes it holds within (n + k) / 2^b). If not, the formula's docstring says how near it is.
    mean
        Whether it is a mean over hash seeds, from which a single run departs; else each run gives it.

    Examples
    --------
    >>> float(Prediction(Fraction(1, 4), "1/(n+1)", "Karger et al. 1997", exact=True, mean=True))
    0.25
    """

    value: Fraction | float
    formula: str
    source: str
    exact: bool
    mean: bool

    def __float__(self) -> float:
        """Give the value as the nearest float."""
        return float(self.value)
