"""Hierarchical rendezvous: groups bid for a key first, and then the nodes of the group that has won."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

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
    Whole,
)
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.bids import BLOCK
from algorithms.machinery.kernel import kernel
from algorithms.machinery.logarithm import ROUGH_ERROR, rough_log
from algorithms.machinery.mixing import derive, mix, through
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import Steps, counted
from algorithms.registry import register
from algorithms.scores.rendezvous import (
    NODE_BYTES,
    Bidders,
    best_bid,
    best_bid_of_all,
    best_weighted_bid,
    place_by_weights,
    place_by_words,
)

MOST_IN_GROUP = 1 << 20

_SURE = 1.0 + 3.0 * ROUGH_ERROR


class Groups(NamedTuple):
    """Who bids first, each for a group, and the members of the groups, one group after the other.

    ``begins`` says where the members of each group begin, and where the last ones end. Members of a group
    are in the order of their names; their weights and the reciprocals are empty where all are equal.
    """

    groups: Bidders
    begins: NDArray[np.int64]
    members: Bidders


@kernel
def group_seeds_kernel(seed: np.uint64, groups: NDArray[np.int32], out: NDArray[np.uint64]) -> None:
    """Write the seed of the bids of each group."""
    for i in range(len(groups)):
        out[i] = derive(seed, np.uint64(groups[i]))


@kernel
def members_kernel(
    hashes: Hashes,
    begins: NDArray[np.int64],
    seeds: NDArray[np.uint64],
    buckets: NDArray[np.int32],
    out: Buckets,
    fetched: NDArray[np.uint64],
    words: NDArray[np.uint64],
    firsts: NDArray[np.uint64],
    lasts: NDArray[np.uint64],
    bests: NDArray[np.int64],
) -> None:
    """Replace each group by its member with the highest word; the last five are room for `BLOCK` keys.

    What the groups lead to is fetched first, so that the loop over the bids vectorises; where a group begins
    and ends is fetched once, since a gathered word costs as much as the bid that it is for.
    """
    for first in range(0, len(hashes), BLOCK):
        size = min(BLOCK, len(hashes) - first)
        most = np.int64(0)
        for i in range(size):
            group = out[first + i]
            firsts[i], lasts[i], bests[i] = np.uint64(begins[group]), np.uint64(begins[group + 1] - 1), 0
            most = max(most, np.int64(lasts[i] - firsts[i]))
            words[i] = mix(hashes[first + i] ^ seeds[firsts[i]])
        for j in range(1, most + 1):
            for i in range(size):
                # past the end the last member bids again, which changes nothing: only a higher word wins
                fetched[i] = seeds[min(firsts[i] + np.uint64(j), lasts[i])]
            for i in range(size):
                word, highest, best = mix(hashes[first + i] ^ fetched[i]), words[i], bests[i]
                words[i], bests[i] = max(word, highest), (j if word > highest else best)
        for i in range(size):
            out[first + i] = buckets[firsts[i] + np.uint64(bests[i])]


@kernel
def weighted_members_kernel(
    hashes: Hashes,
    begins: NDArray[np.int64],
    seeds: NDArray[np.uint64],
    weights: NDArray[np.float64],
    reciprocals: NDArray[np.float64],
    buckets: NDArray[np.int32],
    out: Buckets,
    fetched: NDArray[np.uint64],
    factors: NDArray[np.float64],
    lowest: NDArray[np.float64],
    seconds: NDArray[np.float64],
    firsts: NDArray[np.uint64],
    lasts: NDArray[np.uint64],
    bests: NDArray[np.int64],
) -> None:
    """Replace each group by its member with the best weighted bid; the last seven are room for `BLOCK` keys.

    As in rendezvous, a rough logarithm finds the lowest bid, and where it is close the exact one decides.
    """
    for first in range(0, len(hashes), BLOCK):
        size = min(BLOCK, len(hashes) - first)
        most = np.int64(0)
        for i in range(size):
            group = out[first + i]
            firsts[i], lasts[i] = np.uint64(begins[group]), np.uint64(begins[group + 1] - 1)
            most = max(most, np.int64(lasts[i] - firsts[i]))
            lowest[i], seconds[i], bests[i] = np.inf, np.inf, 0
        for j in range(most + 1):
            for i in range(size):
                at = firsts[i] + np.uint64(j)
                # past the end nobody bids: an infinite bid never wins
                beyond = at > lasts[i]
                at = firsts[i] if beyond else at
                fetched[i], factors[i] = seeds[at], (-np.inf if beyond else -reciprocals[at])
            for i in range(size):
                bid = rough_log(mix(hashes[first + i] ^ fetched[i])) * factors[i]
                low, second, best = lowest[i], seconds[i], bests[i]
                wins = bid < low
                beaten = low if wins else bid
                seconds[i] = beaten if beaten < second else second
                lowest[i], bests[i] = (bid if wins else low), (j if wins else best)
        for i in range(size):
            begin, end = np.int64(firsts[i]), np.int64(lasts[i]) + 1
            if not seconds[i] > lowest[i] * _SURE:
                bests[i] = best_weighted_bid(hashes[first + i], seeds[begin:end], weights[begin:end], None)
            out[first + i] = buckets[begin + bests[i]]


@kernel
def member(
    h: np.uint64,
    group_seeds: NDArray[np.uint64],
    group_weights: NDArray[np.float64],
    begins: NDArray[np.int64],
    seeds: NDArray[np.uint64],
    weights: NDArray[np.float64],
    steps: Steps | None = None,
) -> Any:
    """Return which member of all has a hash."""
    group = best_bid_of_all(h, group_seeds, group_weights, steps)
    begin, end = begins[group], begins[group + 1]
    if len(weights):
        return begin + best_weighted_bid(h, seeds[begin:end], weights[begin:end], steps)
    return begin + best_bid(h, seeds[begin:end], steps)


count_bids = counted(member)
one_member = entry(member)


@register(
    Spec(
        name="hierarchical",
        title="Hierarchical rendezvous",
        summary="rendezvous among groups by what their members weigh, then among the members of one group",
        capabilities=frozenset(
            {Capability.REMOVES_ANY, Capability.WEIGHTED, Capability.UNIFORM, Capability.REVERSIBLE}
        ),
        lacks={
            Capability.ORDER_INDEPENDENT: "groups go by numbers of buckets, not by names",
            Capability.INTERVALS: "each hash is drawn for itself, so the arcs would be single hashes",
            Capability.REPLICAS: "a removal makes its group lighter, so that others of it lose keys too",
        },
        reference="Wang & Ravishankar, Hash-based virtual hierarchies, 2009; skeleton-based rendezvous",
        year=2009,
        publications=(
            Publication(
                "hierarchical",
                "article",
                "Wang, Wei and Ravishankar, Chinya V.",
                "Hash-based virtual hierarchies for scalable location service in mobile ad-hoc networks",
                2009,
                {"journal": "Mobile Networks and Applications", "doi": "10.1007/s11036-008-0144-3"},
            ),
        ),
        lookup_cost=Cost("O(n / g + g)", "for groups of g, so that O(sqrt(n)) is the least"),
        resize_cost=Cost("O(n log n)"),
        memory_cost=Cost("O(n)"),
        by_default=False,
        balance_law="multinomial",
        steps={"probes": Step()},
        vary={"group_size": (4, 8, 16, 32)},
    )
)
class Hierarchical(Partitioner[Groups]):
    """Rendezvous hashing in two steps: among groups of nodes, then among the nodes of one group.

    Nodes stand in groups of so many buckets. Each group bids for a key with the weight of its members, and
    then the members of the group that has won bid for it. So a key costs n/g + g bids instead of n, and
    shares follow the weights exactly. But the keys that enter or leave a group with the weight of one of its
    members are dealt among all of them, and so more keys move than must: it is the reason why nobody who
    uses such trees promises minimal movement.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`.
    group_size
        g: the node in bucket b is in group b div g.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For a size of groups that is no whole number from 1 to 2^20.

    Notes
    -----
    **Sources.** Skeleton-based rendezvous, as of Wang & Ravishankar 2009; Ceph's trees of buckets are of the
    kind, with as many levels as there are racks and rows.

    **Done otherwise.** Two levels only, and groups have weights, without which shares would not be equal
    where groups are not full. Bids are those of ``rendezvous``; a group bids with ``mixing.derive`` of the
    seed and its number.

    **Costs.** assign n/g + g avalanches, with weights or groups that are not full as many logarithms; an
    event O(n log n), to sort the names; memory 12 bytes a node, 28 with weights, and 36 a group.

    **Adverse case.** One node of a full group leaves: with groups of 8, of 64 nodes, it moves 1.78 times as
    many keys as it must, and up to twice for larger groups of more nodes.

    Examples
    --------
    >>> p = Hierarchical(["a", "b", "c", "d"], group_size=2)
    >>> before = p.lookup_many(range(1000))
    >>> p.remove_node("b")
    >>> sorted(set(before[p.lookup_many(range(1000)) != before]))
    ['a', 'b']
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        group_size: Annotated[int, Whole(1, MOST_IN_GROUP)] = 8,
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.group_size = group_size
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _check_size(self, nodes: Nodes) -> None:
        nodes.check_spelled(NODE_BYTES)

    def _build(self, nodes: Nodes) -> Groups:
        self._check_size(nodes)
        weights = np.array(nodes.weights(), dtype=np.float64)
        order = np.lexsort((nodes.name_order(), nodes.buckets() // self.group_size))
        buckets, weights = nodes.buckets()[order], weights[order]
        numbers, begins = np.unique(buckets // self.group_size, return_index=True)
        sums = np.add.reduceat(weights, begins)
        heavy = np.array([]) if bool((sums == sums[0]).all()) else sums
        light = np.array([]) if nodes.equal_weights else weights
        seeds = np.empty(len(numbers), dtype=np.uint64)
        group_seeds_kernel(np.uint64(self.seed), numbers.astype(np.int32), seeds)
        places = np.arange(len(numbers), dtype=np.int32)
        members = hash_column("xxh64", nodes.name_column(), seed=self.seed)[order]
        return Groups(
            Bidders(seeds, heavy, 1.0 / heavy, places),
            np.append(begins, len(order)).astype(np.int64),
            Bidders(members, light, 1.0 / light, buckets),
        )

    def _one(self, structure: Groups) -> One:
        groups, begins, members = structure
        needs = (groups.seeds, groups.weights, begins, members.seeds, members.weights)
        return one_member.of(*needs, owners=members.buckets)

    def _place_counting(self, structure: Groups, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        groups, begins, members = structure
        needs = (groups.seeds, groups.weights, begins, members.seeds, members.weights)
        count_bids(hashes, needs, out, steps)
        through(members.buckets, out)

    def _place(self, structure: Groups, hashes: Hashes, out: Buckets) -> None:
        groups, begins, members = structure
        if len(groups.weights):
            place_by_weights(groups, hashes, out)
        else:
            place_by_words(groups.seeds, groups.buckets, hashes, out)
        fetched, words, firsts, lasts = np.empty((4, BLOCK), dtype=np.uint64)
        bests = np.empty(BLOCK, dtype=np.int64)
        if len(members.weights):
            factors, lowest, seconds = np.empty((3, BLOCK))
            weighted_members_kernel(
                hashes, begins, *members, out, fetched, factors, lowest, seconds, firsts, lasts, bests
            )
        else:
            members_kernel(
                hashes, begins, members.seeds, members.buckets, out, fetched, words, firsts, lasts, bests
            )
