"""Straw2: every item draws a straw for every key, in proportion to its weight; Ceph's, to the bit."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.errors import InvalidWeight
from algorithms.interface import (
    Buckets,
    Capability,
    Cost,
    Hashes,
    Nodes,
    Partitioner,
    Publication,
    Spec,
    Step,
)
from algorithms.machinery.kernel import kernel
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import PROBES, Steps, counted, tally
from algorithms.registry import register
from algorithms.scores.crush_ln import straws

LANES = 64
"""Keys for which items draw side by side, so that the loop over them vectorises."""

UNIT = 1 << 16
"""The weight of 1, as Ceph has it."""

FINE = 56_128_037
"""The least difference of two straws: divided by a weight up to it, different ones stay different."""

_SEED, _X, _Y = np.uint32(1315423911), np.uint32(231232), np.uint32(1232)
_S3, _S5, _S8, _S10 = np.uint32(3), np.uint32(5), np.uint32(8), np.uint32(10)
_S12, _S13, _S15, _S16 = np.uint32(12), np.uint32(13), np.uint32(15), np.uint32(16)
_LOW, _ZERO, _NEARBY = np.uint32(0xFFFF), np.uint32(0), np.int32(1)
_SURE = 1.0 + 2.0**-48


class Items(NamedTuple):
    """The buckets ascending, and their weights in units of 2^-16."""

    buckets: NDArray[np.int32]
    weights: NDArray[np.int64]


@kernel
def shuffled(a: np.uint32, b: np.uint32, c: np.uint32) -> Any:
    """Return three words of 32 bits mixed by R. Jenkins' nine lines."""
    a = np.uint32((a - b - c) ^ (c >> _S13))
    b = np.uint32((b - c - a) ^ (a << _S8))
    c = np.uint32((c - a - b) ^ (b >> _S13))
    a = np.uint32((a - b - c) ^ (c >> _S12))
    b = np.uint32((b - c - a) ^ (a << _S16))
    c = np.uint32((c - a - b) ^ (b >> _S5))
    a = np.uint32((a - b - c) ^ (c >> _S3))
    b = np.uint32((b - c - a) ^ (a << _S10))
    c = np.uint32((c - a - b) ^ (b >> _S15))
    return a, b, c


@kernel
def drawn(x: np.uint32, item: np.uint32, trial: np.uint32) -> Any:
    """Return the 16 bits that an item draws for a key: CRUSH's hash of three words."""
    a, b, c, y, z = x, item, trial, _X, _Y
    word = np.uint32(_SEED ^ a ^ b ^ c)
    a, b, word = shuffled(a, b, word)
    c, y, word = shuffled(c, y, word)
    z, a, word = shuffled(z, a, word)
    b, y, word = shuffled(b, y, word)
    z, c, word = shuffled(z, c, word)
    return np.int32(word & _LOW)


@kernel
def draw_kernel(xs: NDArray[np.uint32], item: np.uint32, size: int, draws: NDArray[np.int32]) -> None:
    """Write what an item draws for each of some keys: `drawn`, which is too long to become part of a loop."""
    for i in range(size):
        a, b, c, y, z = xs[i], item, _ZERO, _X, _Y
        word = np.uint32(_SEED ^ a ^ b)
        a, b, word = shuffled(a, b, word)
        c, y, word = shuffled(c, y, word)
        z, a, word = shuffled(z, a, word)
        b, y, word = shuffled(b, y, word)
        z, c, word = shuffled(z, c, word)
        draws[i] = np.int32(word & _LOW)


@kernel
def longest(
    x: np.uint32,
    buckets: NDArray[np.int32],
    weights: NDArray[np.int64],
    table: NDArray[np.int64],
    steps: Steps | None = None,
) -> Any:
    """Return the bucket whose straw is the longest, the first among equals.

    Straws are negative logarithms over weights, rounded toward zero: the longest is nearest to it.
    """
    best, least = 0, np.int64(0)
    for j in range(len(buckets)):
        tally(steps, PROBES)
        straw = table[drawn(x, np.uint32(buckets[j]), _ZERO)] // weights[j]
        if j == 0 or straw < least:
            best, least = j, straw
    return buckets[best]


