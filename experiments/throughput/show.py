"""How the numbers of `throughput` are shown: medians with intervals, peers, cost against n."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from experiments.harness.stopwatch import COPY
from experiments.report.absent import notes_of
from experiments.report.presentation import First, Presentation, Results
from experiments.report.slugs import slug
from experiments.report.tables.formats import Format, Interval
from experiments.report.tables.symbols import NODES
from experiments.report.tables.table import Header, Table
from experiments.report.telling import rows_of_most
from experiments.report.timings import TOO_BUSY, interval_of, method, trust, trusted
from experiments.throughput.charts import charts, glance
from experiments.throughput.cold_start import STAGES
from experiments.throughput.parameters import COLD
from experiments.throughput.summary import KEYS, TIME, summary

if TYPE_CHECKING:
    import pandas as pd

    from experiments.report.summary import Sheet, Summary
    from experiments.throughput.parameters import ThroughputParameters


def present(results: Results[ThroughputParameters]) -> Presentation:
    """Return tables, charts and meaning of a run of `throughput`."""
    numbers = summary(results)
    steady = trusted(results.facts, numbers["steadiness"])
    tables: list[Table] = []
    meaning: list[str] = []
    workloads = list(
        dict.fromkeys([*numbers["times"].frame["workload"], *numbers["peers"].frame["workload"]])
    )
    for workload in workloads:
        suffix = f"-{slug(workload)}" if len(workloads) > 1 else ""
        found = [
            _batches(numbers, workload, suffix, results),
            _keys(numbers, workload, suffix, results, "keys"),
            _keys(numbers, workload, suffix, results, "names"),
            _peers(numbers, workload, suffix, results),
            _growth_table(numbers["growth"], workload, suffix) if steady else None,
        ]
        tables += [table for table in found if table]
        meaning += [*_growth(numbers, workload), *_shapes(numbers["growth"], workload)]
    tables += [_fresh(numbers, str(mode)) for mode in dict.fromkeys(numbers["cold"].frame["mode"])]
    return Presentation(
        tables,
        meaning=[*trust(results.facts, numbers["steadiness"]), *(meaning if steady else [])],
        methods=[method(results.parameters.processes, results.parameters.rounds), CLOCKS],
        summary=numbers,
        charts=list(charts(numbers, _told(results, numbers))),
        glance=list(glance(numbers)) if steady else [],
        first=First(rows=rows_of_most(tables[0].frame, "n") if tables else ()),
    )


CLOCKS = (
    "What one thread does is timed by the processor's time of that thread, what several do by the clock on "
    "the wall; both stand in the rows."
)


def _told(results: Results[ThroughputParameters], numbers: Summary) -> str:
    """Return what the numbers are, and whether to trust them: for every table and chart."""
    interval = interval_of(results.parameters.processes, results.parameters.rounds)
    return interval if trusted(results.facts, numbers["steadiness"]) else f"{TOO_BUSY} {interval}"


def _absent(numbers: Summary) -> list[str]:
    return notes_of(numbers["absent"])


def _batches(
    numbers: Summary, workload: str, suffix: str, results: Results[ThroughputParameters]
) -> Table | None:
    times, threads = numbers["times"], numbers["threads"]
    part = times.where(workload=workload)
    batch = part[part["mode"].isin(["batch", COPY])].copy()
    if (batch["mode"] == COPY).all():
        return None
    batch = batch.sort_values("n", kind="stable").reset_index(drop=True)
    columns = ["n", "label", "ns_per_key", "copies", "rate", "keys"]
    headers: dict[str, str | Header] = {
        "n": NODES.header, "label": "algorithm", "ns_per_key": "ns a key", "copies": "× copy",
        "rate": "million/s", "keys": "keys a call",
    }  # fmt: skip
    gains = threads.where(workload=workload)
    if len(gains):
        batch = batch.merge(
            gains[["n", "label", "threads_ns", "gain"]], "left", ["n", "label"], validate="1:1"
        )
        columns[5:5] = ["threads_ns", "gain"]
        headers |= {"threads_ns": f"{gains['threads'].iloc[0]} threads", "gain": "faster"}
    return Table(
        f"batch{suffix}",
        f"A batch: hashes → buckets, {workload} keys",
        batch,
        f"{_told(results, numbers)}.",
        columns=columns,
        headers=headers,
        formats=times.formats(columns) | threads.formats(columns),
        groups=["n"],
        notes=[
            "Copy: a compiled loop that reads 8 bytes a key and writes 4, as every placement must; the ratio "
            "of a round is to its own copy.",
            *_absent(numbers),
        ],
        timing=True,
    )


KEYED = {
    "keys": (
        "Keys: hashed and placed as a column, and looked up one by one",
        {"hashing": "column of keys, ns a key", "single": "one key, ns"},
    ),
    "names": (
        "Keys to names: of a Python list, and of a column of Arrow to such a column",
        {"list": "list, ns a key", "arrow": "Arrow, ns a key"},
    ),
}
"""Tables of two modes each, with what stands above their times."""


def _keys(
    numbers: Summary, workload: str, suffix: str, results: Results[ThroughputParameters], name: str
) -> Table | None:
    times, (title, heads) = numbers["times"], KEYED[name]
    frames = {mode: times.where(workload=workload, mode=mode).set_index(["n", "label"]) for mode in heads}
    frames = {mode: frame for mode, frame in frames.items() if len(frame)}
    if not frames:
        return None
    table = next(iter(frames.values())).reset_index()[["n", "label"]]
    columns = ["n", "label"]
    headers: dict[str, str | Header] = {"n": NODES.header, "label": "algorithm"}
    formats: dict[str, Format] = {}
    for mode, frame in frames.items():
        for column in ("ns_per_key", "low", "high", "rate"):
            table[f"{mode}_{column}"] = frame[column].to_numpy()
        columns += [f"{mode}_ns_per_key", f"{mode}_rate"]
        headers |= dict(zip(columns[-2:], (heads[mode], "million/s"), strict=True))
        formats[f"{mode}_ns_per_key"] = Interval(TIME, f"{mode}_low", f"{mode}_high")
        formats[f"{mode}_rate"] = times.measures["rate"].format
    return Table(
        f"{name}{suffix}",
        f"{title}; {workload} keys",
        table.sort_values("n", kind="stable").reset_index(drop=True),
        f"{_told(results, numbers)}.",
        columns=columns,
        headers=headers,
        formats=formats,
        groups=["n"],
        notes=_absent(numbers),
        timing=True,
    )


def _peers(
    numbers: Summary, workload: str, suffix: str, results: Results[ThroughputParameters]
) -> Table | None:
    """Return the table of peers, each beside the algorithm of ours that does its work."""
    beside, peers, times = numbers["beside"], numbers["peers"], numbers["times"]
    frame = beside.where(workload=workload)
    if frame.empty:
        return None
    frame = frame.merge(peers.frame[[*KEYS, "ns_per_key", "low", "high", "copies"]], "left", list(KEYS))
    ours = times.frame[[*KEYS, "ns_per_key"]].rename(columns={"label": "ours", "ns_per_key": "ours_ns"})
    frame = frame.merge(ours, "left", ["workload", "mode", "n", "ours"])
    frame = frame.sort_values("n", kind="stable").reset_index(drop=True)
    lacking = frame[frame["cannot"].notna()].drop_duplicates(["label", "cannot"])
    text = "Keys of lists, of columns of Arrow and single ones are str" if results.parameters.peers else ""
    columns = ["n", "mode", "label", "written", "ns_per_key", "copies", "beside", "ours_ns", "times"]
    return Table(
        f"peers{suffix}",
        f"Peers, beside ours in the same rounds; {workload} keys",
        frame,
        f"{_told(results, numbers)}; times: by how much ours is faster, paired round by round.",
        columns=columns,
        headers={
            "n": NODES.header, "label": "peer", "written": "in", "ns_per_key": "ns a key", "copies": "× copy",
            "beside": "ours", "ours_ns": "ns a key ",
        },
        formats={
            **peers.formats(columns), **beside.formats(columns),
            "ours_ns": TIME,
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


def _growth_table(sheet: Sheet, workload: str, suffix: str) -> Table | None:
    rows = sheet.where(workload=workload).reset_index(drop=True)
    if rows.empty:
        return None
    short = {"constant": "const", "logarithmic": "log", "linear": "linear"}
    weights, offs = ([f"{shape}_{what}" for shape in short] for what in ("weight", "off"))
    headers = {
        f"{shape}_{what}": f"{word} {what}" for shape, word in short.items() for what in ("weight", "off")
    }
    columns = ["mode", "label", "shape", "start", "slope", *weights, *offs]
    return Table(
        f"growth{suffix}",
        f"How the cost of a key grows with n; {workload} keys",
        rows,
        "Cost = start, start + slope · ln n, or start + slope · n, in ns, fitted on a log axis: the shape "
        "of the greatest Akaike weight, all three weights, and how far off each is (root mean square).",
        columns=columns,
        headers={"label": "algorithm", **headers},
        formats=sheet.formats(columns),
        groups=["mode"],
        notes=[
            "An error of 10 % is allowed for caches and alignment, or the lower half of a median's interval "
            "where that is more."
        ],
        timing=True,
    )


def _shapes(sheet: Sheet, workload: str) -> Iterator[str]:
    """Yield the shape of each algorithm's batches."""
    words = []
    for row in sheet.where(workload=workload, mode="batch").to_dict("records"):
        weight, off = row[f"{row['shape']}_weight"], row[f"{row['shape']}_off"]
        sure = f"{weight:.2f}" if weight < 0.995 else "> 0.99"
        words.append(f"{row['label']} {row['shape']} ({sure}, {100 * off:.0f} % off)")
    if words:
        yield f"The cost of a batch grows with n as (Akaike weight, residuals): {', '.join(words)}."


