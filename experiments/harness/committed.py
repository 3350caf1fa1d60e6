"""The results that are committed, recomputed one experiment after the other.

Which experiments belong to them stands in their files of the catalogue. Each run is resumed where it was
interrupted, and one that is finished, of the same parameters, sources and versions, is left as it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from algorithms.errors import ShardlabError
from experiments.harness import catalogue, selection
from experiments.harness.experiment import Experiment, Find, names
from experiments.harness.parameters import Parameters
from experiments.harness.runner import RESULTS, Reporter, folder_of, run, show_again
from experiments.harness.sources import project
from experiments.options.errors import BadUse, CannotWrite, did_you_mean
from experiments.storage import provenance, store

__all__ = ["Done", "choose", "comparing", "recompute"]


@dataclass(frozen=True)
class Done:
    """What became of one experiment.

    Parameters
    ----------
    name
        Of the experiment.
    what
        ``computed``, ``unchanged``, ``shown again`` or ``failed``.
    seconds
        How long it took.
    folder
        Where its results are.
    failures
        Why it failed, a sentence each.
    """

    name: str
    what: str
    seconds: float
    folder: Path
    failures: Sequence[str] = ()


def choose(find: Find, only: Sequence[str] = ()) -> list[Experiment[Any]]:
    """Return the experiments whose results are committed: those that no clock decides first.

    Examples
    --------
    >>> from experiments.harness.experiment import find
    >>> [experiment.name for experiment in choose(find, ["timing", "scaling"])]
    ['scaling', 'memory', 'resize', 'throughput']
    """
    kinds = {experiment.name: catalogue.kind(experiment.catalogue) for experiment in map(find, names())}
    belong = [name for kind in catalogue.KINDS for name in kinds if kinds[name] == kind]
    known = [*catalogue.KINDS, *belong]
    for name in only:
        if name not in known:
            raise BadUse(f"--only: give some of {', '.join(known)}, not {name!r}{did_you_mean(name, known)}")
    return [find(name) for name in belong if not only or name in only or kinds[name] in only]


def comparing(experiments: Sequence[Experiment[Any]], algorithms: Sequence[str]) -> list[Experiment[Any]]:
    """Return the experiments that compare algorithms, if some are named; all if none is."""
    if not algorithms:
        return list(experiments)
    selection.resolve(Parameters.build({"algorithms": algorithms}).algorithms)
    left = [one for one in experiments if "algorithms" not in one.Parameters.without]
    if not left:
        raise BadUse("--algorithms: none of the chosen experiments compares algorithms; leave it out")
    return left


def recompute(
    experiments: Sequence[Experiment[Any]],
    profile: str,
    *,
    algorithms: Sequence[str] = (),
    results: Path = RESULTS,
    again: bool = False,
    shown: bool = False,
    threads: str | None = None,
    engine: str | None = None,
    command: Sequence[str] = (),
    reporter: Callable[[str], Reporter] | None = None,
) -> Iterator[Done]:
    """Run experiments, or leave them where nothing has changed, and go on with the next if one fails."""
    for experiment in experiments:
        began = time.perf_counter()
        parameters = experiment.profile(profile)
        if algorithms:
            parameters = parameters.replace({"algorithms": algorithms})
        if threads is not None:
            parameters = parameters.replace({"threads": threads})
        if engine is not None and "engine" not in experiment.Parameters.without:
            parameters = parameters.replace({"engine": engine})
        folder = folder_of(experiment, parameters, profile, results)
        failures: Sequence[str] = ()
        try:
            if shown:
                what, failures = "shown again", show_again(experiment, folder).failures
            elif not again and unchanged(experiment, parameters, folder):
                facts = store.run_facts(folder)
                if facts.get("presented") == provenance.source_digest(project()):
                    what, failures = "unchanged", facts["failures"]
                else:
                    what, failures = "shown again", show_again(experiment, folder).failures
            else:
                outcome = run(
                    experiment,
                    parameters,
                    profile=profile,
                    results=results,
                    command=command,
                    reporter=None if reporter is None else reporter(experiment.name),
                )
                what, failures = "computed", outcome.presentation.failures
        except CannotWrite:
            raise
        except (BadUse, ShardlabError) as error:
            what, failures = "failed", [str(error)]
        yield Done(
            experiment.name, "failed" if failures else what, time.perf_counter() - began, folder, failures
        )


def unchanged(experiment: Experiment[Any], parameters: Any, folder: Path) -> bool:
    """Return whether a folder holds what a run of these parameters would write, but for clocks."""
    try:
        facts = store.run_facts(folder)
        store.stored_files(folder)
    except BadUse:
        return False
    made_of = facts.get("sources")
    same = experiment.Parameters.migrated(facts["parameters"]) == parameters.canonical()
    return same and made_of == provenance.source_digest(experiment.sources(), experiment.inputs(parameters))
