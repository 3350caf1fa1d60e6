"""Rendezvous hashing: every node bids for every key, and the highest bid wins."""

from __future__ import annotations

from collections.abc import Callable
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
from algorithms.machinery.kernel import kernel
from algorithms.machinery.logarithm import ROUGH_ERROR, minus_log_of_uniform, rough_log
from algorithms.machinery.mixing import mix, through, unsigned
from algorithms.machinery.steps import PROBES, Steps, counted, tally
from algorithms.registry import register

BLOCK = 64
NODE_BYTES = 160
"""About what a node takes while the bids are made: its name, twice, and a few numbers."""
"""Keys whose best bids are kept side by side, so that the loop over them vectorises."""

_SURE = 1.0 + 3.0 * ROUGH_ERROR


class Bidders(NamedTuple):
    """The nodes in the order of their names, each with the seed of its bids and its weight.

    ``weights`` and their reciprocals are empty where all are equal: then the words themselves decide.
    """

    seeds: NDArray[np.uint64]
    weights: NDArray[np.float64]
    reciprocals: NDArray[np.float64]
    buckets: NDArray[np.int32]


@kernel
def rendezvous_kernel(
    hashes: Hashes,
    seeds: NDArray[np.uint64],
    buckets: NDArray[np.int32],
    out: Buckets,
    words: NDArray[np.uint64],
    bests: NDArray[np.int64],
) -> None:
    """Write the bucket with the highest word for each hash; the last two are room for `BLOCK` keys.

    Four nodes bid in each pass over a block, so the best bids are fetched and stored a quarter as often.
    """
    n = len(seeds)
    for first in range(0, len(hashes), BLOCK):
        size = min(BLOCK, len(hashes) - first)
        for i in range(size):
            words[i], bests[i] = mix(hashes[first + i] ^ seeds[0]), 0
        j = 1
        while j < n:
            # past the end the last node bids again, which changes nothing: only a higher word wins
            j1, j2, j3 = min(j + 1, n - 1), min(j + 2, n - 1), min(j + 3, n - 1)
            s0, s1, s2, s3 = seeds[j], seeds[j1], seeds[j2], seeds[j3]
            for i in range(size):
                value, word, best = hashes[first + i], words[i], bests[i]
                bid = mix(value ^ s0)
                best, word = (j if bid > word else best), max(bid, word)
                bid = mix(value ^ s1)
                best, word = (j1 if bid > word else best), max(bid, word)
                bid = mix(value ^ s2)
                best, word = (j2 if bid > word else best), max(bid, word)
                bid = mix(value ^ s3)
                best, word = (j3 if bid > word else best), max(bid, word)
                words[i], bests[i] = word, best
            j += 4
        for i in range(size):
            out[first + i] = buckets[bests[i]]


@kernel
def best_bid(value: np.uint64, seeds: NDArray[np.uint64], steps: Steps | None = None) -> np.int64:
    """Return which node has the highest word for a hash."""
    tally(steps, PROBES)
    best, best_word = np.int64(0), mix(value ^ seeds[0])
    for j in range(1, len(seeds)):
        tally(steps, PROBES)
        word = mix(value ^ seeds[j])
        if word > best_word:
            best, best_word = np.int64(j), word
    return best


@kernel
def best_weighted_bid(
    value: np.uint64, seeds: NDArray[np.uint64], weights: NDArray[np.float64], steps: Steps | None = None
) -> np.int64:
    """Return which node has the highest -w / ln(u) for a hash; of equal ones the highest word."""
    tally(steps, PROBES)
    best, best_word = np.int64(0), mix(value ^ seeds[0])
    best_score = weights[0] / minus_log_of_uniform(best_word)
    for j in range(1, len(seeds)):
        tally(steps, PROBES)
        word = mix(value ^ seeds[j])
        score = weights[j] / minus_log_of_uniform(word)
        if score > best_score or (score == best_score and word > best_word):
            best, best_word, best_score = np.int64(j), word, score
    return best


@kernel
def best_bid_of_all(
    value: np.uint64, seeds: NDArray[np.uint64], weights: NDArray[np.float64], steps: Steps | None = None
) -> np.int64:
    """Return which node has the best bid for a hash."""
    if len(weights):
        return best_weighted_bid(value, seeds, weights, steps)
    return best_bid(value, seeds, steps)


