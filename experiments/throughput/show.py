"""How the rows of `throughput` are shown: medians with intervals, peers, cost against n, and their worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.harness.stopwatch import COPY
from experiments.inference.growth import Growth, growth
from experiments.report.absent import absent_of, notes_of
from experiments.report.figures.figure import Figure
from experiments.report.frames import frame_of
from experiments.report.presentation import Presentation, Results
from experiments.report.slugs import slug
from experiments.report.tables.formats import Count, Format, Interval, Percent, Significant
from experiments.report.tables.symbols import NODES
from experiments.report.tables.table import Header, Table
from experiments.report.timings import INTERVAL, ROUNDS, median, spread, trust
from experiments.throughput import figures as figures_of
from experiments.throughput.cold_start import STAGES
from experiments.throughput.parameters import COLD, MODES

if TYPE_CHECKING:
    from experiments.throughput.parameters import ThroughputParameters


def present(results: Results[ThroughputParameters]) -> Presentation:
    """Return tables, figures and meaning of a run of `throughput`."""
    assert results.timing is not None, "throughput has timing rows only"
    refused = results.timing["cannot"].notna() & ~results.timing["peer"].astype(bool)
    ours = results.timing[~results.timing["peer"].astype(bool)]
    absent, timing = notes_of(absent_of(ours)), results.timing[~refused]
    warm = timing[timing["mode"].isin([*MODES, COPY]) & timing["nanoseconds"].notna()]
    tables: list[Table] = []
    figures: list[Figure] = []
    meaning: list[str] = []
    summary = _summary(warm)
    workloads = list(dict.fromkeys(summary["workload"]))
    for workload in workloads:
        part = summary[summary["workload"] == workload]
        ours = part[~part["peer"]]
        suffix = f"-{slug(workload)}" if len(workloads) > 1 else ""
        fits = _fits(ours)
        found = [
            _batches(ours, suffix, results, absent),
            _keys(ours, suffix, results, absent),
            _peers(timing[timing["workload"] == workload], suffix, results),
            _growth_table(fits, suffix, workload),
        ]
        tables += [table for table in found if table]
        figures += figures_of.cost_against_nodes(part, suffix, results)
        meaning += [*_growth(ours), *_shapes(fits)]
    for mode in COLD:
        cold = timing[timing["mode"] == mode]
        if len(cold):
            tables.append(_fresh(cold, mode, absent))
    told = [*meaning, *trust(results.facts, timing, summary["spread"].to_numpy(dtype=float))]
    return Presentation(tables, figures, told, methods=[ROUNDS])


def _summary(timing: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each workload, n, mode and algorithm: over the rounds."""
    by = ["workload", "n", "mode", "label", "peer"]
    found: list[dict[str, Any]] = []
    for key, group in timing.groupby(by, sort=False):
        each = group["ns_per_key"].to_numpy(dtype=float)
        value, low, high = median(each)
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
                "spread": spread(each),
            }
        )
    return frame_of(
        found, numbers=["ns", "low", "high", "ratio", "rate", "spread"], others=[*by, "keys", "threads"]
    )


def _batches(
    part: pd.DataFrame, suffix: str, results: Results[ThroughputParameters], absent: Sequence[str]
) -> Table | None:
    batch = part[part["mode"].isin(["batch", COPY])].copy()
    if (batch["mode"] == COPY).all():
        return None
    batch = batch.sort_values("n", kind="stable").reset_index(drop=True)
    columns = ["n", "label", "ns", "ratio", "rate", "keys"]
    headers: dict[str, str | Header] = {
        "n": NODES.header, "label": "algorithm", "ns": "ns a key", "ratio": "× copy",
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
            "is the median over rounds, each with its own copy.",
            *absent,
        ],
        timing=True,
    )


