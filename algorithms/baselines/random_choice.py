"""Random choice: every event draws anew for every key."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing import hash_function
from algorithms.interface import Buckets, Capability, Cost, Hashes, Nodes, Partitioner, Spec, Step
from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import mix, multiply_high, through
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import WORDS, Steps, tally
from algorithms.registry import register

NODE_BYTES = 56
"""About what a node takes while the members are hashed: its name and where it ends, twice."""


class Draw(NamedTuple):
    """The live buckets, whether they are 0 ... n - 1, and the salt of this membership's draws."""

    live: NDArray[np.int32]
    dense: bool
    salt: np.uint64


@kernel
def random_choice_kernel(
    hashes: Hashes, salt: np.uint64, n: np.uint64, out: Buckets, steps: Steps | None
) -> None:
    """Write a random number below n that is a function of hash and salt."""
    for i in range(len(hashes)):
        if steps is not None:
            tally(steps[i], WORDS)
        out[i] = np.int32(multiply_high(mix(hashes[i] ^ salt), n))


@kernel
def drawn(h: np.uint64, salt: np.uint64, n: np.uint64) -> np.uint64:
    """Return the place among the live buckets that is drawn for a hash."""
    return multiply_high(mix(h ^ salt), n)


one_draw = entry(drawn)


@register(
    Spec(
        name="random_choice",
        title="Random choice",
        summary="a random node for each key, drawn anew whenever the nodes change",
        capabilities=frozenset({Capability.REMOVES_ANY, Capability.UNIFORM, Capability.REVERSIBLE}),
        lacks={
            Capability.WEIGHTED: "every node is drawn alike, so a weight other than 1 is refused",
            Capability.INTERVALS: "each hash is drawn for itself, so the arcs would be single hashes",
            Capability.REPLICAS: "all replicas would be new ones after every event",
        },
        reference="a baseline",
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(n)", "and nearly all keys move"),
        memory_cost=Cost("O(n)"),
        movement_law="random",
        balance_law="multinomial",
        kind="baseline",
        steps={"words": Step("one")},
    )
)
class RandomChoice(Partitioner[Draw]):
    """The baseline without a memory: each membership has a random assignment of its own.

    The names of the live nodes are hashed to a salt; a key's bucket is a random function of its hash and the
    salt. Balance is that of independent draws, the yardstick for every algorithm that hashes well; in an
    event from n to k nodes a key keeps its node only by luck, with probability 1 / max(n, k).

    **Costs.** assign O(1); an event O(n) here and nearly all keys for its user; memory 4 bytes a node.

    **Adverse case.** None: the draws depend on the hash through a full avalanche.

    Examples
    --------
    >>> p = RandomChoice(["a", "b", "c"])
    >>> p.lookup("key") == RandomChoice(["a", "b", "c"]).lookup("key")
    True
    """

    def _check_size(self, nodes: Nodes) -> None:
        nodes.check_spelled(NODE_BYTES)

    def _build(self, nodes: Nodes) -> Draw:
        self._check_size(nodes)
        names = nodes.name_column()
        membership = names.offsets.astype("<i8").tobytes() + names.data.tobytes()
        return Draw(
            nodes.buckets(), nodes.dense, np.uint64(hash_function("xxh64").key(membership, self.seed))
        )

    def _one(self, structure: Draw) -> One:
        salt, n = structure.salt, np.uint64(len(structure.live))
        return one_draw.of(salt, n) if structure.dense else one_draw.of(salt, n, owners=structure.live)

    def _place(self, structure: Draw, hashes: Hashes, out: Buckets) -> None:
        self._draw(structure, hashes, out, None)

    def _place_counting(self, structure: Draw, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        self._draw(structure, hashes, out, steps)

    def _draw(self, structure: Draw, hashes: Hashes, out: Buckets, steps: Steps | None) -> None:
        random_choice_kernel(hashes, structure.salt, np.uint64(len(structure.live)), out, steps)
        if not structure.dense:
            through(structure.live, out)
