"""The tables of the integer division, of one node more for every algorithm, and of two sayings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.article.formats import After
from experiments.article.shown.published import Verdicts, numbers_of
from experiments.report.summary import Summary
from experiments.report.tables.formats import Text, is_missing
from experiments.report.tables.table import Table

__all__ = ["comparison", "folklore", "tables"]

SHOWN = 40


@dataclass(frozen=True)
class WithSettings(Text):
    """A label with the settings of its algorithm."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The column of settings."""
        return ("settings",)

    def text(self, value: Any, row: Mapping[str, Any]) -> str:
        """Write a label as plain text."""
        return str(value) if is_missing(row["settings"]) else f"{value} ({row['settings']})"


@dataclass(frozen=True)
class OfAll(Text):
    """A place among so many."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The column that says of how many."""
        return ("n",)

    def text(self, value: Any, row: Mapping[str, Any]) -> str:
        """Write a place as plain text."""
        return f"{value} of {row['n']}"


def tables(numbers: Summary, verdicts: Verdicts) -> list[Table]:
    """Return the ripple both ways, one node more for several n, and more nodes at once."""
    title = "Integer division and modulo: the article's numbers"
    return [numbers_of("arithmetic", title, verdicts), _ripple(numbers), _sizes(numbers), _more(numbers)]


def _ripple(numbers: Summary) -> Table:
    flows = numbers["ripple"].records()
    n, grow, shrink = (flows[0][column] for column in ("n", "grow", "shrink"))
    (whole,) = numbers["one-more"].where(n=n).to_dict("records")
    columns = ("node", "target", "parts", "hashes", "share", "back")
    body: list[tuple[Any, ...]] = [tuple(row[column] for column in columns) for row in flows[:SHOWN]]
    body.append(("all", "next", "1/2", whole["moved"], whole["ranges"], whole["back_moved"]))
    left = (
        f" The first {SHOWN} of {len(flows):,} flows; the others are in the rows."
        if len(flows) > SHOWN
        else ""
    )
    return Table.of_rows(
        "ripple",
        f"Integer division, {grow} ranges of 2^32 hashes: the ripple",
        columns,
        body,
        caption="Each node hands on to the next. In the continuum exactly half moves; of 2^32 hashes "
        f"{whole['short']} fewer.{left}",
        formats=numbers["ripple"].formats(["share"]),
        headers={"node": "from", "target": "to", "parts": "law", "back": f"back, {shrink}"},
        align={"parts": "right"},
    )


def _sizes(numbers: Summary) -> Table:
    sheet = numbers["one-more"]
    shown = ["moved", "short", "ranges", "back", "modulo_law", "modulo"]
    return Table(
        "one-more",
        "One node more, or one fewer: the same for any n",
        sheet.frame,
        columns=["n", *shown],
        caption="Integer division of 2^32 hashes by exact arcs, and hash mod n over a whole period "
        "of both sides.",
        formats={"n": After(), **sheet.formats(shown)},
        headers={
            "n": "event",
            "moved": "ranges: hashes moved",
            "short": "short of half",
            "ranges": "of all",
            "back": "and back",
            "modulo_law": "modulo n/(n+1)",
            "modulo": "of all",
        },
        notes=[
            "At least half of the keys move under modulo for every n, and just half from 1 to 2 "
            "nodes. It is a law "
            "of hashes that fill the space: keys 0 to n-1 themselves, unhashed, do not move at all."
        ],
    )


def _more(numbers: Summary) -> Table:
    sheet = numbers["more-at-once"]
    shown = ["at_once", "share", "law"]
    return Table(
        "more-at-once",
        "Integer division, more nodes at once",
        sheet.frame,
        columns=["n", *shown],
        caption="By exact arcs over 2^32 hashes; the law is that of the continuum. Node-0 always "
        "keeps its first part: "
        "almost 100 %, never all.",
        formats={"n": After(), **sheet.formats(shown)},
        headers={"n": "event", "at_once": "hashes moved", "share": "of all"},
    )


def comparison(numbers: Summary, verdicts: Verdicts) -> list[Table]:
    """Return one line for each algorithm."""
    sheet = numbers["comparison"]
    rows = sheet.records()
    n, keys = rows[0]["n"], next((row["keys"] for row in rows if not is_missing(row["keys"])), 0)
    shown = ["share", "exact", "law", "minimum", "stray", "pairs"]
    return [
        Table(
            "comparison",
            f"From {n} to {n + 1} nodes: what each algorithm moves",
            sheet.frame,
            columns=["label", *shown],
            caption=f"{keys:,} keys, the same for all; exact over all hashes where there are arcs.",
            formats={"label": WithSettings(), **sheet.formats(shown)},
            headers={
                "label": "algorithm",
                "share": "moved",
                "exact": "all hashes",
                "pairs": "pairs of nodes",
            },
            notes=[
                *(
                    f"{row['label']} takes no part: {row['reason']}."
                    for row in rows
                    if not is_missing(row["reason"])
                ),
                "The scaling experiment has more events, with intervals: python -m experiments.run scaling",
            ],
        )
    ]


def folklore(numbers: Summary, verdicts: Verdicts) -> list[Table]:
    """Return a table for each saying."""
    spread, removed = numbers["spread"], numbers["removed"]
    first = spread.records()[0]
    shown = ["said", "spread", "law_spread", "limit"]
    removals = ["removal", "removal_law", "removal_said"]
    return [
        Table(
            "folklore-points",
            'Folklore: "10 % with 100 points a node, 5 % with 200"',
            spread.frame,
            columns=["points", *shown],
            caption=f"Standard deviation of shares over their mean: {first['n']} nodes, root mean square of "
            f"{first['repetitions']} random rings, exact shares; law sqrt((n-1)/(nv+1)), "
            "below 1/sqrt(v).",
            formats=spread.formats(shown),
            headers={"limit": "1/sqrt(v)", "spread": "measured", "law_spread": "law"},
        ),
        Table(
            "folklore-removal",
            'Folklore: "removing a range moves about 1/N"',
            removed.frame,
            columns=["position", *removals],
            caption="Exact, over 2^32 hashes; law of the continuum [K(K-1) + (N-K)(N-K+1)] / (2N(N-1)).",
            formats={"position": OfAll(), **removed.formats(removals)},
            headers={
                "position": "range removed",
                "removal": "moved",
                "removal_law": "law",
                "removal_said": "said",
            },
        ),
    ]