def _keys(
    part: pd.DataFrame, suffix: str, results: Results[ThroughputParameters], absent: Sequence[str]
) -> Table | None:
    frames = {mode: part[part["mode"] == mode].set_index(["n", "label"]) for mode in ("hashing", "single")}
    frames = {mode: frame for mode, frame in frames.items() if len(frame)}
    if not frames:
        return None
    table = next(iter(frames.values())).reset_index()[["n", "label"]]
    columns = ["n", "label"]
    heads = {"hashing": ("column of keys, ns a key", "million/s"), "single": ("one key, ns", "million/s")}
    headers: dict[str, str | Header] = {"n": NODES.header, "label": "algorithm"}
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
        notes=absent,
        timing=True,
    )


def _peers(timing: pd.DataFrame, suffix: str, results: Results[ThroughputParameters]) -> Table | None:
    """Return the table of peers, each beside the algorithm of ours that does its work."""
    rows: list[dict[str, Any]] = []
    for (n, mode, label), group in timing[timing["peer"]].groupby(["n", "mode", "label"], sort=False):
        first = group.iloc[0]
        row = {"n": n, "mode": mode, "label": label, "beside": first["algorithm"]}
        if group["nanoseconds"].isna().all():
            rows.append(row | {"cannot": first["cannot"]})
            continue
        same = (timing["n"] == n) & (timing["mode"] == mode) & (timing["algorithm"] == first["algorithm"])
        beside = timing[same & ~timing["peer"]]
        ours = beside[beside["label"] == beside["label"].iloc[0]]
        paired = group.set_index("round")["ns_per_key"] / ours.set_index("round")["ns_per_key"]
        value, low, high = median(group["ns_per_key"].to_numpy(dtype=float))
        times, least, most = median(paired.to_numpy(dtype=float))
        row |= {
            "ns": value,
            "low": low,
            "high": high,
            "ours": median(ours["ns_per_key"].to_numpy(dtype=float))[0],
        }
        row |= {"times": times, "least": least, "most": most, "written": first["settings"]}
        rows.append(row | {"ratio": median(group["ratio_to_copy"].to_numpy(dtype=float))[0]})
    if not rows:
        return None
    empty = ("ns", "low", "high", "ratio", "ours", "times", "least", "most")
    frame = pd.DataFrame(
        [{**dict.fromkeys(empty, float("nan")), "written": None, "cannot": None, **row} for row in rows]
    )
    frame = frame.sort_values("n", kind="stable").reset_index(drop=True)
    lacking = frame[frame["cannot"].notna()].drop_duplicates(["label", "cannot"])
    text = "Keys of the column and single-key rows are str" if results.parameters.peers else ""
    return Table(
        f"peers{suffix}",
        f"Peers, beside ours in the same rounds; {timing['workload'].iloc[0]} keys",
        frame,
        f"Medians of {results.parameters.rounds} rounds and {INTERVAL}; times: by how much ours is faster, "
        "paired round by round.",
        columns=["n", "mode", "label", "written", "ns", "ratio", "beside", "ours", "times"],
        headers={
            "n": NODES.header, "label": "peer", "written": "in", "ns": "ns a key", "ratio": "× copy",
            "beside": "ours", "ours": "ns a key ",
        },
        formats={
            "ns": Interval(Significant(3), "low", "high"), "ratio": Significant(3), "ours": Significant(3),
            "times": Interval(Significant(3), "least", "most"),
        },
        groups=["n"],
        notes=[
            *(
                f"{row.label} is not timed{_at(frame, row)}: {row.cannot}."
                for row in lacking.itertuples()
            ),
            *([f"{text}; an int by its decimal digits."] if text else []),
        ],
        timing=True,
    )  # fmt: skip


def _at(frame: pd.DataFrame, row: Any) -> str:
    """Return at which n a peer is missing, where it is timed at others."""
    of_label = frame[frame["label"] == row.label]
    if of_label["cannot"].notna().all():
        return ""
    return " at n = " + ", ".join(f"{n:,}" for n in of_label[of_label["cannot"] == row.cannot]["n"])


