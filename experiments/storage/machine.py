"""What the system says of its machine: what it has, and how busy it is. What it does not say is None.

All is read below `ROOT`, which is the root of the file system.
"""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["ROOT", "Spent", "Ticks", "described", "load_average", "megahertz", "page_faults", "ticks"]

ROOT = Path("/")

_VECTORS = ("avx", "sse4", "asimd", "sve")


class Spent(NamedTuple):
    """What a call took.

    Parameters
    ----------
    wall
        Nanoseconds by the clock on the wall.
    processor
        Nanoseconds of the processor, of the thread that called.
    faults
        Pages that the thread needed and did not have.
    """

    wall: int
    processor: int
    faults: int = 0

    def cost(self, threads: int = 1) -> int:
        """Return what a call costs: time of the processor, or by the wall where several threads work.

        Examples
        --------
        >>> Spent(30, 20).cost(), Spent(30, 20).cost(threads=2)
        (20, 30)
        """
        return self.processor if threads == 1 else self.wall


@dataclass(frozen=True)
class Ticks:
    """What the processors have done since the machine started, in ticks of the system's clock.

    Parameters
    ----------
    total
        All ticks of all processors.
    stolen
        Those in which a virtual processor was ready, and the machine below gave its time to others.
    """

    total: int
    stolen: int

    def stolen_since(self, before: Ticks) -> float | None:
        """Return which part of the time since then was stolen.

        Examples
        --------
        >>> Ticks(300, 15).stolen_since(Ticks(100, 5))
        0.05
        """
        passed = self.total - before.total
        return (self.stolen - before.stolen) / passed if passed > 0 else None


def described() -> dict[str, Any]:
    """Return the facts of the machine that ``run.json`` keeps.

    Examples
    --------
    >>> [name for name in described() if name in ("cpus", "huge_pages", "governor")]
    ['cpus', 'huge_pages', 'governor']
    """
    return {
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpu": next(iter(_cpu_lines("model name")), platform.processor() or None),
        "cpus": os.cpu_count(),
        "vectors": _vector_flags(),
        "huge_pages": _huge_pages(),
        "governor": _line("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "megahertz": megahertz(),
        "load": _load_averages(),
    }


def megahertz() -> float | None:
    """Return the frequency that the system states, the mean over processors; a virtual one is a promise."""
    stated = [float(line) for line in _cpu_lines("cpu MHz") if re.fullmatch(r"[\d.]+", line)]
    return round(sum(stated) / len(stated), 1) if stated else None


def ticks() -> Ticks | None:
    """Return what the processors have done so far."""
    fields = (_line("proc/stat") or "").split()
    if len(fields) < 9 or fields[0] != "cpu":
        return None
    spent = [int(field) for field in fields[1:9]]  # what guests had is in the first two as well
    return Ticks(sum(spent), spent[7])


def load_average() -> float | None:
    """Return how many processes wanted to run in the last minute."""
    loads = _load_averages()
    return None if loads is None else loads[0]


def page_faults() -> int:
    """Return how often this thread needed a page that it did not have; the process, where no thread is told.

    Examples
    --------
    >>> page_faults() >= 0
    True
    """
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)).ru_minflt


def _line(name: str) -> str | None:
    try:
        with (ROOT / name).open(encoding="utf-8", errors="replace") as file:
            return file.readline().strip() or None
    except OSError:
        return None


def _cpu_lines(key: str) -> list[str]:
    try:
        lines = (ROOT / "proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [line.partition(":")[2].strip() for line in lines if line.partition(":")[0].strip() == key]


def _vector_flags() -> list[str]:
    flags = next(iter(_cpu_lines("flags") or _cpu_lines("Features")), "").split()
    return sorted(flag for flag in flags if flag.startswith(_VECTORS))


def _huge_pages() -> str | None:
    """Return when a process gets transparent huge pages: always, never, or where it asks (madvise)."""
    chosen = re.search(r"\[(\w+)\]", _line("sys/kernel/mm/transparent_hugepage/enabled") or "")
    return chosen.group(1) if chosen else None


def _load_averages() -> list[float] | None:
    try:
        return list(os.getloadavg())
    except (OSError, AttributeError):
        return None
