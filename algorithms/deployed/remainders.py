"""Tables read by a remainder: hash mod the number of entries, and who has that entry."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.baselines.modulo import remainder_kernel
from algorithms.interface import Buckets, Hashes
from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import through
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import PROBES, Steps, counted, tally

__all__ = ["Remainders", "one_of", "place", "place_counting"]


class Remainders(NamedTuple):
    """Who has each remainder.

    Parameters
    ----------
    owners
        (m,) int32 buckets; the modulus is m.
    """

    owners: NDArray[np.int32]


@kernel
def remainder_owner(h: np.uint64, owners: NDArray[np.int32], steps: Steps | None = None) -> np.int64:
    """Return the owner of one hash."""
    tally(steps, PROBES)
    return np.int64(owners[h % np.uint64(len(owners))])


_one_owner = entry(remainder_owner)
_count_owner = counted(remainder_owner)


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
    remainder_kernel(hashes, np.uint64(len(table.owners)), out)
    through(table.owners, out)


def place_counting(table: Remainders, hashes: Hashes, out: Buckets, steps: Steps) -> None:
    """Write the owner of each hash, and count the one place that is looked at.

    Parameters
    ----------
    table
        The owners.
    hashes, out, steps
        As for ``Partitioner._place_counting``.
    """
    _count_owner(hashes, (table.owners,), out, steps)
