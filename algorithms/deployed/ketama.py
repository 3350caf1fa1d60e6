"""Ketama as libmemcached has it: unweighted, of one hash a point, and weighted, of four to a digest."""

from __future__ import annotations

import hashlib
import math
from abc import abstractmethod
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from algorithms.deployed.circles import GivenRing, Points, check_total, scaled
from algorithms.deployed.float32 import in_float32
from algorithms.hashing import hash_column, hash_function
from algorithms.hashing.columns import Strings
from algorithms.hashing.labels import labels
from algorithms.interface import Buckets, Capability, Cost, Hashes, Nodes, Publication, Spec, Whole
from algorithms.interface.nodes import NodesLike
from algorithms.registry import register

PROGRAM_BITS = 32
DEFAULT_PORT = ":11211"
LIBMEMCACHED = Publication(
    "libmemcached",
    "misc",
    "Aker, Brian",
    "libmemcached documentation: memcached_behavior_set",
    2013,
    {"howpublished": "libmemcached.org"},
)
ONE_SERVER = "the client asks one server for each key"
UNEVEN = "shares are random: with 160 points a server they spread by about 8 %"
FIRST_NAMED = "of equal points the server named first has the arc"


def weighted_counts(weights: list[float], points: int) -> NDArray[np.int64]:
    """Return from how many digests of four points each server has its own.

    Parameters
    ----------
    weights
        Of the servers.
    points
        Of a server of mean weight, 160 in both programs.

    Returns
    -------
    ndarray
        (n,) int64: points / 4 times weight over mean weight, in float32 throughout, rounded down. So 25 equal
        servers have 39 and not 40, since 25 times float32(1 / 25) is below 1.

    Examples
    --------
    >>> weighted_counts([1.0] * 24, 160).max(), weighted_counts([1.0] * 25, 160).max()
    (np.int64(40), np.int64(39))
    """
    part = in_float32(weights, "points") / np.float32(math.fsum(weights))
    exact = part * np.float32(points) / np.float32(4) * np.float32(len(weights))
    whole: NDArray[np.int64] = np.floor((exact + np.float64(1e-10)).astype(np.float32)).astype(np.int64)
    return whole


def digest_points(texts: list[bytes]) -> Hashes:
    """Return four points of each text: the words of its MD5, little-endian.

    Parameters
    ----------
    texts
        The names of points.

    Returns
    -------
    ndarray
        (4 k,) uint64 below 2^32.

    Examples
    --------
    >>> digest_points([b"10.0.1.1:11211-0"])[:2]
    array([2431485715, 4123933443], dtype=uint64)
    """
    digests = b"".join(hashlib.md5(text, usedforsecurity=False).digest() for text in texts)
    return np.frombuffer(digests, dtype="<u4").astype(np.uint64)


class MemcachedRing(GivenRing):
    """A ring of memcached clients, whose hashes are numbers of 32 bits or fewer, compared as they are.

    So a key's hash of 15 bits lies below nearly all points of 32. Points are scaled only for functions of
    more than 32 bits, which the programs do not have, and lose what ``hash_bits`` takes from keys. A seed
    that is not 0 stands before the names of servers: those of the programs have none.
    """

    spy = False

    @abstractmethod
    def _numbered(self, nodes: Nodes) -> tuple[Hashes, int, Buckets, NDArray[np.int64]]:
        """Return the points as numbers of the program's, of how many bits they are, and whose and which."""

    def _points(self, nodes: Nodes) -> Points:
        hashes, bits, owners, numbers = self._numbered(nodes)
        width = self._hash_function.width
        if max(width, bits) > PROGRAM_BITS:
            return Points(scaled(hashes, bits, self.hash_bits), owners, numbers)
        return within(Points(hashes >> np.uint64(width - self.hash_bits), owners, numbers), self.hash_bits)

    def _named(self, name: str) -> str:
        """Return a server's name as it stands in those of its points."""
        return f"/{name}" if self.spy else without_port(name)

    def _texts(self, nodes: Nodes) -> Strings:
        """Return what stands before the numbers of points, for each server."""
        before = f"{self.seed}-" if self.seed else ""
        return Strings.of([f"{before}{self._named(name)}".encode() for name in nodes.names()])


