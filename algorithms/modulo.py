"""Modulo: the hash, divided by the number of nodes, and what is left."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.interface import Buckets, Capability, Hashes, Nodes, Partitioner, Spec
from algorithms.kernels import kernel
from algorithms.registry import register


class Slots(NamedTuple):
    """The live buckets in ascending order."""

    live: NDArray[np.int32]


@kernel
def modulo_kernel(hashes: Hashes, live: NDArray[np.int32], out: Buckets) -> None:
    """Write the live bucket number hash mod n."""
    n = np.uint64(len(live))
    for i in range(len(hashes)):
        out[i] = live[hashes[i] % n]


@register(
    Spec(
        name="modulo",
        title="Modulo",
        summary="bucket = hash mod n, over the live nodes in order",
        capabilities=frozenset({Capability.REMOVES_ANY, Capability.UNIFORM, Capability.REVERSIBLE}),
        lacks={
            Capability.WEIGHTED: "all residues are alike, so a weight other than 1 is refused",
            Capability.INTERVALS: "neighbouring hashes go to different nodes: arcs would be single hashes",
            Capability.REPLICAS: "the next residues would be new ones after every event",
        },
        reference="folklore; D. E. Knuth, The Art of Computer Programming 3, section 6.4",
        lookup_cost="O(1)",
        resize_cost="O(1) here, and nearly all keys move",
        memory_cost="O(n)",
        movement_law="modulo",
        balance_law="multinomial",
        baseline=True,
    )
)
class Modulo(Partitioner[Slots]):
    """Hash mod n over the nodes in order: perfect balance, and the worst movement.

    A key goes to the node whose place among the live nodes is the remainder of its hash. From n to n + 1
    nodes a key stays only where both remainders agree, for 1 hash in n + 1: 16/17 of all keys move from 16 to
    17 nodes.

    **Sources.** Folklore. The movement from n to k nodes, 1 - min(n, k) / lcm(n, k), follows from the Chinese
    remainder theorem.

    **Costs.** assign O(1), an event O(n) here and nearly all keys for its user, memory 4 bytes a node.

    **Adverse case.** Hashes that share a factor with n: keys that are multiples of 16 under
    ``hash="identity"`` and 16 nodes all go to bucket 0.

    Examples
    --------
    >>> p = Modulo(16, hash="identity")
    >>> [p.lookup(key) for key in (0, 1, 15, 16)]
    ['node-0', 'node-1', 'node-15', 'node-0']
    """

    def _build(self, nodes: Nodes) -> Slots:
        return Slots(nodes.buckets())

    def _place(self, structure: Slots, hashes: Hashes, out: Buckets) -> None:
        modulo_kernel(hashes, structure.live, out)