@kernel
def longest_of_hash(
    h: np.uint64,
    drop: np.uint64,
    buckets: NDArray[np.int32],
    weights: NDArray[np.int64],
    table: NDArray[np.int64],
    steps: Steps | None = None,
) -> Any:
    """Return the bucket whose straw is the longest for a hash, of which ``drop`` bits do not count."""
    return longest(np.uint32(h >> drop), buckets, weights, table, steps)


count_straws = counted(longest_of_hash)
one_straw = entry(longest_of_hash)


@kernel
def equal_straws_kernel(
    hashes: Hashes,
    drop: np.uint64,
    buckets: NDArray[np.int32],
    weights: NDArray[np.int64],
    table: NDArray[np.int64],
    out: Buckets,
    xs: NDArray[np.uint32],
    draws: NDArray[np.int32],
    highest: NDArray[np.int32],
    seconds: NDArray[np.int32],
    bests: NDArray[np.int32],
) -> None:
    """Write who has the longest straw where all weights are equal; the last five are room for `LANES`.

    A higher draw has a longer straw, but for neighbours, which may tie, and the highest of which change
    places. So where the two highest draws are neighbours or equal, their straws are compared.
    """
    for first in range(0, len(hashes), LANES):
        size = min(LANES, len(hashes) - first)
        for i in range(size):
            xs[i] = np.uint32(hashes[first + i] >> drop)
            highest[i], seconds[i], bests[i] = -2, -4, 0
        for j in range(len(buckets)):
            place = np.int32(j)
            draw_kernel(xs, np.uint32(buckets[j]), size, draws)
            for i in range(size):
                draw, most, second, best = draws[i], highest[i], seconds[i], bests[i]
                wins = draw > most
                beaten = most if wins else draw
                seconds[i] = max(second, beaten)
                highest[i], bests[i] = (draw if wins else most), (place if wins else best)
        for i in range(size):
            if highest[i] - seconds[i] > _NEARBY:
                out[first + i] = buckets[bests[i]]
            else:
                out[first + i] = longest(xs[i], buckets, weights, table, None)


@kernel
def straws_kernel(
    hashes: Hashes,
    drop: np.uint64,
    buckets: NDArray[np.int32],
    weights: NDArray[np.int64],
    table: NDArray[np.int64],
    out: Buckets,
    xs: NDArray[np.uint32],
    draws: NDArray[np.int32],
    lengths: NDArray[np.float64],
    least: NDArray[np.float64],
    seconds: NDArray[np.float64],
    bests: NDArray[np.int32],
) -> None:
    """Write the bucket with the longest straw; the last six are room for `LANES`.

    Straws are divided as doubles; where the two longest are within one of each other, as whole numbers.
    """
    for first in range(0, len(hashes), LANES):
        size = min(LANES, len(hashes) - first)
        for i in range(size):
            xs[i] = np.uint32(hashes[first + i] >> drop)
            least[i], seconds[i], bests[i] = np.inf, np.inf, 0
        for j in range(len(buckets)):
            factor, place = 1.0 / weights[j], np.int32(j)
            draw_kernel(xs, np.uint32(buckets[j]), size, draws)
            for i in range(size):
                lengths[i] = np.float64(table[draws[i]])
            for i in range(size):
                straw, low, second, best = lengths[i] * factor, least[i], seconds[i], bests[i]
                wins = straw < low
                beaten = low if wins else straw
                seconds[i] = beaten if beaten < second else second
                least[i], bests[i] = (straw if wins else low), (place if wins else best)
        for i in range(size):
            if seconds[i] > least[i] * _SURE + 1.0:
                out[first + i] = buckets[bests[i]]
            else:
                out[first + i] = longest(xs[i], buckets, weights, table, None)


