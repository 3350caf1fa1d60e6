"""Which promises every algorithm keeps, by search, and the smallest counterexamples where it does not.

``python -m experiments.run properties`` runs the checks of :mod:`experiments.conformance` and shows the
matrix of algorithm and property. A counterexample comes with a command that tries it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from experiments.harness import selection
from experiments.harness.experiment import Case, Context, Experiment, Measured, Presentation, Results
from experiments.options.errors import BadUse
from experiments.options.parameters import Parameters, integer, parameter, text
from experiments.properties.cells import Cell, cells_of
from experiments.properties.replay import Example, read

__all__ = ["EXPERIMENT", "Properties", "PropertiesParameters"]


def _example(value: object) -> str:
    if not isinstance(value, str):
        raise BadUse(f"{value!r} is not a text; give the one that was printed")
    return value


@dataclass(frozen=True, kw_only=True)
class PropertiesParameters(Parameters):
    """The parameters of `properties`.

    Parameters
    ----------
    property
        Names of properties; empty for all.
    effort
        Examples that each search tries.
    replay
        An example to try instead of a search. It names its algorithm and property, so that
        `algorithms`, `set` and `property` mean nothing beside it.
    """

    without: ClassVar[Mapping[str, str]] = {
        "nodes": "the search draws the nodes",
        "keys": "the search draws the hashes",
        "repetitions": "give --effort for more examples",
        "workload": "the search draws hashes, no keys of a workload",
    }

    property: tuple[str, ...] = parameter(
        "properties by name; all by default", text, (), many=True, metavar="NAME,...", least=0
    )
    effort: int = parameter("examples of each search", integer(1, 10**6), 100, metavar="N")
    replay: str = parameter(
        "an example to try instead of a search, as it was printed; it names its algorithm and property",
        _example, "", metavar="TEXT",
    )  # fmt: skip


class Properties(Experiment[PropertiesParameters]):
    """The matrix of algorithm and property, with counterexamples."""

    name = "properties"
    title = "which promises every algorithm keeps, by search, with the smallest counterexamples"
    section = 10
    Parameters = PropertiesParameters

    def inputs(self, parameters: PropertiesParameters) -> Sequence[Path]:
        """Return the files of algorithms, also of the one that an example names."""
        if parameters.replay:
            parameters = parameters.replace({"algorithms": [read(parameters.replay).selection], "set": []})
        return selection.files_of(parameters)

    def cases(self, parameters: PropertiesParameters) -> Sequence[Case]:
        """Return one case for each cell of the matrix; just one where an example is tried again."""
        if parameters.replay:
            return [_again(read(parameters.replay))]
        cells = cells_of(parameters.algorithms, parameters.set, parameters.property)
        return [Case(f"{cell.label}|{cell.check.name}", {"cell": cell, "example": None}) for cell in cells]

    def measure(self, case: Case, parameters: PropertiesParameters, context: Context) -> Measured:
        """Search one cell, or try its example."""
        cell: Cell = case.arguments["cell"]
        example: Example | None = case.arguments["example"]
        return Measured([cell.measure(seed=parameters.seed, effort=parameters.effort, example=example)])

    def present(self, results: Results[PropertiesParameters]) -> Presentation:
        """Show the matrix, the statistical cells and the counterexamples."""
        from experiments.properties import show as shown

        return shown.present(results)


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


EXPERIMENT = Properties()
