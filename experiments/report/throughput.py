"""How the rows of `throughput` are shown: medians with intervals, cost against n, and their worth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.experiment import Presentation, Results
from experiments.report import charts
from experiments.report.figures import PAGE, Figure
from experiments.report.formats import Count, Format, Interval, Significant
from experiments.report.tables import Header, Table
from experiments.report.ticks import log_ticks, round_numbers
from experiments.throughput import COPY, MODES

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas
    from numpy.typing import NDArray

    from experiments.throughput import ThroughputParameters

LEVEL = 0.95
"""Confidence level of the intervals of medians."""

WIDE = 0.1
"""A row whose middle half of rounds spreads over more than this part of its median is not steady."""

UNSTEADY = 0.25
"""With more than this part of the rows not steady, the machine was too busy."""

INTERVAL = "distribution-free interval of the median, at least 95 %"


def present(results: Results[ThroughputParameters]) -> Presentation:
    """Return tables, figures and meaning of a run of `throughput`.

    Parameters
    ----------
    results
        As stored.

    Returns
    -------
    Presentation
        For each workload a table of batches and one of keys, and a chart of cost against n.
    """
    assert results.timing is not None, "throughput has timing rows only"
    summary = _summary(results.timing)
    tables: list[Table] = []
    figures: list[Figure] = []
    meaning: list[str] = []
    workloads = list(dict.fromkeys(summary["workload"]))
    for workload in workloads:
        part = summary[summary["workload"] == workload]
        suffix = f"-{_slug(workload)}" if len(workloads) > 1 else ""
        tables += [
            table for table in (_batches(part, suffix, results), _keys(part, suffix, results)) if table
        ]
        figures += _cost_against_nodes(part, suffix, results)
        meaning += _growth(part)
    return Presentation(tables, figures, [*meaning, *_trust(results, summary)])


def median(values: NDArray[np.float64]) -> tuple[float, float | None, float | None]:
    """Return a median and its distribution-free interval, from order statistics.

    Parameters
    ----------
    values
        (r,) one value for each round.

    Returns
    -------
    (median, low, high)
        Without interval where so few rounds allow none at `LEVEL`: fewer than 6.

    Examples
    --------
    >>> median(np.arange(1.0, 22.0))
    (11.0, 6.0, 16.0)
    >>> median(np.array([1.0, 2.0]))
    (1.5, None, None)
    """
    from scipy import stats

    interval: Any = stats.quantile_test(values, p=0.5).confidence_interval(LEVEL)
    ends = (float(interval.low), float(interval.high))
    low, high = (end if np.isfinite(end) else None for end in ends)
    return float(np.median(values)), low, high


def _summary(timing: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each workload, n, mode and algorithm: over the rounds."""
    by = ["workload", "n", "mode", "label"]
    found: list[dict[str, Any]] = []
    for key, group in timing.groupby(by, sort=False):
        each = group["ns_per_key"].to_numpy(dtype=float)
        value, low, high = median(each)
        quarter, three_quarters = np.percentile(each, [25, 75])
        found.append(
            dict(zip(by, key, strict=True))
            | {
                "ns": value,
                "low": low,
                "high": high,
                "ratio": median(group["ratio_to_copy"].to_numpy(dtype=float))[0],
                "rate": 1e3 / value,
                "keys": int(group["keys"].iloc[0]),
                "threads": int(group["threads"].iloc[0]),
                "spread": float((three_quarters - quarter) / value),
            }
        )
    return pd.DataFrame(found)


def _batches(part: pd.DataFrame, suffix: str, results: Results[ThroughputParameters]) -> Table | None:
    batch = part[part["mode"].isin(["batch", COPY])].copy()
    if (batch["mode"] == COPY).all():
        return None
    batch = batch.sort_values("n", kind="stable").reset_index(drop=True)
    columns = ["n", "label", "ns", "ratio", "rate", "keys"]
    headers: dict[str, str | Header] = {
        "n": Header("n", "$n$"), "label": "algorithm", "ns": "ns a key", "ratio": "× copy",
        "rate": "million/s", "keys": "keys a call",
    }  # fmt: skip
    formats: dict[str, Format] = {
        "ns": Interval(Significant(3), "low", "high"), "ratio": Significant(3), "rate": Significant(3),
        "keys": Count(),
    }  # fmt: skip
    threaded = part[part["mode"] == "threads"]
    if len(threaded):
        beside = threaded.set_index(["n", "label"])["ns"]
        batch["threads_ns"] = [beside.get(key) for key in zip(batch["n"], batch["label"], strict=True)]
        batch["gain"] = batch["ns"] / batch["threads_ns"]
        many = int(threaded["threads"].iloc[0])
        columns[5:5] = ["threads_ns", "gain"]
        headers |= {"threads_ns": f"{many} threads", "gain": "faster"}
        formats |= {"threads_ns": Significant(3), "gain": Significant(3, " ×")}
    return Table(
        f"batch{suffix}",
        f"A batch: hashes → buckets, {part['workload'].iloc[0]} keys",
        batch,
        f"Median of {results.parameters.rounds} rounds and {INTERVAL}.",
        columns=columns,
        headers=headers,
        formats=formats,
        groups=["n"],
        notes=[
            "Copy: a compiled loop that reads 8 bytes a key and writes 4, as every placement must; the ratio "
            "is the median over rounds, each with its own copy."
        ],
        timing=True,
    )


