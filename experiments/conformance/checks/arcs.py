"""Arcs: intervals of the hash space, exactly; and their order."""

# ruff: noqa: D401 - a check's first line is the property itself

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis.strategies import DataObject

from algorithms import Arcs, Capability, Partitioner
from experiments.conformance.check import Make, check, refute
from experiments.conformance.events import draw_partitioner
from experiments.conformance.strategies import draw_hashes
from experiments.conformance.words import first, listed, owners, told

__all__: list[str] = []


@check(promise=Capability.INTERVALS)
def check_arcs_tile_the_space(make: Make, data: DataObject) -> None:
    """Arcs follow each other from hash 0 to the last, without a gap and without an overlap."""
    p = draw_partitioner(data, make)
    arcs, size = p.arcs(), 1 << p.hash_bits
    columns = {"start": np.uint64, "last": np.uint64, "bucket": np.int32, "point": np.int64}
    for name, dtype in columns.items():
        column = getattr(arcs, name)
        if column.dtype != dtype or column.shape != (len(arcs),):
            refute(f"{told(p)}: arcs().{name} must be ({len(arcs)},) {dtype.__name__}, not {column.dtype}")
    starts, lasts = arcs.start.tolist(), arcs.last.tolist()
    if starts[0] != 0 or lasts[-1] != size - 1:
        refute(f"{told(p)}: the arcs run from {starts[0]} to {lasts[-1]}, not from 0 to {size - 1}")
    for row in range(len(arcs) - 1):
        if lasts[row] + 1 != starts[row + 1]:
            refute(f"{told(p)}: arc {row} ends at {lasts[row]}, but the next one starts at {starts[row + 1]}")
    if any(start > last for start, last in zip(starts, lasts, strict=True)):
        refute(f"{told(p)}: an arc holds no hash: {list(zip(starts, lasts, strict=True))}")


@check(promise=Capability.INTERVALS)
def check_arcs_agree_with_assign(make: Make, data: DataObject) -> None:
    """At each boundary, the hash before and the one after it, assign gives the bucket of the arc."""
    p = draw_partitioner(data, make)
    arcs = p.arcs()
    size = 1 << p.hash_bits
    near = {
        at + d for at in arcs.start.tolist() + arcs.last.tolist() for d in (-1, 0, 1) if 0 <= at + d < size
    }
    hashes = np.union1d(np.array(sorted(near), dtype=np.uint64), draw_hashes(data, p.hash_bits))
    row_of = np.searchsorted(arcs.start, hashes, side="right") - 1
    by_arc, by_assign = arcs.bucket[row_of], p.assign(hashes)
    if (by_arc != by_assign).any():
        row = first(by_arc != by_assign)
        refute(
            f"{told(p)}: hash {hashes[row]} lies in an arc of bucket {by_arc[row]}, but assign gives bucket "
            f"{by_assign[row]}"
        )


@check(promise=Capability.INTERVALS)
def check_shares_sum_to_the_space(make: Make, data: DataObject) -> None:
    """The exact shares of the live nodes sum to the whole hash space."""
    p = draw_partitioner(data, make)
    arcs = p.arcs()
    shares, total = arcs.shares(), sum(arcs.shares().values())
    if set(shares) != set(p.nodes):
        refute(f"{told(p)}: shares are listed for the buckets {listed(shares)}, not for {listed(p.nodes)}")
    if total != 1 << p.hash_bits:
        refute(f"{told(p)}: the shares sum to {total}, not to 2^{p.hash_bits}")
    _merging_keeps_owners(p, arcs)


def _merging_keeps_owners(p: Partitioner[Any], arcs: Arcs) -> None:
    merged = arcs.merged()
    if merged.shares() != arcs.shares():
        refute(f"{told(p)}: merging neighbouring arcs of a node changed the shares")
    if (merged.bucket[1:] == merged.bucket[:-1]).any():
        refute(f"{told(p)}: merged arcs still have neighbours of the same node")


@check(promise=Capability.ORDERED)
def check_ordered(make: Make, data: DataObject) -> None:
    """Buckets ascend with the hash, so that a range of hashes touches neighbouring nodes only."""
    p = draw_partitioner(data, make)
    hashes = draw_hashes(data, p.hash_bits)
    placed, buckets = owners(p, hashes), p.assign(hashes)
    falls = buckets[1:] < buckets[:-1]
    if falls.any():
        row = first(falls)
        refute(
            f"{told(p)}: hash {hashes[row]} is on {placed[row]} in bucket {buckets[row]}, and the greater "
            f"hash {hashes[row + 1]} on {placed[row + 1]} in bucket {buckets[row + 1]}"
        )
