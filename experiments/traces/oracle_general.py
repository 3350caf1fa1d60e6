"""libCacheSim's oracleGeneral: records of 24 bytes, little-endian, without gaps.

A uint32 of seconds, a uint64 that is the object, a uint32 of bytes, and an int64 that says which request is
the next for the same object, which only algorithms that see the future look at.

Source: https://github.com/1a1a11a/libCacheSim, traceReader/customizedReader/oracle/oracleGeneralBin.h. It
leaves out records of size 0; here they are requests as any other.
"""

from __future__ import annotations

from typing import IO

import numpy as np

from algorithms.hashing.columns import Integers
from experiments.options.errors import BadUse
from experiments.traces.records import Trace

__all__ = ["RECORD", "read_records"]

RECORD = np.dtype([("time", "<u4"), ("object", "<u8"), ("size", "<u4"), ("next", "<i8")])


def read_records(stream: IO[bytes], source: str) -> Trace:
    """Return the trace of a binary file."""
    content = stream.read()
    count, rest = divmod(len(content), RECORD.itemsize)
    if rest:
        raise BadUse(
            f"{source}: record {count + 1} has {rest} bytes of {RECORD.itemsize}; give a whole "
            "oracleGeneral file"
        )
    records = np.frombuffer(content, dtype=RECORD)
    return Trace(
        Integers(np.ascontiguousarray(records["object"]).astype(np.uint64)),
        records["time"].astype(np.float64),
        records["size"].astype(np.int64),
    )
