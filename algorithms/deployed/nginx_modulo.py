"""nginx: ``hash KEY`` and ``ip_hash``, which divide by the total weight."""

from __future__ import annotations

import zlib
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.deployed.crc_chains import prefixed
from algorithms.deployed.named import names_in, usable_of
from algorithms.deployed.nginx_ring import NGINX
from algorithms.errors import InvalidWeight
from algorithms.hashing.systems import IP_HASHES
from algorithms.interface import Buckets, Capability, Cost, Hashes, Nodes, Partitioner, Spec, Step
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.kernel import kernel
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import PROBES, Steps, counted, tally
from algorithms.registry import register

TRIES = 20
"""After so many servers that are not usable, nginx goes round robin."""
MOST_WEIGHT = (1 << 31) - 1

_ZERO, _ONE = np.uint64(0), np.uint64(1)
_PREFIXES = np.array([zlib.crc32(str(tries).encode()) for tries in range(TRIES + 1)], dtype=np.uint32)
_BASE, _PRIME = np.uint64(113), np.uint64(IP_HASHES)
_POWER3, _POWER16 = np.uint64(113**3 % IP_HASHES), np.uint64(113**16 % IP_HASHES)
_BEGUN = np.uint64(89)


class Slots(NamedTuple):
    """The server of each remainder, -1 where it is down, the total weight, and who serves when all fails.

    ``buckets`` ends where no hash reaches further, though the total weight may be larger.
    """

    buckets: NDArray[np.int32]
    total: np.uint64
    otherwise: np.int64


@kernel
def hash_slot(
    h: np.uint64,
    narrow: np.uint64,
    buckets: NDArray[np.int32],
    total: np.uint64,
    otherwise: np.int64,
    steps: Steps | None = None,
) -> np.int64:
    """Return the server of a hash, of which 15 bits are those of the CRC and the others the key's length."""
    word = h << narrow
    first = word >> np.uint64(49)
    tally(steps, PROBES)
    found = buckets[first % total]
    if found >= 0:
        return np.int64(found)
    length, value = word & np.uint64((1 << 49) - 1), first
    for tries in range(1, TRIES + 1):
        tally(steps, PROBES)
        # hashed again with the number before it; CRC-32 is linear, so what is left of the first one will do
        other = np.uint64(prefixed(_PREFIXES[tries], length)) >> np.uint64(16)
        value += (first ^ other) & np.uint64(0x7FFF)
        found = buckets[value % total]
        if found >= 0:
            return np.int64(found)
    return otherwise


@kernel
def hash_kernel(
    hashes: Hashes,
    narrow: np.uint64,
    buckets: NDArray[np.int32],
    total: np.uint64,
    otherwise: np.int64,
    out: Buckets,
) -> None:
    """Write the server of each hash."""
    for i in range(len(hashes)):
        out[i] = np.int32(hash_slot(hashes[i], narrow, buckets, total, otherwise))


@kernel
def address_slot(
    h: np.uint64,
    narrow: np.uint64,
    buckets: NDArray[np.int32],
    total: np.uint64,
    otherwise: np.int64,
    steps: Steps | None = None,
) -> np.int64:
    """Return the server of an address by the place of its value among 2^31, and whether it is of 16 bytes."""
    word = (h << narrow) >> np.uint64(32)
    value = ((word >> _ONE) * _PRIME) >> np.uint64(31)
    power = _POWER16 if word & _ONE else _POWER3
    # the bytes' own part of the polynomial: what a round adds to the last value times the power
    own = (value + _PRIME * _PRIME - power * _BEGUN) % _PRIME
    for _ in range(TRIES + 1):
        tally(steps, PROBES)
        found = buckets[value % total]
        if found >= 0:
            return np.int64(found)
        value = (power * value + own) % _PRIME
    return otherwise


@kernel
def address_kernel(
    hashes: Hashes,
    narrow: np.uint64,
    buckets: NDArray[np.int32],
    total: np.uint64,
    otherwise: np.int64,
    out: Buckets,
) -> None:
    """Write the server of each address."""
    for i in range(len(hashes)):
        out[i] = np.int32(address_slot(hashes[i], narrow, buckets, total, otherwise))


