"""How the numbers of `laws` are shown: a line for each algorithm, its tests, and what they come to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments import events
from experiments.inference.verdict import AGREES, DIFFERS, OPEN
from experiments.laws.summary import NO_LAW, summary
from experiments.report import conclusions
from experiments.report.absent import listed, together
from experiments.report.chart import Axis, Chart, Dots
from experiments.report.figures.figure import PAGE
from experiments.report.presentation import First, Presentation, Results
from experiments.report.tables.formats import Percent, Significant
from experiments.report.tables.symbols import NODES
from experiments.report.tables.table import Table
from experiments.report.telling import rows_where

if TYPE_CHECKING:
    from experiments.laws.parameters import LawsParameters
    from experiments.report.summary import Summary

TITLE = "Every algorithm beside its laws"

WORDS = (DIFFERS, OPEN, NO_LAW, AGREES)
"""What may be said of a mean: what a reader looks for first, first."""

NEEDLESS = 0.01
"""So much more than exact shares need is needless movement that a sentence names."""


def present(results: Results[LawsParameters]) -> Presentation:
    """Return the line of each algorithm, its laws and tests, a chart of balance, and the meaning."""
    numbers, parameters = summary(results), results.parameters
    first = _lines(numbers, parameters)
    frame = first.frame
    largest = frame["n"] == frame["n"].max()
    says = [((frame["moves_as"] == word) | (frame["loads_as"] == word)) & largest for word in WORDS]
    return Presentation(
        [first, _moved(numbers, parameters), _loads(numbers, parameters), _tests(numbers)],
        meaning=list(_meaning(numbers)),
        methods=[
            "Means of laws over draws of names, hash seeds and keys have 95 % t intervals. Movement is held "
            "against its law by z-tests with the law's variance (t-tests where it is not known), CV² by "
            "chi-square tests, what the fullest node has above the mean by t-tests, for a difference and for "
            "equivalence within 5 % (10 % of CV²), all as one family, corrected by Holm at 1 %."
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
    lines["loads_as"] = [_first_of({row["says"], row["largest_says"]} - {NO_LAW}) for row in loads.records()]
    lines["moves_as"] = [_worst(moved.frame, row["n"], row["label"]) for row in loads.records()]
    percent = {event: Percent(2) for event in parameters.event}
    return Table(
        "laws",
        TITLE,
        lines,
        f"{_facts(parameters)}, part of the keys that each event moves, CV of the loads and their largest "
        "over the mean. As law: of all its means together; no law: none is known.",
        columns=["n", "label", *parameters.event, "moves_as", "cv", "loads_as", "largest"],
        formats={**percent, **loads.formats(["cv", "largest"])},
        headers={
            "n": NODES.header, "label": "algorithm", "moves_as": "as law", "cv": "CV", "loads_as": "as law",
            "largest": "fullest", **{event: events.parse(event).title for event in parameters.event},
        },
        groups=["n"],
        notes=list(_refusals(numbers)),
    )  # fmt: skip


def _worst(moved: pd.DataFrame, n: int, label: str) -> str | None:
    """Return what is said of the movement of an algorithm in all events: the first of `WORDS`."""
    said = set(moved[(moved["n"] == n) & (moved["label"] == label)]["says"])
    return _first_of(said) if said else None


def _first_of(said: set[str]) -> str:
    """Return the first of `WORDS` that is said; that there is no law where nothing is."""
    return next((word for word in WORDS if word in said), NO_LAW)


def _moved(numbers: Summary, parameters: LawsParameters) -> Table:
    sheet = numbers["moved"]
    columns = ["movement", "movement_law", "needless", "stray", "stray_law", "most_stray"]
    return Table(
        "moved",
        "What each event moves",
        sheet.frame.assign(event=[events.parse(event).title for event in sheet.frame["event"]]),
        f"{_facts(parameters)}, with 95 % t intervals. Needless: over what exact shares need, less 1. Stray: "
        "between nodes that the event is not about; at most: the largest part of any draw.",
        columns=["n", "event", "label", *columns, "says"],
        formats=sheet.formats(columns),
        headers={
            "n": NODES.header, "label": "algorithm", "movement_law": "law", "stray_law": "its law",
            "most_stray": "at most",
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
        "Fullest: the largest load over the mean; what it is above is tested from 500 draws on.",
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
        " ".join(conclusions.LEGEND),
        columns=["n", "label", "event", "quantity", "law", *conclusions.COLUMNS],
        formats=conclusions.FORMATS,
        headers={"n": NODES.header, "label": "algorithm", **conclusions.HEADERS},
        groups=["n", "label"],
        detail=True,
    )


def _chart(numbers: Summary, parameters: LawsParameters) -> Chart:
    sheet = numbers["loads"]
    over = Axis("over", "CV of the loads / CV of random hashes on equal shares", log=True)
    frame = sheet.frame.assign(algorithm=sheet.frame["label"], loads="CV")
    return Chart(
        "evenness",
        "How evenly keys fall",
        f"{_facts(parameters)}, with 95 % t intervals. 1: as random hashes on equal shares; below: more even "
        "than chance. Marks: the law, where one is known.",
        frame,
        Dots(over, "algorithm", low="over_low", high="over_high", law="over_law", reference=1.0),
        series="loads",
        choices={"n": "Nodes"},
        size=(PAGE, 0.9 + 0.2 * frame["algorithm"].nunique()),
    )


def _refusals(numbers: Summary) -> Iterator[str]:
    """Yield a line for each reason, with all who have it and the events that they cannot make."""
    frame = numbers["refused"].frame
    refused = together(
        ((", ".join(events.parse(event).title for event in group["event"] if event), reason), label)
        for (label, reason), group in frame.groupby(["label", "cannot"], sort=False)
    )
    for (made, reason), labels in refused.items():
        yield f"{listed(labels)} cannot {made}: {reason}." if made else f"{listed(labels)}: {reason}."


def _meaning(numbers: Summary) -> Iterator[str]:
    counts = {name: numbers.value(name).number for name in numbers["extent"].measures}
    agreement = {row["quantity"]: row for row in numbers["agreement"].records()}
    yield (
        f"Of {counts['algorithms']} algorithms {counts['of_movement']} have a law of movement: "
        f"of their means {conclusions.worded(agreement['movement'])}; {counts['of_loads']} have one of "
        f"loads: of their CV² {conclusions.worded(agreement['cv_squared'])}; of their fullest nodes "
        f"{conclusions.worded(agreement['max_to_mean'])}."
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
    part = moved[(moved["says"] == NO_LAW) & (moved["n"] == moved["n"].max())]
    wasteful: list[str] = []
    frugal: list[str] = []
    for label, group in part.groupby("label", sort=False):
        worst: dict[Any, Any] = group.loc[group["needless"].idxmax()].to_dict()
        if worst["needless_low"] > NEEDLESS:
            wasteful.append(f"{label} {Percent(0).text(worst['needless'], worst)}")
        else:
            frugal.append(str(label))
    if wasteful:
        yield (
            f"No law says what these move, at n = {int(part['n'].iloc[0]):,}, in their worst event more than "
            f"exact shares need: {', '.join(wasteful)}."
        )
    if frugal:
        yield f"Without a law, and not shown to move more than exact shares need: {listed(frugal)}."


def _uneven(numbers: Summary) -> Iterator[str]:
    """Say who is less even than random hashes on equal shares, and who is more even, at the largest n."""
    loads = numbers["loads"].frame
    part = loads[(loads["n"] == loads["n"].max()) & loads["over"].notna()]
    part = part.sort_values("over", ascending=False, kind="stable")
    for word, group in (
        ("less even", part[part["over"] > 1 + NEEDLESS * 10]),
        ("more even", part[part["over"] < 1 - NEEDLESS * 10]),
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
