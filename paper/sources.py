"""The stored results behind the article, and what a number is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from experiments.harness import chapters
from experiments.options.errors import BadUse
from experiments.report.presentation import Presentation
from experiments.report.summary import Summary
from experiments.storage import provenance, store

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
    >>> Value("scaling/keys/16", "1,000,000", "results/scaling/full/rows.csv: keys").latex
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
    def summary(self) -> Summary:
        """Every number that the experiment states, by name."""
        return chapters.summary(self.folder)

    @cached_property
    def presentation(self) -> Presentation:
        """How the experiment shows it."""
        (chapter,) = chapters.read([self.folder])
        return chapter.presentation

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

    def stored(self) -> list[Run]:
        """Return all runs of the profile that are there, by the names of their experiments."""
        folders = sorted(path.parent for path in self.results.glob(f"*/{self.profile}/{store.RUN}"))
        return [self.run(folder.parent.name) for folder in folders]