@kernel
def best_bid_of_signed(value: int, seeds: NDArray[np.uint64], weights: NDArray[np.float64]) -> np.int64:
    """Return which node has the best bid for a hash whose bits are given as a signed integer."""
    # plain Python would refuse a negative number at once
    return best_bid_of_all(unsigned(value), seeds, weights, None)


@kernel
def weighted_rendezvous_kernel(
    hashes: Hashes,
    seeds: NDArray[np.uint64],
    weights: NDArray[np.float64],
    reciprocals: NDArray[np.float64],
    buckets: NDArray[np.int32],
    out: Buckets,
    lowest: NDArray[np.float64],
    seconds: NDArray[np.float64],
    bests: NDArray[np.int64],
) -> None:
    """Write the bucket of the best weighted bid for each hash; the last three are room for `BLOCK` keys.

    The best bid is the lowest -ln(u) / w. A rough logarithm finds the lowest and the second; only where
    they are closer than its error could explain, the exact one decides.
    """
    n = len(seeds)
    for first in range(0, len(hashes), BLOCK):
        size = min(BLOCK, len(hashes) - first)
        for i in range(size):
            lowest[i], seconds[i], bests[i] = np.inf, np.inf, 0
        for j in range(0, n, 2):
            seed, factor = seeds[j], -reciprocals[j]
            # past the end nobody bids: an infinite bid never wins
            next_seed, next_factor = (seeds[j + 1], -reciprocals[j + 1]) if j + 1 < n else (seed, -np.inf)
            for i in range(size):
                value, low, second, best = hashes[first + i], lowest[i], seconds[i], bests[i]
                bid = rough_log(mix(value ^ seed)) * factor
                wins = bid < low
                beaten = low if wins else bid
                second = beaten if beaten < second else second
                low, best = (bid if wins else low), (j if wins else best)
                bid = rough_log(mix(value ^ next_seed)) * next_factor
                wins = bid < low
                beaten = low if wins else bid
                seconds[i] = beaten if beaten < second else second
                lowest[i], bests[i] = (bid if wins else low), (j + 1 if wins else best)
        for i in range(size):
            if not seconds[i] > lowest[i] * _SURE:
                bests[i] = best_weighted_bid(hashes[first + i], seeds, weights)
            out[first + i] = buckets[bests[i]]


@kernel
def rendezvous_replicas_kernel(
    hashes: Hashes,
    seeds: NDArray[np.uint64],
    weights: NDArray[np.float64],
    buckets: NDArray[np.int32],
    out: Buckets,
) -> None:
    """Write the buckets of the ``count`` best bids for each hash, best first; out is (k, count).

    While a row is being filled it holds places in ``seeds``, of which the buckets are looked up at the end.
    """
    count = out.shape[1]
    weighted = len(weights) > 0
    for i in range(len(hashes)):
        for j in range(len(seeds)):
            word = mix(hashes[i] ^ seeds[j])
            score = weights[j] / minus_log_of_uniform(word) if weighted else 0.0
            at = min(j, count)
            while at > 0:
                rival = out[i, at - 1]
                rival_word = mix(hashes[i] ^ seeds[rival])
                rival_score = weights[rival] / minus_log_of_uniform(rival_word) if weighted else 0.0
                if score < rival_score or (score == rival_score and word <= rival_word):
                    break
                if at < count:
                    out[i, at] = rival
                at -= 1
            if at < count:
                out[i, at] = j
        for r in range(count):
            out[i, r] = buckets[out[i, r]]


count_bids = counted(best_bid_of_all)


