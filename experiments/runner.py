"""The runner: measures the cases of an experiment, resumes what was interrupted, and writes the results.

A folder belongs to one run at a time. While it runs, finished cases stand in a journal; at the end all
files are made in memory, ``run.json`` is removed, the files take their places one by one, ``run.json``
last, and the journal goes. So a folder with ``run.json`` is complete, and a run killed at any moment and
started again leaves the same bytes as one that was not.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from algorithms.errors import ShardlabError
from algorithms.kernels import set_compile_listener
from experiments import provenance, store
from experiments.catalogue import DEFAULT_PROFILE
from experiments.engine import Engine
from experiments.errors import BadUse, CannotWrite
from experiments.experiment import Case, Context, Experiment, Measured, Presentation, Results
from experiments.files import TEMPORARY, write_atomically, writing
from experiments.journal import Journal, plain_rows
from experiments.parameters import Parameters

__all__ = ["RESULTS", "Outcome", "Reporter", "Silent", "folder_of", "run"]

RESULTS = Path("results")
"""Where results go, below the current folder."""

JOURNAL, LOCK, HOLDER = ".journal.jsonl", ".lock", ".holder.json"

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
    """Return where the results of these parameters go.

    Parameters
    ----------
    experiment
        Whose results.
    parameters
        Of the run.
    profile
        The catalogue's profile that they began with.
    results
        Below which folder.

    Returns
    -------
    Path
        ``results/NAME/PROFILE``, or ``results/NAME/custom-DIGEST`` for parameters that are not the
        catalogue's.
    """
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
    executor: Executor | None = None,
) -> Outcome[P]:
    """Run an experiment and write its results.

    Parameters
    ----------
    experiment
        What to run.
    parameters
        With which.
    profile
        The catalogue's profile that they began with.
    out
        The folder to write to; by default `folder_of` says.
    results
        Below which folder that is.
    command
        What was typed, for ``run.json``.
    reporter
        Who is told how it goes.
    executor
        Computes the chunks instead of threads, see `Engine`.

    Returns
    -------
    Outcome
        What was found and where it was written.

    Raises
    ------
    BadUse
        If the parameters cannot be met, or another run has the folder.
    CannotWrite
        If the folder cannot be written; finished cases stay in the journal.
    ShardlabError
        If an algorithm refuses what the parameters ask of it.
    """
    listener = reporter or Silent()
    cases = list(experiment.cases(parameters))
    if len({case.id for case in cases}) != len(cases):
        raise ValueError(f"two cases of {experiment.name} have the same id; each must have its own")
    folder = folder_of(experiment, parameters, profile, results) if out is None else out
    belongs = {
        "experiment": experiment.name,
        "parameters": parameters.canonical(),
        "cases": [case.id for case in cases],
        "sources": provenance.source_digest(experiment.inputs(parameters)),
    }
    started, clock = datetime.datetime.now(datetime.UTC), time.perf_counter()
    described = provenance.describe(parameters.threads)  # before the run's own work shows in the load
    with _held(folder), Journal(folder / JOURNAL, belongs) as journal:
        resumed = len(journal.finished)
        if journal.discarded:
            listener.notice("an interrupted run of other parameters, sources or versions is discarded")
        if resumed:
            listener.notice(f"resuming: {resumed} of {len(cases)} cases were finished before")
        try:
            _measure(experiment, parameters, cases, journal, listener, executor)
            measured = [journal.finished[case.id] for case in cases]
            written = _Written(experiment, parameters, measured, described)
        except CannotWrite:
            raise
        except (BadUse, ShardlabError):
            journal.remove()
            raise
        facts = {
            "experiment": experiment.name,
            "profile": profile if parameters == experiment.profile(profile) else None,
            "parameters": parameters.canonical(),
            "command": list(command),
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - clock, 3),
            "cases": {"all": len(cases), "resumed": resumed},
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
        rows=written.rows,
        timing=written.timing,
        files=files,
        resumed=resumed,
    )


def _measure(
    experiment: Experiment[P],
    parameters: P,
    cases: Sequence[Case],
    journal: Journal,
    reporter: Reporter,
    executor: Executor | None,
) -> None:
    done = len(journal.finished)
    compiling = iter(["compiling the kernels: some seconds, and once only"])

    def compiles(_: str) -> None:
        for sentence in compiling:
            reporter.notice(sentence)

    set_compile_listener(compiles)
    reporter.begin(len(cases), done)
    try:
        with Engine(parameters.threads, executor=executor) as engine:
            for case in cases:
                if case.id not in journal.finished:
                    context = Context(engine, partial(_progress, reporter, done))
                    journal.add(case.id, plain_rows(experiment.measure(case, parameters, context)))
                    done += 1
                    reporter.progress(done)
    finally:
        set_compile_listener(None)
        reporter.end()


def _progress(reporter: Reporter, done: int, part: float) -> None:
    reporter.progress(done + min(max(part, 0.0), 1.0))


class _Written(Generic[P]):
    """All files of a run but ``run.json``, in memory; the presentation is made from the stored bytes."""

    def __init__(
        self,
        experiment: Experiment[P],
        parameters: P,
        measured: Sequence[Measured],
        facts: Mapping[str, Any],
    ) -> None:
        self.rows = [row for part in measured for row in part.rows]
        self.timing = [row for part in measured for row in part.timing]
        rows, timing = store.encode("rows", self.rows), store.encode("timing", self.timing)
        self.stored = {
            stem: file for stem, file in (("rows", rows), ("timing", timing)) if file.rows or stem == "rows"
        }
        frames = {stem: store.decode(file) for stem, file in self.stored.items()}
        self.results = Results(parameters, frames["rows"], frames.get("timing"), facts)
        self.presentation = experiment.present(self.results)
        self.contents = {file.name: file.content for file in self.stored.values()}
        self.timed = {file.name for stem, file in self.stored.items() if stem == "timing"}
        self._render()

    def _render(self) -> None:
        from experiments.report.figures import render, timed_stem

        for table in self.presentation.tables:
            self._add(f"tables/{table.stem}.tex", table.to_latex().encode(), table.timing)
            self._add(f"tables/{table.stem}.md", table.to_markdown().encode(), table.timing)
        for figure in self.presentation.figures:
            stem = timed_stem(figure.name, figure.timing)
            for kind, content in render(figure).items():
                self._add(f"figures/{stem}.{kind}", content, figure.timing)

    def _add(self, name: str, content: bytes, timed: bool) -> None:
        if name in self.contents:
            raise ValueError(f"two tables or figures would both be {name}; name them differently")
        self.contents[name] = content
        if timed:
            self.timed.add(name)

    def put(self, folder: Path, facts: Mapping[str, Any]) -> list[Path]:
        """Write the files, ``run.json`` last, and remove those of an earlier run that are no more."""
        before: Mapping[str, Any] = {}
        with suppress(BadUse):
            before = store.run_facts(folder).get("files", {})
        with writing(folder):
            (folder / store.RUN).unlink(missing_ok=True)
            for name in before.keys() - self.contents.keys():
                (folder / name).unlink(missing_ok=True)
        for name, content in self.contents.items():
            write_atomically(folder / name, content)
        known = {
            **facts,
            "rows": {
                stem: {"file": file.name, "count": file.rows, "columns": dict(file.types)}
                for stem, file in self.stored.items()
            },
            "files": {
                name: None if name in self.timed else hashlib.sha256(content).hexdigest()
                for name, content in self.contents.items()
            },
            "meaning": list(self.presentation.meaning),
            "failures": list(self.presentation.failures),
        }
        written = json.dumps(known, indent=2, ensure_ascii=False) + "\n"
        write_atomically(folder / store.RUN, written.encode())
        return [*(folder / name for name in self.contents), folder / store.RUN]


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder for one run, made if need be; leave no folder behind that is still empty at the end."""
    import filelock

    made = [path for path in (folder, *folder.parents) if not path.exists()]
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(folder / LOCK)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            holder = f"another run has {folder}{_holder(folder)}"
            raise BadUse(f"{holder}; wait for it, or give another folder with --out DIR") from None
    try:
        for left in folder.rglob(TEMPORARY):
            left.unlink(missing_ok=True)
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        write_atomically(folder / HOLDER, json.dumps({"pid": os.getpid(), "since": now}).encode())
        yield
    finally:
        with suppress(OSError):
            (folder / HOLDER).unlink(missing_ok=True)
            if {path.name for path in folder.iterdir()} <= {LOCK}:
                (folder / LOCK).unlink(missing_ok=True)
                for path in made:
                    path.rmdir()
        lock.release()


def _holder(folder: Path) -> str:
    try:
        holder = json.loads((folder / HOLDER).read_text(encoding="utf-8"))
        return f" (process {holder['pid']}, since {holder['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
