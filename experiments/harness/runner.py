"""The runner: measures the cases of an experiment, resumes what was interrupted, and writes the results.

A folder belongs to one run at a time. While it runs, finished cases stand in a journal; at the end all
files are made in memory and written beside those that are there, ``run.json`` is removed, the files take
their places one by one, ``run.json`` last, and the journal goes. So a folder with ``run.json`` is complete,
and a run killed at any moment and started again leaves the same bytes as one that was not.
"""

from __future__ import annotations

import contextlib
import datetime
import io
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from algorithms.errors import ShardlabError
from algorithms.machinery.kernel import set_compile_listener
from experiments.harness.catalogue import DEFAULT_PROFILE
from experiments.harness.class_files import code_only_from
from experiments.harness.distribution import results as results_of
from experiments.harness.experiment import Case, Experiment
from experiments.harness.folders import JOURNAL, check_folder, held
from experiments.harness.journal import Journal
from experiments.harness.parameters import Parameters
from experiments.harness.sources import project
from experiments.harness.written import Written
from experiments.options.errors import BadUse, CannotWrite, ClusterLost
from experiments.options.parsers import encodable
from experiments.report.presentation import Presentation, Results
from experiments.storage import provenance, store

__all__ = ["RESULTS", "Outcome", "Reporter", "Silent", "folder_of", "run", "show_again"]

RESULTS = Path("results")
"""Where results go, below the current folder."""

P = TypeVar("P", bound=Parameters)


class Reporter(Protocol):
    """Who is told how a run goes; the command line prints it."""

    def notice(self, text: str) -> None:
        """Take a sentence on something that happened."""

    def begin(self, cases: int, done: int) -> None:
        """Take how many cases there are, and how many of them were done before."""

    def progress(self, done: float) -> None:
        """Take how many cases are done, the fraction of the current one included."""

    def end(self) -> None:
        """Take that no more progress comes; called also after an error."""


class Silent:
    """A `Reporter` that says nothing."""

    def notice(self, text: str) -> None:
        """Say nothing."""

    def begin(self, cases: int, done: int) -> None:
        """Say nothing."""

    def progress(self, done: float) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Outcome(Generic[P]):
    """What a run gave.

    Parameters
    ----------
    folder
        Where its files are.
    results
        Parameters and frames, as stored.
    presentation
        Tables, figures, meaning, failures.
    rows, timing
        The same rows as plain Python values.
    files
        What was written, ``run.json`` last.
    resumed
        How many cases were found in the journal.
    """

    folder: Path
    results: Results[P]
    presentation: Presentation
    rows: Sequence[Mapping[str, Any]]
    timing: Sequence[Mapping[str, Any]]
    files: Sequence[Path]
    resumed: int


def folder_of(experiment: Experiment[P], parameters: P, profile: str, results: Path = RESULTS) -> Path:
    """Return where the results of these parameters go."""
    as_catalogued = parameters == experiment.profile(profile)
    return results / experiment.name / (profile if as_catalogued else f"custom-{parameters.digest()}")


