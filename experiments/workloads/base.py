"""What a workload is: keys by chunk, their hashes, and numbers that tell equal keys from different ones."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from algorithms import Partitioner
from algorithms.hashing import hash_column, hash_function
from algorithms.hashing.columns import Integers, Strings
from algorithms.machinery.kernel import Kernel
from experiments.options.key_counts import KeyCount
from experiments.workloads.cache import HashCache

__all__ = ["CHUNK", "Chunks", "Drawing", "Keys", "Workload", "chunks_of"]

PIECE = 1 << 14
"""Keys that are drawn and hashed at a time where nothing is remembered: caches hold them."""

CHUNK = 1 << 18
"""Keys in a chunk: at 2 MB, its hashes stay in a processor's cache from one kernel to the next."""

CACHE_BYTES = 1 << 26
"""How many bytes of hashes are kept: those of 33 million keys."""

Keys: TypeAlias = Integers | Strings
Drawing: TypeAlias = tuple[Kernel[..., None], np.uint64]
"""A kernel (state, first, out), and its state."""

_hashes = HashCache(CACHE_BYTES)


@dataclass(frozen=True)
class Chunks:
    """The chunks that k keys make: all of `CHUNK` keys but the last.

    Parameters
    ----------
    keys
        How many keys.

    Examples
    --------
    >>> chunks = Chunks(600_000)
    >>> len(chunks), list(chunks)
    (3, [262144, 262144, 75712])
    """

    keys: int

    def __len__(self) -> int:
        return -(-self.keys // CHUNK)

    def __iter__(self) -> Iterator[int]:
        return (self.size(number) for number in range(len(self)))

    def size(self, number: int) -> int:
        """Return how many keys chunk `number` has: the `limit` with which to draw it."""
        if not 0 <= number < len(self):
            raise IndexError(f"chunk {number} of {len(self)}: give a number from 0 to {len(self) - 1}")
        return min(CHUNK, self.keys - number * CHUNK)


def chunks_of(keys: int) -> Chunks:
    """Return the chunks that k keys make.

    Examples
    --------
    >>> chunks = chunks_of(CHUNK + 1)
    >>> [chunks.size(number) for number in range(len(chunks))]
    [262144, 1]
    """
    if keys < 0:
        raise ValueError(f"{keys} keys make no chunks: give a number from 0")
    return Chunks(keys)


class Workload(ABC):
    """A named, seeded source of keys.

    **Sub-classing.** A family is a frozen dataclass with the class attributes below, ``text``, ``describe``,
    a class method ``read(options)`` that makes one from what stands behind ``NAME:``, and ``_draw``; it is
    listed in :data:`experiments.workloads.parse.FAMILIES`. A family whose keys may repeat says
    ``skewed = True`` and overrides ``_identify``.

    Notes
    -----
    Workloads compare equal by text and content, can be pickled, and may be used by many threads.
    """

    name: ClassVar[str]
    """The family: what stands before the first colon."""

    syntax: ClassVar[str]
    """How it is typed, options in capitals."""

    summary: ClassVar[str]
    """One line for lists and help."""

    skewed: ClassVar[bool] = False
    """Whether keys may repeat, so that distinct keys must be reported beside draws."""

    drawn: ClassVar[bool] = True
    """Whether the keys are drawn at random, so that another seed gives other ones."""

    ends: ClassVar[bool] = False
    """Whether there are so many keys and no more, so that all of them can be had."""

    remembered: ClassVar[bool] = True
    """Whether hashes are kept for the next algorithm: not where drawing them anew costs less than memory."""

    @property
    def integers(self) -> bool:
        """Whether the keys are ints; hash functions that take ints only need this."""
        return True

    @property
    def total(self) -> int | None:
        """How many keys there are; None where they never end."""
        return None

    @property
    def remarks(self) -> Mapping[str, Any]:
        """What else is to be known of the keys of a workload with an end, by word; ready for JSON."""
        return {}

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The files that are read."""
        return ()

    @property
    def digest(self) -> str | None:
        """A digest of the content of those files, 32 hexadecimal digits; None where there are none."""
        return None

    @classmethod
    @abstractmethod
    def read(cls, options: str | None) -> Self:
        """Return the workload for the options that stand behind the first colon; None where there is none."""

    @classmethod
    def meaning(cls, options: str | None) -> object:
        """Return what all spellings of a workload have in common; no file is read for it."""
        return cls.read(options).text

    @property
    @abstractmethod
    def text(self) -> str:
        """What the user types, in its shortest form; ``parse(text)`` is this workload again."""

    @property
    @abstractmethod
    def describe(self) -> str:
        """What the keys are and how they are drawn, in a sentence without a full stop."""

    @abstractmethod
    def _draw(self, first: int, count: int, seed: int) -> Keys:
        """Return keys `first` to `first + count - 1` of the stream of this seed."""

    def _draw_into(self, out: NDArray[np.uint64], first: int, seed: int) -> Keys:
        """Return the keys from `first` on, as many as `out` has place for; ints may be written there."""
        return self._draw(first, len(out), seed)

    def _identify(self, first: int, count: int, seed: int) -> NDArray[np.uint64]:
        """Return numbers for the same keys, equal where and only where the keys are; by default none are."""
        return np.arange(first, first + count, dtype=np.uint64)

    def stream(self, seed: int) -> Drawing | None:
        """Return what writes the ints of this seed in compiled code; None where nothing does."""
        return None

    def available(self, keys: int) -> int:
        """Return how many keys are had of those asked for: fewer where the workload has an end."""
        return KeyCount(keys, getattr(keys, "whole", False)).of(self.total)

    def chunk(self, number: int, seed: int, limit: int | None = None) -> Keys:
        """Return the keys of one chunk."""
        return self._draw(*self._range(number, seed, limit), seed)

    def ids(self, number: int, seed: int, limit: int | None = None) -> NDArray[np.uint64]:
        """Return numbers for the keys of one chunk, equal where, and only where, the keys are equal."""
        return self._identify(*self._range(number, seed, limit), seed)

    def hashes(
        self,
        number: int,
        *,
        seed: int,
        hash: str,
        hash_seed: int = 0,
        bits: int | None = None,
        limit: int | None = None,
    ) -> NDArray[np.uint64]:
        """Return the hashes of the keys of one chunk.

        The latest 64 MB of hashes are kept, so algorithms that are compared on the same keys do not hash
        them once each; but not those of integers that are counted off, which cost 3 ns a key.
        """
        first, count = self._range(number, seed, limit)
        wanted = (self.text, self.digest, first, count, seed, hash, hash_seed, bits)

        # drawn anew each time: in pieces that the caches hold, since fresh memory costs more than keys
        size = max(1, count) if self.remembered else PIECE

        def compute() -> NDArray[np.uint64]:
            hashes = np.empty(count, dtype=np.uint64)
            room = np.empty(min(size, count), dtype=np.uint64)
            for begin in range(0, max(1, count), size):
                piece = hashes[begin : begin + size]
                drawn = self._draw_into(room[: len(piece)], first + begin, seed)
                hash_column(hash, drawn, seed=hash_seed, bits=bits, out=piece)
            hashes.flags.writeable = False
            return hashes

        return _hashes.get(wanted, compute) if self.remembered else compute()

    def hashes_for(
        self, partitioner: Partitioner[Any], number: int, *, seed: int, limit: int | None = None
    ) -> NDArray[np.uint64]:
        """Return the hashes of one chunk by the function, the seed and the bits of a partitioner."""
        return self.hashes(number, seed=seed, limit=limit, **_hashing(partitioner))

    def hashes_in_pieces(
        self,
        partitioner: Partitioner[Any],
        number: int,
        *,
        seed: int,
        limit: int | None = None,
        room: NDArray[np.uint64],
    ) -> Iterator[NDArray[np.uint64]]:
        """Yield what `hashes_for` returns, a piece at a time; each is valid until the next.

        `room` is for the keys and the hashes of a piece, (2, k). Hashes that are remembered are not copied;
        others are drawn into the room: to have the system give memory costs more than to draw a key.
        """
        size = room.shape[1]
        if self.remembered:
            hashes = self.hashes_for(partitioner, number, seed=seed, limit=limit)
            yield from (hashes[begin : begin + size] for begin in range(0, len(hashes), size))
            return
        function, hash_seed, bits = _hashing(partitioner).values()
        first, count = self._range(number, seed, limit)
        for begin in range(0, count, size):
            keys, hashes = room[:, : count - begin]
            drawn = self._draw_into(keys, first + begin, seed)
            yield hash_column(function, drawn, seed=hash_seed, bits=bits, out=hashes)

    def _range(self, number: int, seed: int, limit: int | None) -> tuple[int, int]:
        if not 0 <= seed < 1 << 64:
            raise ValueError(f"seed {seed} is not possible: give one from 0 to 2^64 - 1")
        first = number * CHUNK
        rest = CHUNK if self.total is None else min(CHUNK, self.total - first)
        if number < 0 or rest <= 0:
            raise ValueError(f"{self.text} has no chunk {number}: give one of {self._extent()}")
        if limit is None:
            return first, rest
        if not 0 <= limit <= rest:
            raise ValueError(f"chunk {number} of {self.text} has {rest} keys: {limit} of them cannot be had")
        return first, limit

    def _extent(self) -> str:
        return "0, 1, 2, ..." if self.total is None else f"0 to {len(Chunks(self.total)) - 1}"


def _hashing(partitioner: Partitioner[Any]) -> dict[str, Any]:
    seed = partitioner.seed if hash_function(partitioner.hash).seeded else 0
    return {"hash": partitioner.hash, "hash_seed": seed, "bits": partitioner.hash_bits}
