"""Guava's consistentHash: jump consistent hash with a division in the place of a product."""

from __future__ import annotations

from typing import Any

import numpy as np

from algorithms.interface import Buckets, Capability, Cost, Hashes, Nodes, Partitioner, Publication, Spec
from algorithms.machinery.kernel import kernel
from algorithms.machinery.single import One, entry
from algorithms.registry import register

_MULTIPLIER, _ONE, _S33 = np.uint64(2862933555777941757), np.uint64(1), np.uint64(33)
_TWO_TO_31 = np.uint64(1 << 31)


@kernel
def guava_bucket(state: np.uint64, n: int) -> Any:
    """Return the bucket of one hash among n.

    A draw of 2^31 - 1 plus 1 is no int of Java's but -2^31, and there the jumps end.
    """
    bucket = np.int64(0)
    while True:
        state = state * _MULTIPLIER + _ONE
        drawn = (state >> _S33) + _ONE
        if drawn == _TWO_TO_31:
            return bucket
        next_bucket = np.float64(bucket + 1) / (np.float64(drawn) / 2147483648.0)
        if next_bucket >= n:
            return bucket
        bucket = np.int64(next_bucket)


@kernel
def guava_kernel(hashes: Hashes, n: int, out: Buckets) -> None:
    """Write the bucket of each hash."""
    for i in range(len(hashes)):
        out[i] = np.int32(guava_bucket(hashes[i], n))


one_guava = entry(guava_bucket)


@register(
    Spec(
        name="guava",
        title="Guava",
        summary="the last of some random jumps that a linear congruential generator draws, below n",
        capabilities=frozenset(
            {
                Capability.REMOVES_LAST,
                Capability.MINIMAL_MOVEMENT,
                Capability.UNIFORM,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.REMOVES_ANY: "buckets are numbered without gaps",
            Capability.WEIGHTED: "a bucket is a bucket, and has no weight",
            Capability.INTERVALS: "each hash is drawn for itself, so the arcs would be single hashes",
            Capability.REPLICAS: "one bucket is asked for",
        },
        reference="Guava 31.1, com.google.common.hash.Hashing.consistentHash",
        year=2011,
        publications=(
            Publication(
                "guava",
                "misc",
                "{Google}",
                "Guava: Google core libraries for Java, Hashing.consistentHash",
                2011,
                {"howpublished": "guava.dev"},
            ),
        ),
        lookup_cost=Cost("O(log n)"),
        resize_cost=Cost("O(1)"),
        memory_cost=Cost("O(1)"),
        movement_law="bound",
        balance_law="multinomial",
        kind="deployed",
        by_default=False,
    )
)
class Guava(Partitioner[int]):
    """Guava's ``Hashing.consistentHash``, bucket for bucket.

    It is the jump consistent hash of Lamping and Veach, but for the last bit: the next bucket is (b + 1) / u
    with the uniform u of 31 bits, and not (b + 1) (1 / u); and a draw of exactly 1 overflows an int of Java's
    and ends the jumps.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.Partitioner`: bucket i of the program is the i-th.
    hash
        Any, as in the program: ``murmur3_64`` is the long of ``murmur3_128``, ``murmur3_32`` that of
        ``murmur3_32_fixed``, and ``identity`` takes a long as the unsigned number of the same bits.
    hash_bits, seed
        As for :class:`~algorithms.Partitioner`.

    Notes
    -----
    **Sources.** Recorded from Guava 31.1: longs and three hash functions at 1 to 1,000,000 buckets.

    **Done otherwise.** Nodes have names, and the node in bucket b may be replaced in one event.

    **Costs.** assign H_n = 1 + 1/2 + ... + 1/n jumps on average; an event O(1); memory none.

    **Adverse case.** A server in the middle cannot leave: its list shifts, and nearly all keys move.

    Examples
    --------
    >>> p = Guava(10, hash="identity")
    >>> p.lookup(0), p.lookup(2), p.lookup(2**64 - 1)
    ('node-0', 'node-6', 'node-9')
    """

    def _build(self, nodes: Nodes) -> int:
        return len(nodes)

    def _one(self, structure: int) -> One:
        return one_guava.of(structure)

    def _place(self, structure: int, hashes: Hashes, out: Buckets) -> None:
        guava_kernel(hashes, structure, out)
