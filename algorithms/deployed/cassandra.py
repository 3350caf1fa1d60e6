"""Cassandra and Scylla: a ring of tokens, and replicas by the strategy of a keyspace."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.checks import is_int
from algorithms.errors import InvalidParameter, UnsupportedEvent
from algorithms.interface import (
    Buckets,
    Capability,
    Cost,
    Hashes,
    Nodes,
    Publication,
    Spec,
    State,
    Step,
    Whole,
)
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.intervals import row_of
from algorithms.machinery.kernel import kernel
from algorithms.machinery.preferences import Preference
from algorithms.registry import register
from algorithms.rings.points import MOST_POINTS, Points
from algorithms.rings.ring import Circle, Ring

__all__ = ["Cassandra", "composite", "random_token"]


def composite(parts: Sequence[bytes]) -> bytes:
    r"""Return the partition key of several columns.

    Parameters
    ----------
    parts
        The value of each column in Cassandra's own encoding, below 2^16 bytes: a text by its UTF-8 bytes, an
        int by four big-endian bytes. One alone is the key itself.

    Returns
    -------
    bytes

    Examples
    --------
    >>> composite([b"a", bytes(4)])
    b'\x00\x01a\x00\x00\x04\x00\x00\x00\x00\x00'
    """
    if len(parts) == 1:
        return parts[0]
    return b"".join(len(part).to_bytes(2, "big") + part + b"\0" for part in parts)


def random_token(key: bytes) -> int:
    """Return the token of the RandomPartitioner, from 0 to 2^127.

    Parameters
    ----------
    key
        The partition key.

    Returns
    -------
    int
        MD5 as a signed big-endian number, without its sign.

    Examples
    --------
    >>> random_token(b"user:1")
    88134755466692984910954222269423366958
    """
    digest = hashlib.md5(key, usedforsecurity=False).digest()
    return abs(int.from_bytes(digest, "big", signed=True))


class Racks(NamedTuple):
    """Where the nodes are, by bucket, and how many replicas each datacenter keeps of a key.

    Parameters
    ----------
    datacenters, racks
        (top,) int64, by bucket; racks are numbered through all datacenters, -1 where no bucket is.
    left, repeats
        (d,) int64 by datacenter: how many replicas, and how many of them may share a rack.
    """

    datacenters: NDArray[np.int64]
    racks: NDArray[np.int64]
    left: NDArray[np.int64]
    repeats: NDArray[np.int64]


@kernel
def topology_replicas_kernel(
    starts: NDArray[np.uint64],
    walk: NDArray[np.int32],
    entry: NDArray[np.int32],
    datacenters: NDArray[np.int64],
    racks: NDArray[np.int64],
    left: NDArray[np.int64],
    repeats: NDArray[np.int64],
    hashes: Hashes,
    out: Buckets,
) -> None:
    """Write the replicas of each hash: a walk upwards that takes new racks, and old ones where it must."""
    for i in range(len(hashes)):
        at = row_of(starts, np.int64(0), hashes[i])
        if len(entry):
            at = entry[at]
        found = 0
        while found < out.shape[1]:
            owner = walk[at]
            at = (at + 1) % len(walk)
            datacenter = datacenters[owner]
            taken, shared, known = 0, 0, False
            new_rack = True
            for j in range(found):
                other = out[i, j]
                known |= other == owner
                if datacenters[other] == datacenter:
                    taken += 1
                    new_rack &= racks[other] != racks[owner]
                    # it shared a rack if an earlier replica has the same
                    for k in range(j):
                        if racks[out[i, k]] == racks[other]:
                            shared += 1
                            break
            if known or taken >= left[datacenter]:
                continue
            if new_rack or shared < repeats[datacenter]:
                out[i, found] = owner
                found += 1


@register(
    Spec(
        name="cassandra",
        title="Cassandra",
        summary="the node with the first token at or above the key's, on a ring of tokens",
        capabilities=Ring.spec.capabilities,
        lacks={
            Capability.UNIFORM: "shares are as the tokens lie: with v random ones they spread by 1/sqrt(v)"
        },
        reference="Lakshman & Malik, Cassandra: a decentralized structured storage system, 2010; "
        "Apache Cassandra documentation, Dynamo",
        year=2010,
        publications=(
            Publication(
                "cassandra",
                "article",
                "Lakshman, Avinash and Malik, Prashant",
                "Cassandra: a decentralized structured storage system",
                2010,
                {
                    "journal": "ACM SIGOPS Operating Systems Review",
                    "volume": "44",
                    "number": "2",
                    "pages": "35–40",
                    "doi": "10.1145/1773912.1773922",
                },
            ),
        ),
        lookup_cost=Cost("O(1)", "for scattered tokens; O(log nv) in the worst case"),
        resize_cost=Cost("O(nv)"),
        memory_cost=Cost("O(nv)"),
        movement_law="ring",
        balance_law="ring",
        points="num_tokens",
        kind="deployed",
        by_default=False,
        steps={"probes": Step()},
    )
)
class Cassandra(Ring):
    """Cassandra's ring: a key is on the node with the first token at or above its own.

    The token of a key is a signed 64-bit hash, here plus 2^63. Replicas are the next distinct nodes of the
    walk (SimpleStrategy), or for each datacenter as many as its factor, from different racks as far as there
    are so many (NetworkTopologyStrategy).

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`; the weight is a factor of ``num_tokens``.
    num_tokens
        Tokens of a node of weight 1, where none are given: the hashes of ``f"{name}-{i}"``.
    tokens
        The tokens of each node by its name, signed, as ``nodetool ring`` shows them; then weights decide
        nothing.
    topology
        (datacenter, rack) of each node by its name.
    replication
        Replicas of each datacenter by its name, as a keyspace with NetworkTopologyStrategy says; None for
        SimpleStrategy. Nodes of a datacenter without any have no keys.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For tokens, places or factors that are not those of these nodes, or that two nodes share.
    UnsupportedEvent
        For an event after any of these were given: build it anew.

    Notes
    -----
    **Sources.** Cassandra's documentation and its NetworkTopologyStrategy; replicas recorded from
    cassandra-driver 3.30.1, as sets with racks. Scylla has the same tokens and strategies.

    **Done otherwise.** Cassandra draws tokens at random, or by what other nodes have, and keeps them: here
    they are given, or drawn by the name. The driver lists a node twice where a factor exceeds the racks; the
    server's rule does not, and stands here. RandomPartitioner has tokens of 127 bits: :func:`random_token`.

    **Costs.** As ``ring``.

    **Adverse case.** Racks in blocks: four nodes in racks 1, 1, 2, 2 hold 75, 25, 75 and 25 % of two
    replicas.

    Examples
    --------
    >>> tokens = {"a": [-(2**63)], "b": [-(2**62)], "c": [0], "d": [2**62]}
    >>> racks = {"a": ("dc", "1"), "b": ("dc", "1"), "c": ("dc", "2"), "d": ("dc", "2")}
    >>> p = Cassandra(list("abcd"), tokens=tokens, topology=racks, replication={"dc": 2})
    >>> p.assign_replicas(np.array([1], dtype=np.uint64), 2).tolist()
    [[1, 2]]
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        num_tokens: Annotated[int, Whole(1, MOST_POINTS)] = 16,
        tokens: Mapping[str, Sequence[int]] | None = None,
        topology: Mapping[str, tuple[str, str]] | None = None,
        replication: Mapping[str, int] | None = None,
        hash: str = "murmur3_cassandra",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.num_tokens = num_tokens
        self.tokens = _mapping("tokens", tokens)
        self.topology = _mapping("topology", topology)
        self.replication = _mapping("replication", replication)
        super().__init__(
            nodes, points=num_tokens, serves="successor", hash=hash, hash_bits=hash_bits, seed=seed
        )

    @property
    def _told(self) -> bool:
        """Whether anything was given by name."""
        return any(given is not None for given in (self.tokens, self.topology, self.replication))

    def replicas_in_all(self) -> int:
        """Return how many replicas a key has under NetworkTopologyStrategy; all nodes without it."""
        racks = self._racks(self.nodes)
        return len(self.nodes) if racks is None else int(racks.left.sum())

    def _build(self, nodes: Nodes) -> Circle:
        if not self._told:
            return super()._build(nodes)
        return self._circle(self._sorted_points(nodes))

    def _rebuild(self, before: State[Circle], nodes: Nodes, layout: Any) -> Circle:
        if not self._told:
            return super()._rebuild(before, nodes, layout)
        raise UnsupportedEvent(
            "tokens and racks of this cassandra were given by name, so it cannot tell those of other nodes: "
            "build it anew with them"
        )

    def _sorted_points(self, nodes: Nodes) -> Points:
        points = super()._sorted_points(nodes) if self.tokens is None else self._given(nodes, self.tokens)
        racks = self._racks(nodes)
        if racks is None:
            return points
        keeps = racks.left[racks.datacenters[points.owners]] > 0
        return Points(points.hashes[keeps], points.owners[keeps], points.numbers[keeps])

    def _given(self, nodes: Nodes, tokens: Mapping[str, Sequence[int]]) -> Points:
        """Return the tokens that were given as points, ascending."""
        half = 1 << self.hash_bits - 1
        rows: list[tuple[int, int, int]] = []
        _check_names("tokens", tokens, nodes)
        for bucket, node in nodes.items():
            own = tokens[node.name]
            if isinstance(own, str) or not isinstance(own, Sequence) or not own or not all(map(is_int, own)):
                raise InvalidParameter(f"the tokens of {node.name!r} are whole numbers, not {own!r:.60}")
            rows += [(int(token) + half, bucket, number) for number, token in enumerate(own)]
        rows.sort()
        if rows[0][0] < 0 or rows[-1][0] >> self.hash_bits:
            wrong = (rows[0] if rows[0][0] < 0 else rows[-1])[0] - half
            raise InvalidParameter(f"the token {wrong} is not in the hash space: use {-half} to {half - 1}")
        for (first, one, _), (second, other, _) in pairwise(rows):
            if first == second:
                names = f"{nodes[one].name!r} and {nodes[other].name!r}"
                raise InvalidParameter(f"{names} have the token {first - half} both: a token has one node")
        hashes, owners, numbers = zip(*rows, strict=True)
        return Points(
            np.array(hashes, dtype=np.uint64),
            np.array(owners, dtype=np.int32),
            np.array(numbers, dtype=np.int64),
        )

    def _racks(self, nodes: Nodes) -> Racks | None:
        """Return where nodes are and what each datacenter keeps; None for SimpleStrategy."""
        if self.topology is not None:
            _check_names("topology", self.topology, nodes)
            for name, place in self.topology.items():
                if not isinstance(place, tuple | list) or len(place) != 2:
                    raise InvalidParameter(f"{name!r} is at (datacenter, rack), not {place!r:.60}")
        if self.replication is None:
            return None
        if self.topology is None:
            raise InvalidParameter("replication by datacenter needs the topology: (datacenter, rack) by node")
        datacenters = list(dict.fromkeys(place[0] for place in self.topology.values()))
        racks = list(dict.fromkeys(tuple(place) for place in self.topology.values()))
        for name, factor in self.replication.items():
            if name not in datacenters or not is_int(factor) or factor < 0:
                raise InvalidParameter(
                    f"replication is a whole number by datacenter, of {', '.join(map(repr, datacenters))}, "
                    f"not {factor!r:.20} of {name!r:.40}"
                )
        of_node, of_rack = (np.full(nodes.top, -1, dtype=np.int64) for _ in range(2))
        for bucket, node in nodes.items():
            place = self.topology[node.name]
            of_node[bucket], of_rack[bucket] = datacenters.index(place[0]), racks.index(tuple(place))
        factors = np.array([self.replication.get(name, 0) for name in datacenters], dtype=np.int64)
        many = np.array([np.sum(of_node == number) for number in range(len(datacenters))], dtype=np.int64)
        different = np.array([sum(rack[0] == name for rack in racks) for name in datacenters], dtype=np.int64)
        if not factors.any():
            raise InvalidParameter("no datacenter keeps a replica: give one a factor of 1 or more")
        return Racks(of_node, of_rack, np.minimum(factors, many), factors - different)

    def _preference(self, structure: Circle, nodes: Nodes) -> Preference | None:
        return super()._preference(structure, nodes) if self._racks(nodes) is None else None

    def _place_replicas(self, structure: Circle, hashes: Hashes, out: Buckets) -> None:
        racks = self._racks(self.nodes)
        if racks is None:
            super()._place_replicas(structure, hashes, out)
            return
        most = int(racks.left.sum())
        if out.shape[1] > most:
            raise InvalidParameter(f"the datacenters keep {most} replicas of a key, and not {out.shape[1]}")
        table = structure.intervals
        topology_replicas_kernel(table.starts, structure.walk, structure.entry, *racks, hashes, out)


def _mapping(name: str, value: Any) -> Any:
    """Return a copy of a mapping by names, which is the repr's too."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise InvalidParameter(f"{name} is a mapping by name, not {value!r:.60}")
    return {key: tuple(one) if isinstance(one, list) else one for key, one in value.items()}


def _check_names(what: str, given: Mapping[str, Any], nodes: Nodes) -> None:
    for name in given:
        if not nodes.has(name):
            raise InvalidParameter(f"{what} names {name!r:.60}, which is no node")
    for node in nodes.values():
        if node.name not in given:
            raise InvalidParameter(f"{what} says nothing of the node {node.name!r:.60}")