def _keys(part: pd.DataFrame, suffix: str, results: Results[ThroughputParameters]) -> Table | None:
    frames = {mode: part[part["mode"] == mode].set_index(["n", "label"]) for mode in ("hashing", "single")}
    frames = {mode: frame for mode, frame in frames.items() if len(frame)}
    if not frames:
        return None
    table = next(iter(frames.values())).reset_index()[["n", "label"]]
    columns = ["n", "label"]
    heads = {"hashing": ("column of keys, ns a key", "million/s"), "single": ("one key, ns", "million/s")}
    headers: dict[str, str | Header] = {"n": Header("n", "$n$"), "label": "algorithm"}
    formats: dict[str, Format] = {}
    for mode, frame in frames.items():
        for name in ("ns", "low", "high", "rate"):
            table[f"{mode}_{name}"] = frame[name].to_numpy()
        columns += [f"{mode}_ns", f"{mode}_rate"]
        headers |= dict(zip(columns[-2:], heads[mode], strict=True))
        formats[f"{mode}_ns"] = Interval(Significant(3), f"{mode}_low", f"{mode}_high")
        formats[f"{mode}_rate"] = Significant(3)
    return Table(
        f"keys{suffix}",
        f"Keys: hashed and placed as a column, and looked up one by one; {part['workload'].iloc[0]} keys",
        table.sort_values("n", kind="stable").reset_index(drop=True),
        f"Median of {results.parameters.rounds} rounds and {INTERVAL}.",
        columns=columns,
        headers=headers,
        formats=formats,
        groups=["n"],
        timing=True,
    )


def _cost_against_nodes(
    part: pd.DataFrame, suffix: str, results: Results[ThroughputParameters]
) -> Iterator[Figure]:
    nodes = sorted({int(n) for n in part["n"]})
    modes = [mode for mode in MODES if (part["mode"] == mode).any() and mode != "threads"]
    if len(nodes) < 2 or not modes:
        return
    copied = part[part["mode"] == COPY].set_index("n")["ns"].reindex(nodes).to_numpy(dtype=float)

    columns = min(2, len(modes))
    lines = -(-len(modes) // columns)

    def draw(canvas: Canvas) -> None:
        grid = list(canvas.subplots(lines, columns, squeeze=False).flat)
        for axes in grid[len(modes) :]:
            axes.set_axis_off()
        for axes, mode in zip(grid, modes, strict=False):
            series, bands = {}, {}
            for label, group in part[part["mode"] == mode].groupby("label", sort=False):
                by_nodes = group.set_index("n").reindex(nodes)
                series[str(label)] = by_nodes["ns"].to_numpy(dtype=float)
                bands[str(label)] = (
                    by_nodes["low"].to_numpy(dtype=float),
                    by_nodes["high"].to_numpy(dtype=float),
                )
            charts.lines(
                axes, nodes, series, bands=bands, laws={COPY: copied} if mode == "batch" else None,
                xlabel="nodes", ylabel="ns a key",
            )  # fmt: skip
            log_ticks(axes.xaxis, nodes)
            log_ticks(axes.yaxis, round_numbers(*axes.get_ylim()))
            axes.set_title(MODES[mode].replace("->", "→"))

    yield Figure(
        f"cost-nodes{suffix}",
        f"Nanoseconds a key against the number of nodes, {part['workload'].iloc[0]} keys, one thread: median "
        f"of {results.parameters.rounds} rounds and {INTERVAL}. Copy: a loop that reads 8 bytes a key and "
        "writes 4.",
        draw,
        (PAGE if columns > 1 else 0.6 * PAGE, 2.6 * lines),
        timing=True,
    )


def _growth(part: pd.DataFrame) -> Iterator[str]:
    batch = part[part["mode"] == "batch"]
    few, many = batch["n"].min(), batch["n"].max()
    if batch.empty:
        return
    last = batch[batch["n"] == many].sort_values("ns", kind="stable")
    best = last.iloc[0]
    yield (
        f"At n = {many:,} {best['label']} is fastest: {best['ns']:.3g} ns a key, {best['ratio']:.3g} copies, "
        f"{best['rate']:,.0f} million lookups a second."
    )
    if few < many:
        first = batch[batch["n"] == few].set_index("label")["ns"]
        grown = [f"{row.label} {Significant(2).bare(row.ns / first[row.label])}" for row in last.itertuples()]
        yield f"From n = {few:,} to {many:,} the cost of a key grows by a factor of: {', '.join(grown)}."


def _trust(results: Results[ThroughputParameters], summary: pd.DataFrame) -> Iterator[str]:
    assert results.timing is not None
    wide = summary["spread"] > WIDE
    loads = results.timing["load_average"].dropna()
    before = f"; load average before the first round {loads.iloc[0]:.2f}" if len(loads) else ""
    many = int(results.timing["threads"].max())
    threads = f"{many} threads where so named, else one" if many > 1 else "one thread"
    yield f"Processor, vector instructions and versions stand in run.json; {threads}{before}."
    if wide.mean() > UNSTEADY:
        yield (
            f"The machine was too busy to trust these times: in {wide.sum()} of {len(wide)} rows the middle "
            f"half of the rounds spreads over more than {WIDE:.0%} of the median. Run again when it is quiet."
        )
    else:
        yield (
            f"Steady: in {len(wide) - wide.sum()} of {len(wide)} rows the middle half of the rounds spreads "
            f"over at most {WIDE:.0%} of the median."
        )


def _slug(text: str) -> str:
    return re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")[-40:] or "x"
