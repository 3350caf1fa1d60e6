"""CARP: every node bids a uniform number times a factor, and the factors of all depend on all weights."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing import hash_column
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
from algorithms.machinery.bids import (
    BLOCK,
    fold_seeds,
    last_of_run,
    raise_words,
    room_for_seeds,
    row_of_seed,
    seeds_of_words,
)
from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import fold, mix, mix_folded, through
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import PROBES, Steps, counted, tally
from algorithms.registry import register
from algorithms.scores.rendezvous import NODE_BYTES, best_bid, place_by_words

_DIGITS = Context(prec=50)
_S12, _ZERO = np.uint64(12), np.uint64(0)
# the bits of the double 2^52: or an integer below it in, subtract 2^52
_EXACT, _TWO_TO_52, _TO_UNIFORM = np.uint64(0x4330000000000000), float(1 << 52), 1.0 / (1 << 52)


class Members(NamedTuple):
    """The nodes by falling factor, of equal ones by name: the seed of each one's bids, its factor and bucket.

    There are no factors where all weights are equal: then the words themselves decide.
    """

    seeds: NDArray[np.uint64]
    factors: NDArray[np.float64]
    buckets: NDArray[np.int32]


def factors_of(weights: Sequence[float]) -> list[float]:
    """Return the factors by which uniform bids are multiplied, so that shares follow weights.

    Parameters
    ----------
    weights
        Of each node, above 0.

    Returns
    -------
    list of float
        With shares p ascending, X_1 = (K p_1)^(1/K), and X_k = ((K - k + 1) (p_k - p_(k-1)) / (X_1 ...
        X_(k-1)) + X_(k-1)^(K-k+1))^(1/(K-k+1)). Computed to 50 digits: the same on every machine.

    Examples
    --------
    >>> factors_of([1, 2]), factors_of([3, 3, 3])
    ([0.816496580927726, 1.224744871391589], [1.0, 1.0, 1.0])
    """
    total = sum(map(Fraction, weights))
    order = sorted(range(len(weights)), key=lambda i: weights[i])
    factors = [0.0] * len(weights)
    product, share, factor, left = Decimal(1), Decimal(0), Decimal(0), len(weights)
    for weight, alike in groupby(order, key=lambda i: weights[i]):
        exact = Fraction(weight) / total
        above = _DIGITS.divide(Decimal(exact.numerator), Decimal(exact.denominator))
        gained = _DIGITS.divide(_DIGITS.multiply(left, _DIGITS.subtract(above, share)), product)
        power = _DIGITS.add(gained, _DIGITS.power(factor, left))
        factor, share = _DIGITS.power(power, _DIGITS.divide(Decimal(1), Decimal(left))), above
        for i in alike:
            factors[i] = float(factor)
            product = _DIGITS.multiply(product, factor)
            left -= 1
    return factors


@kernel
def uniform_bid(word: np.uint64, factor: float) -> float:
    """Return the factor times the number from 0 to 1 that the top 52 bits of a word stand for."""
    bits: float = np.uint64((word >> _S12) | _EXACT).view(np.float64) - _TWO_TO_52
    return factor * (bits * _TO_UNIFORM)


@kernel
def best_uniform_bid(
    value: np.uint64, seeds: NDArray[np.uint64], factors: NDArray[np.float64], steps: Steps | None = None
) -> np.int64:
    """Return which node bids most for a hash; of equal bids the highest word."""
    if len(factors) == 0:
        return best_bid(value, seeds, steps)
    tally(steps, PROBES)
    best, best_word = np.int64(0), mix(value ^ seeds[0])
    most = uniform_bid(best_word, factors[0])
    for j in range(1, len(seeds)):
        tally(steps, PROBES)
        word = mix(value ^ seeds[j])
        bid = uniform_bid(word, factors[j])
        if bid > most or (bid == most and word > best_word):
            best, best_word, most = np.int64(j), word, bid
    return best


count_bids = counted(best_uniform_bid)
one_bid = entry(best_uniform_bid)


@kernel
def carp_kernel(
    hashes: Hashes,
    seeds: NDArray[np.uint64],
    factors: NDArray[np.float64],
    buckets: NDArray[np.int32],
    out: Buckets,
    folded: NDArray[np.uint64],
    rows: NDArray[np.int32],
    keys: NDArray[np.uint64],
    words: NDArray[np.uint64],
    winners: NDArray[np.uint64],
    bids: NDArray[np.float64],
) -> None:
    """Write the bucket of the highest bid for each hash; there is room as in `rendezvous_kernel`.

    Among nodes of one factor the highest word bids most, so each run of equal factors has one bid.
    """
    fold_seeds(seeds, folded, rows)
    for first in range(0, len(hashes), BLOCK):
        size = min(BLOCK, len(hashes) - first)
        for i in range(size):
            keys[i], words[i], winners[i], bids[i] = fold(hashes[first + i]), _ZERO, _ZERO, -1.0
        begin = 0
        while begin < len(seeds):
            last = last_of_run(factors, begin)
            raise_words(keys, size, folded[begin:last], words)
            # the last of a run raises the words as they bid, so that a run of one costs one pass
            seed, factor = folded[last], factors[begin]
            for i in range(size):
                word = max(words[i], mix_folded(keys[i] ^ seed))
                bid, most, winner = uniform_bid(word, factor), bids[i], winners[i]
                wins = (bid > most) | ((bid == most) & (word > winner))
                bids[i], winners[i] = (bid if wins else most), (word if wins else winner)
                words[i] = _ZERO
            begin = last + 1
        seeds_of_words(keys, size, winners)
        for i in range(size):
            out[first + i] = buckets[row_of_seed(winners[i], folded, rows)]


@register(
    Spec(
        name="carp",
        title="CARP",
        summary="the node with the highest uniform number for the key, times a factor of all weights",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.WEIGHTED,
                Capability.UNIFORM,
                Capability.ORDER_INDEPENDENT,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.INTERVALS: "each hash is drawn for itself, so the arcs would be single hashes",
            Capability.REPLICAS: "a node that leaves changes the factors of others, and so their order",
        },
        reference="Valloppillil & Ross, Cache Array Routing Protocol v1.0, draft-vinod-carp-v1-03, 1998",
        year=1998,
        publications=(
            Publication(
                "carp",
                "techreport",
                "Valloppillil, Vinod and Ross, Keith W.",
                "Cache Array Routing Protocol v1.0",
                1998,
                {"institution": "Internet Engineering Task Force", "note": "draft-vinod-carp-v1-03"},
            ),
        ),
        lookup_cost=Cost("O(n)"),
        resize_cost=Cost("O(n log n)"),
        memory_cost=Cost("O(n)"),
        by_default=False,
        balance_law="multinomial",
        kind="baseline",
        steps={"probes": Step("nodes", published="nodes", source="the definition")},
    )
)
class Carp(Partitioner[Members]):
    """The baseline that shows why weighted rendezvous takes logarithms (Valloppillil & Ross 1998).

    Every node bids a uniform random number times a factor for each key, and the highest bid wins. The factors
    are such that shares follow weights exactly. But each of them depends on the weights of all lighter nodes
    too, so a change of one weight changes the bids of others, and keys move between nodes that nobody
    touched. With -w / ln(u), as rendezvous has it, a bid depends on the node's own weight alone.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Notes
    -----
    **Sources.** The Internet draft draft-vinod-carp-v1-03, as Squid and Microsoft's ISA Server have it.

    **Done otherwise.** Words are those of ``rendezvous``, where the draft rotates and multiplies 32 bits.
    Factors are computed to 50 digits. Equal bids go by the word, equal words by the smaller name.

    **Costs.** assign O(n) avalanches; an event O(n log n), and a power of 50 digits for each weight that
    differs; memory 12 bytes a node, 20 with weights.

    **Adverse case.** Any change that is not the heaviest node's. Of weights 1, 1, 2, 2, 3, 3, 4, 4, 5, 5 let
    the first become 3: 7.0 % of the keys move, and 6.0 % must. To 1, 2 and 4 add a node of 1: 15.5 % move,
    and 12.5 % must. With equal weights it is rendezvous.

    Examples
    --------
    >>> from algorithms import Node
    >>> p = Carp([Node("a"), Node("b", 2.0), Node("c", 4.0)])
    >>> before = p.lookup_many(range(1000))
    >>> p.add_node("d")
    3
    >>> after = p.lookup_many(range(1000))
    >>> sorted(set(after[after != before]))
    ['a', 'b', 'd']
    """

    def _check_size(self, nodes: Nodes) -> None:
        nodes.check_spelled(NODE_BYTES)

    def _build(self, nodes: Nodes) -> Members:
        self._check_size(nodes)
        factors = np.array([] if nodes.equal_weights else factors_of(nodes.weights()), dtype=np.float64)
        order = np.lexsort((nodes.name_order(), *([-factors] if len(factors) else [])))
        seeds = hash_column("xxh64", nodes.name_column(), seed=self.seed)[order]
        return Members(seeds, factors[order] if len(factors) else factors, nodes.buckets()[order])

    def _one(self, structure: Members) -> One:
        return one_bid.of(structure.seeds, structure.factors, owners=structure.buckets)

    def _place_counting(self, structure: Members, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        count_bids(hashes, (structure.seeds, structure.factors), out, steps)
        through(structure.buckets, out)

    def _place(self, structure: Members, hashes: Hashes, out: Buckets) -> None:
        seeds, factors, buckets = structure
        if len(factors):
            folded, rows = room_for_seeds(len(seeds))
            keys, words, winners = np.empty((3, BLOCK), dtype=np.uint64)
            bids = np.empty(BLOCK)
            carp_kernel(hashes, *structure, out, folded, rows, keys, words, winners, bids)
        else:
            place_by_words(seeds, buckets, hashes, out)
