"""Envoy's ring: a fixed number of points in all, shared out by weight, so that a new host takes from all."""

from __future__ import annotations

from itertools import accumulate
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from algorithms.deployed.circles import GivenRing, Points, check_total, scaled
from algorithms.errors import InvalidParameter
from algorithms.hashing import hash_column, hash_function
from algorithms.hashing.labels import labels
from algorithms.interface import Capability, Cost, Nodes, Publication, Spec, Whole
from algorithms.interface.nodes import NodesLike
from algorithms.registry import register

LARGEST_RING = 8_388_608
"""The most points that Envoy allows one ring to be told to have."""


def point_counts(weights: list[float], minimum: int, maximum: int) -> NDArray[np.int64]:
    """Return how many points the hosts of Envoy's ring have.

    Parameters
    ----------
    weights
        Of the hosts, in the order of the configuration.
    minimum, maximum
        ``minimum_ring_size`` and ``maximum_ring_size``.

    Returns
    -------
    ndarray
        (n,) int64. The least share is to have a whole number of points; the others are counted up to the
        sums of all before, in doubles, which are rounded as Envoy rounds them.

    Examples
    --------
    >>> point_counts([1.0, 2.0], 1024, LARGEST_RING), point_counts([1.0] * 5, 1024, LARGEST_RING)
    (array([342, 684]), array([205, 205, 205, 205, 205]))
    """
    total = 0.0
    for weight in weights:
        total += weight
    shares = [weight / total for weight in weights]
    least = min(shares)
    scale = min(float(np.ceil(least * minimum)) / least, float(maximum))
    reached = np.ceil(list(accumulate(scale * share for share in shares)))
    return np.diff(np.maximum.accumulate(reached), prepend=0.0).astype(np.int64)


@register(
    Spec(
        name="envoy_ring",
        title="Envoy ring",
        summary="the first point at or above the hash, on a ring of about as many points whoever is on it",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.WEIGHTED,
                Capability.INTERVALS,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.UNIFORM: "shares are random: with 1024 points on n hosts they spread by sqrt(n) / 32",
            Capability.REPLICAS: "another attempt takes the next point, which may be of the same host",
            Capability.ORDER_INDEPENDENT: "points are counted up to sums in the order of the hosts",
        },
        reference="Envoy 1.40.0, lb_policy RING_HASH",
        year=2016,
        publications=(
            Publication(
                "envoy-ring",
                "misc",
                "{The Envoy Project Authors}",
                "Envoy documentation: Supported load balancers, ring hash",
                2016,
                {"howpublished": "envoyproxy.io"},
            ),
        ),
        lookup_cost=Cost("O(1)", "for scattered points; O(log K) in the worst case"),
        resize_cost=Cost("O(K log K)"),
        memory_cost=Cost("O(K)"),
        movement_law="envoy_ring",
        balance_law="envoy_ring",
        kind="deployed",
        by_default=False,
    )
)
class EnvoyRing(GivenRing):
    """The ring of Envoy's ``RING_HASH``, point for point.

    The ring has ``minimum_ring_size`` points or a few more, in proportion to the weights, so five hosts have
    205 each and six 171. Point i of a host is the hash of ``f"{name}_{i}"``, and the first point at or above
    a key's hash has the key. A new host has its points, and all others lose some of theirs: about (2n + 1) /
    ((n + 1)(n + 2)) of the keys move and not 1 / (n + 1), twice what must (`experiments.theory.envoy`).

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.Partitioner`: in the order of the configuration, each by the text that
        Envoy hashes, which is ``ip:port``, ``[v6]:port``, or the ``hash_key`` of its metadata.
    minimum_ring_size, maximum_ring_size
        How many points the ring has, before the least share is rounded up to a whole number of points, and
        at most. Whole numbers from 1 to 8,388,608, the minimum not above the maximum.
    points_hash
        Of points: ``xxh64``, or ``murmur2_64`` for MURMUR_HASH_2. Keys have ``hash``, as in Envoy, where it
        is xxh64 whatever the ring has.
    hash, hash_bits, seed
        As for :class:`~algorithms.Partitioner`.

    Raises
    ------
    InvalidParameter
        For sizes that cannot be.
    UnknownHash
        For another name of a hash function.

    Notes
    -----
    **Sources.** Recorded from Envoy 1.40.0: placements of 18 rings, with weights, IPv6, ``hash_key``,
    both hash functions, small rings and large ones. Sums and shares are doubles in Envoy's order.

    **Done otherwise.** Hosts that are not healthy are left out by whoever names the nodes. Equal points: the
    host named first has the arc; Envoy leaves that to an unstable sort.

    **Costs.** assign: O(1) by an index when points are scattered. An event builds the ring anew, 1024 points
    in some 0.1 ms. Memory: some 20 bytes a point.

    **Adverse case.** Many hosts: 1024 points on 200 of them are 6 each, and the busiest has twice the mean.
    From 1 host to 2 half of the keys must move and do; from 5 to 6, 26 % move and 17 % must.

    Examples
    --------
    >>> p = EnvoyRing(["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"])
    >>> len(p.arcs()), p.lookup("user:42")
    (1027, '10.0.0.3:80')
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        minimum_ring_size: Annotated[int, Whole(1, LARGEST_RING)] = 1024,
        maximum_ring_size: Annotated[int, Whole(1, LARGEST_RING)] = LARGEST_RING,
        points_hash: str = "xxh64",
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.minimum_ring_size = minimum_ring_size
        self.maximum_ring_size = maximum_ring_size
        self.points_hash = str(points_hash)
        hash_function(points_hash)
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _counts(self, nodes: Nodes) -> NDArray[np.int64]:
        if self.minimum_ring_size > self.maximum_ring_size:
            raise InvalidParameter(
                f"minimum_ring_size {self.minimum_ring_size} is above maximum_ring_size "
                f"{self.maximum_ring_size}: Envoy refuses that"
            )
        counts = point_counts(nodes.weights(), self.minimum_ring_size, self.maximum_ring_size)
        check_total(int(counts.sum()))
        return counts

    def _points(self, nodes: Nodes) -> Points:
        counts = self._counts(nodes)
        function = hash_function(self.points_hash)
        texts = labels(nodes.name_column(), counts, separator=b"_")
        hashes = hash_column(self.points_hash, texts, seed=self.seed if function.seeded else 0)
        numbers = np.arange(len(hashes)) - np.repeat(np.cumsum(counts) - counts, counts)
        return Points(
            scaled(hashes, function.width, self.hash_bits), np.repeat(nodes.buckets(), counts), numbers
        )
