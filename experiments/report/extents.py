"""Which keys of a file were used, and which repetitions have the same ones, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from experiments.workloads import drawn

__all__ = ["repetitions", "used"]

P = TypeVar("P")


def used(extent: Mapping[str, Any], asked: int) -> str:
    """Return how many keys of a workload with an end were used.

    Examples
    --------
    >>> used({"keys": 2000000, "used": 500000}, 500000), used({"keys": 9, "used": 9}, 9)
    ('the first 500,000 of 2,000,000 keys', 'all 9 keys')
    >>> used({"keys": 9, "used": 9}, 1000)
    'all 9 keys, fewer than the 1,000 asked for'
    """
    if extent["used"] < extent["keys"]:
        return f"the first {extent['used']:,} of {extent['keys']:,} keys"
    fewer = not getattr(asked, "whole", False) and asked > extent["keys"]
    return f"all {extent['keys']:,} keys" + (f", fewer than the {int(asked):,} asked for" if fewer else "")


def repetitions(many: int, workloads: Sequence[str]) -> str:
    """Return what repetitions of these workloads have anew.

    Examples
    --------
    >>> repetitions(10, ["uniform"]), repetitions(10, ["sequential"])
    ('10 repetitions with new keys and hash seeds', '10 repetitions with the same keys and new hash seeds')
    >>> repetitions(3, ["zipf", "file:a.log"])
    '3 repetitions with new hash seeds, and new keys but those of file:a.log'
    """
    same = [text for text in workloads if not drawn(text)]
    if not same:
        return f"{many:,} repetitions with new keys and hash seeds"
    if len(same) == len(workloads):
        return f"{many:,} repetitions with the same keys and new hash seeds"
    return f"{many:,} repetitions with new hash seeds, and new keys but those of {', '.join(same)}"
