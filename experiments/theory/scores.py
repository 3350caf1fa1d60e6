"""Laws of what bids by scores of few bits, or in two steps: straw2 and hierarchical rendezvous."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray


def first_highest(draws: Sequence[NDArray[np.int64]], kinds: Sequence[int], place: int) -> float:
    """Chance that an item has the highest of independent draws, or is the first of those that have it.

    Straw2's shares, with the straws of all 65536 draws for each weight: a sum over the outcomes of the item's
    own draw, all earlier items below it, and all later ones at most equal. Derived here.

    Examples
    --------
    >>> coin = np.array([0, 1])
    >>> first_highest([coin], [0, 0], 0), first_highest([coin], [0, 0], 1)
    (0.75, 0.25)
    """
    ordered = [np.sort(outcomes) for outcomes in draws]
    values, counts = np.unique(ordered[kinds[place]], return_counts=True)
    chance = counts / counts.sum()
    before = np.bincount(np.asarray(kinds[:place], dtype=np.int64), minlength=len(draws))
    after = np.bincount(np.asarray(kinds[place + 1 :], dtype=np.int64), minlength=len(draws))
    for kind, outcomes in enumerate(ordered):
        below = np.searchsorted(outcomes, values, side="left") / len(outcomes)
        not_above = np.searchsorted(outcomes, values, side="right") / len(outcomes)
        chance = chance * below ** before[kind] * not_above ** after[kind]
    return float(chance.sum())


def hierarchical_moved(groups: int, size: int) -> Fraction:
    """Movement where one node of a full group leaves hierarchical rendezvous, of equal nodes in full groups.

    The share of its group falls from 1/g to (s - 1)/(g s - 1), and keys of that difference leave the group,
    whoever had them; of what is left in it one key in s was the node's. Less than twice the minimum 1/(g s).
    Derived here.

    Examples
    --------
    >>> hierarchical_moved(8, 8) * 64, hierarchical_moved(64, 1) * 64
    (Fraction(16, 9), Fraction(1, 1))
    """
    if groups < 1 or size < 1 or groups * size < 2:
        raise ValueError(f"{groups} groups of {size}; give at least 2 nodes")
    left = Fraction(size - 1, groups * size - 1)
    return Fraction(1, groups) - left + left / size
