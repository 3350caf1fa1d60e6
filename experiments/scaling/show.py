"""How the rows of `scaling` are shown: movement at a glance, each event in detail, speed, meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from experiments import events, inference
from experiments.report.figures import charts
from experiments.report.figures.figure import PAGE, Figure
from experiments.report.presentation import Presentation, Results
from experiments.report.slugs import slug
from experiments.report.tables.formats import Percent, PlusMinus, Significant
from experiments.report.tables.symbols import MEAN
from experiments.report.tables.table import Header, Table
from experiments.scaling import statistics as scaling_statistics
from experiments.scaling.part import Part

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from experiments.scaling.parameters import ScalingParameters

MEANS = (
    "movement", "minimum", "excess", "stray", "losers", "receivers",
    "cv_before", "cv_after",
    "max_to_mean_before", "max_to_mean_after", "min_to_mean_before", "min_to_mean_after",
)  # fmt: skip
_EXTREMES, _SIDES = ("max", "min"), ("before", "after")
_BALANCE = (
    "cv_before",
    "cv_after",
    *(f"{extreme}_to_mean_{side}" for extreme in _EXTREMES for side in _SIDES),
)


def present(results: Results[ScalingParameters]) -> Presentation:
    """Return tables, figures and meaning of a run of `scaling`."""
    tables: list[Table] = []
    figures: list[Figure] = []
    meaning: list[str] = []
    laws = scaling_statistics.against_laws(results.rows)
    details: list[Table] = []
    for part in _parts(results):
        summary = _summary(part)
        notes = _reasons(part)
        tables += [_overview(part, summary, notes), _details(part, summary), _balance(part, summary)]
        if part.timing is not None and len(part.timing):
            tables.append(_speed(part))
        details += scaling_statistics.tables(part, laws)
        figures += [_movement_figure(part, summary), _balance_figure(part, summary)]
        meaning += _meaning(part, summary)
    meaning += scaling_statistics.meaning(laws)
    return Presentation(
        [*tables, *details],
        figures,
        meaning,
        methods=[
            "Means of scaling over repetitions have 95 % t intervals, the repetition being the unit "
            "(of a single one, exact binomial ones), and are held against their laws by t-tests "
            "and two one-sided t-tests, corrected by Holm over the run at 1 %."
        ],
    )


def _parts(results: Results[ScalingParameters]) -> Iterator[Part]:
    rows, timing = results.rows, results.timing
    sampled, exact = rows[rows["method"] == "sampled"], rows[rows["method"] == "exact"]
    groups = list(sampled.groupby(["workload", "n"], sort=False))
    for key, group in groups:
        workload, n = cast("tuple[str, int]", key)
        suffix = f"-{slug(str(workload))}-n{n}"
        yield Part(
            str(workload),
            int(n),
            results.parameters.event,
            suffix if len(groups) > 1 else "",
            group,
            exact[exact["n"] == n],
            None if timing is None else timing[(timing["workload"] == workload) & (timing["n"] == n)],
            int(group["repetition"].nunique()),
        )


def _summary(part: Part) -> pd.DataFrame:
    """Return one row for each event and algorithm: means over the repetitions, and the law."""
    rows = []
    for event in part.events:
        for label in part.labels:
            group = part.sampled[(part.sampled["event"] == event) & (part.sampled["label"] == label)]
            rows.append({"event": event, "label": label, **_means(group), **_exact_mean(part, event, label)})
    return pd.DataFrame(rows)


def _means(group: pd.DataFrame) -> dict[str, Any]:
    if group["movement"].isna().all():
        return dict.fromkeys((*MEANS, "low", "high", "half", "law", "n_after", "distinct"))
    found: dict[str, Any] = {column: float(group[column].mean()) for column in MEANS}
    estimate = inference.mean(group["movement"].to_numpy(dtype=float))
    if estimate.interval is None:
        moved, keys = int(group["moved"].iloc[0]), int(group["keys"].iloc[0])
        estimate = inference.proportion(moved, keys)
    assert estimate.interval is not None
    found["low"], found["high"] = estimate.interval.low, estimate.interval.high
    found["half"] = (found["high"] - found["low"]) / 2
    laws = group["law_movement"].dropna()
    found["law"] = float(np.mean([float(value) for value in laws])) if len(laws) else None
    found["n_after"] = int(group["n_after"].iloc[0])
    distinct = group["distinct"].dropna()
    found["distinct"] = float(group["distinct_moved"].sum() / distinct.sum()) if len(distinct) else None
    return found


def _exact_mean(part: Part, event: str, label: str) -> dict[str, Any]:
    group = part.exact[(part.exact["event"] == event) & (part.exact["label"] == label)]
    return {"exact": float(group["movement"].mean()) if group["movement"].notna().any() else None}


def _title(event: str) -> str:
    return events.parse(event).title


def _reasons(part: Part) -> list[str]:
    """Return a line for each algorithm's own parameters, and for each reason why it cannot do some events."""
    settings = part.sampled.drop_duplicates("label")
    own = [
        f"– {label}: {text}."
        for label, text in zip(settings["label"], settings["settings"], strict=True)
        if isinstance(text, str)
    ]
    refused = part.sampled[part.sampled["cannot"].notna()]
    return own + [
        f"– {label} cannot {', '.join(map(_title, dict.fromkeys(group['event'])))}: {reason}."
        for (label, reason), group in refused.groupby(["label", "cannot"], sort=False)
    ]


