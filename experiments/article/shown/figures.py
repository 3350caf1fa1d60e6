"""The article's figures, drawn from our own sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.article.subjects import EXAMPLE, LETTERS, SPACE, SPLITS, groups_of
from experiments.report.figures.cuts import Cut
from experiments.report.figures.figure import PAGE, Figure
from experiments.report.figures.palette import node_colours
from experiments.report.summary import Sheet, Summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

__all__ = ["division", "letters", "minimum_hashes", "range_query", "rings"]

MOST = 32
"""From this many ranges on they are not drawn: they could not be told apart."""


def letters(numbers: Summary) -> Figure:
    """Return the splits by letter and their loads, and as many nodes by hash."""
    nodes = numbers["nodes"]
    by_letter = _shares(nodes, "26 letters")
    hashed = {count: _shares(nodes, f"hashed, {count}") for count in map(len, SPLITS.values())}

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

    source = nodes.records()[0]["workload"]
    return Figure(
        "letters", f"Last names ({source}) by first letter, and the same names hashed.", draw, (PAGE, 5.2)
    )


def _shares(nodes: Sheet, split: str) -> list[float]:
    return [float(share) for share in nodes.series("share", split=split).values()]


def division(numbers: Summary) -> list[Figure]:
    """Return the hash space cut into equal ranges, and the ripple."""
    cuts = numbers["cuts"]
    n = min(cuts.frame["n"])
    return [cut(cuts, n), ripple(cuts, n)] if n < MOST else []


def cut(cuts: Sheet, n: int) -> Figure:
    """Return the hash space cut into equal ranges."""
    space = _cut(cuts.where(n=n))

    def draw(canvas: Canvas) -> None:
        from experiments.report.figures import spaces

        axes = canvas.subplots()
        spaces.strip(axes, space, boundary=_grouped)
        axes.set_ylim(-0.3, 1.05)
        axes.set_title(f"{space.space:,} hashes, {n} ranges; each boundary is the first hash of a range")

    return Figure("space-cut", f"The hash space of 32 bits cut into {n} equal ranges.", draw, (PAGE, 1.1))


def ripple(cuts: Sheet, n: int) -> Figure:
    """Return the ripple: one range more, and how much each node hands to the next."""
    before, after = (_cut(cuts.where(n=many)) for many in (n, n + 1))

    def draw(canvas: Canvas) -> None:
        from experiments.report.figures import spaces

        spaces.ripple(canvas, before, after)

    caption = f"Integer division, from {n} to {n + 1} ranges: every boundary shifts, each node hands on."
    return Figure("ripple", caption, draw, (PAGE, 3.6))


def minimum_hashes(numbers: Summary) -> Figure:
    """Return the table of minimum hashes before and after one row and several rows."""
    events = ("one row", "several rows")
    rows = numbers["minimum-rows"]
    cuts = {
        (event, side): _cut(rows.where(event=event, side=side), SPACE)
        for event in events
        for side in ("before", "after")
    }

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


def range_query(numbers: Summary) -> Figure:
    """Return one range query on hashed and on ranged data."""
    employees = numbers["employees"]
    low, high = EXAMPLE

    def draw(canvas: Canvas) -> None:
        from experiments.report.figures import spaces

        for axes, name in zip(canvas.subplots(1, 2), ("hashed", "ranged"), strict=True):
            mine = employees.where(table=name)
            spaces.query(
                axes,
                mine["salary"].tolist(),
                mine["node"].tolist(),
                low,
                high,
                label=f"salary, {name}",
            )

    caption = f"Who earns from {low:,} to {high:,}? Employees by salary on hashed and on ranged data."
    return Figure("range-query", caption, draw, (PAGE, 2.4))


def rings(numbers: Summary) -> list[Figure]:
    """Return the article's ring before and after the third node."""
    arcs = numbers["arcs"]
    sides = {n: arcs.where(ring=f"{n} nodes, 5 points", kind="full") for n in (2, 3)}

    def draw(canvas: Canvas) -> None:
        from experiments.report.figures import spaces

        spaces.rings(
            canvas,
            _cut(sides[2]),
            _cut(sides[3]),
            points=(_points(sides[2]), _points(sides[3])),
            titles=("2 nodes", "3 nodes"),
        )

    return [Figure("rings", "The article's ring: server-c joins with 5 points.", draw, (PAGE, 3.7))]


def _cut(arcs: pd.DataFrame, space: int | None = None) -> Cut:
    """Return the cut of arcs that follow each other to the end of the space."""
    starts, nodes = arcs["start"].tolist(), arcs["node"].tolist()
    return Cut(arcs["last"].tolist()[-1] + 1 if space is None else space, starts, nodes)


def _points(arcs: pd.DataFrame) -> list[tuple[int, str, str]]:
    rows: list[dict[Any, Any]] = arcs.to_dict("records")
    return [
        (row["start"], row["node"], row["point"].removeprefix("server-")) for row in rows if not row["wrap"]
    ]


def _grouped(hash: int) -> str:
    """Return a boundary with thousands separators."""
    return f"{hash:,}"
