"""What a placement comes down to: arcs of hashes, residues of a modulus, or a small space as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Capability
from experiments.plan.placement import Placed, Placement
from experiments.plan.pool import Pool

__all__ = ["Joint", "Structure", "hashing_of", "joint_of", "shares_of", "structure_of"]

MOST_VALUES = 1 << 24
"""How many residues or values are enumerated."""

MOST_PIECES = 1 << 24
"""How many pieces of arcs by residues are counted."""

KEY_OPTIONS = (
    "balance",
    "key",
    "hash_tag",
    "serializer",
    "types",
    "type",
    "calls",
    "input",
    "routing_partition_size",
)
"""Options that say which bytes are hashed, or how."""


@dataclass(frozen=True)
class Structure:
    """Who has each hash of a space.

    Parameters
    ----------
    space
        How many hashes there are.
    hashing
        What two structures must share to be compared hash by hash.
    names
        Of the rows that ``owners`` name; several nodes where there are replicas.
    starts
        First hash of each arc, (k,) uint64 or, above 64 bits, Python ints; None where the hash counts by its
        residue.
    modulus
        The place of a hash h is that of h mod this; the space itself where all of it is enumerated.
    owners
        (k,) of the arcs, or (modulus,) of the residues.
    folded
        A hash is the absolute value of a word: of ``space`` words, 0 and the lowest have a value for
        themselves, the others share one by two.
    """

    space: int
    hashing: tuple[object, ...]
    names: tuple[Placed, ...]
    starts: NDArray[Any] | None
    modulus: int
    owners: NDArray[np.int64]
    folded: bool = False

    def counts(self) -> list[int]:
        """Return how many hashes each row has; they sum to the space."""
        if self.starts is not None:
            return _sums(self.owners, _sizes(self.starts, self.space), len(self.names))
        return _sums(self.owners, _residues(self.modulus, self.space, self.folded), len(self.names))


Joint = Mapping[tuple[Placed, Placed], int]
"""How many hashes are on one node before and on one after."""


def structure_of(pool: Pool, placement: Placement) -> Structure | None:
    """Return the structure of a placement; None where it has none that is finite enough."""
    own: Structure | None = getattr(placement, "structure", None)
    if own is not None:
        return own
    partitioner = placement.partitioner
    if partitioner is None:
        return None
    nodes = partitioner.nodes
    top = max(nodes) + 1
    rows = np.full(top, -1, dtype=np.int64)
    for row, bucket in enumerate(nodes):
        rows[bucket] = row
    names = tuple(node.name for node in nodes.values())
    folded = bool(getattr(placement, "folded", False))
    space = int(getattr(placement, "space", None) or 1 << partitioner.hash_bits + folded)
    hashing = hashing_of(pool, placement)
    modulus = getattr(placement, "modulus", None)
    if partitioner.spec.can(Capability.INTERVALS):
        arcs = partitioner.arcs()
        return Structure(space, hashing, names, arcs.start, 0, rows[arcs.bucket])
    if modulus is None and space <= MOST_VALUES:
        modulus = space
    if modulus is None or modulus > MOST_VALUES:
        return None
    owners = partitioner.assign(np.arange(min(modulus, space), dtype=np.uint64))
    return Structure(space, hashing, names, None, min(modulus, space), rows[owners], folded)


def hashing_of(pool: Pool, placement: Placement) -> tuple[object, ...]:
    """Return what two placements must share for a hash to mean the same key."""
    partitioner = placement.partitioner
    keys = tuple(repr(pool.options.get(name)) for name in KEY_OPTIONS)
    space = getattr(placement, "space", None)
    return (pool.system, partitioner.hash, partitioner.hash_bits, space, partitioner.seed, *keys)


def joint_of(before: Structure, after: Structure) -> Joint | None:
    """Return how many hashes go from whom to whom, exactly; None where that cannot be counted."""
    if before.hashing != after.hashing or before.space != after.space:
        return None
    space, width = before.space, len(after.names)
    if before.starts is not None and after.starts is not None:
        starts = _merged(before.starts, after.starts)
        pairs = _at(before, starts) * width + _at(after, starts)
        sizes = _sizes(starts, space)
    elif before.starts is None and after.starts is None:
        both = min(lcm(before.modulus, after.modulus), space)
        if both > MOST_VALUES:
            return None
        values = np.arange(both)
        pairs = before.owners[values % before.modulus] * width + after.owners[values % after.modulus]
        sizes = _residues(both, space, before.folded)
    else:
        return _mixed(before, after)
    counts = _sums(pairs, sizes, len(before.names) * width)
    return {
        (before.names[pair // width], after.names[pair % width]): count
        for pair, count in enumerate(counts)
        if count
    }


def _mixed(before: Structure, after: Structure) -> Joint | None:
    """Count arcs against residues: how many hashes of each residue are below each end of an arc."""
    arcs, table = (before, after) if before.starts is not None else (after, before)
    assert arcs.starts is not None
    ends = [int(start) for start in arcs.starts] + [arcs.space]
    if len(ends) * table.modulus > MOST_PIECES:
        return None
    counts: dict[tuple[Placed, Placed], int] = {}
    residues = np.arange(table.modulus)
    of_rows = [np.flatnonzero(table.owners == row) for row in range(len(table.names))]
    below = np.zeros(table.modulus, dtype=object)
    for index, end in enumerate(ends[1:]):
        whole, rest = divmod(end, table.modulus)
        upto = whole + (residues < rest).astype(object)
        inside, below = upto - below, upto
        here = arcs.names[int(arcs.owners[index])]
        for row, mine in enumerate(of_rows):
            count = int(inside[mine].sum()) if len(mine) else 0
            if count:
                there = table.names[row]
                pair = (here, there) if arcs is before else (there, here)
                counts[pair] = counts.get(pair, 0) + count
    return counts


def _merged(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    """Return the ascending values of two ascending arrays, each once; a sort of two runs is a merge."""
    both = np.concatenate([one, other])
    both.sort(kind="stable")
    once: NDArray[Any] = both[np.concatenate([[True], both[1:] != both[:-1]])]
    return once


def _at(structure: Structure, starts: NDArray[Any]) -> NDArray[np.int64]:
    assert structure.starts is not None
    return structure.owners[np.searchsorted(structure.starts, starts, side="right") - 1]


def _sizes(starts: NDArray[Any], space: int) -> NDArray[Any]:
    """Return the sizes of arcs; as Python ints where one may hold all 2^64, or more."""
    if starts.dtype == np.uint64 and len(starts) > 1 and space <= 1 << 64:
        below: NDArray[Any] = np.diff(np.append(starts, np.uint64(space & (1 << 64) - 1)))
        return below
    ends = np.append(starts[1:].astype(object), space)
    sizes: NDArray[Any] = ends - starts.astype(object)
    return sizes


def _residues(modulus: int, space: int, folded: bool = False) -> NDArray[Any]:
    """Return how many hashes of the space have each residue; of a folded one, how many words."""
    if folded:
        counts = 2 * _residues(modulus, space // 2).astype(object)
        counts[0] -= 1
        counts[space // 2 % modulus] += 1
        return counts
    whole, rest = divmod(space, modulus)
    counts = np.full(modulus, whole, dtype=np.uint64 if modulus > 1 else object)
    counts[:rest] += 1
    return counts


def _sums(groups: NDArray[np.int64], sizes: NDArray[Any], count: int) -> list[int]:
    """Return the sum of the sizes of each group, exactly, as Python ints."""
    if sizes.dtype == object:
        sums = [0] * count
        for group, size in zip(groups.tolist(), sizes.tolist(), strict=True):
            sums[group] += size
        return sums
    # limbs of 22 bits: doubles hold the sum of 2^31 of them exactly
    limbs = [(sizes >> np.uint64(shift) & np.uint64((1 << 22) - 1)) for shift in (0, 22, 44)]
    parts = [np.bincount(groups, weights=limb.astype(np.float64), minlength=count).tolist() for limb in limbs]
    return [int(a) + (int(b) << 22) + (int(c) << 44) for a, b, c in zip(*parts, strict=True)]


def shares_of(structure: Structure) -> dict[str, Fraction]:
    """Return the exact share of each node; 0 for one that has no hash. Of replicas, each has the whole."""
    shares: dict[str, Fraction] = {}
    for names, count in zip(structure.names, structure.counts(), strict=True):
        for name in (names,) if isinstance(names, str) else names:
            shares[name] = shares.get(name, Fraction(0)) + Fraction(count, structure.space)
    return shares
