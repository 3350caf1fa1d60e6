"""Stored runs, read for a report: parameters and frames as they were stored, shown as the run showed them.

Nothing is computed anew: the rows come from :func:`experiments.storage.store.stored_files`, the parameters
from ``run.json``, and tables, figures and meaning from `Experiment.present`, which sees nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from algorithms.errors import ShardlabError
from experiments.harness import catalogue
from experiments.harness.class_files import code_only_from
from experiments.harness.experiment import Experiment, Find
from experiments.harness.experiment import find as find_experiment
from experiments.harness.presented import presented
from experiments.harness.runner import RESULTS
from experiments.harness.verify import stored_runs
from experiments.options.errors import BadUse
from experiments.report.document.chapter import Chapter
from experiments.report.presentation import Results
from experiments.report.summary import Summary
from experiments.storage import store

__all__ = ["read", "summary"]

T = TypeVar("T")


@dataclass(frozen=True)
class _Run:
    """A folder with a ``run.json``, and what that says."""

    folder: Path
    facts: Mapping[str, Any]

    @property
    def experiment(self) -> str:
        return str(self.facts["experiment"])

    @property
    def profile(self) -> str | None:
        profile: str | None = self.facts["profile"]
        return profile


def read(paths: Sequence[Path] = (), *, find: Find = find_experiment) -> tuple[Chapter, ...]:
    """Return the chapters of a report, in the order in which experiments are reported.

    Examples
    --------
    >>> read([Path("results/nowhere")])
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: results/nowhere holds no finished run (no run.json in or below it); run
    an experiment first, such as python -m experiments.run scaling
    """
    runs: dict[Path, _Run] = {}
    for path in paths or [RESULTS]:
        for run in _runs_at(path):
            runs.setdefault(run.folder.resolve(), run)
    found = [(_find(run, find), run) for run in runs.values()]
    chapters: dict[tuple[str, str], Chapter] = {}
    for experiment, run in sorted(found, key=lambda pair: (pair[0].section, pair[0].name)):
        with code_only_from():
            chapter = _chapter(experiment, run)
        known = chapters.setdefault((chapter.name, chapter.profile), chapter)
        if known is not chapter:
            raise BadUse(
                f"{known.folder} and {chapter.folder} are both {chapter.name} at profile {chapter.profile}; "
                "give one of them"
            )
    return tuple(chapters.values())


def summary(folder: Path, *, find: Find = find_experiment) -> Summary:
    """Return every number that a stored run states, by name; nothing is shown for it."""
    run = _run(folder)
    experiment = _find(run, find)
    with code_only_from():
        return _read(experiment, run, experiment.summary)[1]


def _runs_at(path: Path) -> list[_Run]:
    """Return the run of a folder, or the best run of each experiment below it."""
    if (path / store.RUN).is_file():
        return [_run(path)]
    below = [_run(folder) for folder in stored_runs([path])]
    best: dict[str, _Run] = {}
    for run in below:
        known = best.get(run.experiment)
        if run.profile is not None and (known is None or _rank(run) > _rank(known)):
            best[run.experiment] = run
    if not best:
        changed = ", ".join(str(run.folder) for run in below)
        raise BadUse(f"{path} has only runs of changed parameters; name those to show: {changed}")
    return list(best.values())


def _run(folder: Path) -> _Run:
    return _Run(folder, store.run_facts(folder))


def _rank(run: _Run) -> int:
    return catalogue.PROFILES.index(run.profile) if run.profile in catalogue.PROFILES else -1


def _find(run: _Run, find: Find) -> Experiment[Any]:
    try:
        return find(run.experiment)
    except BadUse as error:
        raise BadUse(
            f"{run.folder} is a run of an experiment that is not here: {error}; where a folder outside the "
            f"suite holds it, name that: SHARDLAB_ROOMS=FOLDER python -m experiments.run report {run.folder}"
        ) from None


def _chapter(experiment: Experiment[Any], run: _Run) -> Chapter:
    results, presentation = _read(experiment, run, partial(presented, experiment))
    profile = run.profile or f"custom-{results.parameters.digest()}"
    return Chapter(experiment.name, profile, run.folder, results, presentation, experiment.title)


def _read(
    experiment: Experiment[Any], run: _Run, made_of: Callable[[Results[Any]], T]
) -> tuple[Results[Any], T]:
    """Return what a run has stored, and what is made of it."""
    flag = f" --profile {run.profile}" if run.profile is not None else ""
    again = f"run it again with python -m experiments.run {experiment.name}{flag}"
    other = f"{run.folder} was stored by another version of {experiment.name}"
    try:
        parameters = experiment.Parameters.of_stored(run.facts["parameters"])
    except BadUse as error:
        raise BadUse(f"{other}: {error}; {again}") from None
    files = store.stored_files(run.folder, run.facts)
    frames = {stem: store.decode(file) for stem, file in files.items()}
    results = Results(parameters, frames["rows"], frames.get("timing"), run.facts)
    try:
        return results, made_of(results)
    except (BadUse, ShardlabError) as error:
        raise BadUse(f"{run.folder} cannot be shown: {error}; {again}") from None
    except (LookupError, TypeError, ValueError, AttributeError, AssertionError) as error:
        # columns that are not there, or hold something else; the cause is kept for whoever looks into it
        raise BadUse(f"{other}, with other columns ({type(error).__name__}: {error}); {again}") from error
