"""Rendezvous hashing: every node bids for every key, and the highest bid wins."""

from __future__ import annotations

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
from algorithms.machinery.bids_of_two import pair_of_bids, place_by_two
from algorithms.machinery.kernel import kernel
from algorithms.machinery.lanes import kept_scratch
from algorithms.machinery.logarithm import ROUGH_ERROR, minus_log_of_uniform, rough_log
from algorithms.machinery.mixing import fold, mix, mix_folded, through
from algorithms.machinery.pairs import Pair
from algorithms.machinery.preferences import Bids, Preference, by_bids
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import PROBES, Steps, counted, tally
from algorithms.registry import register

NODE_BYTES = 160
"""About what a node takes while the bids are made: its name, twice, and a few numbers."""

_SURE = 1.0 + 3.0 * ROUGH_ERROR
_ZERO = np.uint64(0)


class Bidders(NamedTuple):
    """The nodes by falling weight, of equal ones by name, each with the seed of its bids and its weight.

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
    folded: NDArray[np.uint64],
    rows: NDArray[np.int32],
    keys: NDArray[np.uint64],
    words: NDArray[np.uint64],
) -> None:
    """Write the bucket with the highest word for each hash.

    There is room for the seeds, as `room_for_seeds` makes it, and for `BLOCK` keys and words.
    """
    fold_seeds(seeds, folded, rows)
    for first in range(0, len(hashes), BLOCK):
        size = min(BLOCK, len(hashes) - first)
        for i in range(size):
            keys[i], words[i] = fold(hashes[first + i]), _ZERO
        raise_words(keys, size, folded, words)
        seeds_of_words(keys, size, words)
        for i in range(size):
            out[first + i] = buckets[row_of_seed(words[i], folded, rows)]


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
    """Return which node has the highest -w / ln(u) for a hash; of equal ones the highest word.

    Whoever has neither a higher word nor a higher weight than the best so far needs no logarithm to lose.
    """
    tally(steps, PROBES)
    best, best_word = np.int64(0), mix(value ^ seeds[0])
    best_score = weights[0] / minus_log_of_uniform(best_word)
    for j in range(1, len(seeds)):
        tally(steps, PROBES)
        word = mix(value ^ seeds[j])
        if word <= best_word and weights[j] <= weights[best]:
            continue
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
def weighted_rendezvous_kernel(
    hashes: Hashes,
    seeds: NDArray[np.uint64],
    weights: NDArray[np.float64],
    reciprocals: NDArray[np.float64],
    buckets: NDArray[np.int32],
    out: Buckets,
    folded: NDArray[np.uint64],
    rows: NDArray[np.int32],
    keys: NDArray[np.uint64],
    words: NDArray[np.uint64],
    winners: NDArray[np.uint64],
    lowest: NDArray[np.float64],
    seconds: NDArray[np.float64],
) -> None:
    """Write the bucket of the best weighted bid for each hash; there is room as in `rendezvous_kernel`.

    The best bid is the lowest -ln(u) / w. Among nodes of one weight it is that of the highest word, so each
    run of equal weights has one bid. A rough logarithm finds the lowest bid and the second; only where they
    are closer than its error could explain, the exact one decides among all nodes.
    """
    fold_seeds(seeds, folded, rows)
    for first in range(0, len(hashes), BLOCK):
        size = min(BLOCK, len(hashes) - first)
        for i in range(size):
            keys[i], words[i], winners[i] = fold(hashes[first + i]), _ZERO, _ZERO
            lowest[i], seconds[i] = np.inf, np.inf
        begin = 0
        while begin < len(seeds):
            last = last_of_run(weights, begin)
            raise_words(keys, size, folded[begin:last], words)
            # the last of a run raises the words as they bid, so that a run of one costs one pass
            seed, factor = folded[last], -reciprocals[begin]
            for i in range(size):
                word = max(words[i], mix_folded(keys[i] ^ seed))
                bid, low, second = rough_log(word) * factor, lowest[i], seconds[i]
                wins = bid < low
                beaten = low if wins else bid
                seconds[i] = beaten if beaten < second else second
                lowest[i], winners[i] = (bid if wins else low), (word if wins else winners[i])
                words[i] = _ZERO
            begin = last + 1
        seeds_of_words(keys, size, winners)
        for i in range(size):
            if seconds[i] > lowest[i] * _SURE:
                row = np.int64(row_of_seed(winners[i], folded, rows))
            else:
                row = best_weighted_bid(hashes[first + i], seeds, weights)
            out[first + i] = buckets[row]


def place_by_words(
    seeds: NDArray[np.uint64], buckets: NDArray[np.int32], hashes: Hashes, out: Buckets
) -> None:
    """Write the bucket whose seed has the highest word for each hash.

    Parameters
    ----------
    seeds, buckets
        (n,) uint64 and int32; of equal seeds the first wins.
    hashes, out
        (k,) uint64 and int32. Cost: n words a hash, and once the seeds, as much as some twenty hashes.

    Examples
    --------
    >>> seeds, buckets = np.array([1, 2], dtype=np.uint64), np.array([7, 8], dtype=np.int32)
    >>> place_by_words(seeds, buckets, np.array([3, 4], dtype=np.uint64), out := np.empty(2, dtype=np.int32))
    >>> out
    array([7, 8], dtype=int32)
    """
    room = kept_scratch(BLOCK, np.uint64, np.uint64)
    rendezvous_kernel(hashes, seeds, buckets, out, *room_for_seeds(len(seeds)), *room)


def place_by_weights(bidders: Bidders, hashes: Hashes, out: Buckets) -> None:
    """Write the bucket whose weighted bid is the best for each hash.

    Parameters
    ----------
    bidders
        With weights; the fewer differ, the sooner it is done, if equal ones are neighbours.
    hashes, out
        As for :func:`place_by_words`.

    Examples
    --------
    >>> seeds, buckets = np.array([1, 2], dtype=np.uint64), np.array([7, 8], dtype=np.int32)
    >>> some = Bidders(seeds, weights := np.array([3.0, 1.0]), 1 / weights, buckets)
    >>> place_by_weights(some, np.array([3, 4], dtype=np.uint64), out := np.empty(2, dtype=np.int32))
    >>> out
    array([7, 7], dtype=int32)
    """
    room = kept_scratch(BLOCK, *3 * [np.uint64], *2 * [np.float64])
    weighted_rendezvous_kernel(hashes, *bidders, out, *room_for_seeds(len(bidders.seeds)), *room)


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
one_bid = entry(best_bid_of_all)


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
        weights = np.array([] if nodes.equal_weights else nodes.weights(), dtype=np.float64)
        order = np.lexsort((nodes.name_order(), *([-weights] if len(weights) else [])))
        seeds = hash_column("xxh64", nodes.name_column(), seed=self.seed)[order]
        weights = weights[order] if len(weights) else weights
        return Bidders(seeds, weights, 1.0 / weights, nodes.buckets()[order])

    def _one(self, structure: Bidders) -> One:
        return one_bid.of(structure.seeds, structure.weights, owners=structure.buckets)

    def _place(self, structure: Bidders, hashes: Hashes, out: Buckets) -> None:
        if len(structure.weights):
            place_by_weights(structure, hashes, out)
        else:
            place_by_words(structure.seeds, structure.buckets, hashes, out)

    def _place_two(
        self, structure: Bidders, other: Bidders, hashes: Hashes, out: Buckets, other_out: Buckets
    ) -> None:
        if len(structure.weights) or len(other.weights):
            super()._place_two(structure, other, hashes, out, other_out)
            return
        place_by_two(
            hashes, (structure.seeds, structure.buckets, out), (other.seeds, other.buckets, other_out)
        )

    def _pair(self, structure: Bidders, other: Bidders) -> Pair | None:
        if len(structure.weights) or len(other.weights):
            return None
        return pair_of_bids((structure.seeds, structure.buckets), (other.seeds, other.buckets))

    def _place_counting(self, structure: Bidders, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        count_bids(hashes, (structure.seeds, structure.weights), out, steps)
        through(structure.buckets, out)

    def _place_replicas(self, structure: Bidders, hashes: Hashes, out: Buckets) -> None:
        rendezvous_replicas_kernel(hashes, structure.seeds, structure.weights, structure.buckets, out)

    def _preference(self, structure: Bidders, nodes: Nodes) -> Preference | None:
        seeds, weights, buckets = structure.seeds, structure.weights, structure.buckets
        return Preference(by_bids, Bids(seeds.copy(), weights.copy(), buckets.copy()))
