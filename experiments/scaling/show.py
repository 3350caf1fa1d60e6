"""How the numbers of `scaling` are shown: movement at a glance, each event in detail, speed, meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.report.absent import listed, together
from experiments.report.presentation import First, Presentation, Results
from experiments.report.tables.formats import Percent, PlusMinus, Significant
from experiments.report.tables.symbols import MEAN
from experiments.report.tables.table import Header, Table
from experiments.report.telling import rows_where
from experiments.report.timings import INTERVAL, trust, trusted
from experiments.scaling import details
from experiments.scaling.charts import charts, glance
from experiments.scaling.part import Part, parts
from experiments.scaling.summary import RATIOS, summary

if TYPE_CHECKING:
    from experiments.scaling.parameters import ScalingParameters

_BALANCE = ("cv_before", "cv_after", *RATIOS)


def present(results: Results[ScalingParameters]) -> Presentation:
    """Return tables, charts and meaning of a run of `scaling`."""
    numbers = summary(results)
    sheets = {sheet.name for sheet in numbers.sheets}
    timed = sheets >= {"lookups", "changes"}
    steady = "steadiness" not in sheets or trusted(results.facts, numbers["steadiness"])
    tables: list[Table] = []
    meaning: list[str] = []
    last: list[Table] = []
    cases = list(parts(numbers))
    for part in cases:
        tables += [_overview(part), _details(part), _balance(part)]
        meaning += _meaning(part)
        if timed and len(part.sheet("lookups")):
            tables.append(_speed(part))
            meaning += [_fast(part)] if steady else []
        last += details.tables(part)
    meaning += [] if steady else [next(trust(results.facts, numbers["steadiness"]))]
    return Presentation(
        [*tables, *last],
        meaning=[*meaning, *details.meaning(numbers)],
        methods=[
            "Means of scaling over repetitions have 95 % t intervals, the repetition being the unit "
            "(of a single one, exact binomial ones), and are held against their laws, where keys are "
            "distinct, by z-tests "
            "with the law's variance (t-tests where it is not known), for a difference and for equivalence, "
            "each corrected by "
            "Holm over the run at 1 %."
        ],
        summary=numbers,
        charts=charts(cases),
        glance=glance(cases[0]),
        first=First(
            rows=rows_where(tables[0].frame["label"] == "ideal", tables[0].frame["label"] != "ideal"),
            findings=[*list(_meaning(cases[0]))[:1], *details.meaning(numbers), *_meaning(cases[0])],
        ),
    )


def _notes(part: Part) -> Iterator[str]:
    """Yield the algorithms' own parameters, and for each reason who cannot do which events."""
    settings = [
        f"{label} {unsaid}"
        for label, text in part.case["settings"].items()
        if isinstance(text, str) and (unsaid := _unsaid(label, text))
    ]
    if settings:
        yield f"– Parameters: {'; '.join(settings)}."
    refused = together(
        ((", ".join(map(part.title, group["event"])), reason), label)
        for (label, reason), group in part.sheet("refused").groupby(["label", "cannot"], sort=False)
    )
    for (events, reason), labels in refused.items():
        yield f"– {listed(labels)} cannot {events}: {reason}."


def _unsaid(label: str, settings: str) -> str:
    """Return the parameters that a label does not name itself.

    >>> _unsaid("ring:points=5", "points=5 serves=predecessor"), _unsaid("slots:slots=7", "slots=7")
    ('serves=predecessor', '')
    """
    return " ".join(each for each in settings.split(" ") if each not in label.split(":")[1:])


def _overview(part: Part) -> Table:
    frame = part.sheet("events").pivot(index="label", columns="event", values="movement")
    frame = frame.reindex(index=part.labels, columns=part.events)
    frame.loc["ideal"] = [part.asked[event]["ideal"] for event in part.events]
    return Table(
        f"movement{part.suffix}",
        "Keys moved by each scale event",
        frame.reset_index(),
        f"{part.facts}; means. Ideal: what a perfectly balanced partitioner would have moved.",
        formats=dict.fromkeys(part.events, part.numbers["events"].measures["movement"].format),
        headers={"label": "algorithm", **{event: part.title(event) for event in part.events}},
        notes=list(_notes(part)),
    )


def _details(part: Part) -> Table:
    count = part.numbers["events"].measures["losers"].format
    frame = part.done.assign(
        ripple=[
            f"{count.text(losers, {})} → {count.text(receivers, {})}"
            for losers, receivers in zip(part.done["losers"], part.done["receivers"], strict=True)
        ]
    )
    columns = ["event", "label", "movement", "law", "exact", "minimum", "excess", "stray", "ripple"]
    if frame["distinct"].notna().any():
        columns.insert(3, "distinct")
    percents = [name for name in columns if name not in ("event", "label", "movement", "ripple")]
    return Table(
        f"events{part.suffix}",
        "Each event in detail",
        frame,
        f"{part.facts}. Movement with its 95 % interval ({part.method}); law: theory's mean; exact: all "
        "hashes counted through the arcs; minimum: between the measured shares; ripple: nodes that lost keys "
        "→ nodes that gained some.",
        columns=columns,
        groups=["event"],
        formats={
            "movement": PlusMinus(Percent(2), half="half"),
            **{column: Percent(2) for column in percents},
        },
        headers={
            "label": "algorithm",
            **({"distinct": "distinct keys"} if "distinct" in columns else {}),
        },
        detail=True,
    )


