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
from experiments.report.presentation import Presentation, Results
from experiments.report.tables.formats import Significant, Text
from experiments.report.tables.table import Mark, Table
from experiments.storage.records import Record, records

if TYPE_CHECKING:
    from experiments.properties.parameters import PropertiesParameters

__all__ = ["present"]

SYMBOLS: Mapping[str, str] = {
    HOLDS: "+",
    NOT_DECLARED_REFUTED: "o",
    NOT_APPLICABLE: "·",
    BROKEN: "FAILS",
    KEPT: "(+)",
    NO_REASON: "?",
}
LEGEND: Mapping[str, str] = {
    HOLDS: "+ holds in {effort} examples, or at its level of significance",
    NOT_DECLARED_REFUTED: "o not declared, and refuted by a counterexample",
    NOT_APPLICABLE: "· not applicable, for a reason",
    BROKEN: "FAILS declared, and refuted",
    KEPT: "(+) not declared, and no counterexample found",
    NO_REASON: "? neither declared nor excused by a reason",
}


def present(results: Results[PropertiesParameters]) -> Presentation:
    """Return tables and meaning of a run of `properties`."""
    rows = records(results.rows)
    effort = 1 if results.parameters.replay else results.parameters.effort
    tables = [
        _matrix(rows, effort, results.parameters),
        *_statistics(rows),
        *_counterexamples(rows, results.parameters),
        *_reasons(rows),
    ]
    return Presentation(
        tables,
        (),
        _meaning(rows, results.parameters),
        _failures(rows),
        methods=[
            f"Counterexamples to properties are searched for by Hypothesis, {effort} example"
            f"{'s' if effort > 1 else ''} a cell, and shrunk to the smallest; statistical properties are "
            "tested at levels that add up to 0.001 an algorithm."
        ],
    )


def _matrix(rows: Sequence[Record], effort: int, parameters: PropertiesParameters) -> Table:
    labels = list(dict.fromkeys(row["label"] for row in rows))
    names = list(dict.fromkeys(row["property"] for row in rows))
    cell = {(row["property"], row["label"]): SYMBOLS[row["verdict"]] for row in rows}
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
    rows: Sequence[Record], names: Sequence[str], parameters: PropertiesParameters
) -> dict[tuple[int, str], Mark]:
    """Return what each cell of the matrix says beyond its symbol, and how to see a counterexample again."""
    titles = {row["property"]: str(row["title"]) for row in rows}
    marks = {(i, "property"): Mark("", name, {"": titles[name]}, "name") for i, name in enumerate(names)}
    for row in rows:
        said = {what: str(row[key]) for what, key in _SAID.items() if key in row}
        if "counterexample" in row:
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


def _statistics(rows: Sequence[Record]) -> list[Table]:
    body = [
        (
            row["property"],
            row["label"],
            row.get("test"),
            row.get("statistic"),
            row.get("p_value"),
            row.get("level"),
            row.get("sizes"),
        )
        for row in rows
        if row["kind"] == "statistical" and row["verdict"] in (HOLDS, KEPT)
    ]
    if not body:
        return []
    table = Table.of_rows(
        "statistics",
        "Properties that are tests of significance",
        ["property", "algorithm", "test", "statistic", "p_value", "level", "sizes"],
        body,
        caption="The p-value is that of the worst size, corrected for the number of sizes; below the level "
        "the property would be refuted. The levels of all tests of an algorithm add up to 0.001.",
        formats={"statistic": Significant(4), "p_value": Significant(2), "level": Significant(2)},
        headers={"p_value": "p-value", "sizes": "numbers of nodes"},
        groups=["property"],
    )
    return [table]


def _counterexamples(rows: Sequence[Record], parameters: PropertiesParameters) -> list[Table]:
    order = list(dict.fromkeys(row["property"] for row in rows))
    found = sorted(
        (row for row in rows if "counterexample" in row), key=lambda row: order.index(row["property"])
    )
    if not found:
        return []
    numbered = list(enumerate(found, 1))
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


def _flags(row: Record, parameters: PropertiesParameters) -> str:
    """Return what shows a counterexample again: the example, or the search where it cannot be written."""
    selected, name = row["selection"], row["property"]
    if "replay" in row:
        return f"--replay {shlex.quote(' '.join([selected, name, row['replay']]))}"
    again = ["--seed", str(parameters.seed), "--effort", str(parameters.effort)]
    return shlex.join(["--algorithms", selected, "--property", name, *again])


def _reasons(rows: Sequence[Record]) -> list[Table]:
    listed: dict[tuple[str, str], list[str]] = {}
    for row in rows:
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


def _meaning(rows: Sequence[Record], parameters: PropertiesParameters) -> list[str]:
    count = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in SYMBOLS}
    lines = [
        f"Of {len(rows)} cells {count[HOLDS]} are declared and hold, {count[NOT_DECLARED_REFUTED]} are not "
        f"declared and are refuted, {count[NOT_APPLICABLE]} are not applicable, {count[BROKEN]} are declared "
        "and refuted."
    ]
    if parameters.replay:
        refuted = "counterexample" in rows[0]
        lines = [
            "The example refutes the property." if refuted else "The example does not refute the property."
        ]
    else:
        lines.append(
            "A property that holds was not refuted by this search; more --effort searches longer. "
            f"The same --seed ({parameters.seed}) finds the same."
        )
    return lines


def _failures(rows: Sequence[Record]) -> list[str]:
    failures = []
    for row in rows:
        what = f"{row['label']}, {row['property']}"
        if row["verdict"] == BROKEN:
            failures.append(
                f"{what}: declared ({row.get('promise', 'by every partitioner')}) and refuted: "
                f"{row['counterexample']}"
            )
        elif row["verdict"] == NO_REASON:
            failures.append(f"{what}: {row['reason']}")
        elif row["verdict"] == KEPT and not (row.get("reason") or _refuted_elsewhere(row, rows)):
            failures.append(
                f"{what}: {row['promise']} is not declared, but no counterexample was found: declare it, "
                "give the reason in Spec.lacks, or search with more --effort"
            )
    return failures


def _refuted_elsewhere(row: Mapping[str, Any], rows: Sequence[Record]) -> bool:
    """Return whether another property of the same promise is refuted for the same algorithm."""
    mine = (row["label"], row["promise"])
    return any(
        (other["label"], other.get("promise")) == mine and other["verdict"] == NOT_DECLARED_REFUTED
        for other in rows
    )
