"""How the numbers of `balance` are shown: loads beside their law, shares, figures, meaning."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from experiments.balance import details
from experiments.balance.charts import charts, glance
from experiments.balance.cluster import about, all_alike
from experiments.balance.figures import histograms
from experiments.balance.summary import interval_of_largest, parts, summary
from experiments.harness.experiment import ALL_HASHES
from experiments.inference.verdict import DIFFERS
from experiments.report.extents import repetitions
from experiments.report.presentation import First, Presentation, Results
from experiments.report.slugs import slug
from experiments.report.tables.symbols import NODES
from experiments.report.tables.table import Header, Table
from experiments.report.telling import rows_of_most

if TYPE_CHECKING:
    import pandas as pd

    from experiments.balance.parameters import BalanceParameters
    from experiments.report.summary import Sheet, Summary

HEADERS: dict[str, str | Header] = {
    "n": NODES.header,
    "label": "algorithm",
    "cv": "CV",
    "law_cv": "law",
    "max_to_mean": "max/mean",
    "law_max_to_mean": "law",
    "min_to_mean": "min/mean",
}


def present(results: Results[BalanceParameters]) -> Presentation:
    """Return tables, figures and meaning of a run of `balance`."""
    numbers = summary(results)
    tables = [*_load_tables(results, numbers), *_share_tables(results, numbers)]
    if numbers["loads"].frame["hash"].nunique() > 1:
        tables.append(_hash_table(results, numbers))
    tables += details.tables(numbers, results.parameters.repetitions)
    if len(numbers["needed"].frame):
        tables.append(_needed(numbers))
    return Presentation(
        tables,
        list(histograms(numbers, results.parameters.repetitions)),
        _meaning(results, numbers),
        methods=[
            "Balance has the root mean square of the CV over repetitions and the mean of max/mean, with 95 % "
            "t intervals; where keys are distinct the squares are held against their law by chi-square with "
            "the law's variance, those of draws of their own where there are any, for "
            "a difference and for equivalence, each corrected by Holm over the run at 1 %."
        ],
        summary=numbers,
        charts=list(charts(results, numbers)),
        glance=list(glance(numbers)),
        first=First(
            columns=[name for name in tables[0].shown() if name != "min_to_mean"] if tables else (),
            rows=rows_of_most(tables[0].frame, "n") if tables else (),
            findings=details.meaning(numbers),
        ),
    )


def _caption(results: Results[BalanceParameters], numbers: Summary, workload: str | None = None) -> str:
    """Return the caption of a table about one workload, or about arcs, for which no keys are drawn."""
    many = results.parameters.repetitions
    if many == 1:
        return "One repetition, so without intervals."
    anew = f"{many} repetitions with new hash seeds" if workload is None else repetitions(many, [workload])
    other = "" if interval_of_largest(numbers) == "t" else ", BCa of max/mean and min/mean"
    return f"{anew}. CV: root mean square over them; ± half of the 95 % t interval{other}."


def _load_tables(results: Results[BalanceParameters], numbers: Summary) -> Iterator[Table]:
    sheet = numbers["loads"]
    for (hash_name, workload), part in parts(sheet.where(method="sampled")):
        keys, distinct = part["keys"].iloc[0], part["distinct"].iloc[0]
        repeats = distinct < keys
        notes = ["Law: the root of E[CV²], and the mean of max/mean, if hashes are random."]
        if repeats:
            notes = [
                "Law: the root of E[CV²] if hashes are random, and equal keys have equal ones; none is known "
                "of the largest load."
            ]
        shown = ["n", "label", "cv", "law_cv", "max_to_mean", "law_max_to_mean"]
        if repeats:
            shown.remove("law_max_to_mean")
        drawn = f"{keys:,.0f} keys, {distinct:,.0f} of them distinct" if repeats else f"{keys:,.0f} keys"
        yield _table(
            sheet,
            f"loads-{slug(workload)}-{slug(hash_name)}",
            f"Load of the nodes: {workload} keys, hashed by {hash_name}",
            part,
            [*shown, "min_to_mean", "p99", "verdict"],
            f"{drawn}. {_caption(results, numbers, workload)}",
            notes,
        )
    refused = numbers["refused"]
    if len(refused.frame):
        yield Table(
            "not-measured",
            "Not measured",
            refused.frame,
            headers={"cannot": "reason"} | {key: HEADERS[key] for key in refused.keys if key in HEADERS},
        )


def _share_tables(results: Results[BalanceParameters], numbers: Summary) -> Iterator[Table]:
    sheet = numbers["loads"]
    for (hash_name, _), part in parts(sheet.where(method="exact")):
        yield _table(
            sheet,
            f"shares-{slug(hash_name)}",
            f"Share of the hash space, exact, by arcs: points hashed by {hash_name}",
            part,
            [
                "n", "label", "cv", "law_cv", "max_to_mean", "law_max_to_mean",
                "min_to_mean", "p99", "verdict",
            ],
            _caption(results, numbers),
            ["Algorithms that list no arcs do not stand here; their loads are in the other tables."],
        )  # fmt: skip


def _table(
    sheet: Sheet,
    name: str,
    title: str,
    frame: pd.DataFrame,
    columns: Sequence[str],
    caption: str,
    notes: Sequence[str],
) -> Table:
    return Table(
        name,
        title,
        frame,
        caption,
        columns=columns,
        formats=sheet.formats(columns),
        headers={column: head for column, head in HEADERS.items() if column in columns},
        groups=["n"],
        notes=[
            *notes,
            "Verdict on CV²: agrees, open or differs, as in the statistics of all quantities, of draws by "
            "the thousand where there are any; beside differs stands CV/law. Loads "
            "by a hash function without a seed are one draw, and tested as one, for a difference alone.",
        ],
    )


def _hash_table(results: Results[BalanceParameters], numbers: Summary) -> Table:
    sheet = numbers["loads"]
    n = int(sheet.frame["n"].max())
    part = sheet.where(method="sampled", n=n)
    functions = list(dict.fromkeys(part["hash"]))
    ratios = {(row.workload, row.label, row.hash): row.ratio for row in part.itertuples()}
    lines = [
        [workload, label, *(ratios.get((workload, label, function)) for function in functions)]
        for workload in dict.fromkeys(part["workload"])
        for label in dict.fromkeys(part["label"])
    ]
    return Table.of_rows(
        "hashes",
        f"What hash functions do to {n:,} nodes: CV over the CV that random hashes would give",
        ["workload", "label", *functions],
        lines,
        caption=_caption(results, numbers) + " 1 is as good as random; below 1 is more even than chance.",
        formats=dict.fromkeys(functions, sheet.measures["ratio"].format),
        headers={"label": "algorithm", **{function: function for function in functions}},
        groups=["workload"],
    )


def _needed(numbers: Summary) -> Table:
    sheet, words = numbers["needed"], {"cv": "CV {:g} %", "max_to_mean": "max/mean {:g}"}
    wanted = [
        words[row["quantity"]].format(row["goal"] * (100 if row["quantity"] == "cv" else 1))
        for row in sheet.records()
    ]
    rules = numbers["rule"].series("rule")
    columns = ["points_needed", "entries_needed", "keys_needed"]
    return Table(
        "needed",
        "What it takes to be so even, by law",
        sheet.frame.assign(wanted=wanted),
        "Points a node that a ring needs for shares of the hash space of this CV, or whose largest "
        "is on average so many means; the entries of that ring; and the keys at which equal shares have "
        "loads of this CV. A ring's loads have both errors.",
        columns=["n", "wanted", *columns],
        formats=sheet.formats(columns),
        headers={
            "n": NODES.header, "points_needed": "points a node", "entries_needed": "entries",
            "keys_needed": "keys for equal shares",
        },
        groups=["n"],
        notes=[
            "700 ln n points a node, a rule for max/mean 1.05: "
            + "; ".join(f"{rule:,.0f} at n = {n:,}" for n, rule in rules.items())
            + "."
        ],
    )  # fmt: skip


def _meaning(results: Results[BalanceParameters], numbers: Summary) -> list[str]:
    loads = numbers["loads"].frame
    of_equal_nodes = [*_about_rings(numbers), *_about_equal_shares(loads)]
    return [
        *(of_equal_nodes if all_alike(results) else about(results, loads)),
        *_about_repeats(numbers),
        *details.meaning(numbers),
        *_about_verdicts(results, numbers),
    ]


def _about_rings(numbers: Summary) -> Iterator[str]:
    loads = numbers["loads"].frame
    rings = loads[(loads["law"] == "ring") & (loads["workload"] == ALL_HASHES)]
    if rings.empty:
        return
    rings = rings[(rings["n"] == rings["n"].max()) & (rings["hash"] == rings["hash"].iloc[0])]
    found = [f"{100 * row.cv:.3g} % with {row.points:,}" for row in rings.itertuples()]
    needed = numbers["needed_by_many"].series("points_needed", quantity="cv")
    yield (
        f"Shares on a ring are random: their CV is about 1/√points whatever n is ({', '.join(found)} "
        f"points, at n = {rings['n'].iloc[0]:,}). 5 % takes {needed[0.05]:,} points a node, "
        f"1 % {needed[0.01]:,}; more keys do not help."
    )


def _about_equal_shares(loads: pd.DataFrame) -> Iterator[str]:
    even = loads[
        (loads["method"] == "sampled")
        & (loads["law"] != "ring")
        & loads["law"].notna()
        & (loads["distinct"] == loads["keys"])
    ]
    even = even[even["conclusion"] != DIFFERS]
    if even.empty:
        return
    row = even[even["n"] == even["n"].max()].iloc[0]
    names = ", ".join(dict.fromkeys(even["label"]))
    yield (
        f"Equal shares ({names}): only the chance of the draw is left, √((n-1)/keys), which is "
        f"{100 * row['law_cv']:.3g} % at n = {row['n']:,} and {row['keys']:,.0f} keys, and falls with "
        "more keys."
    )


def _about_repeats(numbers: Summary) -> Iterator[str]:
    loads = numbers["loads"].frame
    for row in numbers["repeats"].records():
        if row["hash"] != loads["hash"].iloc[0]:
            continue
        yield (
            f"Keys of {row['workload']} repeat: two draws are equal with chance s = "
            f"{row['equal']:.3g}, and equal keys share a node. Random placement leaves a CV of about "
            f"√((n-1) s), and more keys do not help: at n = {row['n']:,} the least of an algorithm here is "
            f"{100 * row['least_cv']:.3g} % and the greatest {100 * row['most_cv']:.3g} %."
        )


def _about_verdicts(results: Results[BalanceParameters], numbers: Summary) -> Iterator[str]:
    if results.parameters.repetitions == 1:
        yield "One repetition says nothing of its error, so no load is compared with its law: give more."
        return
    departs = numbers["loads"].where(departs=True)
    for (hash_name, workload), group in departs.groupby(["hash", "workload"], sort=False):
        worst = sorted(group.itertuples(), key=_nearness)
        listed = [f"{row.label} at n = {row.n:,} × {row.ratio:.3g}" for row in worst[:4]]
        more = f" and {len(group) - 4} more" if len(group) > 4 else ""
        yield f"Not as random hashes would fall, {hash_name} on {workload}: {', '.join(listed)}{more}."


def _nearness(row: Any) -> float:
    """Return how near a ratio is to 1 on an axis of factors; one that is not known is near."""
    if math.isnan(row.ratio):
        return math.inf
    return -abs(math.log(row.ratio)) if row.ratio else -math.inf
