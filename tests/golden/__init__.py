"""Golden placements: ``NAME.csv`` holds what the algorithm NAME answered when it was accepted.

``python -m tests.golden NAME`` writes the file of a new algorithm. A file that is there is replaced only with
``--replace``, after the rows that would change have been printed: placements that change between versions
move the data of everybody who relies on them.

Columns: ``nodes`` (a count, or name=weight ...), ``parameters``, ``event`` (made after the start), ``hash``,
``bucket``, ``node`` (the name in that bucket).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from algorithms import Capability, Node
from experiments.conformance import Subject, subjects
from experiments.conformance.check import declares
from experiments.conformance.strategies import fitting

__all__ = ["command", "path_of", "read", "render", "rows"]

COLUMNS = ("nodes", "parameters", "event", "hash", "bucket", "node")
Row: TypeAlias = dict[str, str]

_SIZES = (1, 2, 3, 7, 16, 17, 100, 1000)
_NAMED = {"server-a": 1.0, "server-b": 1.0, "é": 1.0, "節点": 1.0}
_WEIGHTED = {"server-a": 1.0, "server-b": 2.5, "é": 0.5, "節点": 1 / 3}
_WHOLE = {"server-a": 1.0, "server-b": 3.0, "é": 2.0, "節点": 5.0}
_CORNERS = (0, 1, 2, 1000, (1 << 28) - 1, (1 << 32) + 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 2, (1 << 64) - 1)
_HASHES = (*_CORNERS, *(step * 0x9E3779B97F4A7C15 % (1 << 64) for step in range(1, 15)))


def path_of(name: str) -> Path:
    """Return where the golden placements of an algorithm are kept."""
    return Path(__file__).with_name(f"{name}.csv")


def command(name: str) -> str:
    """Return the command that writes the file of an algorithm."""
    return f"python -m tests.golden {name}"


def _events(subject: Subject) -> Iterator[tuple[str, dict[str, Any]]]:
    spec = subject.spec
    yield "", {}
    yield "add new", {"add": ["new"]}
    if declares(spec, Capability.REMOVES_LAST):
        yield "remove 節点", {"remove": ["節点"]}
    if spec.can(Capability.REMOVES_ANY):
        yield "remove server-b", {"remove": ["server-b"]}
        yield "add new, remove server-a", {"add": ["new"], "remove": ["server-a"]}
    if spec.can(Capability.WEIGHTED):
        yield "é=4.0", {"weights": {"é": 4.0}}


def rows(name: str) -> list[Row]:
    """Return the placements of an algorithm as it is now, with as many nodes and joiners as it can have."""
    found: list[Row] = []
    for subject in subjects(name):
        fixed = " ".join(f"{key}={value}" for key, value in subject.fixed.items())
        for n in (n for n in _SIZES if fitting(subject, n) == n):
            found += _placed(subject(n), {"nodes": str(n), "parameters": fixed, "event": ""})
        if fitting(subject, len(_NAMED)) < len(_NAMED):
            continue
        narrow = subject(list(_NAMED), hash="sha1_28", hash_bits=20)
        about = {
            "nodes": _text(_NAMED),
            "parameters": f"{fixed} hash=sha1_28 hash_bits=20".strip(),
            "event": "",
        }
        found += _placed(narrow, about)
        weighted = _WEIGHTED if subject.spec.whole_weights is None else _WHOLE
        for nodes in (_NAMED, weighted) if subject.spec.can(Capability.WEIGHTED) else (_NAMED,):
            for text, event in _events(subject):
                p = subject([Node(key, weight) for key, weight in nodes.items()], seed=7)
                if len(event.get("add", ())) > p.room + len(event.get("remove", ())):
                    continue
                p.change(**event)
                about = {"nodes": _text(nodes), "parameters": f"{fixed} seed=7".strip(), "event": text}
                found += _placed(p, about)
    return found


def _text(nodes: dict[str, float]) -> str:
    return " ".join(f"{name}={weight!r}" for name, weight in nodes.items())


def _placed(p: Any, about: Row) -> list[Row]:
    hashes = np.array(_HASHES, dtype=np.uint64) >> np.uint64(64 - p.hash_bits)
    return [
        {**about, "hash": str(value), "bucket": str(bucket), "node": p.nodes[bucket].name}
        for value, bucket in zip(hashes.tolist(), p.assign(hashes).tolist(), strict=True)
    ]


def render(placements: list[Row]) -> str:
    """Return placements as the text of a file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(placements)
    return out.getvalue()


def read(name: str) -> list[Row]:
    """Return the placements that are kept."""
    with path_of(name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
