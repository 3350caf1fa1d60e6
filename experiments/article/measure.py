"""The article *Data Partitioning and Consistent Hashing*, reproduced: every number, table and figure.

``python -m experiments.run article`` measures each idea of the article through the public classes, puts
ours beside the published, and fails if a number is neither equal, nor an erratum, nor out of scope. Each
idea has a module; :mod:`experiments.article.parts` lists them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.article.parameters import ArticleParameters
from experiments.article.parts import PARTS
from experiments.harness import selection
from experiments.harness.experiment import Case, Context, Measured


def inputs(parameters: ArticleParameters) -> Sequence[Path]:
    """Return the files of algorithms and of the address book."""
    return selection.files_of(parameters.others)


def cases(parameters: ArticleParameters) -> Sequence[Case]:
    """Return the units of work of all parts."""
    return [
        Case(
            " | ".join([part.name, *(f"{name}={value}" for name, value in unit.items())]),
            {"part": part, "unit": unit},
        )
        for part in PARTS
        for unit in part.units(parameters)
    ]


def measure(case: Case, parameters: ArticleParameters, context: Context) -> Measured:
    """Measure one unit of one part."""
    part = case.arguments["part"]
    rows = part.measure(case.arguments["unit"], parameters, context)
    return Measured([{"part": part.name, **row} for row in rows])
