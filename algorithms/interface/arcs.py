"""Arcs: which hashes each bucket serves, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from algorithms.interface.node import Node


@dataclass(frozen=True, eq=False)
class Arcs:
    """The arcs of a partitioner: they tile the hash space in ascending order, the wrap split at 0.

    Parameters
    ----------
    start, last
        First and last hash of each arc, both inclusive, (k,) uint64.
    bucket
        Who serves it, (k,) int32.
    point
        The index of the arc's point within its node, (k,) int64; 0 where nodes have no points.
    hash_bits
        Bits of the hash space.
    nodes
        The nodes by bucket, at the time of the question.

    Examples
    --------
    >>> from algorithms import create
    >>> arcs = create("key_range", ["a", "b"], hash="sha1_28").arcs()
    >>> arcs.start.tolist(), arcs.last.tolist(), arcs.shares()
    ([0, 134217728], [134217727, 268435455], {0: 134217728, 1: 134217728})
    """

    start: NDArray[np.uint64]
    last: NDArray[np.uint64]
    bucket: NDArray[np.int32]
    point: NDArray[np.int64]
    hash_bits: int
    nodes: Mapping[int, Node]

    @classmethod
    def from_starts(
        cls,
        starts: NDArray[np.uint64],
        buckets: NDArray[np.int32],
        hash_bits: int,
        nodes: Mapping[int, Node],
        points: NDArray[np.int64] | None = None,
    ) -> Arcs:
        """Return the arcs that begin at these hashes, (k,) uint64, strictly ascending from 0."""
        last = np.empty_like(starts)
        last[:-1] = starts[1:] - np.uint64(1)
        last[-1] = (1 << hash_bits) - 1
        return cls(
            starts,
            last,
            buckets,
            np.zeros(len(starts), np.int64) if points is None else points,
            hash_bits,
            nodes,
        )

    def __len__(self) -> int:
        return len(self.start)

    def sizes(self) -> list[int]:
        """Return the number of hashes of each arc, as Python ints (one arc may hold all 2^64)."""
        return [last - start + 1 for start, last in zip(self.start.tolist(), self.last.tolist(), strict=True)]

    def shares(self) -> dict[int, int]:
        """Return the exact number of hashes by live bucket; 0 for a node that has no arc."""
        sums = np.zeros(int(self.bucket.max()) + 1, dtype=np.uint64)
        np.add.at(sums, self.bucket, self.last - self.start + np.uint64(1))
        if not sums.any():  # modulo 2^64 the whole space is 0, and then one bucket has all of it
            return dict.fromkeys(self.nodes, 0) | {int(self.bucket[0]): 1 << self.hash_bits}
        return {bucket: int(sums[bucket]) if bucket < len(sums) else 0 for bucket in self.nodes}

    def point_name(self, row: int) -> str:
        """Return the name of the point that serves an arc, such as 'server-a-4'."""
        return f"{self.nodes[int(self.bucket[row])].name}-{int(self.point[row])}"

    def merged(self) -> Arcs:
        """Return the arcs with neighbours of the same node made one; the wrap stays split at 0."""
        keep = np.concatenate([[True], self.bucket[1:] != self.bucket[:-1]])
        return Arcs.from_starts(
            self.start[keep], self.bucket[keep], self.hash_bits, self.nodes, self.point[keep]
        )
