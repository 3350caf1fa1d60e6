"""The stored results behind the article, and what a number is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.harness import chapters
from experiments.options.errors import BadUse
from experiments.report.summary import Summary
from experiments.storage import provenance, store

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Run", "Sources", "Value"]


@dataclass(frozen=True)
class Value:
    r"""A number, or a few words, that the text may use as ``\val{NAME}``.

    Attributes
    ----------
    name
        By which the text calls it.
    latex
        What is set.
    source
        The file it comes from, and how; it stands beside the value in ``generated/values.tex``.

    Examples
    --------
    >>> Value("keys", "1,000,000", "results/scaling/full/run.json: parameters.keys").latex
    '1,000,000'
    """

    name: str
    latex: str
    source: str


@dataclass(frozen=True)
class Run:
    """One stored run.

    Attributes
    ----------
    name
        Of the experiment.
    folder
        Where it is stored.
    """

    name: str
    folder: Path

    @property
    def place(self) -> str:
        """The folder, below the project's where it is there."""
        root = provenance.root()
        inside = self.folder.is_relative_to(root)
        return (self.folder.relative_to(root) if inside else self.folder).as_posix()

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """What ``run.json`` says."""
        return store.run_facts(self.folder)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows, which are the same on every machine."""
        return store.load(self.folder)

    @cached_property
    def timing(self) -> pd.DataFrame:
        """The rows that a clock measured."""
        return store.load(self.folder, "timing")

    @cached_property
    def summary(self) -> Summary:
        """Every number that the experiment states, by name."""
        (chapter,) = chapters.read([self.folder])
        return chapter.presentation.summary

    def parameter(self, name: str) -> Any:
        """Return one parameter of the run."""
        return self.facts["parameters"][name]


@dataclass(frozen=True)
class Sources:
    """All stored runs of one profile.

    Attributes
    ----------
    results
        The folder with a folder for each experiment.
    profile
        Which of its runs.
    """

    results: Path
    profile: str = "full"
    _runs: dict[str, Run] = field(default_factory=dict, repr=False, compare=False)

    def run(self, name: str) -> Run:
        """Return the run of an experiment."""
        if name not in self._runs:
            folder = self.results / name / self.profile
            if not (folder / store.RUN).is_file():
                raise BadUse(
                    f"the paper needs {folder}/, which is not there; make it with: "
                    f"python -m experiments.run {name} --profile {self.profile}"
                )
            self._runs[name] = Run(name, folder)
        return self._runs[name]


def only(frame: pd.DataFrame, where: Mapping[str, Any]) -> pd.DataFrame:
    """Return the rows in which some columns have some values, which must be there."""
    part = frame
    for column, value in where.items():
        part = part[part[column] == value]
    if part.empty:
        raise LookupError(f"no row has {described(where)}")
    return part


def described(where: Mapping[str, Any]) -> str:
    """Return a condition in words, for the source of a value.

    Examples
    --------
    >>> described({"label": "jump", "n": 16})
    'label = jump, n = 16'
    """
    return ", ".join(f"{column} = {value}" for column, value in where.items())


def distinct(values: Iterable[Any]) -> list[Any]:
    """Return values without repetition, in the order in which they first appear.

    Examples
    --------
    >>> distinct([3, 1, 3])
    [3, 1]
    """
    return list(dict.fromkeys(values))
