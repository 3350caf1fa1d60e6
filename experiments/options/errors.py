"""The error of the experiments: a request that cannot be met as it was made."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["BadUse", "CannotWrite", "ClusterLost", "did_you_mean"]


class BadUse(ValueError):
    """A request that cannot be met as it was made; ``str()`` is the sentence for the person who made it.

    Examples
    --------
    >>> raise BadUse("--keys: '-5' is below 1; give a whole number from 1")
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: --keys: '-5' is below 1; give a whole number from 1
    """


class CannotWrite(BadUse):
    """A file or folder cannot be written; what was computed so far is kept."""


class ClusterLost(BadUse):
    """Machines that were to compute have gone; what was computed so far is kept."""


def did_you_mean(given: str, allowed: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the closest of the allowed words, or ``""`` if none is close.

    Examples
    --------
    >>> did_you_mean("scalling", ["scaling", "balance"])
    "; did you mean 'scaling'?"
    >>> did_you_mean("tea", ["scaling", "balance"])
    ''
    """
    close = difflib.get_close_matches(given, list(allowed), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
