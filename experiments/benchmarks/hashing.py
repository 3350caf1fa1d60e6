"""Keys to hashes: columns, by hash function and length of key."""

from __future__ import annotations

from typing import ClassVar

from algorithms.hashing import hash_column, hash_function, hash_names
from algorithms.hashing.columns import Integers

from .inputs import FEW_KEYS, KEYS, LENGTHS, Timed, texts, words


def _known(function: str) -> None:
    if function not in hash_names():
        raise NotImplementedError(f"this build has no hash function {function!r}")


class Texts(Timed):
    """16,384 texts of equal length."""

    params = (hash_names(), LENGTHS)
    param_names: ClassVar = ["function", "length"]
    version = "1"

    def setup(self, function: str, length: int) -> None:
        """Make the texts, and hash them once, untimed."""
        _known(function)
        if not hash_function(function).takes_text:
            raise NotImplementedError(f"{function} takes ints only")
        self.keys = texts(FEW_KEYS, length)
        self.time_hash_column(function, length)

    def time_hash_column(self, function: str, length: int) -> None:
        """Hash the texts."""
        hash_column(function, self.keys)


class Ints(Timed):
    """131,072 ints; functions of one key at a time get an eighth of them."""

    params = hash_names()
    param_names: ClassVar = ["function"]
    version = "1"

    def setup(self, function: str) -> None:
        """Make the ints, and hash them once, untimed."""
        _known(function)
        known = hash_function(function)
        one_by_one = known.strings is None and known.integers is None
        self.keys = Integers(words(FEW_KEYS if one_by_one else KEYS))
        self.time_hash_column(function)

    def time_hash_column(self, function: str) -> None:
        """Hash the ints."""
        hash_column(function, self.keys)
