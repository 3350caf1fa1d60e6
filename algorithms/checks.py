"""Checks of parameters, for the constructors of algorithms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn, TypeGuard

import numpy as np

from algorithms.errors import InvalidParameter, shown


def is_int(value: object) -> TypeGuard[int | np.integer[Any]]:
    """Return whether a value is a whole number: of Python or numpy, but no bool and no timedelta64.

    Parameters
    ----------
    value
        Anything.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_int(np.uint8(3)), is_int(True), is_int(np.timedelta64(3, "s"))
    (True, False, False)
    """
    return isinstance(value, int | np.integer) and not isinstance(value, bool | np.timedelta64)


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
    if not is_int(value) or not low <= value <= high:
        raise InvalidParameter(f"{name} must be a whole number from {low} to {high}, not {shown(value)}")
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
    raise InvalidParameter(f"{name} must be one of {', '.join(map(repr, allowed))}, not {shown(value)}")
