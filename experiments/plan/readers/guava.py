"""Guava's ``Hashing.consistentHash``: ``--set buckets=`` and ``input=`` say all."""

from __future__ import annotations

from experiments.plan.pool import Pool
from experiments.plan.source import Contents, Source

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "guava"


def recognises(source: Source) -> bool:
    """Return whether a text is of Guava: none can be told to be."""
    return False


def read(source: Source) -> Contents:
    """Return the one pool."""
    buckets = source.settings.get("buckets", "")
    if not buckets.isdigit() or int(buckets) < 1:
        raise source.refuse(0, "no file says how many buckets there are: give --set buckets=5")
    kind = source.settings.get("input", "murmur3_128")
    options = {"buckets": int(buckets), "input": kind}
    return Contents((Pool("guava", (), options, "", kind, directive=f"{kind}, {buckets} buckets"),))
