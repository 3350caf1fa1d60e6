"""How the results of a page were made: commands, parameters, code, versions and machines."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.options.parameters import fields_of
from experiments.report import timings
from experiments.report.tables.formats import Text
from experiments.report.tables.table import Table

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter

__all__ = ["command", "parameters", "tables"]


def command(chapter: Chapter) -> str:
    """Return what was typed to make a chapter's results, as far as it is known."""
    return shlex.join(map(str, chapter.results.facts.get("command", ())))


def parameters(chapter: Chapter) -> list[tuple[str, str, str]]:
    """Return the parameters of a chapter's run: name, value, and what it is."""
    values = chapter.results.parameters
    return [
        (name, _written(getattr(values, name)), field.help)
        for name, field in fields_of(type(values)).items()
        if field.identity and getattr(values, name) not in ((), "")
    ]


def tables(chapters: Sequence[Chapter]) -> list[Table]:
    """Return the tables of all runs, and of the code and the machines that made them."""
    runs = [
        (chapter.name, chapter.profile, command(chapter), _rows(chapter), _seed(chapter))
        for chapter in chapters
    ]
    return [
        Table.of_rows(
            "runs",
            "The runs of this page",
            ["experiment", "profile", "command", "rows", "seed"],
            runs,
            caption="Rows: what is the same on every machine, and what a clock or an allocator measured.",
            formats={"seed": Text()},
            align={"seed": "right"},
        ),
        Table.of_rows(
            "environment",
            "The code and the machines",
            ["fact", "value", "runs"],
            _environment(chapters),
            groups=["fact"],
        ),
    ]


def _rows(chapter: Chapter) -> str:
    timed = chapter.results.timing
    return f"{len(chapter.results.rows):,}" + ("" if timed is None else f" + {len(timed):,}")


def _seed(chapter: Chapter) -> str | None:
    seed = getattr(chapter.results.parameters, "seed", None)
    return None if seed is None else str(seed)


def _environment(chapters: Sequence[Chapter]) -> list[tuple[str, str, str]]:
    """Return facts, each with the runs of which it is true."""
    found: dict[tuple[str, str], list[str]] = {}
    for chapter in chapters:
        for fact, value in _facts(chapter.results.facts):
            found.setdefault((fact, value), []).append(chapter.name)
    order = {fact: i for i, fact in enumerate(dict.fromkeys(fact for fact, _ in found))}
    return [
        (fact, value, "all" if len(names) == len(chapters) else ", ".join(dict.fromkeys(names)))
        for (fact, value), names in sorted(found.items(), key=lambda item: order[item[0][0]])
    ]


def _facts(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    commit = facts.get("commit") or "unknown"
    changed = " and changes that were not committed" if facts.get("dirty") else ""
    versions = facts.get("versions", {})
    return [
        ("commit", f"{commit}{changed}"),
        ("machine", timings.machine({"machine": {**facts.get("machine", {}), "load": None}})),
        ("system", str(facts.get("machine", {}).get("platform", "unknown"))),
        ("threads", str(facts.get("threads", "unknown"))),
        ("versions", ", ".join(f"{name} {version}" for name, version in versions.items()) or "unknown"),
    ]


def _written(value: Any) -> str:
    return (
        ", ".join(map(str, value))
        if isinstance(value, tuple)
        else f"{value:,}"
        if type(value) is int
        else str(value)
    )