def run(
    experiment: Experiment[P],
    parameters: P,
    *,
    profile: str = DEFAULT_PROFILE,
    out: Path | None = None,
    results: Path = RESULTS,
    command: Sequence[str] = (),
    reporter: Reporter | None = None,
) -> Outcome[P]:
    """Run an experiment and write its results."""
    from experiments.workloads.reading import set_reading_listener

    listener = reporter or Silent()
    set_reading_listener(listener.notice)
    cases = list(experiment.cases(parameters))
    if len({case.id for case in cases}) != len(cases):
        raise ValueError(f"two cases of {experiment.name} have the same id; each must have its own")
    folder = folder_of(experiment, parameters, profile, results) if out is None else out
    encodable(str(folder))
    as_catalogued = profile if parameters == experiment.profile(profile) else None
    inputs = experiment.inputs(parameters)
    read = provenance.input_digests(inputs)
    belongs = {
        "experiment": experiment.name,
        "parameters": parameters.canonical(),
        "cases": [case.id for case in cases],
        "sources": provenance.source_digest(experiment.sources(), inputs),
    }
    started, clock = datetime.datetime.now(datetime.UTC), time.perf_counter()
    from experiments.harness.extent import extents

    # before the run's own work shows in the load
    described = {**provenance.describe(parameters.threads), **extents(parameters)}
    check = partial(check_folder, folder, experiment, parameters, as_catalogued, typed=out is not None)
    with held(folder, check), Journal(folder / JOURNAL, belongs) as journal:
        resumed = len(journal.finished)
        if journal.discarded:
            listener.notice("an interrupted run of other parameters, sources or versions is discarded")
        if journal.damaged:
            lines = "a line is" if journal.damaged == 1 else f"{journal.damaged:,} lines are"
            listener.notice(f"{lines} damaged in the journal of an interrupted run: measured again")
        if resumed:
            listener.notice(f"resuming: {resumed} of {len(cases)} cases were finished before")
        try:
            _measure(experiment, parameters, cases, journal, listener)
            measured = [journal.finished[case.id] for case in cases]
            rows = [row for part in measured for row in part.rows]
            timing = [row for part in measured for row in part.timing]
            stored = {"rows": store.encode("rows", rows)}
            if timing:
                stored["timing"] = store.encode("timing", timing)
            written = Written(experiment, parameters, stored, described)
            changed = provenance.changed_inputs(read)
            if changed:
                raise BadUse(f"the input {changed[0]} has changed while it was used; run again")
        except (CannotWrite, ClusterLost):
            raise
        except BadUse:
            journal.remove()
            raise
        except ShardlabError:  # of one algorithm: what the others gave is kept
            if not journal.finished:
                journal.remove()
            raise
        facts = {
            "experiment": experiment.name,
            "profile": as_catalogued,
            "parameters": parameters.canonical(),
            "command": list(command),
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - clock, 3),
            "cases": {"all": len(cases), "resumed": resumed},
            "sources": belongs["sources"],
            "presented": provenance.source_digest(project()),
            "inputs": read,
            **described,
        }
        files = written.put(folder, facts)
        for part in written.presentation.documents:
            part.write()
        journal.remove()
    return Outcome(
        folder=folder,
        results=written.results,
        presentation=written.presentation,
        rows=rows,
        timing=timing,
        files=files,
        resumed=resumed,
    )


def show_again(experiment: Experiment[P], folder: Path) -> Presentation:
    """Make the tables and figures of a finished run anew, from its stored rows and without measuring.

    ``run.json`` keeps saying which commit the rows are of; ``shown`` says which one presents them.
    """
    store.run_facts(folder)
    with held(folder), code_only_from():
        facts = store.run_facts(folder)
        if facts["experiment"] != experiment.name:
            raise BadUse(f"{folder} holds a run of {facts['experiment']}, not of {experiment.name}")
        parameters = experiment.Parameters.of_stored(facts["parameters"])
        written = Written(experiment, parameters, store.stored_files(folder, facts), facts)
        shown = provenance.describe(facts["threads"])
        shown_by = {name: shown[name] for name in ("commit", "dirty", "versions")}
        presented = provenance.source_digest(project())
        asked = experiment.Parameters.migrated(facts["parameters"])
        known = {"inputs": {}, **facts, "parameters": asked, "shown": shown_by, "presented": presented}
        written.put(folder, known)
    return written.presentation


def _measure(
    experiment: Experiment[P],
    parameters: P,
    cases: Sequence[Case],
    journal: Journal,
    reporter: Reporter,
) -> None:
    done = len(journal.finished)
    compiling = iter(["compiling the kernels: some seconds, and once only"])

    def compiles(_: str) -> None:
        for sentence in compiling:
            reporter.notice(sentence)

    def progress(part: float) -> None:
        reporter.progress(done + min(max(part, 0.0), 1.0))

    set_compile_listener(compiles)
    reporter.begin(len(cases), done)
    left = [case for case in cases if case.id not in journal.finished]
    try:
        # what an algorithm prints is no result, which alone goes to the standard output
        with contextlib.redirect_stdout(sys.stderr or io.StringIO()):
            for case, measured in results_of(experiment, parameters, left, progress, reporter.notice):
                journal.add(case.id, measured)
                done += 1
                reporter.progress(done)
    finally:
        set_compile_listener(None)
        reporter.end()
