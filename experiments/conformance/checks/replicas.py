"""Replicas: further nodes for a key, which lose only what they must."""

# ruff: noqa: D401 - a check's first line is the property itself

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from numpy.typing import NDArray

from algorithms import Capability, Partitioner
from algorithms.hashing import Hashes
from experiments.conformance.check import Make, check, refute
from experiments.conformance.events import draw_joiners, draw_leavers, draw_partitioner
from experiments.conformance.strategies import draw_hashes
from experiments.conformance.words import first, listed, owners, told

__all__: list[str] = []


def _lists(p: Partitioner[Any], hashes: Hashes, count: int) -> list[list[str]]:
    """Return the names of the replicas of each hash."""
    live = {bucket: node.name for bucket, node in p.nodes.items()}
    rows: NDArray[np.int32] = p.assign_replicas(hashes, count)
    if rows.shape != (len(hashes), count) or rows.dtype != np.int32:
        refute(f"{told(p)}: replicas must be ({len(hashes)}, {count}) int32, not {rows.shape} {rows.dtype}")
    for row, buckets in enumerate(rows.tolist()):
        if not set(buckets) <= set(live):
            refute(f"{told(p)}: hash {hashes[row]} has replicas in buckets {buckets}, but the live ones are "
                   f"{listed(live)}")  # fmt: skip
    return [[live[bucket] for bucket in buckets] for buckets in rows.tolist()]


@check(promise=Capability.REPLICAS)
def check_replicas_distinct(make: Make, data: DataObject) -> None:
    """The replicas of a key are on different nodes, and the first one is where assign puts the key."""
    p = draw_partitioner(data, make)
    hashes = draw_hashes(data, p.hash_bits)
    count = data.draw(st.integers(1, len(p.nodes)), label="count")
    lists, placed = _lists(p, hashes, count), owners(p, hashes)
    for row, names in enumerate(lists):
        if len(set(names)) < count:
            refute(f"{told(p)}: the {count} replicas of hash {hashes[row]} are on {listed(names)}")
        if names[0] != placed[row]:
            refute(f"{told(p)}: hash {hashes[row]} is on {placed[row]}, but its first replica on {names[0]}")


@check(promise=Capability.REPLICAS)
def check_more_replicas_go_on(make: Make, data: DataObject) -> None:
    """Asking for one more replica adds one at the end and changes none before it."""
    p = draw_partitioner(data, make, least=2)
    hashes = draw_hashes(data, p.hash_bits)
    count = data.draw(st.integers(1, len(p.nodes) - 1), label="count")
    for row, (few, more) in enumerate(
        zip(_lists(p, hashes, count), _lists(p, hashes, count + 1), strict=True)
    ):
        if more[:count] != few:
            refute(
                f"{told(p)}: hash {hashes[row]} has the replicas {listed(few)}, but of {count + 1} the "
                f"first are {listed(more[:count])}"
            )


@check(promise=Capability.REPLICAS, needs=(Capability.REMOVES_LAST,))
def check_replicas_lose_only_removed(make: Make, data: DataObject) -> None:
    """When nodes are removed, the list of a key's replicas loses them, and the others move up in order."""
    p = draw_partitioner(data, make, least=2)
    hashes = draw_hashes(data, p.hash_bits)
    leaving = draw_leavers(data, p, most=len(p.nodes) - 1)
    count = data.draw(st.integers(1, len(p.nodes) - len(leaving)), label="count")
    words, before = told(p, {"remove": leaving}), _lists(p, hashes, count)
    p.change(remove=leaving)
    for row, (old, new) in enumerate(zip(before, _lists(p, hashes, count), strict=True)):
        left = [name for name in old if name not in leaving]
        if new[: len(left)] != left:
            refute(
                f"{words}: hash {hashes[row]} had the replicas {listed(old)}, has now {listed(new)}, and "
                f"must begin with {listed(left)}"
            )


@check(promise=Capability.REPLICAS)
def check_replicas_gain_only_new(make: Make, data: DataObject) -> None:
    """When nodes are added, the list of a key's replicas gains some, and the others move down in order."""
    p = draw_partitioner(data, make)
    hashes = draw_hashes(data, p.hash_bits)
    count = data.draw(st.integers(1, len(p.nodes)), label="count")
    joining = draw_joiners(data, p)
    new_names = {node.name for node in joining}
    words, before = told(p, {"add": joining}), _lists(p, hashes, count)
    p.change(add=joining)
    after = _lists(p, hashes, count)
    kept = [[name for name in names if name not in new_names] for names in after]
    wrong = np.array([old[: len(stay)] != stay for old, stay in zip(before, kept, strict=True)])
    if wrong.any():
        row = first(wrong)
        refute(
            f"{words}: hash {hashes[row]} had the replicas {listed(before[row])}, has now "
            f"{listed(after[row])}, of which {listed(kept[row])} are not new and must stand as before"
        )
