"""The traces of ARC: first block, how many, a field that is ignored, the number of the request.

A line asks for each of its blocks, of 512 bytes.

Source: Megiddo & Modha, "ARC: a self-tuning, low overhead replacement cache", FAST 2003, whose traces they
published; the fields as Caffeine's simulator reads them.
"""

from __future__ import annotations

from experiments.traces.records import MOST_KEY, Draft, whole

__all__ = ["read_line"]

FIELDS = 4
BLOCK = 512
MOST_BLOCKS = 1 << 24


def read_line(line: bytes, draft: Draft) -> None:
    """Take all blocks of a line."""
    fields = line.split()
    if len(fields) != FIELDS:
        raise ValueError(f"it has {len(fields)} fields; those of ARC have {FIELDS}")
    first, count = (
        whole(fields[0], "first block", MOST_KEY),
        whole(fields[1], "number of blocks", MOST_BLOCKS),
    )
    if not count:
        raise ValueError("it asks for no block")
    if first + count - 1 > MOST_KEY:
        raise ValueError(f"its last block is above {MOST_KEY}")
    draft.keys.extend(range(first, first + count))
    draft.sizes.extend([BLOCK] * count)
