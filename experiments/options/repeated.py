"""Values given twice: one check, by what values mean and not by how they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from experiments.options.errors import BadUse

__all__ = ["itself", "refuse_repeated"]

T = TypeVar("T")


def itself(value: object) -> object:
    """Return the value; of a text without the blanks around it."""
    return value.strip() if isinstance(value, str) else value


def refuse_repeated(values: Iterable[T], meaning: Callable[[T], object] = itself) -> None:
    """Refuse values of which two mean the same.

    Data that is taken twice looks like more data: means stay and intervals shrink.

    Examples
    --------
    >>> refuse_repeated([4, 16, 4])
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: 4 is given twice; give it once
    """
    known: dict[object, T] = {}
    listed = list(values)
    for value in listed if len(listed) > 1 else ():
        what = meaning(value)
        if what in known:
            first = known[what]
            twice = f"{value!r} is" if first == value else f"{first!r} and {value!r} name the same, which is"
            raise BadUse(f"{twice} given twice; give it once")
        known[what] = value
