"""Stored runs that have been changed, for the tests: well-formed ones, or none."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from experiments.storage import facts, store
from experiments.storage.files import write_atomically

FACTS: dict[str, Any] = {
    "format": facts.FORMAT,
    "experiment": "fake",
    "profile": None,
    "parameters": {},
    "command": [],
    "started": "2026-01-01T00:00:00+00:00",
    "seconds": 0,
    "cases": {"all": 0, "resumed": 0},
    "sources": "",
    "inputs": {},
    "commit": None,
    "dirty": None,
    "versions": {},
    "threads": 1,
    "machine": {},
    "rows": {},
    "files": {},
    "timed": {},
    "algorithms": {},
    "meaning": [],
    "failures": [],
}
"""A ``run.json`` that says nothing, but has every part."""


def read(folder: Path | str) -> dict[str, Any]:
    """Return what a run.json says, whatever that is."""
    content: dict[str, Any] = json.loads((Path(folder) / store.RUN).read_text(encoding="utf-8"))
    return content


def write(folder: Path | str, content: Any) -> None:
    """Write a run.json as it is given."""
    (Path(folder) / store.RUN).write_text(json.dumps(content), encoding="utf-8")


def restate(folder: Path | str, **changed: Any) -> None:
    """Change parts of a run.json as a run would have written them, with the digests that go with them."""
    known = {**read(folder), **changed}
    for name in known["files"]:
        path = Path(folder) / name
        if path.is_file():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            known["timed" if known["files"][name] is None else "files"][name] = digest
    write(folder, facts.sealed(known))


def put(folder: Path, rows: list[dict[str, Any]]) -> None:
    """Store rows as a run does."""
    stored = store.encode("rows", rows)
    write_atomically(folder / stored.name, stored.content)
    known = {
        **FACTS,
        "rows": {"rows": {"file": stored.name, "count": stored.rows, "columns": dict(stored.types)}},
        "files": {stored.name: hashlib.sha256(stored.content).hexdigest()},
    }
    write(folder, facts.sealed(known))
