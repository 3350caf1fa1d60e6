"""How the rows of `properties` are shown: the matrix, what statistics saw, and counterexamples in words."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.inference.verdict import (
    BROKEN,
    HOLDS,
    KEPT,
    KINDS,
    NO_REASON,
    NOT_APPLICABLE,
    NOT_DECLARED_REFUTED,
)
from experiments.properties.summary import SYMBOLS, summary
from experiments.report.glance import Glance
from experiments.report.presentation import First, Presentation, Results
from experiments.report.summary import Sheet, Summary
from experiments.report.tables.formats import Text, is_missing
from experiments.report.tables.table import Mark, Table
from experiments.report.telling import rows_where

if TYPE_CHECKING:
    from experiments.properties.parameters import PropertiesParameters

__all__ = ["SYMBOLS", "present"]

LEGEND: Mapping[str, str] = {
    HOLDS: "+ holds in {effort} examples, or at its level of significance",
    NOT_DECLARED_REFUTED: "o not declared, and refuted by a counterexample",
    NOT_APPLICABLE: "· not applicable, for a reason",
    BROKEN: "FAILS declared, and refuted",
    KEPT: "(+) not declared, and no counterexample found",
    NO_REASON: "? neither declared nor excused by a reason",
}


COUNTED: Mapping[str, str] = {
    HOLDS: "are declared and hold",
    NOT_DECLARED_REFUTED: "are not declared and are refuted",
    NOT_APPLICABLE: "are not applicable",
    BROKEN: "are declared and refuted",
    KEPT: "are not declared and were not refuted",
    NO_REASON: "are neither declared nor excused by a reason",
}
"""How a sentence counts the cells of each verdict."""


def present(results: Results[PropertiesParameters]) -> Presentation:
    """Return tables and meaning of a run of `properties`."""
    numbers = summary(results)
    cells = numbers["cells"]
    effort = 1 if results.parameters.replay else results.parameters.effort
    matrix = _matrix(cells, effort, results.parameters)
    return Presentation(
        [
            matrix,
            *_statistics(cells),
            *_counterexamples(cells, results.parameters),
            *_reasons(cells),
        ],
        meaning=_meaning(numbers, results.parameters),
        failures=_failures(cells.records()),
        methods=[
            f"Counterexamples to properties are searched for by Hypothesis, {effort} example"
            f"{'s' if effort > 1 else ''} a cell, and shrunk to the smallest; statistical properties are "
            "tested at levels that add up to 0.001 an algorithm."
        ],
        summary=numbers,
        glance=[
            Glance(
                "properties",
                "that hold, of those that can be asked for",
                {row["label"]: f"{row['held']} of {row['asked']}" for row in numbers["labels"].records()},
                Text(),
            )
        ],
        first=First(rows=_telling(cells, matrix)),
    )


def _telling(cells: Sheet, matrix: Table) -> list[int]:
    """Return the properties that were promised and refuted, then those in which algorithms differ."""
    broken = set(cells.frame.loc[cells.frame["verdict"] == BROKEN, "property"])
    symbols = matrix.frame.drop(columns="property")
    return rows_where(matrix.frame["property"].isin(broken), symbols.nunique(axis=1) > 1)


def _matrix(cells: Sheet, effort: int, parameters: PropertiesParameters) -> Table:
    rows = cells.records()
    labels = list(dict.fromkeys(row["label"] for row in rows))
    names = list(dict.fromkeys(row["property"] for row in rows))
    cell = {(row["property"], row["label"]): row["symbol"] for row in rows}
    seen = {row["verdict"] for row in rows}
    legend = "; ".join(text.format(effort=effort) for verdict, text in LEGEND.items() if verdict in seen)
    return Table.of_rows(
        "matrix",
        "Properties of every algorithm, by search for counterexamples",
        ["property", *labels],
        [(name, *(cell.get((name, label)) for label in labels)) for name in names],
        caption=f"{legend}. Seed {parameters.seed}.",
        formats={label: Text() for label in labels},
        align=dict.fromkeys(labels, "center"),
        headers={label: label.replace("=", " = ").replace(":", ": ") for label in labels},
        marks=_marks(rows, names, parameters),
    )


def _marks(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str], parameters: PropertiesParameters
) -> dict[tuple[int, str], Mark]:
    """Return what each cell of the matrix says beyond its symbol, and how to see a counterexample again."""
    titles = {row["property"]: str(row["title"]) for row in rows}
    marks = {(i, "property"): Mark("", name, {"": titles[name]}, "name") for i, name in enumerate(names)}
    for row in rows:
        said = {what: str(row[key]) for what, key in _SAID.items() if not is_missing(row[key])}
        if not is_missing(row["counterexample"]):
            said["Try it"] = f"python -m experiments.run properties {_flags(row, parameters)}"
        title = f"{row['label']}, {row['property']}: {row['verdict']}"
        marks[names.index(row["property"]), row["label"]] = Mark(KINDS[row["verdict"]], title, said)
    return marks


_SAID = {
    "": "title",
    "Counterexample": "counterexample",
    "Reason": "reason",
    "Test": "test",
    "Nodes": "sizes",
}
"""What a mark says, by the word before it: a column of the rows."""


def _statistics(cells: Sheet) -> list[Table]:
    frame = cells.where(kind="statistical")
    frame = frame[frame["verdict"].isin([HOLDS, KEPT])].reset_index(drop=True)
    if frame.empty:
        return []
    shown = ("statistic", "p_value", "level")
    table = Table(
        "statistics",
        "Properties that are tests of significance",
        frame,
        columns=["property", "label", "test", *shown, "sizes"],
        caption="The p-value is that of the worst size, corrected for the number of sizes; below the level "
        "the property would be refuted. The levels of all tests of an algorithm add up to 0.001.",
        formats={name: cells.measures[name].format for name in shown},
        headers={"label": "algorithm", "p_value": "p-value", "sizes": "numbers of nodes"},
        groups=["property"],
    )
    return [table]


def _counterexamples(cells: Sheet, parameters: PropertiesParameters) -> list[Table]:
    rows = cells.records()
    order = list(dict.fromkeys(row["property"] for row in rows))
    refuted = [row for row in rows if not is_missing(row["counterexample"])]
    if not refuted:
        return []
    numbered = list(enumerate(sorted(refuted, key=lambda row: order.index(row["property"])), 1))
    return [
        Table.of_rows(
            "counterexamples",
            "Counterexamples, each the smallest one found",
            ["number", "property", "algorithm", "counterexample"],
            [
                (
                    str(number),
                    row["property"],
                    row["label"] + (" (declared)" if row["verdict"] == BROKEN else ""),
                    row["counterexample"],
                )
                for number, row in numbered
            ],
            caption="Nodes named first, second, ... have the buckets 0, 1, ...; "
            "8 bits are the hashes 0 to 255.",
            headers={"number": ""},
            align={"number": "right"},
            groups=["property"],
        ),
        Table.of_rows(
            "replay",
            "To try a counterexample again: python -m experiments.run properties, and these flags",
            ["number", "flags"],
            [(str(number), _flags(row, parameters)) for number, row in numbered],
            headers={"number": ""},
            align={"number": "right"},
        ),
    ]


def _flags(row: Mapping[str, Any], parameters: PropertiesParameters) -> str:
    """Return what shows a counterexample again: the example, or the search where it cannot be written."""
    selected, name = row["selection"], row["property"]
    if not is_missing(row["replay"]):
        return f"--replay {shlex.quote(' '.join([selected, name, row['replay']]))}"
    again = ["--seed", str(parameters.seed), "--effort", str(parameters.effort)]
    return shlex.join(["--algorithms", selected, "--property", name, *again])


def _reasons(cells: Sheet) -> list[Table]:
    listed: dict[tuple[str, str], list[str]] = {}
    for row in cells.records():
        if row["verdict"] in (NOT_APPLICABLE, NO_REASON):
            listed.setdefault((row["label"], row["reason"]), []).append(row["property"])
    if not listed:
        return []
    table = Table.of_rows(
        "not-applicable",
        "Where the question cannot be asked",
        ["algorithm", "reason", "properties"],
        [(label, reason, ", ".join(names)) for (label, reason), names in listed.items()],
        groups=["algorithm"],
    )
    return [table]


def _meaning(numbers: Summary, parameters: PropertiesParameters) -> list[str]:
    if parameters.replay:
        refuted = numbers.value("counterexamples").number
        return [
            "The example refutes the property." if refuted else "The example does not refute the property."
        ]
    counts = {verdict: numbers.value(f"cells/{verdict}") for verdict in COUNTED}
    counted = [
        f"{count.text} {COUNTED[verdict]}"
        for verdict, count in counts.items()
        if count.number or verdict not in (KEPT, NO_REASON)
    ]
    return [
        f"Of {numbers.value('cells').text} cells {', '.join(counted)}.",
        "A property that holds was not refuted by this search; more --effort searches longer. "
        f"The same --seed ({parameters.seed}) finds the same.",
    ]


def _failures(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    failures = []
    for row in rows:
        what = f"{row['label']}, {row['property']}"
        if row["verdict"] == BROKEN:
            failures.append(
                f"{what}: declared ({row['promise'] or 'by every partitioner'}) and refuted: "
                f"{row['counterexample']}"
            )
        elif row["verdict"] == NO_REASON:
            failures.append(f"{what}: {row['reason']}")
        elif row["verdict"] == KEPT and not (row["reason"] or _refuted_elsewhere(row, rows)):
            failures.append(
                f"{what}: {row['promise']} is not declared, but no counterexample was found: declare it, "
                "give the reason in Spec.lacks, or search with more --effort"
            )
    return failures


def _refuted_elsewhere(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether another property of the same promise is refuted for the same algorithm."""
    mine = (row["label"], row["promise"])
    return any(
        (other["label"], other["promise"]) == mine and other["verdict"] == NOT_DECLARED_REFUTED
        for other in rows
    )
