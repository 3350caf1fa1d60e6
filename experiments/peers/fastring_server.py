"""Has a ring of fastring in a Python of its own, and times it there: started by `fastring` as a file.

Each request and each reply is pickled; needs nothing but fastring, and pyarrow for columns of Arrow.
"""

import gc
import importlib
import os
import pickle
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any

Call = Callable[[], Any]


def call_of(ring: Any, form: str, keys: list[str]) -> Call:
    """Return the call that looks some keys up, in the form in which they are asked for."""
    if form == "single":
        return lambda: deque(map(ring.get_node, keys), maxlen=1)[0]
    look_up = ring.get_node_batch
    if form == "list":
        return lambda: look_up(keys)
    import pyarrow as pa

    column = pa.array(keys)
    return lambda: pa.array(look_up(column.to_pylist()))


def faults() -> int:
    """Return how many pages this thread did not have."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)).ru_minflt


def timed(call: Call) -> tuple[int, int, int]:
    """Return nanoseconds by the wall, of the processor, and page faults of a call."""
    missed, processor, wall = faults(), time.thread_time_ns(), time.perf_counter_ns()
    call()
    wall = time.perf_counter_ns() - wall
    processor = time.thread_time_ns() - processor
    return max(1, wall), max(1, processor), faults() - missed


def main() -> None:
    """Serve requests until there are no more."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    fastring = importlib.import_module("fastring")

    gc.disable()
    ring: Any = None
    call: Any = None
    while True:
        try:
            what, *given = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        answer: Any = None
        if what == "build":
            ring = fastring.HashRing(virtual_nodes=given[0])
            for name in given[1]:
                ring.add_node(name)
        elif what == "take":
            call = call_of(ring, *given)
            gc.collect()
        elif what == "call":
            answer = call()
            answer = answer if isinstance(answer, (str, list)) else answer.to_pylist()
        else:
            answer = timed(call)
        pickle.dump(answer, replies, protocol=4)
        replies.flush()


if __name__ == "__main__":
    main()
