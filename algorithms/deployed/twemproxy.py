"""Twemproxy: ketama and modula over servers in the order of their names."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from algorithms.deployed import remainders
from algorithms.deployed.ketama import ONE_SERVER, UNEVEN, KetamaWeighted
from algorithms.deployed.remainders import Remainders
from algorithms.errors import InvalidWeight
from algorithms.interface import (
    Buckets,
    Capability,
    Cost,
    Hashes,
    Nodes,
    Partitioner,
    Publication,
    Spec,
    Whole,
)
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.single import One
from algorithms.registry import register

NUTCRACKER = Publication(
    "twemproxy",
    "misc",
    "Rajashekhar, Manju",
    "twemproxy (nutcracker): A fast, light-weight proxy for memcached and redis",
    2012,
    {"howpublished": "github.com/twitter/twemproxy"},
)
MOST_ENTRIES = 1 << 26
"""Remainders of one table, of 4 bytes each."""


def in_order(nodes: Nodes) -> Nodes:
    """Return nodes in the order in which twemproxy has servers: by length of the name, then by its bytes.

    Parameters
    ----------
    nodes
        In any order.

    Returns
    -------
    Nodes
        Numbered anew from 0.

    Examples
    --------
    >>> in_order(Nodes.of(["b", "aa", "a"])).names()
    ['a', 'b', 'aa']
    """
    return Nodes.of([nodes[bucket] for bucket in order_of_names(nodes).tolist()])


def order_of_names(nodes: Nodes) -> Buckets:
    """Return the buckets in the order in which twemproxy has servers.

    Parameters
    ----------
    nodes
        In any order.

    Returns
    -------
    ndarray
        (n,) int32.

    Examples
    --------
    >>> order_of_names(Nodes.of(["b", "aa", "a"]))
    array([2, 0, 1], dtype=int32)
    """
    names = [name.encode() for name in nodes.names()]
    rows = sorted(range(len(names)), key=lambda row: (len(names[row]), names[row]))
    return nodes.buckets()[rows]


@register(
    Spec(
        name="twemproxy_ketama",
        title="Twemproxy ketama",
        summary="weighted ketama over servers sorted by name, with keys by a 32-bit fnv1a_64",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.WEIGHTED,
                Capability.INTERVALS,
                Capability.ORDER_INDEPENDENT,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.UNIFORM: UNEVEN,
            Capability.REPLICAS: ONE_SERVER,
            Capability.MINIMAL_MOVEMENT: KetamaWeighted.spec.lacks[Capability.MINIMAL_MOVEMENT],
        },
        reference="twemproxy 0.5.0, distribution: ketama",
        year=2012,
        publications=(NUTCRACKER,),
        lookup_cost=Cost("O(1)", "for scattered points; O(log nv) in the worst case"),
        resize_cost=Cost("O(nv log nv)"),
        memory_cost=Cost("O(nv)"),
        movement_law="ketama_weighted",
        balance_law="ketama_weighted",
        kind="deployed",
        by_default=False,
    )
)
class TwemproxyKetama(KetamaWeighted):
    """The ring of twemproxy's ``distribution: ketama``, point for point.

    Points are those of ``ketama_weighted``, by the names that twemproxy gives to servers. These stand in the
    order of (length of the name, its bytes), so nothing depends on the order of the file.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.Partitioner`, by the name of each server: what stands behind its address,
        else ``host:port``, else ``host`` where the port is 11211.
    points
        Points of a server of mean weight: 160 in the program.
    hash
        Of keys, ``fnv1a_64_32`` by default (fnv1a_64), ``one_at_a_time``, ``md5_le32``, ``crc16_wide``
        (crc16), ``crc15`` (crc32), ``crc32`` (crc32a), ``fnv1_64_low32``, ``fnv1_32``, ``fnv1a_32``,
        ``murmur2_memcached``, ``lookup3`` (jenkins).
    hash_bits, seed
        As for :class:`~algorithms.Partitioner`; seed 0 is the program's.

    Raises
    ------
    InvalidParameter
        For points that are no whole number from 4 to 2^16.

    Notes
    -----
    **Sources.** Recorded from twemproxy 0.5.0 with eleven hash functions, named servers, weights.

    **Done otherwise.** ``hash_tag`` is left to whoever has keys: the tag is hashed in the place of the key.

    **Costs.** As of ``ketama_weighted``.

    **Adverse case.** ``hash="crc15"``: 15 bits on a ring of 32, so one server has nearly all keys. With the
    default function, keys that differ in their last digit lie close together.

    Examples
    --------
    >>> p = TwemproxyKetama(["10.0.1.1:11211", "10.0.1.2:11211", "10.0.1.3:11211"])
    >>> p.lookup("user:42")
    '10.0.1.3:11211'
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        points: Annotated[int, Whole(4, 1 << 16)] = 160,
        hash: str = "fnv1a_64_32",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(nodes, points=points, hash=hash, hash_bits=hash_bits, seed=seed)

    def _named(self, name: str) -> str:
        return name

    def _numbered(self, nodes: Nodes) -> tuple[Hashes, int, Buckets, NDArray[np.int64]]:
        hashes, bits, places, numbers = super()._numbered(in_order(nodes))
        return hashes, bits, order_of_names(nodes)[places], numbers


@register(
    Spec(
        name="twemproxy_modula",
        title="Twemproxy modula",
        summary="hash mod the sum of weights, over servers sorted by name with as many entries as they weigh",
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
            Capability.INTERVALS: "neighbouring hashes go to different servers: arcs would be single hashes",
            Capability.REPLICAS: ONE_SERVER,
        },
        reference="twemproxy 0.5.0, distribution: modula",
        year=2012,
        publications=(NUTCRACKER,),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(W)", "of W entries, and nearly all keys move"),
        memory_cost=Cost("O(W)"),
        movement_law="twemproxy_modula",
        balance_law="multinomial",
        whole_weights=(1, MOST_ENTRIES),
        kind="deployed",
        by_default=False,
    )
)
class TwemproxyModula(Partitioner[Remainders]):
    """The table of twemproxy's ``distribution: modula``.

    Servers stand in the order of (length of the name, its bytes), each in as many entries as it weighs, and
    the hash modulo their number is a key's entry.

    Parameters
    ----------
    nodes
        As for ``twemproxy_ketama``; weights are whole numbers.
    hash
        As for ``twemproxy_ketama``.
    hash_bits, seed
        As for :class:`~algorithms.Partitioner`.

    Raises
    ------
    InvalidWeight
        For weights that are not whole, and for more than 2^26 in all.

    Notes
    -----
    **Sources.** Recorded from twemproxy 0.5.0.

    **Costs.** assign O(1), one read of a table of 4 bytes an entry; an event builds the table anew.

    **Adverse case.** Any event: 5 of 6 keys move when a sixth server comes.

    Examples
    --------
    >>> p = TwemproxyModula(["10.0.1.1:11211", "10.0.1.2:11211", "10.0.1.3:11211"])
    >>> p.lookup("user:42")
    '10.0.1.1:11211'
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        hash: str = "fnv1a_64_32",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _check_size(self, nodes: Nodes) -> None:
        entries_of(nodes)

    def _build(self, nodes: Nodes) -> Remainders:
        order = order_of_names(nodes)
        whole = entries_of(nodes)[np.searchsorted(nodes.buckets(), order)]
        return Remainders(np.repeat(order, whole))

    def _one(self, structure: Remainders) -> One:
        return remainders.one_of(structure)

    def _place(self, structure: Remainders, hashes: Hashes, out: Buckets) -> None:
        remainders.place(structure, hashes, out)


def entries_of(nodes: Nodes) -> NDArray[np.int64]:
    """Return how many entries each node has, in the order of the buckets: as many as it weighs.

    Parameters
    ----------
    nodes
        The nodes.

    Returns
    -------
    ndarray
        (n,) int64.

    Raises
    ------
    InvalidWeight
        For more than 2^26 in all.

    Examples
    --------
    >>> entries_of(Nodes.of(["a", "b"]))
    array([1, 1])
    """
    weights = nodes.weights()
    if sum(weights) > MOST_ENTRIES:
        raise InvalidWeight(
            f"weights of {sum(weights):g} in all would make as many entries: at most {MOST_ENTRIES}; divide "
            "all by the same number"
        )
    return np.array(weights, dtype=np.int64)
