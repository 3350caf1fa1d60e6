"""Laws of what bids by scores of few bits, in two steps, or by multiples: straw2, hierarchical and CARP."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

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


def multiples_moved(before: Sequence[float], after: Sequence[float]) -> float:
    """Movement where bids are uniform numbers times a factor for each node, and the factors change (CARP).

    A key stays where it is if its node bids highest with both factors, which leaves each other node a uniform
    number below the smaller of two bounds: an integral over the node's own, piece by piece. Derived here.

    Examples
    --------
    >>> round(multiples_moved([1, 1, 0], [1, 1, 1]), 12), round(multiples_moved([0.8, 1.2], [0.8, 1.2]), 12)
    (0.333333333333, 0.0)
    """
    stays = 0.0
    for i, (own_before, own_after) in enumerate(zip(before, after, strict=True)):
        if not own_before or not own_after:
            continue
        slopes = [
            min(own_before / b if b else math.inf, own_after / a if a else math.inf)
            for j, (b, a) in enumerate(zip(before, after, strict=True))
            if j != i
        ]
        edges = [0.0, *sorted({1 / slope for slope in slopes if 1 < slope < math.inf}), 1.0]
        for low, high in pairwise(edges):
            below = [slope for slope in slopes if slope * high <= 1 + 1e-12]
            power = len(below) + 1
            stays += math.prod(below) * (high**power - low**power) / power
    return 1 - stays
