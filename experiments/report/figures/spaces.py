"""Drawings of a hash space cut into pieces: as a strip, as a ring, before and after a scale event."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.report.figures.cuts import Cut, Move, colours_of, natural, short_names
from experiments.report.figures.layout import axes_inches, text_inches
from experiments.report.figures.palette import INK, MUTED, ink_on, node_colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase
    from numpy.typing import ArrayLike

__all__ = ["before_after", "query", "ring", "rings", "ripple", "strip"]


def strip(
    axes: Axes,
    cut: Cut,
    *,
    colours: Mapping[str, str] | None = None,
    y: float = 0.0,
    height: float = 1.0,
    moves: Sequence[Move] = (),
    boundary: Callable[[int], str] | None = None,
    above: bool = False,
) -> None:
    """Draw a hash space as a bar from 0 to its end, its pieces in the colours of their owners."""
    from matplotlib.patches import Rectangle

    hues = colours or colours_of(cut)
    inches = axes_inches(axes)
    names = _fitting_names(cut, list(hues), inches)
    for start, end, owner in cut.pieces():
        left, width = start / cut.space, (end - start) / cut.space
        axes.add_patch(
            Rectangle((left, y), width, height, facecolor=hues[owner], edgecolor="white", linewidth=0.6)
        )
        if _fits(names[owner], width * inches):
            axes.text(
                left + width / 2,
                y + height / 2,
                names[owner],
                ha="center",
                va="center",
                fontsize=6.5,
                color=ink_on(hues[owner]),
                zorder=5,
                bbox=_halo(hues[owner]) if moves else None,
            )
    for move in moves:
        left, width = move.start / cut.space, (move.end - move.start) / cut.space
        lines = ink_on(hues[move.target])
        axes.add_patch(
            Rectangle(
                (left, y), width, height, facecolor="none", edgecolor=lines, hatch="//////", linewidth=0
            )
        )
    if boundary is not None:
        _boundaries(axes, cut, boundary, y + height if above else y, above, inches)
    axes.set_xlim(0, 1)
    _bare(axes)


def before_after(
    axes: Axes,
    before: Cut,
    after: Cut,
    *,
    colours: Mapping[str, str] | None = None,
    boundary: Callable[[int], str] | None = None,
    labels: tuple[str, str] = ("before", "after"),
) -> None:
    """Draw a hash space before and after a scale event, one bar under the other, what moved hatched."""
    hues = colours or colours_of(before, after)
    moves = before.moves(after)
    strip(axes, before, colours=hues, y=1.4, boundary=boundary, above=True)
    strip(axes, after, colours=hues, y=0.0, moves=moves, boundary=boundary)
    for move in moves:
        left, right = move.start / before.space, move.end / before.space
        axes.fill([left, right, right, left], [1.4, 1.4, 1.0, 1.0], color="#000000", alpha=0.12, linewidth=0)
    axes.set_ylim(-0.05, 2.45)
    axes.set_yticks([1.9, 0.5], labels)
    moved = sum(move.end - move.start for move in moves) / before.space
    axes.set_title(
        f"moved (hatched): {100 * moved:.1f} % of the hash space",
        fontsize=7,
        color=INK,
        pad=14 if boundary else 3,
    )


def ripple(
    canvas: FigureBase, before: Cut, after: Cut, *, boundary: Callable[[int], str] | None = None
) -> None:
    """Draw a scale event as `before_after` does and, under it, how much each node hands on to which."""
    hues = colours_of(before, after)
    names = short_names(list(hues))
    top, bottom = canvas.subplots(2, 1, height_ratios=[1.25, 1])
    before_after(top, before, after, colours=hues, boundary=boundary)
    moved: dict[tuple[str, str], int] = {}
    for move in before.moves(after):
        moved[move.source, move.target] = moved.get((move.source, move.target), 0) + move.end - move.start
    place = np.arange(len(moved))
    labels = [f"{names[source]}→{names[target]}" for source, target in moved]
    room = axes_inches(bottom) / max(len(moved), 1)
    crowded = any(text_inches(label, 6) > room for label in labels)
    bottom.bar(
        place,
        [size / before.space for size in moved.values()],
        width=0.8,
        color=[hues[target] for _, target in moved],
    )
    bottom.set_xticks(place, labels)
    bottom.tick_params(axis="x", length=0, labelrotation=90 if crowded else 0, labelsize=6)
    bottom.set_xlim(-0.6, max(len(moved), 1) - 0.4)
    bottom.set_xlabel("from node → to node")
    bottom.set_ylabel("moved, % of the space")
    bottom.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g}")
    bottom.grid(axis="y")


def ring(
    axes: Axes,
    cut: Cut,
    *,
    colours: Mapping[str, str] | None = None,
    points: Sequence[tuple[int, str, str]] = (),
    moves: Sequence[Move] = (),
    title: str = "",
    shares: bool = True,
) -> None:
    """Draw a hash space as a ring, hash 0 at the top and hashes growing clockwise."""
    from matplotlib.patches import Wedge

    hues = colours or colours_of(cut)
    # Between thin arcs white lines would be most of the picture.
    line = 0.5 if len(cut.starts) <= 60 else 0.0
    for start, end, owner in cut.pieces():
        axes.add_patch(
            Wedge(
                (0, 0),
                1.0,
                _degrees(end, cut),
                _degrees(start, cut),
                width=0.27,
                facecolor=hues[owner],
                edgecolor="white",
                linewidth=line,
            )
        )
    for move in moves:
        axes.add_patch(
            Wedge(
                (0, 0),
                1.0,
                _degrees(move.end, cut),
                _degrees(move.start, cut),
                width=0.27,
                facecolor="none",
                edgecolor=ink_on(hues[move.target]),
                hatch="//////",
                linewidth=0,
            )
        )
    for at, owner, label in points:
        angle = math.radians(_degrees(at, cut))
        x, y = math.cos(angle), math.sin(angle)
        axes.plot(x, y, marker="o", markersize=4, color=hues[owner], markeredgecolor=INK, markeredgewidth=0.6)
        if label:
            axes.text(
                1.1 * x,
                1.1 * y,
                label,
                fontsize=6,
                va="center" if abs(y) < 0.9 else ("bottom" if y > 0 else "top"),
                ha="center" if abs(x) < 0.15 else ("left" if x > 0 else "right"),
            )
    axes.plot([0, 0], [0.66, 0.73], color=MUTED, linewidth=0.8)
    axes.text(0, 0.63, "0", ha="center", va="top", fontsize=6, color=MUTED)
    axes.text(0, 0, title, ha="center", va="center", fontsize=8)
    axes.set_aspect("equal")
    reach = 1.5 if any(label for _, _, label in points) else 1.08
    axes.set_xlim(-reach, reach)
    axes.set_ylim(-min(reach, 1.2), min(reach, 1.2))
    axes.set_axis_off()
    if shares:
        from matplotlib.patches import Patch

        handles = [
            Patch(facecolor=hues[name], label=f"{name}  {100 * float(share):.1f} %")
            for name, share in sorted(cut.shares().items(), key=lambda item: natural(item[0]))
        ]
        axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0), handlelength=1, ncols=1)


def rings(
    canvas: FigureBase,
    before: Cut,
    after: Cut,
    *,
    points: tuple[Sequence[tuple[int, str, str]], Sequence[tuple[int, str, str]]] = ((), ()),
    titles: tuple[str, str] = ("before", "after"),
) -> None:
    """Draw a ring before and after a scale event, side by side, what moved hatched in the second."""
    hues = colours_of(before, after)
    moves = before.moves(after)
    left, right = canvas.subplots(1, 2)
    moved = sum(move.end - move.start for move in moves) / before.space
    ring(left, before, colours=hues, points=points[0], title=titles[0])
    ring(
        right,
        after,
        colours=hues,
        points=points[1],
        moves=moves,
        title=f"{titles[1]}\nmoved: {100 * moved:.1f} %",
    )


def query(
    axes: Axes,
    values: ArrayLike,
    owners: Sequence[str],
    low: float,
    high: float,
    *,
    nodes: Sequence[str] | None = None,
    label: str = "key",
) -> None:
    """Draw which nodes a range of keys lies on: keys as dots, one line a node, the range shaded."""
    keys = np.asarray(values, dtype=float)
    held = np.asarray(owners)
    rows = sorted(set(owners), key=natural) if nodes is None else list(nodes)
    inside = (keys >= low) & (keys <= high)
    touched = 0
    for y, (node, colour) in enumerate(zip(rows, node_colours(rows), strict=True)):
        mine = held == node
        hit = bool((mine & inside).any())
        touched += hit
        axes.axhline(y, color="#DDDDDD", linewidth=0.6, zorder=0)
        for chosen, fill, edge, size in (
            (mine & ~inside, "white", MUTED, 3.0),
            (mine & inside, colour, INK, 4.2),
        ):
            axes.plot(
                keys[chosen],
                np.full(int(chosen.sum()), y),
                linestyle="none",
                marker="o",
                markersize=size,
                markerfacecolor=fill,
                markeredgecolor=edge,
                markeredgewidth=0.6,
            )
    axes.axvspan(low, high, color="#000000", alpha=0.07, linewidth=0, zorder=0)
    axes.set_yticks(np.arange(len(rows)), rows)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(label)
    axes.locator_params(axis="x", nbins=5)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_title(f"{touched} of {len(rows)} nodes asked, {int(inside.sum())} keys found", fontsize=7)


def _fitting_names(cut: Cut, nodes: Sequence[str], inches: float) -> dict[str, str]:
    """Return the nodes' names as they are; or all of them short, where that lets one more be written."""
    short = short_names(nodes)
    for start, end, owner in cut.pieces():
        width = (end - start) / cut.space * inches
        if _fits(short[owner], width) and not _fits(owner, width):
            return short
    return {name: name for name in nodes}


def _fits(text: str, width: float) -> bool:
    return width > text_inches(text, 6.5) + 0.05


def _boundaries(
    axes: Axes, cut: Cut, boundary: Callable[[int], str], y: float, above: bool, inches: float
) -> None:
    free = -math.inf
    for start, _, _ in cut.pieces():
        place, text = start / cut.space * inches, boundary(start)
        half = text_inches(text, 5.5) / 2
        axes.plot(
            [start / cut.space] * 2,
            [y, y + (0.08 if above else -0.08)],
            color=INK,
            linewidth=0.5,
            clip_on=False,
        )
        if place - half > free:
            axes.annotate(
                text,
                (start / cut.space, y),
                xytext=(0, 4 if above else -4),
                textcoords="offset points",
                ha="center",
                va="bottom" if above else "top",
                fontsize=5.5,
                color=INK,
                annotation_clip=False,
            )
            free = place + half + 0.05


def _bare(axes: Axes) -> None:
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.tick_params(axis="y", length=0)


def _degrees(at: int, cut: Cut) -> float:
    return 90.0 - 360.0 * at / cut.space


def _halo(colour: str) -> dict[str, object]:
    return {"boxstyle": "round,pad=0.15", "facecolor": colour, "edgecolor": "none"}
