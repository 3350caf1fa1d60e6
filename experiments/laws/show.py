"""How the numbers of `laws` are shown: a line for each algorithm, its tests, and what they come to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments import events
from experiments.inference.verdict import AGREES, DIFFERS, OPEN
from experiments.laws.summary import summary
from experiments.laws.tested import LEAST_DRAWS, NO_LAW, UNTESTED, worst
from experiments.report import conclusions
from experiments.report.absent import listed, together
from experiments.report.chart import Axis, Chart, Dots
from experiments.report.figures.figure import PAGE
from experiments.report.presentation import First, Presentation, Results
from experiments.report.statistics import SQUARES_MARGIN
from experiments.report.tables.formats import Percent, Significant
from experiments.report.tables.symbols import NODES
from experiments.report.tables.table import Table
from experiments.report.telling import rows_where

if TYPE_CHECKING:
    from experiments.laws.parameters import LawsParameters
    from experiments.report.summary import Summary

TITLE = "Every algorithm beside its laws"

FIRST = (DIFFERS, OPEN, UNTESTED, NO_LAW, AGREES)
"""What is said of means: what a reader looks for first, first."""

WHAT = {
    "movement": "their movement", "stray": "their strays", "cv_squared": "their CV²",
    "max_to_mean": "what the fullest node has above the mean",
}  # fmt: skip
"""What a mean is of, in a sentence."""

UNEVEN = 0.1
"""So much less, or more, even than random hashes is a CV that a sentence names."""

NEEDLESS = 0.01
"""So much more than exact shares need is movement that a sentence names."""


def present(results: Results[LawsParameters]) -> Presentation:
    """Return the line of each algorithm, its laws and tests, a chart of balance, and the meaning."""
    numbers, parameters = summary(results), results.parameters
    first = _lines(numbers, parameters)
    frame = first.frame
    largest = frame["n"] == frame["n"].max()
    says = [((frame["moves_as"] == word) | (frame["loads_as"] == word)) & largest for word in FIRST]
    return Presentation(
        [first, _moved(numbers, parameters), _loads(numbers, parameters), _tests(numbers)],
        meaning=list(_meaning(numbers)),
        methods=[
            "The means that `laws` states, over draws of names, hash seeds and keys, have 95 % t intervals. "
            "Movement and strays are held against their laws by z-tests with the law's variance (t-tests "
            "where it is not known), CV² by chi-square tests, what the fullest node has above the mean by "
            "t-tests, for a difference and for equivalence within 5 % (10 % of CV²), all as one family, "
            "corrected by Holm at 1 %. Where the law lets no key stray, one that does is a difference."
        ],
        summary=numbers,
        charts=[_chart(numbers, parameters)],
        first=First(rows=rows_where(*says, largest)),
    )


def _facts(parameters: LawsParameters) -> str:
    return f"Means over {parameters.draws:,} draws of names, a hash seed and {parameters.keys:,} keys"


def _lines(numbers: Summary, parameters: LawsParameters) -> Table:
    moved, loads = numbers["moved"], numbers["loads"]
    wide = moved.frame.pivot(index=["n", "label"], columns="event", values="movement")
    wide = wide.reindex(columns=list(parameters.event)).reset_index()
    lines = loads.frame.merge(wide, on=["n", "label"], how="left", validate="one_to_one")
    lines["loads_as"] = [worst({row["says"], row["largest_says"]}) for row in loads.records()]
    lines["moves_as"] = [_of_events(moved.frame, row["n"], row["label"]) for row in loads.records()]
    percent = {event: Percent(2) for event in parameters.event}
    return Table(
        "laws",
        TITLE,
        lines,
        f"{_facts(parameters)}, part of the keys that each event moves, CV of the loads and their largest "
        "over the mean. As law: of all its means that were tested; no law: none is known.",
        columns=["n", "label", *parameters.event, "moves_as", "cv", "loads_as", "largest"],
        formats={**percent, **loads.formats(["cv", "largest"])},
        headers={
            "n": NODES.header, "label": "algorithm", "moves_as": "as law", "cv": "CV", "loads_as": "as law",
            "largest": "fullest", **{event: events.parse(event).title for event in parameters.event},
        },
        groups=["n"],
        notes=list(_refusals(numbers)),
    )  # fmt: skip


def _of_events(moved: pd.DataFrame, n: int, label: str) -> str | None:
    """Return what is said of the movement and of the strays of an algorithm in all events."""
    part = moved[(moved["n"] == n) & (moved["label"] == label)]
    return worst({*part["says"], *part["stray_says"]}) if len(part) else None


def _moved(numbers: Summary, parameters: LawsParameters) -> Table:
    sheet = numbers["moved"]
    columns = ["movement", "movement_law", "needless", "stray", "stray_law", "most_stray"]
    return Table(
        "moved",
        "What each event moves",
        sheet.frame.assign(event=[events.parse(event).title for event in sheet.frame["event"]]),
        f"{_facts(parameters)}, with 95 % t intervals. Needless: over what exact shares need, less 1. Stray: "
        "between nodes that the event is not about; at most: the largest part of any draw.",
        columns=["n", "event", "label", *columns[:2], "says", *columns[2:], "stray_says"],
        formats=sheet.formats(columns),
        headers={
            "n": NODES.header, "label": "algorithm", "movement_law": "law", "stray_law": "its law",
            "most_stray": "at most", "stray_says": "says",
        },
        groups=["n", "event"],
        detail=True,
    )  # fmt: skip


def _loads(numbers: Summary, parameters: LawsParameters) -> Table:
    sheet = numbers["loads"]
    columns = ["cv", "cv_law", "over", "largest", "largest_law"]
    return Table(
        "loads",
        "How evenly keys fall",
        sheet.frame,
        f"{_facts(parameters)}, with 95 % t intervals. Over random: CV over that of equal shares. "
        "Fullest: the largest load over the mean; what it is above is tested from "
        f"{LEAST_DRAWS} draws on.",
        columns=["n", "label", "cv", "cv_law", "over", "says", "largest", "largest_law", "largest_says"],
        formats=sheet.formats(columns),
        headers={
            "n": NODES.header, "label": "algorithm", "cv": "CV", "cv_law": "law", "over": "over random",
            "largest": "fullest", "largest_law": "its law", "largest_says": "says",
        },
        groups=["n"],
        detail=True,
    )  # fmt: skip


def _tests(numbers: Summary) -> Table:
    sheet = numbers["tests"]
    return Table(
        "tests",
        "Every mean beside its law",
        sheet.frame,
        " ".join([*conclusions.LEGEND, f"Of CV² the margin is {SQUARES_MARGIN:.0%}."]),
        columns=["n", "label", "event", "quantity", "law", *conclusions.COLUMNS],
        formats=conclusions.FORMATS,
        headers={"n": NODES.header, "label": "algorithm", **conclusions.HEADERS},
        groups=["n", "label"],
        detail=True,
    )


def _chart(numbers: Summary, parameters: LawsParameters) -> Chart:
    sheet = numbers["loads"]
    over = Axis("over", "CV of the loads / CV of random hashes on equal shares", log=True)
    frame = sheet.frame.assign(who=sheet.frame["label"], loads="CV")
    return Chart(
        "evenness",
        "How evenly keys fall",
        f"{_facts(parameters)}, with 95 % t intervals. 1: as random hashes on equal shares; below: more even "
        "than chance. Marks: the law, where one is known.",
        frame,
        Dots(over, "who", low="over_low", high="over_high", law="over_law", reference=1.0),
        series="loads",
        choices={"n": "Nodes"},
        size=(PAGE, 0.9 + 0.2 * frame["who"].nunique()),
    )


def _refusals(numbers: Summary) -> Iterator[str]:
    """Yield a line for each reason, with all who have it and the events that they cannot make."""
    frame = numbers["refused"].frame
    refused = together(
        ((", ".join(events.parse(event).title for event in group["event"] if event), nodes, reason), label)
        for (label, nodes, reason), group in frame.groupby(["label", "nodes", "cannot"], sort=False)
    )
    for (made, nodes, reason), labels in refused.items():
        at = f" at n = {nodes}" if nodes != "" else ""
        yield f"{listed(labels)} cannot {made}{at}: {reason}." if made else f"{listed(labels)}{at}: {reason}."


def _meaning(numbers: Summary) -> Iterator[str]:
    counts = {name: numbers.value(name).number for name in numbers["extent"].measures}
    agreement = {row["quantity"]: row for row in numbers["agreement"].records()}
    parts = [
        f"{what} {conclusions.worded(agreement[quantity])}"
        for quantity, what in WHAT.items()
        if agreement[quantity]["tested"]
    ]
    tested = f": of {'; of '.join(parts)}" if parts else ""
    yield (
        f"Of {counts['algorithms']} algorithms {counts['of_movement']} have a law of movement, and "
        f"{counts['of_loads']} one of loads{tested}."
    )
    if counts["never"]:
        yield (
            f"Where the law lets no key move between nodes that the event is not about, none did in "
            f"{counts['never_strays']} of {counts['never']} cases."
        )
    yield from _without(numbers)
    yield from _uneven(numbers)


def _without(numbers: Summary) -> Iterator[str]:
    """Say what those without a law of movement move needlessly, at the largest n."""
    moved = numbers["moved"].frame
    part = moved[(moved["says"] == NO_LAW) & (moved["n"] == moved["n"].max()) & moved["needless"].notna()]
    wasteful: list[str] = []
    frugal: list[str] = []
    for label, group in part.groupby("label", sort=False):
        surest: dict[Any, Any] = group.loc[group["needless_low"].idxmax()].to_dict()
        if surest["needless_low"] > NEEDLESS:
            wasteful.append(f"{label} {Percent(0).text(surest['needless'], surest)}")
        else:
            frugal.append(str(label))
    if wasteful:
        yield (
            f"No law says what these move, at n = {int(part['n'].iloc[0]):,}, in their worst event beyond "
            f"what exact shares need: {', '.join(wasteful)} more."
        )
    if frugal:
        yield f"Without a law, and not shown to move {100 * NEEDLESS:.0f} % beyond it: {listed(frugal)}."


def _uneven(numbers: Summary) -> Iterator[str]:
    """Say whose whole interval is less even than random hashes, or more even, at the largest n."""
    loads = numbers["loads"].frame
    part = loads[(loads["n"] == loads["n"].max()) & loads["over"].notna()]
    part = part.sort_values("over", ascending=False, kind="stable")
    for word, group in (
        ("less even", part[part["over_low"] > 1 + UNEVEN]),
        ("more even", part[part["over_high"] < 1 - UNEVEN]),
    ):
        if len(group):
            named = [
                f"{row['label']} × {Significant(3).text(row['over'], row)}"
                for row in group.to_dict("records")
            ]
            yield (
                f"Loads {word} than random hashes on equal shares, by CV at n = {int(part['n'].iloc[0]):,}: "
                f"{', '.join(named)}."
            )
