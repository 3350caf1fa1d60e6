"""How the numbers of `hashes` are shown: what each hash function does to each algorithm, by workload."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from experiments.hashes.summary import summary
from experiments.report.absent import refusers
from experiments.report.chart import Axis, Chart, Dots
from experiments.report.figures.figure import PAGE
from experiments.report.presentation import First, Presentation, Results
from experiments.report.tables.table import Table
from experiments.report.telling import largest

if TYPE_CHECKING:
    import pandas as pd

    from experiments.report.summary import Sheet, Summary


MOST = 3
"""So many algorithms are named in a sentence."""

KEYS = {
    "sequential": "0, 1, 2, ...",
    "strings": "user:0, user:1, ...",
    "names": "last names, by their frequencies",
    "uniform": "random integers",
}


def present(results: Results[Any]) -> Presentation:
    """Return tables, charts and meaning of a run of `hashes`."""
    numbers = summary(results)
    loads = numbers["loads"]
    several = loads.frame["n"].nunique() > 1
    tables: list[Table] = []
    for n, part in loads.frame.groupby("n", sort=False):
        suffix, facts = f"-n{n}" if several else "", _facts(results, numbers, int(str(n)))
        tables += _tables(results, loads, part, suffix, facts)
    return Presentation(
        tables,
        meaning=_meaning(numbers),
        methods=[
            "The square of the CV is held against that of random hashes by a chi-square test, corrected by "
            "Holm over all rows at 1 %."
        ],
        summary=numbers,
        charts=[_chart(results, numbers)],
        first=First(rows=largest(tables[0].frame[_functions(loads.frame)].max(axis=1)) if tables else ()),
    )


def _functions(loads: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(loads["hash"]))


def _facts(results: Results[Any], numbers: Summary, n: int) -> str:
    many = results.parameters.repetitions
    plural = "s" if many > 1 else ""
    keys = numbers["sizes"].series("most_keys")[n]
    return f"{n:,} nodes, {keys:,.0f} keys, {many} repetition{plural}"


def _tables(
    results: Results[Any], sheet: Sheet, loads: pd.DataFrame, suffix: str, facts: str
) -> Iterator[Table]:
    functions = _functions(loads)
    refused = loads[loads["refused"].astype(bool)]
    if refusers(loads, ()):
        by_reason = refused.groupby("cannot", sort=False)["label"]
        notes = [f"{', '.join(dict.fromkeys(labels))}: {reason}." for reason, labels in by_reason]
    else:
        refused = refused.drop_duplicates(["hash", "workload"])
        notes = list(dict.fromkeys(f"{row.cannot}." for row in refused.itertuples()))
    keys = [
        f"{workload}: {KEYS[family]}"
        for workload in dict.fromkeys(loads["workload"])
        if (family := str(workload).partition(":")[0]) in KEYS
    ]
    notes = ["; ".join(keys) + ".", *notes] if keys else notes
    for column, name, title, caption in (
        (
            "ratio", "ratio", "CV of the loads over the CV that random hashes would give",
            "1 is as good as random; above, less even; below, more even than chance.",
        ),
        ("max_to_mean", "peak", "Load of the fullest node over the mean load", "1 is perfect balance."),
    ):  # fmt: skip
        cells = {(row.workload, row.label, row.hash): getattr(row, column) for row in loads.itertuples()}
        lines = [
            [workload, label, *(cells.get((workload, label, function)) for function in functions)]
            for workload in dict.fromkeys(loads["workload"])
            for label in dict.fromkeys(loads["label"])
        ]
        yield Table.of_rows(
            f"{name}{suffix}",
            title,
            ["workload", "label", *functions],
            lines,
            caption=f"{facts}. {caption}",
            formats=dict.fromkeys(functions, sheet.measures[column].format),
            headers={"label": "algorithm", **{function: function for function in functions}},
            groups=["workload"],
            notes=[*notes, *(_unjudged(loads) if column == "ratio" else [])],
        )


def _unjudged(loads: pd.DataFrame) -> list[str]:
    """Say who has loads and no ratio, and why."""
    without = loads[~loads["refused"].astype(bool) & loads["ratio"].isna()]
    if without.empty:
        return []
    labels = ", ".join(dict.fromkeys(without["label"]))
    if (without["n"] == 1).all():
        return [f"{labels}: the load of one node has no spread."]
    return [f"{labels}: no ratio, since no law of the loads is known."]


def _chart(results: Results[Any], numbers: Summary) -> Chart:
    loads = numbers["loads"].frame
    taken = loads[~loads["refused"].astype(bool)]
    facts = [
        f"{workload} keys; {_facts(results, numbers, n)}"
        for workload, n in zip(taken["workload"], taken["n"], strict=True)
    ]
    ratio = Axis("ratio", "CV of the loads / CV of random hashes", log=True)
    return Chart(
        "ratio",
        "What hash functions do to the loads",
        "CV of the loads over the CV that random hashes would give: 1 is as good as random.",
        taken.assign(facts=facts),
        Dots(ratio, "hash", reference=1.0, missing="no law"),
        choices={"workload": "Keys", "n": "Nodes"},
        facts="facts",
        size=(PAGE, 0.9 + 0.42 * len(_functions(taken))),
    )


def _meaning(numbers: Summary) -> list[str]:
    lines = []
    tested, as_random = (numbers.value(name).number for name in ("tested", "as_random"))
    if tested:
        lines.append(
            f"{as_random} of {tested} loads of distinct keys are as uneven as those of "
            "random hashes (χ² tests of CV², Holm, 1 %)."
        )
    apart = numbers["loads"].where(departs=True)
    for key, group in apart.groupby(["hash", "workload"], sort=False):
        function, workload = cast("tuple[str, str]", key)
        worse, better = group[group["ratio"] > 1], group[group["ratio"] < 1]
        parts = []
        if len(worse):
            worst = worse.sort_values("ratio", ascending=False)
            named = [
                f"{row.label} × {row.ratio:.3g} (fullest node {row.max_to_mean:.3g} means)"
                for row in worst.itertuples()
            ]
            more = f" and {len(named) - MOST} more" if len(named) > MOST else ""
            parts.append(f"less even than chance: {', '.join(named[:MOST])}{more}")
        if len(better):
            parts.append(f"more even: {', '.join(better.sort_values('ratio')['label'])}")
        lines.append(f"{function} on {workload} keys, {'; '.join(parts)}.")
    return lines
