"""The tables of `balance` that follow those that everybody reads, and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.balance.quantities import COMPARED, SQUARES_MARGIN, WORDS
from experiments.balance.summary import interval_of_largest, parts
from experiments.report import conclusions
from experiments.report.slugs import slug
from experiments.report.tables.symbols import NODES
from experiments.report.tables.table import Table

if TYPE_CHECKING:
    import pandas as pd

    from experiments.report.summary import Sheet, Summary


def tables(numbers: Summary, repetitions: int) -> list[Table]:
    """Return every quantity by workload, and the pairs; nothing of one repetition."""
    if repetitions < 2:
        return []
    quantities = numbers["quantities"]
    bootstrapped = interval_of_largest(numbers) != "t"
    made = [
        _table(quantities, hash_name, workload, part, repetitions, bootstrapped)
        for (hash_name, workload), part in parts(quantities.frame)
    ]
    return made + _pairs(numbers["pairs"], repetitions)


def _table(
    sheet: Sheet, hash_name: str, workload: str, part: pd.DataFrame, repetitions: int, bootstrapped: bool
) -> Table:
    g_test, kolmogorov = WORDS["loads_g"], WORDS["share_ks"]
    columns = ["value", "law", *conclusions.COLUMNS]
    return Table(
        f"statistics-{slug(workload)}-{slug(hash_name)}",
        f"Every quantity with its interval, and its law: {workload}, {hash_name}",
        part,
        f"{repetitions} repetitions. Measured ± half of the 95 % interval: t over repetitions"
        + ("; of all but CV² BCa." if bootstrapped else "."),
        columns=["n", "label", "measure", *columns],
        formats=sheet.formats(columns),
        headers={"n": NODES.header, "label": "algorithm", "value": "measured", **conclusions.HEADERS},
        groups=["n", "label"],
        align={"conclusion": "left"},
        notes=[
            *conclusions.LEGEND,
            f"Of CV² the margin is {SQUARES_MARGIN:.0%}. The largest and the smallest loads are skewed, and "
            "are not tested over so "
            f"few repetitions; nor is anything where keys repeat. {g_test}: over its degrees of freedom, all "
            "repetitions together, against equal shares; it sees a CV of the shares. "
            f"{kolmogorov}: greatest distance from Beta(v, (n-1)v), over rings. Of the 99 % point no law is "
            "known.",
        ],
        detail=True,
    )


def _pairs(sheet: Sheet, repetitions: int) -> list[Table]:
    if sheet.frame.empty:
        return []
    first = sheet.frame.iloc[0]
    columns = [f"{name}_less{end}" for name in COMPARED for end in ("", "_d", "_p")]
    return [
        Table(
            "pairs",
            f"Algorithms against each other at n = {first['n']:,}: paired differences",
            sheet.frame,
            f"{first['workload']} keys, hashed by {first['hash']}; {repetitions} repetitions, the same keys "
            "and seeds for all. Mean differences ± half of the 95 % t interval, in % of the mean load; d: in "
            "standard deviations of a difference (Cohen's d_z); p: paired t, corrected by Holm over the "
            "table.",
            columns=["ours", "theirs", *columns],
            groups=["ours"],
            formats=sheet.formats(columns),
            headers={
                "ours": "algorithm", "theirs": "less",
                **dict(zip(columns, ("CV", "d", "p", "max/mean", "d ", "p "), strict=True)),
            },
            detail=True,
        )
    ]  # fmt: skip


def meaning(numbers: Summary) -> list[str]:
    """Say how many CV² agree with their laws, are open or differ, and what G and Kolmogorov-Smirnov find."""
    (said,) = numbers["agreement"].records()
    fits = {row["quantity"]: row for row in numbers["fits"].records()}
    if not said["tested"]:
        return []
    lines = [
        f"Of {said['tested']} mean CV² of distinct keys held against their law {conclusions.worded(said)} "
        "(difference and "
        f"equivalence to within {said['margin']:.0%}, each at {said['level']:.0%} of all)."
    ]
    for quantity, what in (
        ("loads_g", "of equal shares by G"),
        ("share_ks", "of Beta shares by Kolmogorov-Smirnov"),
    ):
        if quantity in fits:
            cases, apart = (fits[quantity][name] for name in ("cases", "apart"))
            lines.append(
                f"Of {cases} tests {what} {apart or 'none'} {'finds' if apart == 1 else 'find'} a difference."
            )
    return lines
