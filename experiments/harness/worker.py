"""What a worker of a cluster does: it shows what it runs, and computes whole cases or ranges of chunks.

Nothing that is built travels. A job names an experiment and its parameters; the worker makes the cases, the
partitioners and the function of the chunks by the same code that would make them at home, and keeps them.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from experiments.harness.engine import Engine, Numbers
from experiments.harness.experiment import Case, Context, Experiment, Measured
from experiments.harness.journal import plain_rows
from experiments.harness.parameters import Parameters
from experiments.storage import provenance

__all__ = ["Call", "Job", "Report", "admitted", "answer_of", "measured", "report_of"]

JOBS_KEPT = 2
"""Of so many runs a worker keeps the cases."""

CALLS_KEPT = 2
"""Of so many calls of a run it keeps the function, with all that is built for it."""


@dataclass(frozen=True)
class Job:
    """A run, as its workers know it.

    Parameters
    ----------
    id
        No other run has it, even of the same parameters: files may have changed between the two.
    experiment, parameters
        What is run.
    """

    id: str
    experiment: Experiment[Any]
    parameters: Parameters


@dataclass(frozen=True)
class Call:
    """One call of the engine in the course of a case.

    Parameters
    ----------
    case
        The case's id.
    threads
        Of the engine that was called: a room may cut its chunks by them.
    count
        How many chunks the call has.
    answers
        What the calls before it gave; so it is call number ``len(answers)``.
    """

    case: str
    threads: int
    count: int
    answers: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Report:
    """What a worker says of itself.

    Parameters
    ----------
    name
        Its name in the cluster.
    parts
        The digest or version of all that has a part in the rows, by its name.
    """

    name: str
    parts: Mapping[str, str | None]

    def difference(self, other: Report) -> str:
        """Return in what two of them differ; "" in nothing.

        Examples
        --------
        >>> Report("a", {"numpy": "2.1", "x.py": "0"}).difference(Report("b", {"numpy": "2.2", "x.py": "0"}))
        'numpy'
        """
        names = sorted(self.parts.keys() | other.parts.keys())
        different = [name for name in names if self.parts.get(name) != other.parts.get(name)]
        more = f" and {len(different) - 3} more" if len(different) > 3 else ""
        return ", ".join(different[:3]) + more


def report_of(job: Job, name: str) -> Report:
    """Return what this process runs: sources, input files as seen from here, and versions."""
    files = provenance.digests(job.experiment.sources())
    inputs = provenance.input_digests(job.experiment.inputs(job.parameters))
    return Report(name, {**files, **inputs, **provenance.deciding_versions()})


def admitted(job: Job) -> Report:
    """Return the report of the worker that carries this out."""
    from distributed import get_worker

    with _LOCK, _silent():
        return report_of(job, str(get_worker().name))


def measured(job: Job, case: str) -> Measured:
    """Measure a whole case; one at a time, since a measurement has its process for itself."""
    with _LOCK, _silent():
        context = Context(Engine())
        return plain_rows(job.experiment.measure(_kept(job).cases[case], job.parameters, context))


def answer_of(job: Job, call: Call, first: int, last: int) -> list[Any]:
    """Return the results of a range of the chunks of a call: one for all, where the function takes ranges."""
    with _silent():
        with _LOCK:
            reached = _kept(job).reached(job, call)
        if reached.of_ranges:
            return [reached.function(range(first, last))]
        return list(map(reached.function, islice(reached.numbers, first, last)))


_LOCK = threading.Lock()

_jobs: OrderedDict[str, _Kept] = OrderedDict()


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Have nothing of what algorithms print come between the tables of whoever shares the output."""
    with contextlib.redirect_stdout(sys.stderr):
        yield


def _kept(job: Job) -> _Kept:
    if job.id not in _jobs:
        _jobs[job.id] = _Kept({case.id: case for case in job.experiment.cases(job.parameters)})
        while len(_jobs) > JOBS_KEPT:
            _jobs.popitem(last=False)
    return _jobs[job.id]


class _Kept:
    """What a worker keeps of a run."""

    def __init__(self, cases: Mapping[str, Case]) -> None:
        self.cases = cases
        self._calls: OrderedDict[tuple[str, int], _Reached] = OrderedDict()

    def reached(self, job: Job, call: Call) -> _Reached:
        """Return what is mapped in a call: the case is measured up to there."""
        place = call.case, len(call.answers)
        if place not in self._calls:
            self._calls[place] = self._measured_up_to(job, call)
            while len(self._calls) > CALLS_KEPT:
                self._calls.popitem(last=False)
        return self._calls[place]

    def _measured_up_to(self, job: Job, call: Call) -> _Reached:
        try:
            replay = _Replay(call.threads, call.answers)
            job.experiment.measure(self.cases[call.case], job.parameters, Context(replay))
        except _Reached as reached:
            if len(reached.numbers) == call.count:
                return reached
            raise RuntimeError(
                f"{call.case} has {len(reached.numbers)} chunks here, and {call.count} where it is measured: "
                "they must depend on the parameters, the case and the engine's threads alone"
            ) from None
        raise RuntimeError(f"{call.case} maps nothing for the {len(call.answers) + 1}th time")


class _Reached(BaseException):
    """Ends a measurement at the call that was wanted; not an Exception, which a room might catch."""

    def __init__(self, function: Callable[[Any], Any], numbers: Numbers, of_ranges: bool) -> None:
        super().__init__()
        self.function = function
        self.numbers = numbers
        self.of_ranges = of_ranges


class _Replay(Engine):
    """Gives the calls of a measurement the answers that are known, and ends it at the next one."""

    def __init__(self, threads: int, answers: tuple[Any, ...]) -> None:
        super().__init__(threads)
        self._answers = iter(answers)

    def map(self, function: Any, chunks: Any, *, progress: Any = None) -> Iterator[Any]:
        """Return the answer, or end."""
        return iter(self._answer(function, chunks))

    def fold(self, function: Any, chunks: Any, combine: Any, initial: Any, *, progress: Any = None) -> Any:
        """Return the answer, or end."""
        return self._answer(function, chunks)

    def total(self, function: Any, chunks: Any, combine: Any, nothing: Any, *, progress: Any = None) -> Any:
        """Return the answer, or end."""
        return self._answer(function, chunks, of_ranges=True)

    def _answer(self, function: Any, chunks: Any, *, of_ranges: bool = False) -> Any:
        for answer in self._answers:
            return answer
        raise _Reached(function, range(chunks) if isinstance(chunks, int) else chunks, of_ranges)