def _balance(part: Part) -> Table:
    measures = part.numbers["events"].measures
    return Table(
        f"balance{part.suffix}",
        "Balance before and after each event",
        part.done,
        f"{part.facts}; means. CV: standard deviation of the load over its mean; loads relative to weights.",
        columns=["event", "label", *_BALANCE],
        groups=["event"],
        formats={name: measures[name].format for name in _BALANCE},
        headers={
            "label": "algorithm",
            "cv_before": "CV before",
            "cv_after": "CV after",
            **{name: _ratio(name) for name in RATIOS},
        },
        detail=True,
    )


def _ratio(name: str) -> Header:
    extreme, _, side = name.partition("_to_mean_")
    return Header(f"{extreme}/mean {side}", rf"$\{extreme}/{MEAN.latex}$ {side}")


def _speed(part: Part) -> Table:
    lookups, changes = part.sheet("lookups"), part.sheet("changes")
    took = [
        changes.pivot(index="label", columns="event", values=f"event_ms{end}")
        .reindex(index=lookups["label"], columns=part.events)
        .add_suffix(end)
        .reset_index(drop=True)
        for end in ("", "_half")
    ]
    order = {label: place for place, label in enumerate(part.labels)}
    frame = pd.concat([lookups, *took], axis=1)
    speeds = part.numbers["lookups"].formats(["before", "after"])
    return Table(
        f"speed{part.suffix}",
        "Speed: million lookups per second, and milliseconds of each event",
        frame.sort_values("label", key=lambda labels: labels.map(order), ignore_index=True),
        f"{part.n} nodes; batches of {lookups['timed_keys'].max():,} new hashes, one thread: medians "
        f"of processor time over repetitions, and {INTERVAL}, or half of its width. For careful measurement "
        "run throughput.",
        columns=["label", "before", "after", *part.events],
        formats={
            **speeds,
            **{event: PlusMinus(Significant(2), f"{event}_half") for event in part.events},
        },
        headers={
            "label": "algorithm",
            "before": "M lookups/s before",
            "after": "after",
            **{event: f"{part.title(event)} (ms)" for event in part.events},
        },
        detail=True,
        timing=True,
    )


def _meaning(part: Part) -> list[str]:
    first, frame = part.events[0], part.sheet("events")
    of_first = frame[(frame["event"] == first) & frame["movement"].notna()].sort_values(
        "movement", kind="stable"
    )
    if not len(of_first):
        return []
    share = part.numbers["events"].measures["movement"].format
    moved = _grouped(of_first, lambda row: _percent(row["movement"]))
    lines = [
        f"{part.arrow(first)}, {part.workload} keys: {moved} of the keys move; perfect balance requires "
        f"{share.text(part.asked[first]['ideal'], {})}."
    ]
    strays = frame[frame["stray"].fillna(0) > 0]
    one_way = [row for row in strays.to_dict("records") if not row["event"].startswith("replace")]
    movers = list(dict.fromkeys(row["label"] for row in one_way))
    if movers:
        lines.append(
            f"Stray moves, between nodes that the event is not about: {listed(movers)}. "
            "A cache loses these entries for nothing."
        )
    uneven = of_first.sort_values("cv_after", kind="stable")
    spread = _grouped(uneven, lambda row: _percent(row["cv_after"]))
    lines.append(f"How uneven the loads are after it (CV): {spread}.")
    return lines


def _fast(part: Part) -> str:
    """Say how many lookups a second there are, before the events."""
    speed = Significant(2)
    frame = part.sheet("lookups").sort_values("before", ascending=False, kind="stable")
    return (
        f"Million lookups a second, {part.n} nodes, one thread: "
        f"{_grouped(frame, lambda row: speed.text(row['before'], row))}. "
        "For careful measurement run throughput."
    )


def _percent(share: float) -> str:
    """Return a share in percent, to two digits, so that neighbours are told as one; nearly all is not all.

    Examples
    --------
    >>> [_percent(share) for share in (0.0588, 0.0602, 0.9416, 0.9961, 1.0)]
    ['5.9 %', '6.0 %', '94 %', '99.6 %', '100 %']
    """
    percent = 100 * share
    return Significant(2 if percent < 99.5 else 3, " %").text(percent, {})


def _grouped(frame: pd.DataFrame, value: Callable[[dict[str, Any]], str]) -> str:
    """Return "jump, table 5.9 %; modulo 94 %": neighbours with the same written value share it."""
    groups: list[tuple[list[str], str]] = []
    for row in frame.to_dict("records"):
        written = value({str(key): item for key, item in row.items()})
        if groups and groups[-1][1] == written:
            groups[-1][0].append(str(row["label"]))
        else:
            groups.append(([str(row["label"])], written))
    return "; ".join(f"{', '.join(labels)} {written}" for labels, written in groups)
