"""One key a line: a text of whatever bytes; nothing is said of times and sizes."""

from __future__ import annotations

from experiments.traces.records import Draft

__all__ = ["read_line"]


def read_line(line: bytes, draft: Draft) -> None:
    """Take the line as a key."""
    if not line:
        raise ValueError("it is empty, and every line is a key")
    draft.keys.append(line)
