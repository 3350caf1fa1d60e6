"""Bars: loads of nodes, and of letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.report.figures.layout import axes_inches, nothing, percent_axis, spread, text_inches
from experiments.report.figures.palette import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

__all__ = ["bars", "bars_by_letter"]


def bars(
    axes: Axes,
    labels: Sequence[str],
    values: ArrayLike,
    colours: Sequence[str],
    *,
    label: str = "share of keys",
    mean: bool = True,
) -> None:
    """Draw a bar for each node, its share above it where there is room, and a line at the mean."""
    if not len(labels):
        nothing(axes)
        return
    shares = np.asarray(values, dtype=float)
    axes.bar(np.arange(len(shares)), shares, color=list(colours), width=0.82)
    room = axes_inches(axes) / (len(shares) + 0.2)
    for sign in (" %", ""):
        texts = [f"{100 * share:.1f}{sign}" for share in shares]
        if max(text_inches(text, 6) for text in texts) < room:
            for i, (share, text) in enumerate(zip(shares, texts, strict=True)):
                axes.text(i, share, text, ha="center", va="bottom", fontsize=6)
            break
    if mean:
        axes.axhline(shares.mean(), color=INK, linewidth=0.7, linestyle=(0, (4, 2)))
    axes.set_xticks(np.arange(len(shares)), labels)
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.6, len(shares) - 0.4)
    axes.margins(y=0.12)
    axes.set_ylabel(label)
    percent_axis(axes, "y")


def bars_by_letter(
    axes: Axes,
    letters: Sequence[str],
    values: ArrayLike,
    owners: Sequence[int],
    names: Sequence[str],
    colours: Sequence[str],
    *,
    label: str = "share of keys",
) -> None:
    """Draw a bar for each first letter in the colour of its node, and each node's sum above its letters."""
    shares = np.asarray(values, dtype=float)
    held = np.asarray(owners)
    axes.bar(np.arange(len(shares)), shares, color=[colours[owner] for owner in held], width=0.86)
    top = float(shares.max())
    if len(names) < len(letters):
        spans = {owner: np.flatnonzero(held == owner) for owner in range(len(names))}
        spans = {owner: mine for owner, mine in spans.items() if len(mine)}
        texts = [f"{names[owner]}\n{100 * shares[mine].sum():.1f} %" for owner, mine in spans.items()]
        widest = max(text_inches(line, 6.5) for text in texts for line in text.split("\n"))
        gap = widest * len(letters) / axes_inches(axes) + 0.3
        places = spread([float(mine[0] + mine[-1]) / 2 for mine in spans.values()], gap)
        places = [max(place, gap / 2 - 0.8 + i * gap) for i, place in enumerate(places)]
        for (owner, mine), text, place in zip(spans.items(), texts, places, strict=True):
            ends = [mine[0] - 0.43, mine[-1] + 0.43]
            axes.plot(ends, [1.08 * top] * 2, color=colours[owner], linewidth=3, solid_capstyle="butt")
            axes.text(place, 1.13 * top, text, ha="center", va="bottom", fontsize=6.5, linespacing=1.1)
        axes.set_ylim(0, 1.42 * top)
    axes.set_xticks(np.arange(len(letters)), letters)
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-0.8, len(letters) - 0.2)
    axes.set_ylabel(label)
    percent_axis(axes, "y")
