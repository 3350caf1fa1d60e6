"""The tables of `balance` that follow those that everybody reads, and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.balance.quantities import COMPARED, WORDS
from experiments.balance.squares import SQUARES_MARGIN
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
    drawn = "".join(f", and where it is tested it is that of {words}" for words in of_draws(numbers))
    made = [
        _table(quantities, hash_name, workload, part, repetitions, bootstrapped, drawn)
        for (hash_name, workload), part in parts(quantities.frame)
    ]
    return made + _pairs(numbers["pairs"], repetitions)


def _table(
    sheet: Sheet,
    hash_name: str,
    workload: str,
    part: pd.DataFrame,
    repetitions: int,
    bootstrapped: bool,
    drawn: str,
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
            f"Of CV² the margin is {SQUARES_MARGIN:.0%}{drawn}. The largest and the smallest loads "
            "are skewed, and are not tested over so "
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


def of_draws(numbers: Summary) -> list[str]:
    """Return what the draws were, in words; nothing where there were none."""
    return [
        f"{row['least_draws']:,} to {row['most_draws']:,} draws a cell"
        + (f", of {row['draw_keys']:,} keys each" if row["draw_keys"] else "")
        for row in numbers["draws"].records()
        if row["most_draws"]
    ]


def _undecided(numbers: Summary) -> list[str]:
    rows = numbers["undecided"].records()
    if not rows:
        return []
    most = max(rows, key=lambda row: row["decided_by"] / row["size"])
    made = "draws" if of_draws(numbers) else "repetitions"
    return [
        f"What is open lacks {made}: four times of five {most['label']} at n = {most['n']:,} "
        f"({most['workload']}), which lacks most, would be told by {most['decided_by']:,} in place of "
        f"{most['size']:,}."
    ]


def meaning(numbers: Summary) -> list[str]:
    """Say how many CV² agree with their laws, are open or differ, and what G and Kolmogorov-Smirnov find."""
    (said,) = numbers["agreement"].records()
    fits = {row["quantity"]: row for row in numbers["fits"].records()}
    if not said["tested"]:
        return []
    lines = [
        f"Of {said['tested']} mean CV² of distinct keys held against their law {conclusions.worded(said)} "
        "(difference and "
        f"equivalence to within {said['margin']:.0%}, each at {said['level']:.0%} of all)"
        + "".join(f", by {words}" for words in of_draws(numbers))
        + ".",
        *_undecided(numbers),
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
