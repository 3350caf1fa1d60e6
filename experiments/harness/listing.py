"""The stored runs below a folder, a line each: of what, with which parameters, how much and when."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.harness import catalogue
from experiments.harness.class_files import code_only_from
from experiments.harness.experiment import Find
from experiments.harness.folders import JOURNAL
from experiments.harness.journal import progress_of
from experiments.options.errors import BadUse
from experiments.storage.facts import RUN, read_facts

__all__ = ["describe", "runs_below"]

LONGEST_VALUE = 60


def runs_below(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the folders at or below some paths that hold a run, finished or not, ascending, each once."""
    seen: set[Path] = set()
    for path in paths:
        if not path.is_dir():
            raise BadUse(f"there is no folder {path}; give one with results in or below it")
        for place, folders, files in os.walk(path):
            folders.sort()
            if {RUN, JOURNAL} & {*folders, *files} and Path(place).resolve() not in seen:
                seen.add(Path(place).resolve())
                yield Path(place)


def describe(folder: Path, find: Find) -> str:
    """Return what a folder holds: experiment, parameters, rows, date and commit, or why it cannot be read."""
    with code_only_from():
        try:
            if os.path.lexists(folder / RUN):
                text = _finished(read_facts(folder), find)
            else:
                text = _unfinished(folder, find)
        except (BadUse, OSError) as error:
            text = f"cannot be read: {error}"
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _finished(facts: Mapping[str, Any], find: Find) -> str:
    counts = [f"{entry['count']:,} {stem}" for stem, entry in facts["rows"].items() if entry["count"]]
    changes = " and changes" if facts["dirty"] else ""
    parts = [
        _asked(facts["experiment"], facts["parameters"], facts["profile"], find),
        " + ".join(counts) or "no rows",
        facts["started"][:10],
        f"commit {facts['commit'][:12]}{changes}" if facts["commit"] else "commit unknown",
        f"{len(facts['failures'])} failed" if facts["failures"] else "complete",
    ]
    return ", ".join(parts)


def _unfinished(folder: Path, find: Find) -> str:
    header, finished = progress_of(folder / JOURNAL)
    name, parameters, cases = (header.get(part) for part in ("experiment", "parameters", "cases"))
    if not (isinstance(name, str) and isinstance(parameters, dict) and isinstance(cases, list)):
        return "interrupted, and its journal is damaged"
    return f"{_asked(name, parameters, None, find)}, interrupted after {finished:,} of {len(cases):,} cases"


def _asked(name: str, parameters: Mapping[str, Any], profile: str | None, find: Find) -> str:
    """Return the experiment and its profile, or the profile that is nearest with what differs from it."""
    if profile is not None:
        return f"{name} {profile}"
    try:
        experiment = find(name)
    except BadUse:
        return f"{name}, which is no more"
    nearest: tuple[str, list[str]] | None = None
    for known in sorted(catalogue.PROFILES, key=lambda known: known != catalogue.DEFAULT_PROFILE):
        usual = experiment.profile(known).canonical()
        others = [
            f"{field}={_written(value)}"
            for field, value in parameters.items()
            if field not in usual or usual[field] != value
        ]
        if nearest is None or len(others) < len(nearest[1]):
            nearest = known, others
    if nearest is None:
        return name
    return f"{name} {nearest[0]}" + (f" with {' '.join(nearest[1])}" if nearest[1] else "")


def _written(value: Any) -> str:
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 3]}..."
