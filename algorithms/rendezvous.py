"""Rendezvous hashing: every node bids for every key, and the highest bid wins."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing import hash_column
from algorithms.interface import Buckets, Capability, Hashes, Nodes, Partitioner, Spec
from algorithms.kernels import kernel
from algorithms.logarithm import minus_log_of_uniform
from algorithms.mixing import mix
from algorithms.registry import register


class Bidders(NamedTuple):
    """The nodes in the order of their names, each with the seed of its bids and its weight.

    ``weights`` is empty where all are equal: then the words themselves decide.
    """

    seeds: NDArray[np.uint64]
    weights: NDArray[np.float64]
    buckets: NDArray[np.int32]


@kernel
def rendezvous_kernel(
    hashes: Hashes, seeds: NDArray[np.uint64], buckets: NDArray[np.int32], out: Buckets
) -> None:
    """Write the bucket with the highest word for each hash."""
    for i in range(len(hashes)):
        best, best_word = 0, mix(hashes[i] ^ seeds[0])
        for j in range(1, len(seeds)):
            word = mix(hashes[i] ^ seeds[j])
            if word > best_word:
                best, best_word = j, word
        out[i] = buckets[best]


@kernel
def weighted_rendezvous_kernel(
    hashes: Hashes,
    seeds: NDArray[np.uint64],
    weights: NDArray[np.float64],
    buckets: NDArray[np.int32],
    out: Buckets,
) -> None:
    """Write the bucket with the highest -w / ln(u) for each hash; of equal ones the highest word."""
    for i in range(len(hashes)):
        best, best_word = 0, mix(hashes[i] ^ seeds[0])
        best_score = weights[0] / minus_log_of_uniform(best_word)
        for j in range(1, len(seeds)):
            word = mix(hashes[i] ^ seeds[j])
            score = weights[j] / minus_log_of_uniform(word)
            if score > best_score or (score == best_score and word > best_word):
                best, best_word, best_score = j, word, score
        out[i] = buckets[best]


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
        lookup_cost="O(n)",
        resize_cost="O(n log n)",
        memory_cost="O(n)",
        movement_law="consistent",
        balance_law="multinomial",
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
    by the
    word, equal words by the smaller name.

    **Costs.** assign O(n) avalanches, and with weights as many logarithms; an event O(n log n), to sort
    the names; memory 12 bytes a node, 20 with weights.

    **Adverse case.** Large n: at 1000 nodes a lookup costs 1000 avalanches.

    Examples
    --------
    >>> p = Rendezvous(["a", "b", "c"])
    >>> before = p.lookup_many(range(1000))
    >>> p.remove_node("b")
    >>> sorted(set(before[p.lookup_many(range(1000)) != before]))
    ['b']
    """

    def _build(self, nodes: Nodes) -> Bidders:
        by_name = np.argsort(nodes.name_order())
        seeds = hash_column("xxh64", nodes.name_column(), seed=self.seed)[by_name]
        weights = np.array([] if nodes.equal_weights else nodes.weights(), dtype=np.float64)
        return Bidders(seeds, weights[by_name] if len(weights) else weights, nodes.buckets()[by_name])

    def _place(self, structure: Bidders, hashes: Hashes, out: Buckets) -> None:
        seeds, weights, buckets = structure
        if len(weights):
            weighted_rendezvous_kernel(hashes, seeds, weights, buckets, out)
        else:
            rendezvous_kernel(hashes, seeds, buckets, out)

    def _place_replicas(self, structure: Bidders, hashes: Hashes, out: Buckets) -> None:
        rendezvous_replicas_kernel(hashes, *structure, out)
