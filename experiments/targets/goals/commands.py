"""Targets of whole commands, each in a process of its own: a scale event, the main job, the help."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from experiments.storage import provenance
from experiments.targets.goals.events import FIVE
from experiments.targets.goals.goal import ANY, Goal, Setting

__all__ = ["COMMANDS", "peak_megabytes"]

IMPORTS = (
    "import experiments.harness.runner, experiments.workloads, experiments.measures; "
    "import algorithms, numba, pandas"
)

LEFT_OUT = "left out: give --event-keys 1e9, or --profile full"


def peak_megabytes() -> float:
    """Return the most memory that this process had since it was this program.

    What the system says of a child that has ended includes what its parent had when it was started.

    Examples
    --------
    >>> peak_megabytes() > 1
    True
    """
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1e3
    except OSError:
        import resource

        unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, kilobytes elsewhere
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _run(arguments: Sequence[str], **environment: str) -> tuple[float, str]:
    """Run Python with some arguments; return seconds, and what it wrote to its standard output."""
    paths = [str(provenance.root()), os.environ.get("PYTHONPATH", "")]
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **environment}
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], env=known, capture_output=True, text=True, check=False
    )
    spent = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"python {' '.join(arguments)} failed: {done.stderr.strip()[-500:]}")
    return spent, done.stdout


def _peak_of(body: str) -> float:
    """Return the peak of a process that runs some lines."""
    code = f"{body}\nimport sys\nfrom experiments.targets.goals.commands import peak_megabytes\n"
    return float(_run(["-c", f"{code}sys.stdout.write(f'\\n{{peak_megabytes()}}')"])[1].splitlines()[-1])


def _typed(algorithm: str, keys: int, threads: int, folder: Path) -> list[str]:
    flags = {
        "--algorithms": algorithm,
        "--nodes": "16",
        "--event": "add:1",
        "--keys": str(keys),
        "--repetitions": "1",
        "--threads": str(threads),
        "--out": str(folder),
    }
    return ["scaling", *(part for flag in flags.items() for part in flag)]


def _seconds(algorithm: str, setting: Setting) -> Sequence[float] | str:
    """Time one event; on one thread it must give the same rows."""
    if not setting.event_keys:
        return LEFT_OUT
    from experiments.harness.counting import LEAST_KEYS

    with tempfile.TemporaryDirectory() as temporary:
        first, two, one = (Path(temporary) / name for name in ("first", "two", "one"))
        _run(["-m", "experiments.run", *_typed(algorithm, LEAST_KEYS, 2, first)])  # compiles
        spent, _ = _run(["-m", "experiments.run", *_typed(algorithm, setting.event_keys, 2, two)])
        _run(["-m", "experiments.run", *_typed(algorithm, setting.event_keys, 1, one)])
        if (two / "rows.csv").read_bytes() != (one / "rows.csv").read_bytes():
            raise RuntimeError(f"{algorithm}: two threads and one give different rows")
    return [spent]


def _megabytes(algorithm: str, setting: Setting) -> Sequence[float] | str:
    """Measure the memory of the same event."""
    if not setting.event_keys:
        return LEFT_OUT
    with tempfile.TemporaryDirectory() as temporary:
        typed = _typed(algorithm, setting.event_keys, 2, Path(temporary) / "out")
        return [_peak_of(f"from experiments import run\nrun.main({typed!r})") - _peak_of(IMPORTS)]


def _scaling(cold: bool, setting: Setting) -> Sequence[float]:
    """Return the seconds of the main job at its usual profile, with no compiled kernels or with all."""
    with tempfile.TemporaryDirectory() as folder:
        cache: Mapping[str, str] = {"NUMBA_CACHE_DIR": f"{folder}/cache"} if cold else {}
        job = ["-m", "experiments.run", "scaling", "--quiet", "--out"]
        if not cold:
            _run([*job, f"{folder}/before", "--profile", "smoke"])
        return [_run([*job, f"{folder}/out"], **cache)[0]]


def _help(setting: Setting) -> Sequence[float]:
    _run(["-m", "experiments.run", "--help"])
    return [_run(["-m", "experiments.run", "--help"])[0] for _ in range(setting.rounds)]


COMMANDS = (
    *(
        Goal(f"event-{algorithm}", f"a scale event 16 → 17, {algorithm}, two threads", "s", True, {ANY: 20},
             partial(_seconds, algorithm), threads=2)
        for algorithm in FIVE
    ),
    *(
        Goal(f"event-memory-{algorithm}", f"its memory above imports, {algorithm}", "MB", True, {ANY: 300},
             partial(_megabytes, algorithm), threads=2)
        for algorithm in FIVE
    ),
    Goal("scaling-cold", "scaling at regular, nothing compiled", "s", True, {ANY: 60},
         partial(_scaling, True)),
    Goal("scaling-warm", "scaling at regular, compiled before", "s", True, {ANY: 15},
         partial(_scaling, False)),
    Goal("help", "--help", "s", True, {ANY: 0.5}, _help),
)  # fmt: skip