def within(points: Points, hash_bits: int) -> Points:
    """Return those points of a larger circle that a hash can come to first.

    Parameters
    ----------
    points
        Of hashes that may be 2^hash_bits and more.
    hash_bits
        Bits of keys' hashes.

    Returns
    -------
    Points
        Those below 2^hash_bits and, as the last hash of all, the lowest of the others: it has what lies
        above the points below it.

    Examples
    --------
    >>> some = Points(np.array([900, 3, 300], dtype=np.uint64), np.array([0, 1, 2]), np.zeros(3, dtype=int))
    >>> within(some, 8).hashes.tolist(), within(some, 8).owners.tolist()
    ([3, 255], [1, 2])
    """
    inside = points.hashes >> np.uint64(hash_bits) == 0
    if inside.all():
        return points
    beyond = np.flatnonzero(~inside)
    rows = np.append(np.flatnonzero(inside), beyond[np.argmin(points.hashes[beyond])])
    hashes = points.hashes[rows]
    hashes[-1] = (1 << hash_bits) - 1
    return Points(hashes, points.owners[rows], points.numbers[rows])


def without_port(name: str) -> str:
    """Return a server's name as libmemcached writes it: the port 11211 is left out.

    Parameters
    ----------
    name
        Such as ``host:port``.

    Returns
    -------
    str

    Examples
    --------
    >>> without_port("cache-a:11211"), without_port("cache-a:11212")
    ('cache-a', 'cache-a:11212')
    """
    return name.removesuffix(DEFAULT_PORT) or name


