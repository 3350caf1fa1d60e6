"""Laws of movement of deployed programs, each by what the program itself counts.

========================  ====================================================================================
family                    what moves
========================  ====================================================================================
`envoy_ring`              a ring of random points, of which all together are about as many, whoever is on it
`ketama_weighted`         the same of points by weight over mean weight, in float32
`nginx_hash`              a table by position, as long as the weights, of 2^15 hashes
`nginx_ip_hash`           the same of 6271 hashes
`haproxy_map`             a table as smooth as the weights go
`twemproxy_modula`        a table by name, as long as the weights
`elasticsearch`           a table of routing shards, equally many neighbours a shard
========================  ====================================================================================

A server that is down moves otherwise, and no law is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.theory.fixed_rings import envoy_counts, ketama_counts
from experiments.theory.moves import DERIVED, Family, Moves, Table, ring_moves, table_moves

if TYPE_CHECKING:
    from experiments.measures import EventShape

Parameters = Mapping[str, Any]
Side = tuple[NDArray[np.int64], NDArray[np.float64]]
"""The rows of the nodes there, by ascending bucket, and the weights of all rows."""


def sides(event: EventShape) -> tuple[Side, Side]:
    """Return who is there before and after.

    Examples
    --------
    >>> from algorithms import Node
    >>> from experiments.measures import EventShape
    >>> [rows.tolist() for rows, _ in sides(EventShape.between({0: Node("a")}, {0: Node("b"), 1: Node("a")}))]
    [[0], [1, 0]]
    """
    return (event.slots_before, event.weights_before), (event.slots_after, event.weights_after)


Counts = Callable[[NDArray[np.float64], NDArray[np.int64], Parameters], NDArray[np.int64]]


def _envoy(
    weights: NDArray[np.float64], rows: NDArray[np.int64], parameters: Parameters
) -> NDArray[np.int64]:
    sizes = {name: value for name, value in parameters.items() if name.endswith("imum_ring_size")}
    return envoy_counts(weights, rows, **sizes)


def _ketama(
    weights: NDArray[np.float64], rows: NDArray[np.int64], parameters: Parameters
) -> NDArray[np.int64]:
    return ketama_counts(weights, rows, parameters.get("points", 160))


COUNTED: Mapping[str, Counts] = {"envoy_ring": _envoy, "ketama_weighted": _ketama}
"""How many points each node has on rings that count them by all weights together."""


def _ring(counts: Counts) -> Callable[[EventShape, Parameters], Moves]:
    """Return the law of a ring of so many random points a node."""

    def moves(event: EventShape, parameters: Parameters) -> Moves:
        before, after = (counts(weights, rows, parameters) for rows, weights in sides(event))
        return ring_moves(before.tolist(), after.tolist(), event.growth.tolist())

    return moves


def _tables(
    table: Callable[[EventShape, Side, Parameters], Table], values: int | None = None
) -> Callable[[EventShape, Parameters], Moves | None]:
    """Return the law of a table that each side has, read by the hash modulo its length."""

    def moves(event: EventShape, parameters: Parameters) -> Moves | None:
        if parameters.get("down"):
            return None
        before, after = (table(event, side, parameters) for side in sides(event))
        return table_moves(before, after, event.growth, values)

    return moves


def _by_position(event: EventShape, side: Side, parameters: Parameters) -> Table:
    rows, weights = side
    return np.repeat(rows, weights[rows].astype(np.int64))


def _smooth(event: EventShape, side: Side, parameters: Parameters) -> Table:
    from algorithms.deployed.haproxy import dealt

    rows, weights = side
    whole = weights[rows].astype(np.int64)
    return rows[dealt(whole // np.gcd.reduce(whole), np.arange(len(rows), dtype=np.int32))]


def _by_name(event: EventShape, side: Side, parameters: Parameters) -> Table:
    rows, weights = side
    names = {row: event.names[row].encode() for row in rows.tolist()}
    order = np.array(sorted(names, key=lambda row: (len(names[row]), names[row])), dtype=np.int64)
    return np.repeat(order, weights[order].astype(np.int64))


def _routing(event: EventShape, side: Side, parameters: Parameters) -> Table:
    from algorithms.deployed.elasticsearch import default_routing_shards

    rows, _ = side
    count = parameters.get("routing_shards") or default_routing_shards(len(rows))
    return np.repeat(rows, count // len(rows))


_RING = "1 - [sum min(a, b) + sum (a-b)+ b/B + sum (b-a)+ a/A] / sum max(a, b), of points a, b"
_TABLE = "1 - #{entries that meet and are of one node} / lcm of their numbers"
_CHINESE = f"Chinese remainder theorem; {DERIVED}"
_COUNTED = "1 - #{hashes whose entries are of one node} / #hashes"

FAMILIES: Mapping[str, Family] = {
    **{name: Family(_ring(counts), _RING, DERIVED, mean=True) for name, counts in COUNTED.items()},
    "nginx_hash": Family(_tables(_by_position, 1 << 15), _COUNTED, "counted", mean=False),
    "nginx_ip_hash": Family(_tables(_by_position, 6271), _COUNTED, "counted", mean=False),
    "haproxy_map": Family(_tables(_smooth), _TABLE, f"Chinese remainder theorem; {DERIVED}", mean=False),
    "twemproxy_modula": Family(
        _tables(_by_name), _TABLE, f"Chinese remainder theorem; {DERIVED}", mean=False
    ),
    "elasticsearch": Family(_tables(_routing), _TABLE, f"Chinese remainder theorem; {DERIVED}", mean=False),
}
"""Families of one program each, by name."""
