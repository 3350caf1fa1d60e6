"""Slots of a Redis cluster, as redis-cli deals them: create and rebalance, in its own arithmetic."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Move", "created", "rebalanced"]


class Move(NamedTuple):
    """So many slots from one bucket to another."""

    slots: int
    source: int
    target: int


def created(buckets: NDArray[np.int32], slots: int) -> NDArray[np.int32]:
    """Return what ``redis-cli --cluster create`` deals.

    Parameters
    ----------
    buckets
        (n,) of the masters, in the order in which redis-cli lists them.
    slots
        How many there are, 16384 but in a small space.

    Returns
    -------
    ndarray
        (slots,) int32: the bucket of each slot; of more masters than slots the last have none.

    Examples
    --------
    >>> np.flatnonzero(np.diff(created(np.arange(3, dtype=np.int32), 16384))).tolist()
    [5460, 10922]
    """
    owners = np.full(slots, buckets[-1], dtype=np.int32)
    each, cursor, first = np.float32(slots) / np.float32(len(buckets)), np.float32(0), 0
    for bucket in buckets[:-1].tolist():
        if first >= slots:
            break
        last = max(first, min(slots - 1, _rounded(float(cursor + each - np.float32(1)))))
        owners[first : last + 1] = bucket
        first, cursor = last + 1, cursor + each
    return owners


def _rounded(value: float) -> int:
    """Return the nearest whole number, halves away from 0, as lround has it."""
    return math.floor(value + 0.5) if value >= 0 else math.ceil(value - 0.5)


def rebalanced(
    owners: NDArray[np.int32], weights: Mapping[int, float], threshold: float
) -> tuple[NDArray[np.int32], list[Move]]:
    """Return what ``redis-cli --cluster rebalance`` makes of slots.

    Parameters
    ----------
    owners
        (slots,) int32: the bucket of each slot.
    weights
        Of all masters that take part, by bucket, in the order of CLUSTER NODES; 0 for those to be emptied.
    threshold
        In percent: if no master is further from what it should have, nothing moves; 0 moves always.

    Returns
    -------
    (ndarray, list of Move)
        The slots afterwards, and the moves in their order. A move takes the lowest slots of its source.

    Examples
    --------
    >>> owners = created(np.arange(5, dtype=np.int32), 16384)
    >>> rebalanced(owners, dict.fromkeys(range(6), 1.0), 2)[1]
    [Move(slots=547, source=4, target=5), Move(slots=547, source=3, target=5), ...
    """
    slots, total = len(owners), np.float32(0)
    for weight in weights.values():
        total += np.float32(weight)
    held = np.bincount(owners, minlength=max(weights) + 1)
    balance, over = {}, threshold <= 0
    for bucket, weight in weights.items():
        expected = int(np.float32(slots) / total * np.float32(weight))
        has = int(held[bucket])
        balance[bucket] = has - expected
        over |= abs(100 - 100.0 * expected / has) > threshold if has else expected > 1
    if not over:
        return owners, []
    _round_off(balance)
    order = sorted(balance, key=balance.__getitem__)
    owners, moves = owners.copy(), []
    low, high = 0, len(order) - 1
    while low < high:
        target, source = order[low], order[high]
        count = min(-balance[target], balance[source])
        if count > 0:
            owners[np.flatnonzero(owners == source)[:count]] = target
            moves.append(Move(count, source, target))
            balance[target] += count
            balance[source] -= count
        low += balance[target] >= 0
        high -= balance[source] <= 0
    return owners, moves


def _round_off(balance: dict[int, int]) -> None:
    """Have those that lack slots, or have just enough, take what rounding down has left over.

    Where all have more than enough, by rounding alone, redis-cli would not end; here they keep it.
    """
    left = sum(balance.values())
    takers = [bucket for bucket, more in balance.items() if more <= 0]
    while takers and left > 0:
        for bucket in takers[:left]:
            balance[bucket] -= 1
            left -= 1
