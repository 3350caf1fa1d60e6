"""A chapter of a report: a stored run, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.report.presentation import Presentation, Results

__all__ = ["Chapter"]


@dataclass(frozen=True)
class Chapter:
    """A stored run and how it is shown.

    Parameters
    ----------
    name
        Of the experiment.
    profile
        The catalogue's profile, or ``custom-DIGEST`` where the parameters were changed.
    folder
        Of the run.
    results
        Parameters and frames; `Results.facts` is all that ``run.json`` holds.
    presentation
        Tables, charts and meaning, made of the results.
    title
        Of the experiment, one line.
    """

    name: str
    profile: str
    folder: Path
    results: Results[Any]
    presentation: Presentation
    title: str = ""