def _fits(ours: pd.DataFrame) -> list[tuple[str, str, Growth]]:
    """Return mode, label and growth of whatever was timed at enough numbers of nodes."""
    found = []
    for mode in MODES:
        for label, group in ours[ours["mode"] == mode].groupby("label", sort=False):
            # whatever else the machine does only adds time, so the lower half of an interval is the noise
            below = (1 - group["low"] / group["ns"]).astype(float)
            fitted = growth(group["n"], group["ns"], below)
            if fitted is not None:
                found.append((mode, str(label), fitted))
    return found


def _growth_table(fits: list[tuple[str, str, Growth]], suffix: str, workload: str) -> Table | None:
    if not fits:
        return None
    rows = [
        {
            "mode": mode, "label": label, "shape": found.best.shape, "start": found.best.start,
            "slope": found.best.slope if found.best.slope else None,
            **{f"{fit.shape}_{what}": value for fit in found.fits
               for what, value in (("weight", fit.weight), ("off", fit.off - 1))},
        }
        for mode, label, found in fits
    ]  # fmt: skip
    short = {"constant": "const", "logarithmic": "log", "linear": "linear"}
    weights, offs = ([f"{shape}_{what}" for shape in short] for what in ("weight", "off"))
    headers = {
        f"{shape}_{what}": f"{word} {what}" for shape, word in short.items() for what in ("weight", "off")
    }
    return Table(
        f"growth{suffix}",
        f"How the cost of a key grows with n; {workload} keys",
        pd.DataFrame(rows),
        "Cost = start, start + slope · ln n, or start + slope · n, in ns, fitted on a log axis: the shape "
        "of the greatest Akaike weight, all three weights, and how far off each is (root mean square).",
        columns=["mode", "label", "shape", "start", "slope", *weights, *offs],
        headers={"label": "algorithm", **headers},
        formats={name: Significant(3) for name in ("start", "slope")}
        | {name: Significant(2) for name in weights}
        | {name: Percent(0) for name in offs},
        groups=["mode"],
        notes=[
            "An error of 10 % is allowed for caches and alignment, or the lower half of a median's interval "
            "where that is more."
        ],
        timing=True,
    )


def _shapes(fits: list[tuple[str, str, Growth]]) -> Iterator[str]:
    """Yield the shape of each algorithm's batches."""
    words = []
    for mode, label, found in fits:
        if mode == "batch":
            sure = f"{found.best.weight:.2f}" if found.best.weight < 0.995 else "> 0.99"
            words.append(f"{label} {found.best.shape} ({sure}, {100 * (found.best.off - 1):.0f} % off)")
    if words:
        yield f"The cost of a batch grows with n as (Akaike weight, residuals): {', '.join(words)}."


def _fresh(cold: pd.DataFrame, mode: str, absent: Sequence[str]) -> Table:
    """Return the stages of fresh processes: medians."""
    medians = cold.groupby(["label", "stage"], sort=False)["nanoseconds"].median() / 1e6
    frame = pd.DataFrame(
        [
            {"label": label, **{stage: medians[label, stage] for stage in STAGES}}
            for label in dict.fromkeys(cold["label"])
        ]
    )
    frame["all"] = frame[[*STAGES]].sum(axis=1)
    starts = int(cold["round"].max()) + 1
    n, keys = int(cold["n"].iloc[0]), int(cold["keys"].dropna().iloc[0])
    return Table(
        mode,
        f"Cold: {COLD[mode]}; ms",
        frame,
        f"Medians of {starts} process{'' if starts == 1 else 'es'} each, algorithms in turn; n = {n:,}, a "
        f"batch of {keys:,} hashes, then one key.",
        headers={"label": "algorithm"},
        formats={name: Significant(3) for name in (*STAGES, "all")},
        notes=["; ".join(f"{stage}: {what}" for stage, what in STAGES.items()) + ".", *absent],
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
