"""Kafka: ``kafka-topics --describe``, or a number of partitions by ``--set``."""

from __future__ import annotations

import re

from experiments.plan.pool import Pool, PoolNode, Remark
from experiments.plan.source import Contents, Source

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "kafka"
_TOPIC = re.compile(r"Topic:\s*(\S+).*?PartitionCount:\s*([0-9]{1,9})(?!\S)")
CLIENTS = ("murmur2_random", "consistent_random")
"""The defaults of Java's client and of librdkafka."""


def recognises(source: Source) -> bool:
    """Return whether a text describes topics."""
    return _TOPIC.search(source.text) is not None


def read(source: Source) -> Contents:
    """Return each topic, once for each client where none is said."""
    topics = [
        (match[1], int(match[2]), number)
        for number, line in enumerate(source.lines, 1)
        if (match := _TOPIC.search(line))
    ]
    if not topics and source.settings.get("partitions", "").isdigit():
        topics = [(source.path, int(source.settings["partitions"]), 0)]
    if not topics:
        raise source.refuse(0, "no topic with its PartitionCount; give --set partitions=12")
    said = source.settings.get("partitioner")
    pools = []
    lines: dict[str, int] = {}
    for name, count, line in topics:
        if name in lines:
            raise source.refuse(line, f"topic {name} stands twice, in line {lines[name]} too")
        lines[name] = line
        if not 1 <= count <= 1_000_000:
            raise source.refuse(line, f"{count} partitions are not possible: 1 to 1,000,000")
        for partitioner in [said] if said else CLIENTS:
            text = (
                "clients disagree: Java hashes by murmur2, librdkafka by CRC-32 unless told otherwise; give "
                "--set partitioner=murmur2_random or consistent_random"
            )
            pools.append(
                Pool(
                    "kafka",
                    tuple(PoolNode(str(number)) for number in range(count)),
                    {"partitioner": partitioner, "partitions": count},
                    partitioner,
                    name=name if said else f"{name}/{partitioner}",
                    directive=f"partitioner {partitioner}",
                    file=source.path if line else "",
                    line=line,
                    warnings=() if said else (Remark("client-differs", text, source.path, line),),
                )
            )
    return Contents(tuple(pools))
