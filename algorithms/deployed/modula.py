"""Modula: libmemcached's default, the hash modulo the number of servers."""

from __future__ import annotations

from algorithms.baselines.modulo import Modulo, Slots
from algorithms.deployed.ketama import LIBMEMCACHED, ONE_SERVER
from algorithms.deployed.remainders import Remainders, one_of
from algorithms.interface import Capability, Cost, Spec
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.single import One
from algorithms.registry import register


@register(
    Spec(
        name="modula",
        title="Modula",
        summary="bucket = hash mod n, over the servers in the order in which they were added",
        capabilities=frozenset({Capability.REMOVES_ANY, Capability.UNIFORM, Capability.REVERSIBLE}),
        lacks={
            Capability.WEIGHTED: "weights are ignored, all servers are dealt alike",
            Capability.INTERVALS: "neighbouring hashes go to different servers: arcs would be single hashes",
            Capability.REPLICAS: ONE_SERVER,
        },
        reference="libmemcached 1.1.4 and 1.0.16, MEMCACHED_DISTRIBUTION_MODULA",
        year=2008,
        publications=(LIBMEMCACHED,),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(n)", "and nearly all keys move"),
        memory_cost=Cost("O(n)"),
        movement_law="modulo",
        balance_law="multinomial",
        kind="deployed",
        by_default=False,
    )
)
class Modula(Modulo):
    """Hash mod n as libmemcached has it where nothing is set; weights do not count.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.Partitioner`, in the order in which servers were added.
    hash
        Of keys, ``one_at_a_time`` by default; others as for ``ketama``.
    hash_bits, seed
        As for :class:`~algorithms.Partitioner`.

    Notes
    -----
    **Sources.** Recorded from libmemcached 1.1.4 with ten hash functions and, by pylibmc, 1.0.16.

    **Done otherwise.** Weights are refused and not ignored, as everywhere in the suite.

    **Costs.** As of ``modulo``.

    **Adverse case.** Any event: 5 of 6 keys move when a sixth server comes. Order counts: a list of servers
    that is sorted otherwise moves nearly all.

    Examples
    --------
    >>> p = Modula(["10.0.1.1:11211", "10.0.1.2:11211", "10.0.1.3:11211"])
    >>> p.lookup("user:42")
    '10.0.1.1:11211'
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        hash: str = "one_at_a_time",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _one(self, structure: Slots) -> One:
        return one_of(Remainders(structure.live))
