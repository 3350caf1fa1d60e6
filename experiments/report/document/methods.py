"""How the results of a report were made, in sentences: from the parameters and the facts of its runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from algorithms import registry
from algorithms.hashing import hash_function, hash_names
from experiments.report import extents
from experiments.report.document import bibliography
from experiments.report.document.chapter import Chapter
from experiments.report.timings import machine
from experiments.storage.specs import specs_of

__all__ = ["Cite", "Paragraph", "algorithms_of", "methods", "provenance"]


@dataclass(frozen=True)
class Cite:
    """A place where publications are cited.

    Parameters
    ----------
    keys
        Of the publications.
    """

    keys: tuple[str, ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph on methods.

    Parameters
    ----------
    head
        A word or two.
    text
        Plain text, in pieces, with citations between them.
    """

    head: str
    text: tuple[str | Cite, ...]


def methods(chapters: Sequence[Chapter]) -> tuple[Paragraph, ...]:
    """Return how the results of some runs were made."""
    found = [
        Paragraph("Algorithms", tuple(_algorithms(chapters))),
        Paragraph("Hash functions", (_hashes(chapters),)),
        *(Paragraph(chapter.name.capitalize(), (_run(chapter),)) for chapter in chapters),
        Paragraph("Seeds", (_seeds(chapters),)),
        Paragraph("Statistics", (_statistics(chapters),)),
        Paragraph("Versions", (_versions(chapters),)),
    ]
    return tuple(paragraph for paragraph in found if any(paragraph.text))


def algorithms_of(chapters: Iterable[Chapter]) -> tuple[str, ...]:
    """Return the algorithms that have rows in some runs: the registered ones in their order, then others."""
    seen = {name for chapter in chapters for name in _values(chapter, "algorithm")}
    known = [name for name in registry.names() if name in seen]
    return (*known, *sorted(seen.difference(known)))


def provenance(chapter: Chapter) -> Mapping[str, str]:
    """Return where the results of a run come from, by a word each."""
    facts = chapter.results.facts
    commit = facts.get("commit")
    changed = ", with changes that are not committed" if facts.get("dirty") else ""
    seconds = facts.get("seconds")
    known = {
        "command": " ".join(map(str, facts.get("command", ()))),
        "commit": f"{str(commit)[:12]}{changed}" if commit else "",
        "date": str(facts.get("started", ""))[:10],
        "duration": f"{seconds:,.0f} s" if seconds is not None else "",
    }
    return {word: text for word, text in known.items() if text}


def _algorithms(chapters: Sequence[Chapter]) -> Iterator[str | Cite]:
    names = algorithms_of(chapters)
    specs = specs_of(chapter.results.facts for chapter in chapters)
    baselines = [name for name in names if name in specs and specs[name].baseline]
    for begin, some in (
        ("The algorithms are ", [name for name in names if name not in baselines]),
        (" Baselines are ", baselines),
    ):
        for place, name in enumerate(some):
            yield begin if not place else ", " if place < len(some) - 1 else " and "
            yield f"{name}{_defaults(name)}"
            keys = bibliography.keys_of(name, specs)
            if keys:
                yield Cite(keys)
        if some:
            yield "."
    varied = _varied(chapters)
    if varied:
        yield f" With other parameters there are {_listed(varied)}."


def _defaults(name: str) -> str:
    """Return an algorithm's own parameters with their defaults: `` (points = 160)``."""
    if name not in registry.names():
        return ""
    own = [p for p in registry.parameters_of(name).values() if p.own and p.default is not None]
    written = ", ".join(f"{parameter.name} = {parameter.default}" for parameter in own)
    return f" ({written})" if written else ""


def _varied(chapters: Iterable[Chapter]) -> list[str]:
    """Return the labels of partitioners whose parameters are not the defaults."""
    varied: dict[str, None] = {}
    for rows in (chapter.results.rows for chapter in chapters):
        if {"algorithm", "label", "settings"} <= set(rows.columns):
            changed = rows[rows["settings"].notna() & (rows["label"] != rows["algorithm"])]
            varied |= dict.fromkeys(map(str, changed["label"]))
    return list(varied)


def _hashes(chapters: Sequence[Chapter]) -> str:
    usual = {
        str(registry.parameters_of(name)["hash"].default)
        for name in algorithms_of(chapters)
        if name in registry.names()
    }
    used = {str(name) for chapter in chapters for name in _values(chapter, "hash")} & set(hash_names())
    known = [name for name in hash_names() if name in used | usual]
    if not known:
        return ""
    listed = _listed([f"{name} ({hash_function(name).width} bits)" for name in known])
    if len(known) == 1 or not usual:
        return f"Keys and names of nodes are hashed by {listed}."
    return f"Keys and names of nodes are hashed by {listed}; by {_listed(sorted(usual))} where none is named."


def _run(chapter: Chapter) -> str:
    own = {
        name: value
        for name, value in chapter.results.parameters.canonical().items()
        if value not in ([], "", None)
    }
    phrases = {
        "nodes": lambda value: f"{_written(value)} nodes",
        "keys": lambda value: _keys(chapter, value),
        "workload": lambda value: f"workload {_written(value)}",
        "repetitions": lambda value: (
            extents.repetitions(value, own.get("workload", [])) if value > 1 else "1 repetition"
        ),
    }
    words = [] if chapter.profile.startswith("custom-") else [f"profile {chapter.profile}"]
    words += [phrases[name](own[name]) for name in phrases if name in own]
    words += [
        f"{name.replace('_', ' ')} {_written(value)}" for name, value in own.items() if name not in phrases
    ]
    text = "; ".join(words)
    return f"{text[:1].upper()}{text[1:]}."


def _keys(chapter: Chapter, value: Any) -> str:
    parameters, known = chapter.results.parameters, chapter.results.facts.get("extents", {})
    words = [f"of {text} {extents.used(extent, parameters.keys)}" for text, extent in known.items()]
    if not words or len(parameters.workload) > len(known):
        number = str(value).rpartition(",")[2]
        words.insert(0, f"{int(number):,} keys" if number.isdecimal() else f"{value} keys")
    return ", ".join(words)


def _seeds(chapters: Sequence[Chapter]) -> str:
    seeds = sorted({p.seed for p in (c.results.parameters for c in chapters) if "seed" in p.canonical()})
    if not seeds:
        return ""
    return (
        f"All seeds derive from {_listed([str(seed) for seed in seeds])} and from the workload and the "
        "number of the repetition, never from the algorithm: all algorithms see the same keys."
    )


def _statistics(chapters: Sequence[Chapter]) -> str:
    return " ".join(dict.fromkeys(line for chapter in chapters for line in chapter.presentation.methods))


def _versions(chapters: Sequence[Chapter]) -> str:
    known: dict[str, dict[str, None]] = {}
    for chapter in chapters:
        for name, version in chapter.results.facts.get("versions", {}).items():
            if version is not None:
                known.setdefault(name, {})[str(version)] = None
    text = _listed([f"{name} {' or '.join(versions)}" for name, versions in known.items()])
    sentences = [f"Computed with {text}."] if text else []
    timed = {
        machine(chapter.results.facts).partition(", load")[0]: None
        for chapter in chapters
        if chapter.results.timing is not None and len(chapter.results.timing)
    }
    if timed:
        sentences.append(
            f"Times were measured on {_listed(list(timed))}; nothing else depends on the machine."
        )
    return " ".join(sentences)


def _values(chapter: Chapter, column: str) -> list[Any]:
    rows = chapter.results.rows
    return list(pd.unique(rows[column].dropna())) if column in rows.columns else []


def _written(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_written, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