@register(
    Spec(
        name="rendezvous",
        title="Rendezvous",
        summary="the node with the highest random score for the key, -w / ln(u) with weights",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.WEIGHTED,
                Capability.MINIMAL_MOVEMENT,
                Capability.UNIFORM,
                Capability.REPLICAS,
                Capability.ORDER_INDEPENDENT,
                Capability.REVERSIBLE,
            }
        ),
        lacks={Capability.INTERVALS: "each hash is drawn for itself, so the arcs would be single hashes"},
        reference="Thaler & Ravishankar, Using name-based mappings to increase hit rates, IEEE/ACM ToN 1998",
        year=1998,
        publications=(
            Publication(
                "rendezvous",
                "article",
                "Thaler, David G. and Ravishankar, Chinya V.",
                "Using name-based mappings to increase hit rates",
                1998,
                {
                    "journal": "IEEE/ACM Transactions on Networking",
                    "volume": "6",
                    "number": "1",
                    "pages": "1–14",
                    "doi": "10.1109/90.663936",
                },
            ),
            Publication(
                "resch",
                "misc",
                "Resch, Jason",
                "New hashing algorithms for data storage",
                2015,
                {"howpublished": "SNIA Storage Developer Conference"},
            ),
        ),
        lookup_cost=Cost("O(n)"),
        resize_cost=Cost("O(n log n)"),
        memory_cost=Cost("O(n)"),
        movement_law="consistent",
        balance_law="multinomial",
        steps={
            "probes": Step("nodes", published="nodes", source="the definition"),
        },
    )
)
class Rendezvous(Partitioner[Bidders]):
    """Rendezvous hashing, also called highest random weight (Thaler & Ravishankar 1998).

    For each pair of hash and node a random word is computed, and the node with the highest word has the
    key. A new node takes just those keys for which it bids highest; a removed node's keys go to whoever bid
    second. With weights the scores are -w / ln(u) for the uniform u of the pair: the node's chance to be
    highest is its share of the weights, and a change of one weight moves keys to or from that node alone.

    **Sources.** IEEE/ACM Transactions on Networking 6(1), 1998; the weighted score is that of J. Resch,
    New hashing algorithms for data storage, SDC 2015.

    **Done otherwise.** The word of a pair is one full avalanche (``mixing.mix``) of the hash xor the node's
    seed, the xxh64 of its name whatever ``hash`` is, so that narrow hash functions cannot make two nodes
    equal. The logarithm is our own (``logarithm.py``): the same winner on every machine. Equal scores go
    by the word, equal words by the smaller name.

    **Costs.** assign O(n) avalanches, and with weights as many logarithms; an event O(n log n), to sort
    the names; memory 12 bytes a node, 28 with weights.

    **Adverse case.** Large n: at 1000 nodes a lookup costs 1000 avalanches.

    Examples
    --------
    >>> p = Rendezvous(["a", "b", "c"])
    >>> before = p.lookup_many(range(1000))
    >>> p.remove_node("b")
    >>> sorted(set(before[p.lookup_many(range(1000)) != before]))
    ['b']
    """

    def _check_size(self, nodes: Nodes) -> None:
        nodes.check_spelled(NODE_BYTES)

    def _build(self, nodes: Nodes) -> Bidders:
        self._check_size(nodes)
        by_name = np.argsort(nodes.name_order())
        seeds = hash_column("xxh64", nodes.name_column(), seed=self.seed)[by_name]
        weights = np.array([] if nodes.equal_weights else nodes.weights(), dtype=np.float64)
        weights = weights[by_name] if len(weights) else weights
        return Bidders(seeds, weights, 1.0 / weights, nodes.buckets()[by_name])

    def _placer(self, structure: Bidders) -> Callable[[int], int]:
        seeds, weights, _, buckets = structure
        best, owners = best_bid_of_signed.compiled, buckets.tolist()
        # numba takes a Python int below 2^63 faster than any numpy scalar
        return lambda value: owners[best(value - (value >> 63 << 64), seeds, weights)]

    def _place(self, structure: Bidders, hashes: Hashes, out: Buckets) -> None:
        seeds, weights, reciprocals, buckets = structure
        bests = np.empty(BLOCK, dtype=np.int64)
        if len(weights):
            lowest, seconds = np.empty(BLOCK), np.empty(BLOCK)
            weighted_rendezvous_kernel(
                hashes, seeds, weights, reciprocals, buckets, out, lowest, seconds, bests
            )
        else:
            rendezvous_kernel(hashes, seeds, buckets, out, np.empty(BLOCK, dtype=np.uint64), bests)

    def _place_counting(self, structure: Bidders, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        count_bids(hashes, (structure.seeds, structure.weights), out, steps)
        through(structure.buckets, out)

    def _place_replicas(self, structure: Bidders, hashes: Hashes, out: Buckets) -> None:
        rendezvous_replicas_kernel(hashes, structure.seeds, structure.weights, structure.buckets, out)
