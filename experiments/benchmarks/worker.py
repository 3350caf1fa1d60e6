"""One build under test, in a process of its own: sets benchmarks up and times them when it is told to.

Started by `compare` as a file, with the build's sources first on the path, so that the suite is today's and
what it imports is the build's. Each line of standard input is a request, each line of standard output the
reply, in JSON.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any


def main() -> None:
    """Serve requests until there are no more."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever the build may print goes to standard error
    pin()
    suite = {benchmark.name: benchmark for benchmark in load_suite().suite()}
    gc.disable()
    call: Callable[[], Any] = type(None)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "prepare":
                call = suite[request["benchmark"]].prepare(*request["case"])
                reply: dict[str, Any] = {"is": "ready"}
            elif request["do"] == "time":
                reply = {"is": "timed", "nanoseconds": timed(call, request["number"])}
            else:
                reply = {"is": "value", "value": call()}
        except NotImplementedError as error:
            reply = {"is": "left out", "why": str(error)}
        except Exception as error:
            traceback.print_exc()
            reply = {"is": "failed", "why": f"{type(error).__name__}: {error}"}
        gc.collect()
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


def timed(call: Callable[[], Any], number: int) -> float:
    """Return the processor's nanoseconds for a call: called once untimed, then timed, each on other keys.

    Other work on the machine does not count; all that is timed is computing, on one thread.

    Examples
    --------
    >>> timed(int, 10) > 0
    True
    """
    renew = getattr(call, "renew", None)
    call()
    spent = 0
    for _ in range(number):
        if renew is not None:
            renew()
        began = time.process_time_ns()
        call()
        spent += time.process_time_ns() - began
    return max(1, spent) / number


def pin() -> None:
    """Stay on one processor, the same for both builds, where the system lets a process choose."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def load_suite() -> Any:
    """Return the suite's `collect`, loaded from beside this file under a name that no build has."""
    folder = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(
        "benchmarks", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"there is no suite in {folder}")
    package = importlib.util.module_from_spec(spec)
    sys.modules["benchmarks"] = package
    spec.loader.exec_module(package)
    return importlib.import_module("benchmarks.collect")


if __name__ == "__main__":
    main()
