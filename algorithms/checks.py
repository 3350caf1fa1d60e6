"""Checks of parameters, for the constructors of algorithms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import numpy as np

from algorithms.errors import InvalidParameter


def whole_number(name: str, value: object, low: int, high: int) -> int:
    """Return a parameter that must be a whole number, as an int.

    Parameters
    ----------
    name
        The parameter, for the message.
    value
        What was given.
    low, high
        The least and the greatest value allowed.

    Returns
    -------
    int

    Raises
    ------
    InvalidParameter
        For anything else.

    Examples
    --------
    >>> whole_number("points", 160, 1, 1000)
    160
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise InvalidParameter(f"{name} must be a whole number from {low} to {high}, not {value!r:.60}")
    return int(value)


def one_of(name: str, value: object, allowed: Sequence[str]) -> None:
    """Raise InvalidParameter unless a parameter has one of the allowed values.

    Parameters
    ----------
    name
        The parameter, for the message.
    value
        What was given.
    allowed
        The values it may have.

    Examples
    --------
    >>> one_of("serves", "successor", ["predecessor", "successor"])
    """
    if value not in allowed:
        _refuse(name, value, allowed)


def _refuse(name: str, value: object, allowed: Sequence[str]) -> NoReturn:
    raise InvalidParameter(f"{name} must be one of {', '.join(map(repr, allowed))}, not {value!r:.60}")
