"""Redis Cluster: a dictionary of slots, dealt and moved by what redis-cli does."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import strategies as st

Nodes = dict[int, tuple[str, float]]
STATE = "slots"
"""The parameter in which an event leaves what happened."""


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return the threshold."""
    return st.fixed_dictionaries({"threshold": st.integers(0, 99)})


def single(value: float) -> float:
    """Return the nearest number of single precision."""
    (rounded,) = struct.unpack("f", struct.pack("f", value))
    return float(rounded)


def create(masters: list[int], slots: int) -> dict[int, int]:
    """Return the master of each slot that ``create`` deals."""
    each, cursor, owner, first = single(slots / len(masters)), 0.0, {}, 0
    for place, master in enumerate(masters):
        cursor_here = single(single(cursor + each) - 1)
        last = int(Decimal(cursor_here).quantize(Decimal(1), ROUND_HALF_UP))
        last = max(first, min(last, slots - 1))
        if place == len(masters) - 1:
            last = slots - 1
        for slot in range(first, last + 1):
            if slot < slots:
                owner[slot] = master
        first, cursor = last + 1, single(cursor + each)
    return owner


def rebalance(
    owner: dict[int, int], weights: dict[int, float], threshold: float
) -> tuple[dict[int, int], list[tuple[int, int, int]]]:
    """Return the slots after ``rebalance``, and its moves: count, from, to."""
    owner, moves, total = dict(owner), [], 0.0
    for weight in weights.values():
        total = single(total + single(weight))
    rows, reached = [], threshold == 0
    for master, weight in weights.items():
        held = sum(one == master for one in owner.values())
        expected = int(single(single(len(owner) / total) * single(weight)))
        rows.append([held - expected, master])
        if (held and abs(100 - 100.0 * expected / held) > threshold) or (not held and expected > 1):
            reached = True
    if not reached:
        return owner, []
    while (left := sum(balance for balance, _ in rows)) > 0 and min(rows)[0] <= 0:
        for row in rows:
            if row[0] <= 0 and left > 0:
                row[0] -= 1
                left -= 1
    rows.sort(key=lambda row: row[0])
    while len(rows) > 1:
        lowest, highest = rows[0], rows[-1]
        count = min(abs(lowest[0]), abs(highest[0]))
        if count and lowest[0] < 0 < highest[0]:
            for slot in [slot for slot in sorted(owner) if owner[slot] == highest[1]][:count]:
                owner[slot] = lowest[1]
            moves.append((count, highest[1], lowest[1]))
            lowest[0] += count
            highest[0] -= count
        if lowest[0] >= 0:
            rows.pop(0)
        if highest[0] <= 0 and rows:
            rows.pop()
    return owner, moves


def place(
    nodes: Nodes,
    value: int,
    bits: int,
    hash: str,
    seed: int,
    threshold: int = 2,
    slots: Sequence[tuple[int, int, str]] | None = None,
) -> int:
    """Return the bucket of a hash."""
    slot = value >> max(0, bits - 14)
    if slots is not None:
        (owner,) = (name for first, last, name in slots if first <= slot <= last)
        return next(bucket for bucket, (name, _) in nodes.items() if name == owner)
    dealt = create(sorted(nodes), 2 ** min(bits, 14))
    if len({weight for _, weight in nodes.values()}) > 1:
        dealt, _ = rebalance(dealt, {bucket: nodes[bucket][1] for bucket in sorted(nodes)}, threshold)
    return dealt[slot]