@register(
    Spec(
        name="ketama",
        title="Ketama",
        summary="the first of 100 points a server at or above the hash, each the hash of host:port-i",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.MINIMAL_MOVEMENT,
                Capability.INTERVALS,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.UNIFORM: "shares are random: with 100 points a server they spread by about 10 %",
            Capability.WEIGHTED: "weights are ignored: with any above 1 the client takes ketama_weighted",
            Capability.REPLICAS: ONE_SERVER,
            Capability.ORDER_INDEPENDENT: FIRST_NAMED,
        },
        reference="libmemcached 1.1.4 and 1.0.16, MEMCACHED_BEHAVIOR_KETAMA",
        year=2008,
        publications=(LIBMEMCACHED,),
        lookup_cost=Cost("O(1)", "for scattered points; O(log nv) in the worst case"),
        resize_cost=Cost("O(nv log nv)"),
        memory_cost=Cost("O(nv)"),
        movement_law="ring",
        balance_law="ring",
        points="points",
        kind="deployed",
        by_default=False,
    )
)
class Ketama(MemcachedRing):
    """The ring of libmemcached's ``KETAMA``, point for point; weights do not count.

    A server has 100 points, each the hash of ``host:port-i``, of ``host-i`` at port 11211. The first point at
    or above a key's hash has the key.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.Partitioner`, in the order in which servers were added, by ``host:port``.
    points
        Points of a server: 100 in the program.
    points_hash
        The function of points, which is the one that keys had when ``KETAMA`` was set: with ``KETAMA`` before
        ``HASH`` points have the default and keys what was given. None for that of keys, or for xxh64 where
        that does not scatter names.
    spy
        Whether names of points begin with a slash, as with the distribution of the client Spymemcached,
        which writes the port always.
    hash
        Of keys: ``one_at_a_time`` by default, ``md5_le32``, ``crc15`` (crc), ``fnv1_32``, ``fnv1a_32``,
        ``fnv1_64_low32``, ``fnv1a_64_32``, ``murmur2_memcached``, ``murmur3_memcached``, ``lookup3``.
    hash_bits, seed
        As for :class:`~algorithms.Partitioner`; seed 0 is the program's.

    Raises
    ------
    InvalidParameter
        For points that are no whole number from 1 to 2^16.
    UnknownHash
        For another name of a hash function.

    Notes
    -----
    **Sources.** Recorded from libmemcached 1.1.4 and, by pylibmc, 1.0.16.

    **Done otherwise.** Points of functions of more than 32 bits, which the program has not, are of these.

    **Costs.** assign: O(1) by an index when points are scattered. An event builds the ring anew: 100 hashes
    a server, and a sort. Memory: some 20 bytes a point.

    **Adverse case.** one_at_a_time of names that differ in a digit is uneven, and ``crc15`` has 32768 hashes.

    Examples
    --------
    >>> p = Ketama(["10.0.1.1:11211", "10.0.1.2:11211", "10.0.1.3:11211"])
    >>> len(p.arcs()), p.lookup("user:42")
    (301, '10.0.1.2:11211')
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        points: Annotated[int, Whole(1, 1 << 16)] = 100,
        points_hash: str | None = None,
        spy: bool = False,
        hash: str = "one_at_a_time",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.points = points
        self.points_hash = points_hash
        self.spy = bool(spy)
        if points_hash is not None:
            hash_function(points_hash)
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _numbered(self, nodes: Nodes) -> tuple[Hashes, int, Buckets, NDArray[np.int64]]:
        check_total(self.points * len(nodes))
        function = self._hash_function if self.points_hash is None else hash_function(self.points_hash)
        if not function.scatters:
            function = hash_function("xxh64")
        texts = self._texts(nodes)
        hashes = hash_column(function.name, labels(texts, np.full(len(nodes), self.points, dtype=np.int64)))
        numbers = np.tile(np.arange(self.points), len(nodes))
        return hashes, function.width, np.repeat(nodes.buckets(), self.points), numbers


@register(
    Spec(
        name="ketama_weighted",
        title="Weighted ketama",
        summary="the first point at or above the hash, of 160 a server of mean weight, four to an MD5",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.WEIGHTED,
                Capability.INTERVALS,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.UNIFORM: UNEVEN,
            Capability.REPLICAS: ONE_SERVER,
            Capability.ORDER_INDEPENDENT: FIRST_NAMED,
            Capability.MINIMAL_MOVEMENT: "points are relative to the mean weight, and 25 servers have fewer "
            "than 24",
        },
        reference="libmemcached 1.1.4 and 1.0.16, MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED",
        year=2008,
        publications=(LIBMEMCACHED,),
        lookup_cost=Cost("O(1)", "for scattered points; O(log nv) in the worst case"),
        resize_cost=Cost("O(nv log nv)"),
        memory_cost=Cost("O(nv)"),
        movement_law="ketama_weighted",
        balance_law="ketama_weighted",
        kind="deployed",
        by_default=False,
    )
)
class KetamaWeighted(MemcachedRing):
    """The ring of libmemcached's ``KETAMA_WEIGHTED``, point for point.

    A server of weight w among n of mean weight m has 4 floor(40 w / m) points in float32: the four words of
    the MD5 of ``host:port-j``, of ``host-j`` at port 11211. The first point at or above a key's hash has the
    key.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.Partitioner`, in the order in which servers were added, by ``host:port``.
    points
        Points of a server of mean weight: 160 in the program.
    spy
        Whether names of points begin with a slash, as with the distribution of the client Spymemcached,
        which writes the port always.
    hash
        Of keys, by default ``md5_le32``, to which ``KETAMA_WEIGHTED`` sets it; others as for ``ketama``.
    hash_bits, seed
        As for :class:`~algorithms.Partitioner`; seed 0 is the program's.

    Raises
    ------
    InvalidParameter
        For points that are no whole number from 4 to 2^16.

    Notes
    -----
    **Sources.** Recorded from libmemcached 1.1.4 and, by pylibmc, 1.0.16, at 3 to 25 servers.

    **Done otherwise.** Weights may be fractions; the program has whole numbers.

    **Costs.** assign: O(1) by an index when points are scattered. An event builds the ring anew: 40 digests a
    server, some 30 microseconds, and a sort. Memory: some 20 bytes a point.

    **Adverse case.** One weight changes the points of all, as these are relative to the mean: 24 equal
    servers have 160 points each and 25 have 156, so the 25th moves 6.2 % of the keys and not 4.0 %.

    Examples
    --------
    >>> p = KetamaWeighted(["10.0.1.1:11211", "10.0.1.2:11211", "10.0.1.3:11211"])
    >>> len(p.arcs()), p.lookup("user:42")
    (481, '10.0.1.3:11211')
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        points: Annotated[int, Whole(4, 1 << 16)] = 160,
        spy: bool = False,
        hash: str = "md5_le32",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.points = points
        self.spy = bool(spy)
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _numbered(self, nodes: Nodes) -> tuple[Hashes, int, Buckets, NDArray[np.int64]]:
        digests = weighted_counts(nodes.weights(), self.points)
        check_total(4 * int(digests.sum()))
        texts = self._texts(nodes)
        counts = 4 * digests
        numbers = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        hashes = digest_points(labels(texts, digests).tolist())
        return hashes, PROGRAM_BITS, np.repeat(nodes.buckets(), counts), numbers
