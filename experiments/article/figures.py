"""The article's figures, drawn from our own rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.article.address_book_tables import share_of
from experiments.article.subjects import EXAMPLE, LETTERS, SPACE, SPLITS, groups_of
from experiments.report.figures.cuts import Cut
from experiments.report.figures.figure import PAGE, Figure
from experiments.report.figures.palette import node_colours
from experiments.storage.records import Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

__all__ = ["cut", "division", "letters", "minimum_hashes", "range_query", "ring_cut", "rings", "ripple"]

MOST = 32
"""From this many ranges on they are not drawn: they could not be told apart."""


def letters(rows: Sequence[Record]) -> Figure:
    """Return the splits by letter and their loads, and as many nodes by hash."""
    nodes = [row for row in rows if row["kind"] == "split"]
    by_letter = [float(share_of(row)) for row in nodes if row["table"] == "26 letters"]
    hashed = {
        count: [float(share_of(row)) for row in nodes if row["table"] == f"hashed, {count}"]
        for count in map(len, SPLITS.values())
    }

    def draw(canvas: Canvas) -> None:
        from experiments.report.figures import bars

        panels = canvas.subplots(len(SPLITS), 2, width_ratios=[2, 1])
        for (left, right), (name, starts) in zip(panels, SPLITS.items(), strict=True):
            groups = groups_of(starts)
            colours = node_colours(groups)
            owners = [sum(letter >= start for start in starts) - 1 for letter in LETTERS]
            bars.bars_by_letter(
                left, list(LETTERS), by_letter, owners, groups, colours, label="share of names"
            )
            left.set_title(f"{name}: by first letter")
            numbers = [
                str(number) if len(starts) < 10 or number % 5 == 0 else "" for number in range(len(starts))
            ]
            # a line at the mean would strike through the numbers that stand on few bars
            bars.bars(right, numbers, hashed[len(starts)], colours, label="", mean=len(starts) > 10)
            right.set_title(f"hashed, {len(starts)} nodes")
            right.set_ylim(0, 1.15 * max(hashed[len(starts)]))

    source = nodes[0]["workload"]
    return Figure(
        "letters", f"Last names ({source}) by first letter, and the same names hashed.", draw, (PAGE, 5.2)
    )


def division(rows: Sequence[Record]) -> list[Figure]:
    """Return the hash space cut into equal ranges, and the ripple."""
    n = min(row["n"] for row in rows if row["kind"] == "cut")
    return [cut(rows), ripple(rows)] if n < MOST else []


def cut(rows: Sequence[Record]) -> Figure:
    """Return the hash space cut into equal ranges."""
    n = min(row["n"] for row in rows if row["kind"] == "cut")
    space = _cut_of(rows, n)

    def draw(canvas: Canvas) -> None:
        from experiments.report.figures import spaces

        axes = canvas.subplots()
        spaces.strip(axes, space, boundary=_grouped)
        axes.set_ylim(-0.3, 1.05)
        axes.set_title(f"{space.space:,} hashes, {n} ranges; each boundary is the first hash of a range")

    return Figure("space-cut", f"The hash space of 32 bits cut into {n} equal ranges.", draw, (PAGE, 1.1))


def ripple(rows: Sequence[Record]) -> Figure:
    """Return the ripple: one range more, and how much each node hands to the next."""
    n = min(row["n"] for row in rows if row["kind"] == "cut")
    before, after = _cut_of(rows, n), _cut_of(rows, n + 1)

    def draw(canvas: Canvas) -> None:
        from experiments.report.figures import spaces

        spaces.ripple(canvas, before, after)

    caption = f"Integer division, from {n} to {n + 1} ranges: every boundary shifts, each node hands on."
    return Figure("ripple", caption, draw, (PAGE, 3.6))


def minimum_hashes(rows: Sequence[Record]) -> Figure:
    """Return the table of minimum hashes before and after one row and several rows."""
    events = ("one row", "several rows")
    cuts = {(event, side): _table_cut(rows, event, side) for event in events for side in ("before", "after")}

    def draw(canvas: Canvas) -> None:
        from experiments.report.figures import spaces

        for axes, event in zip(canvas.subplots(len(events), 1), events, strict=True):
            spaces.before_after(
                axes,
                cuts[event, "before"],
                cuts[event, "after"],
                boundary=_grouped,
                labels=("before", f"{event} added"),
            )

    caption = "A table of minimum hashes: one added row relieves one node, a row in each range relieves all."
    return Figure("minimum-hashes", caption, draw, (PAGE, 3.6))


def range_query(rows: Sequence[Record]) -> Figure:
    """Return one range query on hashed and on ranged data."""
    employees = [row for row in rows if row["kind"] == "employee"]
    low, high = EXAMPLE

    def draw(canvas: Canvas) -> None:
        from experiments.report.figures import spaces

        for axes, name in zip(canvas.subplots(1, 2), ("hashed", "ranged"), strict=True):
            mine = [row for row in employees if row["table"] == name]
            spaces.query(
                axes,
                [row["salary"] for row in mine],
                [row["node"] for row in mine],
                low,
                high,
                label=f"salary, {name}",
            )

    caption = f"Who earns from {low:,} to {high:,}? Employees by salary on hashed and on ranged data."
    return Figure("range-query", caption, draw, (PAGE, 2.4))


def rings(rows: Sequence[Record]) -> list[Figure]:
    """Return the article's ring before and after the third node."""
    sides = {n: _ring_rows(rows, n) for n in (2, 3)}

    def draw(canvas: Canvas) -> None:
        from experiments.report.figures import spaces

        spaces.rings(
            canvas,
            ring_cut(sides[2]),
            ring_cut(sides[3]),
            points=(_points(sides[2]), _points(sides[3])),
            titles=("2 nodes", "3 nodes"),
        )

    return [Figure("rings", "The article's ring: server-c joins with 5 points.", draw, (PAGE, 3.7))]


def ring_cut(rows: Sequence[Record]) -> Cut:
    """Return the cut of a stored full routing table.

    Examples
    --------
    >>> ring_cut([{"start": 0, "last": 2**28 - 1, "node": "server-a"}]).shares()
    {'server-a': Fraction(1, 1)}
    """
    return Cut(rows[-1]["last"] + 1, [row["start"] for row in rows], [row["node"] for row in rows])


def _ring_rows(rows: Sequence[Record], nodes: int) -> list[Record]:
    label = f"{nodes} nodes, 5 points"
    return [row for row in rows if row["kind"] == "full" and row["table"] == label]


def _points(rows: Sequence[Record]) -> list[tuple[int, str, str]]:
    return [
        (row["start"], row["node"], row["point"].removeprefix("server-"))
        for row in rows
        if not row.get("wrap")
    ]


def _cut_of(rows: Sequence[Record], nodes: int) -> Cut:
    mine = [row for row in rows if row["kind"] == "cut" and row["n"] == nodes]
    return Cut(mine[-1]["last"] + 1, [row["start"] for row in mine], [row["node"] for row in mine])


def _table_cut(rows: Sequence[Record], event: str, side: str) -> Cut:
    mine = [row for row in rows if row["kind"] == side and row["table"] == event]
    return Cut(SPACE, [row["start"] for row in mine], [row["node"] for row in mine])


def _grouped(hash: int) -> str:
    """Return a boundary with thousands separators."""
    return f"{hash:,}"
