"""Kafka: the partition of a keyed record, hash mod the number of partitions."""

from __future__ import annotations

import numpy as np

from algorithms.deployed.remainders import Remainders, one_of, place
from algorithms.interface import Buckets, Capability, Cost, Hashes, Nodes, Partitioner, Publication, Spec
from algorithms.interface.memory import must_fit
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.single import One
from algorithms.registry import register


@register(
    Spec(
        name="kafka",
        title="Kafka",
        summary="partition = hash mod the number of partitions; which hash depends on the client",
        capabilities=frozenset({Capability.UNIFORM}),
        lacks={
            Capability.REMOVES_ANY: "a topic never loses partitions",
            Capability.REMOVES_LAST: "a topic never loses partitions",
            Capability.REVERSIBLE: "a topic never loses partitions, so nothing can be undone",
            Capability.WEIGHTED: "all residues are alike, so a weight other than 1 is refused",
            Capability.INTERVALS: "neighbouring hashes go to different partitions: arcs would be single ones",
            Capability.REPLICAS: "brokers keep replicas of a partition; keys are not placed on brokers",
        },
        reference="Apache Kafka documentation, producer configuration partitioner.class; librdkafka, "
        "CONFIGURATION, partitioner",
        year=2011,
        publications=(
            Publication(
                "kafka",
                "inproceedings",
                "Kreps, Jay and Narkhede, Neha and Rao, Jun",
                "Kafka: a distributed messaging system for log processing",
                2011,
                {"booktitle": "Proceedings of the 6th International Workshop on Networking Meets Databases"},
            ),
        ),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(n)", "and nearly all keys move"),
        memory_cost=Cost("O(n)"),
        movement_law="modulo",
        balance_law="multinomial",
        kind="deployed",
        by_default=False,
    )
)
class Kafka(Partitioner[Remainders]):
    """The partition of a record that has a key: its hash, divided by the number of partitions.

    Nodes are the partitions in the order of their numbers. The hash function is the client's, and clients
    disagree: Java's, and librdkafka's ``murmur2`` and ``murmur2_random``, have ``murmur2_kafka``;
    librdkafka's ``consistent`` and ``consistent_random``, its default, have ``crc32``; its ``fnv1a`` and
    ``fnv1a_random`` have ``fnv1a_kafka``.

    Parameters
    ----------
    nodes
        The partitions.
    hash
        "murmur2_kafka", "crc32" or "fnv1a_kafka"; any other works and is no client's.
    hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Notes
    -----
    **Sources.** Kafka's and librdkafka's documentation of their partitioners; partitions recorded from
    librdkafka 2.16.0, its mock cluster, and kafka-python 3.0.12.

    **Left out.** A record without a key, which goes anywhere; and with librdkafka's default one whose key is
    empty. The key is what the serializer made: JSON puts quotes round a text.

    **Costs.** assign O(1): a remainder and a look at the table; an event O(n), and from n to n + 1 partitions
    n in n + 1 keys move, though records that are there already stay. Memory 4 bytes a partition.

    **Adverse case.** Two clients on one topic: with 12 partitions 11 of 12 keys are on two partitions.

    Examples
    --------
    >>> Kafka([str(i) for i in range(15)]).lookup("TT0124")
    '10'
    >>> Kafka([str(i) for i in range(15)], hash="crc32").lookup("TT0124")
    '9'
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        hash: str = "murmur2_kafka",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _check_size(self, nodes: Nodes) -> None:
        must_fit(len(nodes), 4, "entries of a table of partitions")

    def _build(self, nodes: Nodes) -> Remainders:
        self._check_size(nodes)
        return Remainders(np.arange(len(nodes), dtype=np.int32))

    def _one(self, structure: Remainders) -> One:
        return one_of(structure)

    def _place(self, structure: Remainders, hashes: Hashes, out: Buckets) -> None:
        place(structure, hashes, out)