@register(
    Spec(
        name="straw2",
        title="Straw2",
        summary="the item with the longest straw, a 16-bit draw's logarithm over the weight; as in Ceph",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.WEIGHTED,
                Capability.MINIMAL_MOVEMENT,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.UNIFORM: "16-bit draws tie, and the first wins: by 1.5 % of the mean among 1000 nodes",
            Capability.ORDER_INDEPENDENT: "numbers of buckets are hashed, not names",
            Capability.INTERVALS: "each hash is drawn for itself, so the arcs would be single hashes",
            Capability.REPLICAS: "Ceph draws anew for each replica; the others do not move up in order",
        },
        reference="Weil et al., CRUSH, SC 2006; straw2 in Ceph since Hammer, 2015",
        year=2015,
        publications=(
            Publication(
                "straw2",
                "misc",
                "Weil, Sage",
                "crush: new straw2 bucket",
                2015,
                {"howpublished": "github.com/ceph/ceph, pull request 3392"},
            ),
            Publication(
                "crush",
                "inproceedings",
                "Weil, Sage A. and Brandt, Scott A. and Miller, Ethan L. and Maltzahn, Carlos",
                "CRUSH: Controlled, scalable, decentralized placement of replicated data",
                2006,
                {
                    "booktitle": "Proceedings of the 2006 ACM/IEEE Conference on Supercomputing (SC)",
                    "doi": "10.1145/1188455.1188582",
                },
            ),
        ),
        lookup_cost=Cost("O(n)"),
        resize_cost=Cost("O(n)"),
        memory_cost=Cost("O(n)"),
        by_default=False,
        movement_law="numbered",
        steps={"probes": Step("nodes", published="nodes", source="the definition")},
    )
)
class Straw2(Partitioner[Items]):
    """Straw2, the bucket type that Ceph places data by (CRUSH, Weil et al. 2006).

    For each key every item draws 16 bits from a hash of the key and its number. The logarithm of the draw,
    divided by the item's weight, is the length of its straw, a negative number, and the longest has the key.
    It is rendezvous hashing with weights, in whole numbers only: a change of one weight moves keys to or from
    that item alone.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`, of weights from 1/65536 to 65535.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`; only the highest 32 bits of a hash count.

    Raises
    ------
    InvalidWeight
        For weights that Ceph cannot write down.

    Notes
    -----
    **Sources.** ceph/ceph, pull requests 3392 and, for the logarithm, 3369; the hash is R. Jenkins' of three
    words. Placements are those recorded from ``crushtool`` 16.2.15, and its table of logarithms stands in
    ``crush_ln.py``.

    **Left out.** Weights of 0, trees of buckets, and Ceph's lists of replicas, each of which is drawn anew.

    **Kept.** Most of the table's low entries are too high, so that the draw 65534 beats 65535. It is in every
    cluster; deviations from the weights are at most twice those of a right table.

    **Costs.** assign n hashes of five rounds; an event O(n); memory 12 bytes a node, and a table of 512 kB
    for all partitioners together.

    **Adverse case.** Many nodes, or weights far apart: draws of 16 bits tie, and the lower number wins. Of
    1000 equal nodes the first has 1.5 % more than the mean and the last 1.5 % less; a weight of 1/65536 among
    nine of 1 gets 3.3 times its share.

    Examples
    --------
    >>> from algorithms import Node
    >>> p = Straw2([Node("osd.0"), Node("osd.1", 2.0)], hash="identity", hash_bits=32)
    >>> p.assign(np.arange(12, dtype=np.uint64)).tolist()
    [0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1]
    """

    def _build(self, nodes: Nodes) -> Items:
        weights = np.array(nodes.weights())
        wrong = np.flatnonzero((weights < 1 / UNIT) | (weights > UNIT - 1))
        if len(wrong):
            node = nodes[int(nodes.buckets()[wrong[0]])]
            raise InvalidWeight(
                f"straw2 counts weights in units of 1/65536, from 1/65536 to 65535: {node.name!r} cannot "
                f"have {node.weight:g}; scale all weights"
            )
        return Items(nodes.buckets(), (weights * UNIT).astype(np.int64))

    @property
    def _drop(self) -> int:
        return max(0, self.hash_bits - 32)

    def _one(self, structure: Items) -> One:
        return one_straw.of(np.uint64(self._drop), *structure, straws())

    def _place_counting(self, structure: Items, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        count_straws(hashes, (np.uint64(self._drop), *structure, straws()), out, steps)

    def _place(self, structure: Items, hashes: Hashes, out: Buckets) -> None:
        buckets, weights = structure
        xs = np.empty(LANES, dtype=np.uint32)
        draws, one, two, three = np.empty((4, LANES), dtype=np.int32)
        drop, table = np.uint64(self._drop), straws()
        if weights[0] <= FINE and bool((weights == weights[0]).all()):
            equal_straws_kernel(hashes, drop, buckets, weights, table, out, xs, draws, one, two, three)
        else:
            lengths, least, seconds = np.empty((3, LANES))
            straws_kernel(hashes, drop, buckets, weights, table, out, xs, draws, lengths, least, seconds, one)
