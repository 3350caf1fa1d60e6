"""How many keys: a number, or all that a workload with an end has, such as the lines of a file."""

from __future__ import annotations

from typing import Self

from experiments.options.errors import BadUse
from experiments.options.parsers import LARGEST, integer

__all__ = ["KeyCount", "key_count"]


class KeyCount(int):
    """A number of keys, and whether a workload that has an end is taken whole instead.

    Parameters
    ----------
    number
        Keys of a workload without an end; None where none has been named.
    whole
        Whether a workload with an end gives all that it has.

    Examples
    --------
    >>> KeyCount(1000, whole=True).text, KeyCount(1000).text, KeyCount(None, whole=True).text
    ('all,1000', '1000', 'all')
    """

    whole: bool

    def __new__(cls, number: int | None, whole: bool = False) -> Self:
        """Make one; without a number it counts as the largest."""
        made = super().__new__(cls, LARGEST if number is None else number)
        made.whole = whole
        return made

    def __reduce__(self) -> tuple[type[Self], tuple[int, bool]]:
        """Copy the number and what it means for a workload with an end."""
        return type(self), (int(self), self.whole)

    def __repr__(self) -> str:
        return f"KeyCount({self.text!r})" if self.whole else int.__repr__(self)

    @property
    def named(self) -> bool:
        """Whether there is a number for workloads without an end."""
        return not self.whole or self < LARGEST

    @property
    def text(self) -> str:
        """As it is typed."""
        return "all" if not self.named else f"all,{int(self)}" if self.whole else str(int(self))

    def of(self, total: int | None) -> int:
        """Return how many keys a workload gives that has `total`; None for one without an end."""
        if total is None:
            return int(self)
        return total if self.whole else min(int(self), total)


def key_count(value: object) -> KeyCount:
    """Read a number of keys.

    Examples
    --------
    >>> key_count("all"), key_count("1e3").of(10), key_count("all, 5").of(10)
    (KeyCount('all'), 10, 10)
    """
    if isinstance(value, KeyCount):
        return value
    if isinstance(value, str):
        word, comma, rest = value.partition(",")
        if word.strip().lower() == "all":
            return KeyCount(integer(1)(rest.strip()) if comma else None, whole=True)
    try:
        return KeyCount(integer(1)(value))
    except BadUse as error:
        raise BadUse(f"{error}, or all for the whole of a file") from None
