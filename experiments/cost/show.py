"""How the numbers of `cost` are shown: what is published beside what was counted, tables and charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.inference.verdict import CONFIRMED, DIFFERS, REFUTED, UNDECIDED
from experiments.report.absent import notes_of
from experiments.report.chart import Axis, Chart, Lines
from experiments.report.conclusions import counted
from experiments.report.presentation import First, Presentation, Results
from experiments.report.summary import Sheet, Summary
from experiments.report.tables.formats import Count, Significant
from experiments.report.tables.symbols import NODES
from experiments.report.tables.table import Table
from experiments.report.telling import rows_where

from .summary import summary

if TYPE_CHECKING:
    from .parameters import CostParameters

ALL_LIVE = "none"
MOST_COLUMNS, MOST_NAMED = 8, 5
ORDERS: Mapping[str, str] = {
    "random": "in random order", "last": "the last first", "adverse": "in the order that costs the most",
}  # fmt: skip
WHAT = "Words are drawn that decide something, links followed from place to place, places probed for a node."


def present(results: Results[CostParameters]) -> Presentation:
    """Return tables, charts and meaning of a run of `cost`."""
    numbers = summary(results)
    steps = numbers["steps"]
    facts = f"{results.parameters.keys:,} keys a repetition, of {results.parameters.repetitions}."
    notes = notes_of(numbers["absent"])
    removals = list(_by_removals(steps, facts, notes))
    published = _published(numbers["published"], facts, [] if removals else notes)
    claims = published.frame["claim"]
    return Presentation(
        [published, *_by_nodes(steps, facts), *removals],
        charts=_charts(steps, facts),
        meaning=[*_judgements(numbers), *_about_laws(numbers)],
        summary=numbers,
        first=First(
            columns=[
                "label",
                "step",
                "formula",
                "stated",
                "measured",
                "cases",
                "confirmed",
                "refuted",
                "claim",
            ],
            rows=rows_where(*(claims == verdict for verdict in (REFUTED, UNDECIDED, CONFIRMED))),
            findings=[*_about_laws(numbers), *_judgements(numbers, REFUTED)],
        ),
    )


def _published(sheet: Sheet, facts: str, notes: Sequence[str]) -> Table:
    frame = sheet.frame.assign(setting=[_setting(row) for row in sheet.records()])
    return Table(
        "published",
        "Published costs of a lookup, and what was counted",
        frame,
        f"{facts} Of all settings that the publication speaks of, the one that is farthest off.",
        columns=[
            "label", "step", "formula", "setting", "stated", "measured", "cases", "confirmed", "refuted",
            "claim",
        ],
        headers={
            "label": "algorithm", "step": "of", "formula": "published", "setting": "farthest off at",
            "stated": "gives", "measured": "counted", "claim": "verdict",
        },
        formats={name: measure.format for name, measure in sheet.measures.items()},
        groups=["workload"],
        notes=notes,
    )  # fmt: skip


def _all_live(steps: Sheet) -> pd.DataFrame:
    """Return the means with all nodes there, but for steps that nobody took then, such as links."""
    part = steps.where(order=ALL_LIVE)
    return part[part.groupby(["label", "step"])["largest"].transform("max") > 0]


def _setting(row: Mapping[str, Any]) -> str:
    return f"n = {row['n']:,}" + ("" if row["order"] == ALL_LIVE else f", {row['live']:,} left")


def _by_nodes(steps: Sheet, facts: str) -> Iterable[Table]:
    part = _all_live(steps)
    if not len(part):
        return []
    sizes = sorted(set(part["n"]))
    shown = [sizes[round(at * (len(sizes) - 1) / (MOST_COLUMNS - 1))] for at in range(MOST_COLUMNS)]
    shown = list(dict.fromkeys(shown if len(sizes) > MOST_COLUMNS else sizes))
    columns = {f"at {n}": NODES.is_value(n) for n in shown}
    return [
        Table(
            "nodes",
            "Steps of a lookup by number of nodes, all of them there",
            _wide(part[part["n"].isin(shown)], "n", ["workload", "label", "step"], lambda n: f"at {n}"),
            f"{facts} {WHAT}",
            headers={"label": "algorithm", "step": "of", **columns},
            formats=dict.fromkeys(columns, Significant(4)),
            groups=["workload"],
        )
    ]


def _by_removals(steps: Sheet, facts: str, notes: Sequence[str]) -> Iterable[Table]:
    part = steps.frame[steps.frame["order"] != ALL_LIVE]
    if not len(part):
        return []
    shares = sorted(set(part["removed"]))
    wide = _wide(part, "removed", ["workload", "order", "n", "label", "step"], lambda share: f"at {share:g}")
    laws = _wide(
        part.assign(mean=part["law_mean"]), "removed", ["workload", "order", "n", "label", "step"],
        lambda share: f"law at {share:g}",
    )  # fmt: skip
    frame = wide.merge(laws, how="left", on=["workload", "order", "n", "label", "step"])
    most = part[part["removed"] == shares[-1]][["workload", "order", "n", "label", "step", "largest"]]
    frame = frame.merge(most, how="left", on=["workload", "order", "n", "label", "step"])
    columns = {
        f"{what} {share:g}": f"{said}{100 * share:g} % gone"
        for share in shares
        for what, said in (("at", ""), ("law at", "law, "))
    }
    return [
        Table(
            "removals",
            "Steps of a lookup after nodes have left",
            frame.assign(order=[ORDERS[order] for order in frame["order"]]),
            facts,
            columns=["workload", "order", "n", "label", "step", *columns, "largest"],
            headers={
                "label": "algorithm",
                "step": "of",
                "n": NODES.header,
                **columns,
                "largest": "most then",
            },
            formats=dict.fromkeys(columns, Significant(4)) | {"largest": Count()},
            groups=["workload", "order", "n"],
            notes=notes,
        )
    ]


def _wide(part: pd.DataFrame, by: str, keys: list[str], name: Any) -> pd.DataFrame:
    """Return means with a column for each value of one key."""
    wide = part.pivot_table(index=keys, columns=by, values="mean", sort=False, dropna=False, observed=True)
    wide = wide.dropna(how="all")
    wide.columns = pd.Index([name(value) for value in wide.columns])
    return wide.reset_index()


def _charts(steps: Sheet, facts: str) -> list[Chart]:
    """Return the steps by nodes, and after removals in random order; the page has the other orders too."""
    mean = Axis("mean", "steps of a lookup", log=True)
    intervals = f"{facts} Means with 95 % t intervals, and their laws."
    left = steps.frame[steps.frame["order"] != ALL_LIVE]
    # ticks where something was measured would stand upon each other: on either side of a power of two
    nodes = Axis("n", NODES.meaning, "count", symbol=NODES, log=True)
    ratio = Axis("before_over_after", "nodes before over nodes after", log=True, measured=True)
    choices = {"workload": "Keys", "step": "Steps"}
    ends = {"low": "low", "high": "high", "law": "law_mean"}
    after = Chart(
        "steps-removals",
        "Steps of a lookup after nodes have left in random order",
        intervals,
        left[left["order"] == "random"],
        Lines(ratio, mean, **ends),
        choices={**choices, "n": "Nodes before"},
        panels="step",
    )
    others = left[left["order"] != "random"]
    return [
        Chart(
            "steps-nodes",
            "Steps of a lookup against the number of nodes",
            f"{intervals} {WHAT}",
            _all_live(steps),
            Lines(nodes, mean, **ends),
            choices=choices,
            panels="step",
        ),
        after,
        replace(
            after,
            name="steps-orders",
            title="Steps of a lookup after nodes have left in other orders",
            frame=others.assign(order=[ORDERS[order] for order in others["order"]]),
            choices={**after.choices, "order": "They left"},
            page_only=True,
        ),
    ]


def _judgements(numbers: Summary, *claims: str) -> Iterable[str]:
    """Yield what became of each published law, or of those of some verdicts."""
    for row in numbers["published"].records():
        if not claims or row["claim"] in claims:
            yield _judgement(row)


def _about_laws(numbers: Summary) -> Iterable[str]:
    """Yield what became of the laws of the suite, and of the kernels that counted."""
    steps = numbers["steps"].frame
    known = steps["conclusion"].dropna()
    exact = int((known == "exact").sum())
    said = counted(known)
    said = ", ".join(filter(None, [f"{exact} are exact" if exact else "", said]))
    yield f"Of {len(known)} means that have a law, {said}."
    off = [row for row in numbers["steps"].records() if row["conclusion"] == DIFFERS]
    if off:
        named = [f"{row['step']} of {row['label']} with {_setting(row)} ({row['order']})" for row in off]
        more = f" and {len(off) - MOST_NAMED} more" if len(off) > MOST_NAMED else ""
        yield f"Off their law are {'; '.join(named[:MOST_NAMED])}{more}."
    proof = numbers["proof"].records()[0]
    yield (
        f"Of {proof['keys_placed']:,} keys whose steps were counted, {proof['elsewhere']:,} came to another "
        "bucket than batches place them in."
    )


def _judgement(row: Mapping[str, Any]) -> str:
    where = f"{row['n']:,} nodes"
    if row["order"] != ALL_LIVE:
        where += f" of which {row['live']:,} are left, having gone {ORDERS[row['order']]}"
    stated = f"{row['step']} a lookup of {row['label']}: published as {row['formula']} ({row['source']})"
    numbers = f"{row['measured']:.4g} counted, {row['stated']:.4g} stated"
    if row["claim"] != REFUTED:
        number = "all" if row["confirmed"] == row["cases"] else f"{row['confirmed']} of"
        return f"{stated}: {row['claim']}, in {number} {row['cases']} settings and refuted in none."
    holds = f" What holds is {row['holds']}." if row["holds"] else ""
    most = f"refuted in {row['refuted']} of {row['cases']} settings, most at {where}"
    return f"{stated}: {most}, {numbers}.{holds}"