def _overview(part: Part, summary: pd.DataFrame, notes: Sequence[str]) -> Table:
    frame = summary.pivot(index="label", columns="event", values="movement").reindex(
        index=part.labels, columns=list(part.events)
    )
    ideal = part.sampled.groupby("event", sort=False)["ideal"].mean()
    frame.loc["ideal"] = [ideal.get(event) for event in part.events]
    frame = frame.reset_index()
    return Table(
        f"movement{part.suffix}",
        "Keys moved by each scale event",
        frame,
        f"{part.facts}; means. Ideal: what a perfectly balanced partitioner would have moved.",
        formats={event: Percent(2) for event in part.events},
        headers={"label": "algorithm", **{event: _title(event) for event in part.events}},
        notes=notes,
    )


def _details(part: Part, summary: pd.DataFrame) -> Table:
    frame = _done(part, summary)
    frame["ripple"] = [
        f"{_number(losers)} → {_number(receivers)}"
        for losers, receivers in zip(frame["losers"], frame["receivers"], strict=True)
    ]
    columns = ["event", "label", "movement", "law", "exact", "minimum", "excess", "stray", "ripple"]
    if frame["distinct"].notna().any():
        columns.insert(3, "distinct")
    percents = [name for name in columns if name not in ("event", "label", "movement", "ripple")]
    return Table(
        f"events{part.suffix}",
        "Each event in detail",
        frame,
        f"{part.facts}. Movement with its 95 % interval ({_method(part)}); law: theory's mean; exact: all "
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
    )


def _balance(part: Part, summary: pd.DataFrame) -> Table:
    return Table(
        f"balance{part.suffix}",
        "Balance before and after each event",
        _done(part, summary),
        f"{part.facts}; means. CV: standard deviation of the load over its mean; loads relative to weights.",
        columns=["event", "label", *_BALANCE],
        groups=["event"],
        formats={
            "cv_before": Percent(2),
            "cv_after": Percent(2),
            **{f"{extreme}_to_mean_{side}": Significant(4) for extreme in _EXTREMES for side in _SIDES},
        },
        headers={
            "label": "algorithm",
            "cv_before": "CV before",
            "cv_after": "CV after",
            **{
                f"{extreme}_to_mean_{side}": Header(
                    f"{extreme}/mean {side}", rf"$\{extreme}/{MEAN.latex}$ {side}"
                )
                for extreme in _EXTREMES
                for side in _SIDES
            },
        },
    )


