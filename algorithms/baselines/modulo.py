"""Modulo: the hash, divided by the number of nodes, and what is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.interface import Buckets, Capability, Cost, Hashes, Nodes, Partitioner, Publication, Spec
from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import through
from algorithms.machinery.pairs import Pair
from algorithms.registry import register


class Slots(NamedTuple):
    """The live buckets in ascending order, and whether they are 0 ... n - 1."""

    live: NDArray[np.int32]
    dense: bool


_S32, _LOW, _ALL = np.uint64(32), np.uint64(0xFFFFFFFF), np.uint64(0xFFFFFFFFFFFFFFFF)
_WIDEST = 1 << 30


@kernel
def remainder_kernel(hashes: Hashes, n: np.uint64, out: Buckets) -> None:
    """Write hash mod n, for n < 2^30 (Barrett's reduction, in 32-bit halves so that it vectorises).

    The quotient is estimated from M = floor((2^64 - 1) / n) without the lowest product and without carries,
    so it is at most 3 too small, and the remainder below 4n fits 32 bits, in which all else is computed.
    """
    reciprocal = _ALL // n
    high_m, low_m = reciprocal >> _S32, reciprocal & _LOW
    once, twice = np.uint32(n), np.uint32(n + n)
    for i in range(len(hashes)):
        high, low = hashes[i] >> _S32, hashes[i] & _LOW
        quotient = high * high_m + ((high * low_m) >> _S32) + ((low * high_m) >> _S32)
        rest = np.uint32(np.uint32(low) - np.uint32(np.uint32(quotient) * once))
        rest = min(rest, np.uint32(rest - twice))  # a difference below 0 wraps round to a large one
        out[i] = np.int32(min(rest, np.uint32(rest - once)))


@kernel
def wide_remainder_kernel(hashes: Hashes, n: np.uint64, out: Buckets) -> None:
    """Write hash mod n, for any n."""
    for i in range(len(hashes)):
        out[i] = np.int32(hashes[i] % n)


@kernel
def remainders_of_two(
    sides: tuple[np.uint64, np.uint64], room: Any, hashes: Hashes, out: Buckets, other_out: Buckets
) -> None:
    """Write hash mod n for two numbers of nodes below 2^30."""
    remainder_kernel(hashes, sides[0], out)
    remainder_kernel(hashes, sides[1], other_out)


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
        publications=(
            Publication(
                "knuth",
                "book",
                "Knuth, Donald E.",
                "The art of computer programming, volume 3: Sorting and searching",
                1998,
                {"edition": "Second", "publisher": "Addison-Wesley", "note": "Section 6.4"},
            ),
        ),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(1)", "and nearly all keys move"),
        memory_cost=Cost("O(n)"),
        movement_law="modulo",
        balance_law="multinomial",
        kind="baseline",
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
        return Slots(nodes.buckets(), nodes.dense)

    def _placer(self, structure: Slots) -> Callable[[int], int]:
        n = len(structure.live)
        if structure.dense:
            return lambda value: value % n
        live = structure.live.tolist()
        return lambda value: live[value % n]

    def _place(self, structure: Slots, hashes: Hashes, out: Buckets) -> None:
        n = len(structure.live)
        (remainder_kernel if n < _WIDEST else wide_remainder_kernel)(hashes, np.uint64(n), out)
        if not structure.dense:
            through(structure.live, out)

    def _pair(self, structure: Slots, other: Slots) -> Pair | None:
        sizes = len(structure.live), len(other.live)
        if not (structure.dense and other.dense) or max(sizes) >= _WIDEST:
            return None
        return Pair(remainders_of_two, (np.uint64(sizes[0]), np.uint64(sizes[1])))
