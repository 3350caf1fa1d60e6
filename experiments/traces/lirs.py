"""The traces of LIRS: the number of a block a line; a line with an asterisk parts two programs.

Source: Jiang & Zhang, "LIRS: an efficient low inter-reference recency set replacement policy", SIGMETRICS
2002, whose traces they published; the asterisk as Caffeine's simulator reads it.
"""

from __future__ import annotations

from experiments.traces.records import MOST_KEY, Draft, whole

__all__ = ["read_line"]

PARTING = b"*"


def read_line(line: bytes, draft: Draft) -> None:
    """Take a block."""
    text = line.strip()
    if text == PARTING:
        draft.others["*"] += 1
        return
    draft.keys.append(whole(text, "block", MOST_KEY))
