"""The traces of MSR Cambridge: CSV of time, host, disk, Read or Write, offset, size, time it took.

A read is a request for the bytes at an offset of a disk of a host; writes are counted. Times are those of
Windows, in 100 ns.

Source: the README of SNIA's IOTTA trace 388; Narayanan, Donnelly & Rowstron, "Write off-loading", FAST 2008.
"""

from __future__ import annotations

from experiments.traces.records import Draft, shown, whole

__all__ = ["read_line"]

FIELDS = 7
TICKS = 10**7


def read_line(line: bytes, draft: Draft) -> None:
    """Take a read."""
    fields = line.split(b",")
    if len(fields) != FIELDS:
        raise ValueError(f"it has {len(fields)} fields; those of MSR Cambridge have {FIELDS}")
    time, host, disk, kind, offset, size, _ = fields
    when, bytes_ = whole(time, "time"), whole(size, "size")
    key = b"%s.%d:%d" % (host, whole(disk, "disk"), whole(offset, "offset"))
    if kind == b"Write":
        draft.others["Write"] += 1
        return
    if kind != b"Read":
        raise ValueError(f"{shown(kind)} is neither Read nor Write")
    draft.keys.append(key)
    draft.times.append(when / TICKS)
    draft.sizes.append(bytes_)