def _done(part: Part, summary: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of events that were possible, with the number of nodes beside the event."""
    frame = summary[summary["movement"].notna()].copy()
    frame["event"] = [_arrow(part, event) for event in frame["event"]]
    return frame


def _arrow(part: Part, event: str) -> str:
    after = list(part.sampled[part.sampled["event"] == event]["n_after"].dropna())
    return _title(event) + (f" ({part.n} → {int(after[0])})" if after else "")


def _number(value: float) -> str:
    return f"{value:.0f}" if value == round(value) else f"{value:.1f}"


def _method(part: Part) -> str:
    return "t over repetitions" if part.repetitions > 1 else "binomial, for this one hash seed"


def _speed(part: Part) -> Table:
    assert part.timing is not None
    median = part.timing.groupby(["label", "event"], sort=False).median(numeric_only=True)
    rows = []
    for label in part.labels:
        if label not in median.index.get_level_values("label"):
            continue
        of_label = median.loc[label]
        rows.append(
            {
                "label": label,
                "before": 1e3 / of_label["lookup_ns_before"].median(),
                "after": 1e3 / of_label["lookup_ns_after"].median(),
                **{event: of_label["event_ms"].get(event) for event in part.events},
            }
        )
    return Table(
        f"speed{part.suffix}",
        "Speed: million lookups per second, and milliseconds of each event",
        pd.DataFrame(rows),
        f"{part.n} nodes; batches of {int(part.timing['timed_keys'].max()):,} hashes on one thread; medians "
        "over rounds and repetitions. For careful measurement run throughput.",
        headers={
            "label": "algorithm",
            "before": "M lookups/s before",
            "after": "after",
            **{event: f"{_title(event)} (ms)" for event in part.events},
        },
        timing=True,
    )


def _grid(part: Part, summary: pd.DataFrame, column: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    frame = summary.pivot(index="event", columns="label", values=column).reindex(
        index=list(part.events), columns=part.labels
    )
    return frame.to_numpy(dtype=float)


def _movement_figure(part: Part, summary: pd.DataFrame) -> Figure:
    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        charts.dots(
            axes,
            [_title(event) for event in part.events],
            part.labels,
            _grid(part, summary, "movement"),
            low=_grid(part, summary, "low"),
            high=_grid(part, summary, "high"),
            theory=_grid(part, summary, "law"),
            label="keys moved",
            percent=True,
        )
        charts.legend(canvas, axes)

    caption = (
        f"Keys moved by each scale event, with 95 % intervals ({_method(part)}); marks: the law. "
        f"{part.facts}."
    )
    return Figure(f"movement{part.suffix}", caption, draw, size=_size(part))


def _balance_figure(part: Part, summary: pd.DataFrame) -> Figure:
    def draw(canvas: Canvas) -> None:
        axes = canvas.subplots()
        charts.dots(
            axes,
            [_title(event) for event in part.events],
            part.labels,
            _grid(part, summary, "max_to_mean_after") - 1.0,
            label="load of the fullest node after the event, above the mean",
            percent=True,
        )
        charts.legend(canvas, axes)

    caption = f"How far the load of the fullest node is above the mean after each event. {part.facts}."
    return Figure(f"balance{part.suffix}", caption, draw, size=_size(part))


def _size(part: Part) -> tuple[float, float]:
    return (PAGE, 1.0 + len(part.events) * max(0.35, 0.11 * len(part.labels)))


def _meaning(part: Part, summary: pd.DataFrame) -> list[str]:
    first = part.events[0]
    of_first = summary[(summary["event"] == first) & summary["movement"].notna()].sort_values("movement")
    if not len(of_first):
        return []
    moved = _grouped(of_first, lambda row: f"{100 * row['movement']:.2f} %")
    ideal = float(part.sampled[part.sampled["event"] == first]["ideal"].mean())
    lines = [
        f"{_arrow(part, first)}, {part.workload} keys: {moved} of the keys move; perfect balance requires "
        f"{100 * ideal:.2f} %."
    ]
    strays = summary[summary["stray"].fillna(0) > 0]
    one_way = [row for row in strays.to_dict("records") if not row["event"].startswith("replace")]
    movers = list(dict.fromkeys(row["label"] for row in one_way))
    if movers:
        lines.append(
            f"Stray moves, between nodes that the event is not about: {_listed(movers)}. "
            "A cache loses these entries for nothing."
        )
    uneven = of_first.sort_values("cv_after")
    spread = _grouped(uneven, lambda row: f"{100 * row['cv_after']:.2g} %")
    lines.append(f"How uneven the loads are after it (CV): {spread}.")
    return lines


def _grouped(frame: pd.DataFrame, value: Callable[[dict[str, Any]], str]) -> str:
    """Return "jump, table 5.88 %; modulo 94.1 %": neighbours with the same written value share it."""
    groups: list[tuple[list[str], str]] = []
    for row in frame.to_dict("records"):
        written = value({str(key): item for key, item in row.items()})
        if groups and groups[-1][1] == written:
            groups[-1][0].append(str(row["label"]))
        else:
            groups.append(([str(row["label"])], written))
    return "; ".join(f"{', '.join(labels)} {written}" for labels, written in groups)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