_HASH = entry(hash_slot), hash_kernel, counted(hash_slot)
_ADDRESS = entry(address_slot), address_kernel, counted(address_slot)


class ByTotalWeight(Partitioner[Slots]):
    """What both have in common: a remainder by the total weight leads to a server, and on if it is down."""

    down: Sequence[str]
    largest: int
    """The largest value that is ever divided by the total weight."""

    @abstractmethod
    def _kernels(self) -> tuple[Any, Any, Any]:
        """Return the entry for one hash, the kernel for many, and the one that counts steps."""

    def _build(self, nodes: Nodes) -> Slots:
        usable = usable_of(self.down, nodes)
        weights = np.array(nodes.weights()).astype(np.int64)
        total = int(weights.sum())
        if total > MOST_WEIGHT:
            raise InvalidWeight(
                f"a total weight of {total} is too much: nginx counts {MOST_WEIGHT} units at most"
            )
        buckets = np.where(usable, nodes.buckets(), -1).astype(np.int32)
        ends = np.minimum(np.cumsum(weights), self.largest + 1)
        table = np.repeat(buckets, np.diff(ends, prepend=0))
        return Slots(table, np.uint64(total), np.int64(buckets[usable][0]))

    def _needs(self, structure: Slots) -> tuple[Any, ...]:
        return np.uint64(64 - self.hash_bits), *structure

    def _one(self, structure: Slots) -> One:
        one: One = self._kernels()[0].of(*self._needs(structure))
        return one

    def _place(self, structure: Slots, hashes: Hashes, out: Buckets) -> None:
        self._kernels()[1](hashes, *self._needs(structure), out)

    def _place_counting(self, structure: Slots, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        self._kernels()[2](hashes, self._needs(structure), out, steps)


_CAPABILITIES = frozenset(
    {Capability.REMOVES_ANY, Capability.WEIGHTED, Capability.UNIFORM, Capability.REVERSIBLE}
)
_LACKS = {
    Capability.INTERVALS: "neighbouring hashes go to different servers: arcs would be single hashes",
    Capability.REPLICAS: "the next servers are found by hashing again, and differ after every event",
}
_LAWLESS: Mapping[Literal["movement", "balance"], str] = {
    "balance": "shares are counts of few values, which many servers do not divide: exact, and no closed form"
}
_MEMORY = Cost("O(W)", "for a total weight W, at most 688,108 entries of 4 bytes")


@register(
    Spec(
        name="nginx_hash",
        title="nginx, hash",
        summary="15 bits of CRC-32 modulo the total weight, hashed again where a server is down",
        capabilities=_CAPABILITIES,
        lacks=_LACKS,
        reference="nginx 1.22, documentation of ngx_http_upstream_module, directive hash",
        year=2014,
        publications=(NGINX,),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(n)", "and nearly all keys move"),
        memory_cost=_MEMORY,
        movement_law="nginx_hash",
        lawless=_LAWLESS,
        kind="deployed",
        by_default=False,
        whole_weights=(1, MOST_WEIGHT),
        values=1 << 15,
        steps={"probes": Step()},
    )
)
class NginxHash(ByTotalWeight):
    """nginx' plain ``hash KEY``, bit for bit: bits 16 to 30 of the CRC-32, modulo the total weight.

    Servers stand in the order of the configuration, each with as many remainders as its weight. One that is
    down keeps its remainders, and keys that meet them are hashed again with the number of the try before
    them, which is added to the hash: so marking a server down moves only its own keys, and deleting its line
    moves nearly all.

    Parameters
    ----------
    nodes
        Servers in the order of the configuration, with whole weights.
    down
        Names of servers that are marked ``down`` or fail.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`; "crc15_length" is nginx': the highest 15 bits are
        those of the CRC, the others say how long the key is, from which its other hashes follow. Of any other
        function these bits serve.

    Raises
    ------
    InvalidParameter
        For names in ``down`` that no server has, and when all are down.
    InvalidWeight
        For weights that are not whole, or above 2^31 - 1 in all.

    Notes
    -----
    **Sources.** nginx' documentation, and placements recorded from nginx 1.22.1, all of which these are.

    **Left out.** After 20 tries nginx goes round robin, and so it does with empty keys and a single server;
    here the first server that is up has what is left.

    **Costs.** assign O(1), and 60 ns more for each try; an event O(n); memory 4 bytes a unit of weight.

    **Adverse case.** There are 32,768 hashes: weights of 30000 and 10000 get 91.6 and 8.4 %.

    Examples
    --------
    >>> servers = ["127.0.0.1:18001", "127.0.0.1:18002", "127.0.0.1:18003"]
    >>> up, down = NginxHash(servers), NginxHash(servers, down=servers[:1])
    >>> up.lookup("user:54"), up.lookup("user:1"), down.lookup("user:1")
    ('127.0.0.1:18002', '127.0.0.1:18001', '127.0.0.1:18003')
    """

    largest = (TRIES + 1) * 0x7FFF

    def __init__(
        self,
        nodes: NodesLike,
        *,
        down: Sequence[str] = (),
        hash: str = "crc15_length",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.down = names_in("down", down)
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _kernels(self) -> tuple[Any, Any, Any]:
        return _HASH


@register(
    Spec(
        name="nginx_ip_hash",
        title="nginx, ip_hash",
        summary="a polynomial of an address's bytes, of 6271 values, modulo the total weight",
        capabilities=_CAPABILITIES,
        lacks=_LACKS,
        reference="nginx 1.22, documentation of ngx_http_upstream_module, directive ip_hash",
        year=2002,
        publications=(NGINX,),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(n)", "and nearly all keys move"),
        memory_cost=_MEMORY,
        movement_law="nginx_ip_hash",
        lawless=_LAWLESS,
        kind="deployed",
        by_default=False,
        whole_weights=(1, MOST_WEIGHT),
        values=IP_HASHES,
        steps={"probes": Step()},
    )
)
class NginxIpHash(ByTotalWeight):
    """nginx' ``ip_hash``, bit for bit: a polynomial of an address modulo 6271, modulo the total weight.

    Of an IPv4 address the first three bytes count, so a whole /24 is one key; of an IPv6 address all sixteen.
    Servers stand in the order of the configuration, each with as many remainders as its weight. Where the one
    met is down, the polynomial goes on over the same bytes.

    Parameters
    ----------
    nodes
        Servers in the order of the configuration, with whole weights.
    down
        Names of servers that are marked ``down`` or fail.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`; "ip_hash_nginx" is nginx', and takes addresses as
        text. Of any other function the highest bits say which of the 6271 values a hash stands for.

    Raises
    ------
    InvalidParameter
        For names in ``down`` that no server has, and when all are down.
    InvalidWeight
        For weights that are not whole, or above 2^31 - 1 in all.

    Notes
    -----
    **Sources.** nginx' documentation, and placements recorded from nginx 1.22.1, all of which these are.

    **Left out.** After 20 tries nginx goes round robin, and with a single server too. A key that is no
    address is hashed as one of other length, which nginx never meets.

    **Costs.** assign O(1), and 5 ns more for each try; an event O(n); memory 4 bytes a unit of weight.

    **Adverse case.** Clients behind a few /24 networks: all of one network are on one server.

    Examples
    --------
    >>> p = NginxIpHash(["127.0.1.1:18101", "127.0.1.2:18102", "127.0.1.3"])
    >>> p.lookup("50.131.49.6") == p.lookup("50.131.49.77")
    True
    """

    largest = IP_HASHES - 1

    def __init__(
        self,
        nodes: NodesLike,
        *,
        down: Sequence[str] = (),
        hash: str = "ip_hash_nginx",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self.down = names_in("down", down)
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _kernels(self) -> tuple[Any, Any, Any]:
        return _ADDRESS
