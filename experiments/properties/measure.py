"""Which promises every algorithm keeps, by search, and the smallest counterexamples where it does not.

``python -m experiments.run properties`` runs the checks of :mod:`experiments.conformance` and shows the
matrix of algorithm and property. A counterexample comes with a command that tries it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.harness import selection
from experiments.harness.experiment import Case, Context, Measured
from experiments.options.errors import BadUse
from experiments.properties.cells import Cell, cells_of
from experiments.properties.parameters import PropertiesParameters
from experiments.properties.replay import Example, read


def inputs(parameters: PropertiesParameters) -> Sequence[Path]:
    """Return the files of algorithms, also of the one that an example names."""
    if parameters.replay:
        parameters = parameters.replace({"algorithms": [read(parameters.replay).selection], "set": []})
    return selection.files_of(parameters)


def cases(parameters: PropertiesParameters) -> Sequence[Case]:
    """Return one case for each cell of the matrix; just one where an example is tried again."""
    if parameters.replay:
        return [_again(read(parameters.replay))]
    cells = cells_of(parameters.algorithms, parameters.set, parameters.property)
    return [Case(f"{cell.label}|{cell.check.name}", {"cell": cell, "example": None}) for cell in cells]


def measure(case: Case, parameters: PropertiesParameters, context: Context) -> Measured:
    """Search one cell, or try its example."""
    cell: Cell = case.arguments["cell"]
    example: Example | None = case.arguments["example"]
    return Measured([cell.measure(seed=parameters.seed, effort=parameters.effort, example=example)])


def _again(example: Example) -> Case:
    from experiments.conformance import Duty, Kind

    cell = cells_of([example.selection], [], [example.check])[0]
    if cell.check.kind is Kind.STATISTICAL:
        raise BadUse(
            f"--replay: {example.check} is a test of significance and draws no example; "
            "give --property and --seed"
        )
    if cell.standing.duty not in (Duty.HOLD, Duty.BE_REFUTED):
        raise BadUse(f"--replay: {example.check} cannot be asked of {cell.label}: {cell.standing.reason}")
    return Case(f"{cell.label}|{cell.check.name}|replay", {"cell": cell, "example": example})
