"""What an experiment is: cases to measure, rows that come of them, and how they are shown.

An experiment ``NAME`` is a folder ``experiments/NAME/``, see :mod:`experiments.harness.room`, found by its
name: no list is kept. Its parameters are imported to list it and for its ``--help``, so **heavy imports go
inside functions** there: pandas, scipy, numba, matplotlib, pyarrow, and whatever imports them.

The runner calls, in this order: `Experiment.cases` once, before anything is written, so that bad use is
found there; `Experiment.measure` for every case that the journal does not have; `Experiment.present`
once, on the frames as they were stored.
"""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from experiments.harness import catalogue
from experiments.harness.engine import Engine
from experiments.harness.parameters import Parameters
from experiments.options.errors import BadUse, did_you_mean

if TYPE_CHECKING:
    from experiments.report.presentation import Presentation, Results
    from experiments.report.summary import Summary

ALL_HASHES = "all hashes"
"""What stands in the workload's column where every hash of the space was counted, through the arcs."""

__all__ = [
    "ALL_HASHES",
    "Case",
    "Context",
    "Experiment",
    "Find",
    "Measured",
    "find",
    "names",
]

P = TypeVar("P", bound=Parameters)


@dataclass(frozen=True)
class Case:
    """A unit of work that the journal keeps: seconds at most.

    Parameters
    ----------
    id
        Unique within a run, the same in each run of the same parameters.
    arguments
        Whatever `Experiment.measure` needs to know; kept in memory only.
    keys
        How many keys it places, where its chunks are those of a workload: many are divided among machines.
    clocked
        Whether a clock has a part in what it gives: then it is measured here, while nothing else is.
    """

    id: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    keys: int = 0
    clocked: bool = False


@dataclass(frozen=True)
class Measured:
    """What a case gave: tidy rows, one measurement a row.

    Values are bool, int of any size, float (kept to 12 significant digits), str,
    :class:`fractions.Fraction`, None where there is none, or numpy scalars of these. All values of a
    column are of one kind, ints among floats or Fractions aside. An empty str counts as None.

    Parameters
    ----------
    rows
        Whatever is the same on every machine and in every run.
    timing
        Whatever depends on a clock or on the machine.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    timing: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Context:
    """What a case may use while it is measured.

    Parameters
    ----------
    engine
        Maps functions over chunks of keys.
    progress
        Takes the fraction of the case that is done, from 0 to 1; for cases of many chunks.
    """

    engine: Engine
    progress: Callable[[float], None] = lambda _: None

    @property
    def threads(self) -> int:
        """How many threads the engine has."""
        return self.engine.threads

    def chunks_done(self, done: int, total: int) -> None:
        """Report chunks that are done: the ``progress`` argument of `Engine.map` and `Engine.fold`."""
        self.progress(done / total)


class Experiment(ABC, Generic[P]):
    """One experiment: what the harness asks of it. Those of the suite are rooms."""

    name: ClassVar[str]
    """The name of the folder and of the command."""

    title: ClassVar[str]
    """One line for the list."""

    section: ClassVar[int] = 50
    """Where its chapter stands in a report: those with smaller numbers come before."""

    Parameters: type[P]
    """The class of the parameters."""

    @property
    @abstractmethod
    def catalogue(self) -> Path:
        """The file that holds the profiles."""

    def profile(self, name: str) -> P:
        """Return the catalogue's parameters of a profile."""
        return catalogue.read(self.catalogue, name, self.Parameters)

    def inputs(self, parameters: P) -> Sequence[Path]:
        """Return the files, outside the project, that the results depend on.

        A journal is continued only while these files have not changed. By default: the files of
        ``FILE.py:Class`` selections and those that the workloads read.
        """
        from experiments.harness import selection

        return selection.files_of(parameters)

    def sources(self) -> Sequence[Path]:
        """Return the files of the project on which the rows depend; all, where nothing better is known."""
        from experiments.harness.sources import project

        return project()

    @abstractmethod
    def cases(self, parameters: P) -> Sequence[Case]:
        """Return the cases, in the order of their rows.

        Selections and workloads are resolved here, so that bad use is told before anything is written.
        """

    @abstractmethod
    def measure(self, case: Case, parameters: P, context: Context) -> Measured:
        """Measure one case. Rows depend on the case and the parameters, on nothing else."""

    @abstractmethod
    def present(self, results: Results[P]) -> Presentation:
        """Return tables, figures and their meaning, from what was stored and nothing else."""

    def summary(self, results: Results[P]) -> Summary:
        """Return every number that it states, by name, from what was stored and nothing else."""
        return self.present(results).summary


Find = Callable[[str], Experiment[Any]]
"""How an experiment is found by its name: `find`, but for tests."""


def names() -> tuple[str, ...]:
    """Return the names of all experiments, ascending, without importing them."""
    return catalogue.names()


def find(name: str) -> Experiment[Any]:
    """Return an experiment by its name.

    Examples
    --------
    >>> find("tea-time")
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: there is no experiment 'tea-time'; ...
    """
    known = names()
    if name not in known:
        allowed = ", ".join(known) or "none"
        raise BadUse(f"there is no experiment {name!r}; there are {allowed}{did_you_mean(name, known)}")
    found: Experiment[Any] = importlib.import_module(f"experiments.{name}").EXPERIMENT
    return found
