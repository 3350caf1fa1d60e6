"""Values that were measured: movement, sequences of events, balance, speed and memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from experiments import inference
from experiments.harness.experiment import ALL_HASHES
from experiments.inference.levels import FAMILY_LEVEL
from experiments.report.tables.formats import Count, Fractional, Percent, Significant
from experiments.storage.records import records
from paper.numerals import count, in_words, mean_of, percent, size_of
from paper.sources import Run, Value, described
from paper.tables import START

MANY = 10_000
"""The number of nodes at which growing costs are shown."""


def scaling(run: Run) -> Iterator[Value]:
    """Yield the values of `scaling`: movement beside its laws, strays, ripple."""
    followed = run.rows[(run.rows["n"] == START) & (run.rows["event"] == "add:1")]["n_after"].dropna()
    yield Value("start/nodes", str(START), "paper.tables.START, one of the run's numbers of nodes")
    yield Value("start/after", str(int(followed.iloc[0])), f"{run.place}/rows.csv: n_after of add:1")
    sampled = run.rows[(run.rows["method"] == "sampled") & run.rows["movement"].notna()]
    p_values = []
    columns = ["workload", "n", "event", "label"]
    for key, group in sampled.groupby(columns, sort=False):
        workload, n, event, label = key
        name = f"{n}/{event}/{label}" + ("" if workload == "uniform" else f"/{workload}")
        source = f"{run.place}/rows.csv: mean of {{}} where {_where(columns, key)}"
        yield from mean_of(f"moved/{name}", group["movement"], Percent(2), source.format("movement"))
        for column in ("minimum", "ideal", "excess", "stray", "cv_after", "cv_before"):
            yield Value(f"{column}/{name}", percent(float(group[column].mean())), source.format(column))
        for column in ("losers", "receivers", "pairs"):
            yield Value(f"{column}/{name}", count(group[column].mean()), source.format(column))
        law = group["law_movement"].dropna()
        if len(law):
            exact = sum(law) / len(law)
            yield Value(f"law/{name}", percent(float(exact)), source.format("law_movement"))
            if law.nunique() == 1:
                yield Value(
                    f"law-fraction/{name}", Fractional().text(law.iloc[0], {}), source.format("law_movement")
                )
            moved = group["movement"].to_numpy(dtype=float)
            if len(moved) > 1 and moved.min() < moved.max():
                p_values.append(inference.mean_agrees(moved, exact).p_value)
        if len(group["distinct"].dropna()):
            part = float((group["distinct_moved"] / group["distinct"]).mean())
            yield Value(f"distinct/{name}", percent(part), source.format("distinct_moved / distinct"))
    corrected = inference.holm(p_values)
    place = f"{run.place}/rows.csv: t tests of movement against law_movement, Holm"
    yield Value("laws/movement/tested", str(len(corrected)), place)
    yield Value("laws/movement/agree", str(int((corrected > FAMILY_LEVEL).sum())), place)
    yield Value("laws/movement/level", percent(FAMILY_LEVEL, 0), place)
    exact_rows = run.rows[(run.rows["method"] == "exact") & run.rows["movement"].notna()]
    for key, group in exact_rows.groupby(["n", "event", "label"], sort=False):
        n, event, label = key
        yield from mean_of(f"exact/{n}/{event}/{label}", group["movement"], Percent(2),
                         f"{run.place}/rows.csv: movement over all hashes")  # fmt: skip
        spread = group["movement"].astype(float)
        yield Value(
            f"exact-least/{n}/{event}/{label}",
            percent(spread.min()),
            f"{place}: least movement over all hashes",
        )
        yield Value(
            f"exact-most/{n}/{event}/{label}",
            percent(spread.max()),
            f"{place}: most movement over all hashes",
        )


def sequence(run: Run) -> Iterator[Value]:
    """Yield the values of `sequence`: what ten events come to."""
    place = f"{run.place}/rows.csv"
    columns = ["sequence", "n", "label"]
    for key, group in run.rows.groupby(columns, sort=False):
        name = "/".join(map(str, key))
        source = f"{place}: mean over repetitions of {{}} where {_where(columns, key)}"
        steps = group[group["step"] > 0]
        last = steps[steps["step"] == steps["step"].max()]
        made = steps[steps["cannot"].isna()]
        yield from mean_of(
            f"sequence/sum/{name}", last["moved_in_all"], Percent(0), source.format("moved_in_all, last step")
        )
        for column in ("touched", "net", "net_ideal", "drift"):
            if last[column].notna().any():
                yield Value(
                    f"sequence/{column}/{name}",
                    percent(float(last[column].mean()), 1),
                    source.format(f"{column}, last step"),
                )
        strays = made.groupby("repetition")["stray"].sum()
        yield Value(
            f"sequence/strays/{name}", percent(float(strays.mean()), 0), source.format("the sum of stray")
        )
        yield Value(
            f"sequence/made/{name}",
            in_words(made["step"].nunique()),
            source.format("steps that it can make"),
        )
        yield Value(f"sequence/cv/{name}", percent(float(last["cv"].mean())), source.format("cv, last step"))


def balance(run: Run, prefix: str) -> Iterator[Value]:
    """Yield the values of `balance`, or of `hashes` with a prefix: loads and shares beside their laws."""
    rows = run.rows[run.rows["cannot"].isna()]
    yield Value(
        f"{prefix or 'balance/'}n",
        Count().text(int(max(rows["n"])), {}),
        f"{run.place}/rows.csv: the largest n",
    )
    if rows["points"].notna().any():
        yield Value(
            f"{prefix or 'balance/'}most-points",
            Count().text(int(rows["points"].max()), {}),
            f"{run.place}/rows.csv: points",
        )
    columns = ["hash", "workload", "n", "label"]
    for key, group in rows.groupby(columns, sort=False):
        function, workload, n, label = key
        place = "shares" if workload == ALL_HASHES else workload
        name = f"{prefix}{function}/{place}/{n}/{label}"
        source = f"{run.place}/rows.csv: {{}} where {_where(columns, key)}"
        square = float((group["cv"] ** 2).mean())
        yield Value(f"cv/{name}", percent(square**0.5), source.format("root mean square of cv"))
        yield from mean_of(
            f"max/{name}", group["max_to_mean"], Significant(4), source.format("mean of max_to_mean")
        )
        yield Value(
            f"min/{name}",
            Significant(3).text(float(group["min_to_mean"].mean()), {}),
            source.format("mean of min_to_mean"),
        )
        if group["law_cv"].notna().all():
            law = float((group["law_cv"] ** 2).mean()) ** 0.5
            yield Value(f"cv-law/{name}", percent(law), source.format("law_cv"))
            if law:
                yield Value(
                    f"cv-ratio/{name}",
                    Significant(3).text(square**0.5 / law, {}),
                    source.format("cv over law_cv"),
                )
        if group["law_max_to_mean"].notna().all():
            yield Value(
                f"max-law/{name}",
                Significant(4).text(float(group["law_max_to_mean"].mean()), {}),
                source.format("law_max_to_mean"),
            )
        if group["distinct"].notna().any():
            yield Value(f"drawn/{name}", count(group["keys"].mean()), source.format("keys"))
            yield Value(f"distinct-keys/{name}", count(group["distinct"].mean()), source.format("distinct"))


def speed(run: Run) -> Iterator[Value]:
    """Yield the values of `throughput`: nanoseconds a key, and copies of memory."""
    timing = run.timing
    yield Value(
        "speed/many", Count().text(MANY, {}), "paper.measurements.MANY, one of the run's numbers of nodes"
    )
    source = f"{run.place}/timing.csv: median over rounds"
    usable = timing[timing["ns_per_key"].notna() & (timing["threads"] == 1)]
    for key, group in usable.groupby(["workload", "mode", "n", "label"], sort=False):
        workload, mode, n, label = key
        name = f"{mode}/{n}/{label}" + ("" if workload == "uniform" else f"/{workload}")
        stage = group["stage"].dropna().unique()
        if len(stage) > 1:
            continue
        yield Value(f"ns/{name}", Significant(2).text(float(group["ns_per_key"].median()), {}), source)
        yield Value(f"copies/{name}", Significant(2).text(float(group["ratio_to_copy"].median()), {}), source)


def events(run: Run) -> Iterator[Value]:
    """Yield the values of `resize`: milliseconds of an event."""
    usable = run.timing[run.timing["nanoseconds"].notna()]
    for (operation, n, label), group in usable.groupby(["operation", "n", "label"], sort=False):
        shown = Significant(2).text(float(group["nanoseconds"].median()) / 1e6, {})
        source = f"{run.place}/timing.csv: median nanoseconds of {operation}"
        yield Value(f"ms/{operation}/{n}/{label}", shown, source)


def memory(run: Run) -> Iterator[Value]:
    """Yield the values of `memory`: bytes of a structure."""
    for row in records(run.rows):
        name = f"bytes/{row['n']}/{row['label']}"
        yield Value(name, size_of(row["structure"]), f"{run.place}/rows.csv: structure")


def _where(columns: Sequence[str], key: Any) -> str:
    return described(dict(zip(columns, key, strict=True)))
