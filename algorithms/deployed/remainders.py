"""Tables read by a remainder: hash mod the number of entries, and who has that entry."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.interface import Buckets, Hashes
from algorithms.machinery.kernel import kernel
from algorithms.machinery.single import One, entry

__all__ = ["Remainders", "one_of", "place"]


class Remainders(NamedTuple):
    """Who has each remainder.

    Parameters
    ----------
    owners
        (m,) int32 buckets; the modulus is m.
    """

    owners: NDArray[np.int32]


@kernel
def remainder_owner(h: np.uint64, owners: NDArray[np.int32]) -> np.int64:
    """Return the owner of one hash."""
    return np.int64(owners[h % np.uint64(len(owners))])


_one_owner = entry(remainder_owner)


@kernel
def remainders_kernel(owners: NDArray[np.int32], hashes: Hashes, out: Buckets) -> None:
    """Write the owner of each hash."""
    modulus = np.uint64(len(owners))
    for i in range(len(hashes)):
        out[i] = owners[hashes[i] % modulus]


def one_of(table: Remainders) -> One:
    """Return how one hash is placed.

    Parameters
    ----------
    table
        The owners.

    Returns
    -------
    One

    Examples
    --------
    >>> one_of(Remainders(np.array([0, 1, 0], dtype=np.int32))).place(4)
    1
    """
    return _one_owner.of(table.owners)


def place(table: Remainders, hashes: Hashes, out: Buckets) -> None:
    """Write the owner of each hash, (k,) uint64 -> (k,) int32.

    Parameters
    ----------
    table
        The owners.
    hashes, out
        As for ``Partitioner._place``.
    """
    remainders_kernel(table.owners, hashes, out)
