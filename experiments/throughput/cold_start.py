"""From a fresh interpreter to the first answers: ``python -m experiments.throughput.cold_start TASK``.

The task is a JSON object on the command line, the answer one on the standard output. A stage is timed by the
process itself, so what the operating system takes to start Python is not in it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from experiments.storage import provenance

if TYPE_CHECKING:
    from algorithms import Node

__all__ = ["STAGES", "measure"]

STAGES = {
    "import": "import algorithms",
    "create": "build the partitioner, with the kernels for it",
    "first batch": "place a batch, with its kernel",
    "next batch": "place it again",
    "first key": "look one key up",
    "next key": "look it up again",
}
"""What a process does after it has started, in this order."""


def measure(
    selection: str,
    settings: Sequence[str],
    nodes: int | Sequence[Node],
    keys: int,
    *,
    compiled: bool = True,
) -> dict[str, int]:
    """Start a fresh interpreter and return how long each stage took."""
    listed = nodes if isinstance(nodes, int) else [[node.name, node.weight] for node in nodes]
    task = json.dumps({"selection": selection, "settings": list(settings), "nodes": listed, "keys": keys})
    paths = [str(provenance.root()), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    with tempfile.TemporaryDirectory() as empty:
        if not compiled:
            environment["NUMBA_CACHE_DIR"] = empty
        done = subprocess.run(
            [sys.executable, "-m", "experiments.throughput.cold_start", task],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"a fresh process could not place keys with {selection}: {done.stderr.strip()}")
    answer: dict[str, int] = json.loads(done.stdout)
    return answer


def _main(task: dict[str, Any]) -> dict[str, int]:
    clock = [time.perf_counter_ns()]
    import algorithms  # which is what is timed

    clock.append(time.perf_counter_ns())
    import numpy as np

    from experiments.harness import selection

    (candidate,) = selection.resolve([task["selection"]], task["settings"])
    hashes = np.random.default_rng(0).integers(0, 1 << 64, task["keys"], dtype=np.uint64)
    bits = candidate.hash_bits
    hashes = hashes if bits is None else hashes >> np.uint64(64 - bits)
    listed = task["nodes"]
    nodes = listed if isinstance(listed, int) else [algorithms.Node(*node) for node in listed]
    away = time.perf_counter_ns() - clock[1]  # none of the stages
    partitioner = candidate.build(nodes)
    hashes = hashes >> np.uint64(64 - partitioner.hash_bits) if bits is None else hashes
    clock.append(time.perf_counter_ns() - away)
    for _ in range(2):
        partitioner.assign(hashes)
        clock.append(time.perf_counter_ns() - away)
    for _ in range(2):
        partitioner.lookup(12_345)
        clock.append(time.perf_counter_ns() - away)
    return {stage: max(1, clock[i + 1] - clock[i]) for i, stage in enumerate(STAGES)}


if __name__ == "__main__":
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # what an algorithm prints, also from machine code, is no answer
        answers.write(json.dumps(_main(json.loads(sys.argv[1]))))