def _fresh(numbers: Summary, mode: str) -> Table:
    """Return the stages of fresh processes: medians."""
    sheet = numbers["cold"]
    cold = sheet.where(mode=mode)
    frame = cold.pivot_table(index="label", columns="stage", values="ms", sort=False).reset_index()
    first, columns = cold.iloc[0], list(dict.fromkeys(cold["stage"]))
    return Table(
        mode,
        f"Cold: {COLD[mode]}; ms",
        frame[["label", *columns]],
        f"Medians of {first['starts']} process{'' if first['starts'] == 1 else 'es'} each, algorithms in "
        f"turn; n = {first['n']:,}, a batch of {first['keys']:,} hashes, then one key.",
        headers={"label": "algorithm"},
        formats=dict.fromkeys(columns, sheet.measures["ms"].format),
        notes=["; ".join(f"{stage}: {what}" for stage, what in STAGES.items()) + ".", *_absent(numbers)],
        timing=True,
    )


def _growth(numbers: Summary, workload: str) -> Iterator[str]:
    batch = numbers["times"].where(workload=workload, mode="batch")
    if batch.empty:
        return
    many = batch["n"].max()
    last = batch[batch["n"] == many].sort_values("ns_per_key", kind="stable")
    best = last.iloc[0]
    yield (
        f"At n = {many:,} {best['label']} is fastest: {best['ns_per_key']:.3g} ns a key, "
        f"{best['copies']:.3g} copies, {best['rate']:,.0f} million lookups a second."
    )
    sheet = numbers["grown"]
    of = {row["label"]: row for row in sheet.records() if row["workload"] == workload}
    grown = [
        f"{label} {sheet.measures['grown'].format.text(of[label]['grown'], {})}"
        for label in last["label"]
        if label in of
    ]
    if grown:
        few = next(iter(of.values()))["few"]
        yield f"From n = {few:,} to {many:,} the cost of a key grows by a factor of: {', '.join(grown)}."
