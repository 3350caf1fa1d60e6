"""HAProxy: ``hash-type consistent`` and ``hash-type map-based``."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from algorithms.checks import is_int
from algorithms.deployed import remainders
from algorithms.deployed.circles import GivenRing, Points, check_total, scaled
from algorithms.deployed.named import buckets_of, names_in, usable_of
from algorithms.deployed.remainders import Remainders
from algorithms.errors import InvalidParameter
from algorithms.hashing.bytewise import avalanche
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
from algorithms.interface.memory import must_fit
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.kernel import kernel
from algorithms.machinery.preferences import Preference, Walk, along_walk
from algorithms.machinery.single import One
from algorithms.machinery.steps import Steps
from algorithms.registry import register
from algorithms.rings.ring import Circle

__all__ = ["SCALE", "HaproxyConsistent", "HaproxyMap"]

SCALE = 16
"""Points of a server of weight 1."""
HEAVIEST = 256
MOST_ID = (1 << 31) - 1
_IDS_APART = np.uint64(4096)
_WORD = np.uint64(0xFFFFFFFF)

_HAPROXY = Publication(
    "haproxy",
    "misc",
    "{HAProxy Technologies}",
    "HAProxy configuration manual: balance, hash-type, server",
    2022,
    {"howpublished": "Documentation of HAProxy, docs.haproxy.org", "note": "Version 2.6"},
)


@kernel
def points_kernel(
    ids: NDArray[np.int64],
    counts: NDArray[np.int64],
    mask: np.uint64,
    hashes: Hashes,
    numbers: NDArray[np.int64],
) -> None:
    """Write the points of each server, the avalanche of its id times 4096 and a number, and these numbers.

    ``mask`` is 0 in HAProxy; another one draws another circle of the same ids.
    """
    at = 0
    for server in range(len(ids)):
        first = np.uint64(ids[server]) * _IDS_APART
        for number in range(counts[server]):
            hashes[at] = avalanche(((first + np.uint64(number)) & _WORD) ^ mask)
            numbers[at] = number
            at += 1


_ONE_CIRCLE = "without a seed points are set by ids alone, and all runs meet one circle; for random ids see"


def numbered(names: Sequence[str], ids: Mapping[str, int]) -> list[int]:
    """Return the ids of servers as HAProxy gives them.

    Parameters
    ----------
    names
        In the order of the configuration.
    ids
        Those that it writes.

    Returns
    -------
    list of int
        A counter goes up by one at every server; one without an id takes the first number from there on that
        nobody has, where the counter then stands.

    Examples
    --------
    >>> numbered(["a", "b", "c", "d"], {"b": 1, "d": 2})
    [3, 1, 5, 2]
    """
    taken, counter, found = set(ids.values()), 1, []
    for name in names:
        if name in ids:
            found.append(ids[name])
        else:
            while counter in taken:
                counter += 1
            taken.add(counter)
            found.append(counter)
        counter += 1
    return found


@register(
    Spec(
        name="haproxy_consistent",
        title="HAProxy, consistent",
        summary="the nearest of 16 points a server, which its id sets; ids go by position unless written",
        capabilities=frozenset(
            {Capability.REMOVES_ANY, Capability.WEIGHTED, Capability.INTERVALS, Capability.REVERSIBLE}
        ),
        lacks={
            Capability.UNIFORM: "shares are random: with 16 points a server they spread by about 18 %",
            Capability.MINIMAL_MOVEMENT: "without ids, removing a server renumbers those behind it",
            Capability.ORDER_INDEPENDENT: "without ids, servers are numbered in their order",
            Capability.REPLICAS: "a key has one server; retries are dispatched anew",
        },
        reference="HAProxy 2.6, configuration manual, hash-type",
        year=2010,
        publications=(_HAPROXY,),
        lookup_cost=Cost("O(1)", "O(log nv) in the worst case"),
        resize_cost=Cost("O(nv log nv)"),
        memory_cost=Cost("O(nv)"),
        kind="deployed",
        by_default=False,
        whole_weights=(1, HEAVIEST),
        steps={"probes": Step()},
        lawless={
            "movement": f"{_ONE_CIRCLE} experiments.theory.ring_by_position",
            "balance": f"{_ONE_CIRCLE} experiments.theory.nearest_point_cv_squared",
        },
    )
)
class HaproxyConsistent(GivenRing):
    """HAProxy's ``hash-type consistent``, bit for bit: the nearest point, on either side.

    A server of weight w has 16 w points, which its id alone sets. A key goes to whichever of its two
    neighbours is nearer, so that a share is half of every gap beside a point and varies by half as much as on
    other rings of as many points. The catch is the id: where the configuration writes none, servers are
    numbered by their position, and deleting a line gives all servers below it the points of others.

    Parameters
    ----------
    nodes
        Servers in the order of the configuration, with whole weights up to 256.
    ids
        Ids by name, of those servers for which the configuration writes one, from 1 to 2^31 - 1.
    numbering
        Which ids the others have: "position", as HAProxy numbers them; "bucket", those that they had when
        they came (1 for bucket 0), as if the first numbering had been written down.
    down
        Names of servers that are disabled, down, or of weight 0: they keep their ids and have no points.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`. HAProxy's are "sdbm", "djb2", "wt6", "crc32", each
        also with "+avalanche", and "xor_words+avalanche" for ``balance source``. Points lie at the same part
        of any hash space. A seed that is not 0 draws others of the same ids: HAProxy has none.

    Raises
    ------
    InvalidParameter
        For ids that are no such numbers or taken twice, names that no server has, and when all are down.
    InvalidWeight
        For weights that are not whole, or above 256.

    Notes
    -----
    **Sources.** HAProxy's manual, and placements recorded from HAProxy 2.6.12, all of which these are.

    **Left out.** Bounded loads (``hash-balance-factor``), which depend on requests in flight: they are the
    balancer ``bounded_loads`` over this one, with ``bound="haproxy"``. ``hash-key`` of later versions.

    **Costs.** assign as for a ring; an event O(points), all made anew at 5 ns each and sorted; memory 24
    bytes a point and an index.

    **Adverse case.** Deleting the first of five servers without ids moves 95 % of the keys. Ids that are
    equal modulo 2^20 have the same points.

    Examples
    --------
    >>> servers = ["s1", "s2", "s3", "s4", "s5"]
    >>> shares = HaproxyConsistent(servers).arcs().shares()
    >>> [round(100 * shares[bucket] / 2**32, 2) for bucket in shares]
    [24.01, 15.28, 21.12, 19.42, 20.17]
    """

    rule = "nearest"

    def __init__(
        self,
        nodes: NodesLike,
        *,
        ids: Mapping[str, int] | None = None,
        numbering: Literal["position", "bucket"] = "position",
        down: Sequence[str] = (),
        hash: str = "sdbm+avalanche",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.ids = None if ids is None else _checked_ids(ids)
        self.numbering = numbering
        self.down = names_in("down", down)
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def ids_of(self, nodes: Nodes) -> list[int]:
        """Return the id of each node in the order of their buckets; raise InvalidParameter for one twice."""
        ids = self.ids or {}
        buckets_of("ids", ids, nodes)
        names = [node.name for node in nodes.values()]
        if self.numbering == "position":
            return numbered(names, ids)
        found = [
            ids.get(name, bucket + 1) for bucket, name in zip(nodes.buckets().tolist(), names, strict=True)
        ]
        if len(set(found)) < len(found):
            twice = next(one for at, one in enumerate(found) if one in found[:at])
            raise InvalidParameter(f"two servers would have the id {twice}: give both one in ids")
        return found

    def _check_size(self, nodes: Nodes) -> None:
        check_total(SCALE * int(sum(nodes.weights())))

    def _points(self, nodes: Nodes) -> Points:
        self._check_size(nodes)
        counts = np.array(nodes.weights()).astype(np.int64) * SCALE * usable_of(self.down, nodes)
        hashes = np.empty(int(counts.sum()), dtype=np.uint64)
        numbers = np.empty(len(hashes), dtype=np.int64)
        mask = np.uint64(zlib.crc32(str(self.seed).encode()) if self.seed else 0)
        points_kernel(np.array(self.ids_of(nodes), dtype=np.int64), counts, mask, hashes, numbers)
        return Points(scaled(hashes, 32, self.hash_bits), np.repeat(nodes.buckets(), counts), numbers)

    def _preference(self, structure: Circle, nodes: Nodes) -> Preference | None:
        """Upwards from the nearest point, as HAProxy goes past servers that are full."""
        points = self._points(nodes)
        order = np.argsort(points.hashes, kind="stable")
        position = np.empty(len(order), dtype=np.int32)
        position[order] = np.arange(len(order), dtype=np.int32)
        starts, rows = self._stretches(points)
        return Preference(along_walk, Walk(starts, points.owners[order], position[rows], np.array([1])))


def _checked_ids(ids: Mapping[str, int]) -> dict[str, int]:
    if not isinstance(ids, Mapping):
        raise InvalidParameter(f"ids is a mapping of names of nodes to whole numbers, not {ids!r:.60}")
    taken: dict[int, str] = {}
    for name, number in ids.items():
        if not is_int(number) or not 1 <= number <= MOST_ID:
            raise InvalidParameter(f"the id of {name!r} is {number!r:.60}: give one from 1 to {MOST_ID}")
        if number in taken:
            raise InvalidParameter(f"id {number} is taken by {taken[number]!r}, and {name!r} has it too")
        taken[int(number)] = name
    return {name: number for number, name in taken.items()}


@kernel
def map_kernel(
    shares: NDArray[np.int64], ends: NDArray[np.int64], buckets: NDArray[np.int32], slots: Buckets
) -> None:
    """Deal slots smoothly by weight: all scores grow, and the first of the highest pays for the slot.

    Servers of one share pay in turn, so of each share only the next one is looked at: ``shares`` are
    distinct, and ``buckets`` up to each of ``ends`` are theirs, in the order of the configuration.
    """
    total = len(slots)
    paid = np.zeros(len(shares), dtype=np.int64)
    for slot in range(total):
        best, highest, of_share = np.int32(0), np.int64(-1), 0
        begin = 0
        for i in range(len(shares)):
            count = ends[i] - begin
            server = buckets[begin + paid[i] % count]
            # the score is never below -total, so it rounds as C's division does
            value = (slot + 1) * shares[i] // total - paid[i] // count + 1
            if value > highest or (value == highest and server < best):
                best, highest, of_share = server, value, i
            begin = ends[i]
        paid[of_share] += 1
        slots[slot] = best


def dealt(weights: NDArray[np.int64], buckets: Buckets) -> Buckets:
    """Return the map of servers that weigh so much, in the order of the configuration.

    Parameters
    ----------
    weights
        (n,) int64, over their common divisor.
    buckets
        (n,) int32, ascending.

    Returns
    -------
    ndarray
        (sum of the weights,) int32 buckets.

    Examples
    --------
    >>> dealt(np.array([1, 3]), np.array([0, 1], dtype=np.int32)).tolist()
    [0, 1, 1, 1]
    """
    shares, counts = np.unique(weights, return_counts=True)
    slots = np.empty(int(weights.sum()), dtype=np.int32)
    map_kernel(shares, np.cumsum(counts), buckets[np.argsort(weights, kind="stable")], slots)
    return slots


@register(
    Spec(
        name="haproxy_map",
        title="HAProxy, map-based",
        summary="the hash modulo a table in which each server has as many slots as its weight",
        capabilities=frozenset(
            {Capability.REMOVES_ANY, Capability.WEIGHTED, Capability.UNIFORM, Capability.REVERSIBLE}
        ),
        lacks={
            Capability.INTERVALS: "neighbouring hashes go to different servers: arcs would be single hashes",
            Capability.REPLICAS: "a slot has one server",
        },
        reference="HAProxy 2.6, configuration manual, hash-type",
        year=2007,
        publications=(_HAPROXY,),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(n log n + W)", "for W slots, times how many weights differ"),
        memory_cost=Cost("O(W)"),
        movement_law="haproxy_map",
        balance_law="multinomial",
        kind="deployed",
        by_default=False,
        whole_weights=(1, HEAVIEST),
        steps={"probes": Step("one")},
    )
)
class HaproxyMap(Partitioner[Remainders]):
    """HAProxy's ``hash-type map-based``, its default, bit for bit: a table of slots, and a modulo.

    Weights are divided by their greatest common divisor, and each server has as many slots of the table as
    what is left of its weight, dealt as evenly as they go. A key reads slot hash mod W. Shares are exact, and
    whatever changes the number of slots moves nearly all keys, a server that goes down too.

    Parameters
    ----------
    nodes
        Servers in the order of the configuration, with whole weights up to 256.
    down
        Names of servers that are disabled, down, or of weight 0: the table is made without them.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`. HAProxy's are "sdbm", "djb2", "wt6", "crc32", each
        also with "+avalanche", and "xor_words" for ``balance source``.

    Raises
    ------
    InvalidParameter
        For names in ``down`` that no server has, and when all are down.
    InvalidWeight
        For weights that are not whole, or above 256.

    Notes
    -----
    **Sources.** HAProxy's manual, and placements recorded from HAProxy 2.6.12, all of which these are.

    **Done otherwise.** A server of weight 0 is given as one that is down: both have no slot, though the
    divisor is that of the weights of all that weigh something.

    **Costs.** assign O(1); an event O(n log n + d W) for W slots and d different weights, since each slot
    looks at one server of each; memory 4 bytes a slot.

    **Adverse case.** One server of weight 255 among many of 256: the table has 256 times as many slots.

    Examples
    --------
    >>> p = HaproxyMap(["s1", "s2", "s3"], hash="identity")
    >>> p.lookup_many(range(4)).tolist()
    ['s1', 's2', 's3', 's1']
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        down: Sequence[str] = (),
        hash: str = "sdbm",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.down = names_in("down", down)
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _build(self, nodes: Nodes) -> Remainders:
        usable = usable_of(self.down, nodes)
        weights = np.array(nodes.weights()).astype(np.int64)
        divisor = math.gcd(*weights.tolist())
        must_fit(int(weights[usable].sum()) // divisor, 4, "slots of a map")
        return Remainders(dealt(weights[usable] // divisor, nodes.buckets()[usable]))

    def _one(self, structure: Remainders) -> One:
        return remainders.one_of(structure)

    def _place(self, structure: Remainders, hashes: Hashes, out: Buckets) -> None:
        remainders.place(structure, hashes, out)

    def _place_counting(self, structure: Remainders, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        remainders.place_counting(structure, hashes, out, steps)
