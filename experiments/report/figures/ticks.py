"""Ticks of logarithmic axes: at the places that were measured, or at round numbers, written out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from experiments.report.figures.layout import text_inches

if TYPE_CHECKING:
    from matplotlib.axis import Axis

SIZE = 7
"""Points of the letters."""

GENEROUS = 1.4
"""By so much more room texts have than they need: axes are not quite as wide as they are estimated."""

__all__ = ["log_ticks", "number", "plain_numbers", "round_numbers", "round_ticks"]


def plain_numbers(axis: Axis) -> None:
    """Write the ticks of a logarithmic axis as numbers rather than as powers of ten."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axis.set_major_formatter(FuncFormatter(lambda x, _: number(x)))
    axis.set_minor_formatter(NullFormatter())


def log_ticks(
    axis: Axis, places: Sequence[float], *, percent: bool = False, room: float | None = None
) -> None:
    """Put ticks at these places of a logarithmic axis, and nowhere else.

    All are written, or as many as there is room for along the axis, in inches.
    """
    from matplotlib.ticker import FuncFormatter, NullLocator

    texts = {place: f"{100 * place:g} %" if percent else number(place) for place in places}
    if room is not None and len(places) > 1:
        unit = room / math.log(max(places) / min(places))
        apart = _apart({place: unit * math.log(place) for place in places}, texts)
        texts = {place: text for place, text in texts.items() if place in apart}
    axis.set_ticks(list(places))
    axis.set_major_formatter(FuncFormatter(lambda x, _: texts.get(x, "")))
    axis.set_minor_locator(NullLocator())


def round_ticks(axis: Axis, *, percent: bool = False) -> None:
    """Put ticks at round numbers of a logarithmic axis; of one that had nothing above 0 to show, none."""
    low, high = axis.get_view_interval()
    log_ticks(axis, round_numbers(low, high) if axis.get_scale() == "log" else [], percent=percent)


def _apart(at: Mapping[float, float], texts: Mapping[float, str]) -> set[float]:
    """Return the numbers whose texts do not touch, given where each is in inches; powers of ten first.

    Examples
    --------
    >>> sorted(_apart({100: 1.0, 160: 1.1, 1000: 1.5}, {100: "100", 160: "160", 1000: "1,000"}))
    [100, 1000]
    """
    written: set[float] = set()
    for place in sorted(at, key=lambda place: (not math.log10(place).is_integer(), place)):
        width = GENEROUS * text_inches(texts[place], SIZE)
        if all(
            2 * abs(at[place] - at[other]) > width + GENEROUS * text_inches(texts[other], SIZE)
            for other in written
        ):
            written.add(place)
    return written


def number(value: float, *, size: bool = False) -> str:
    """Write a number of an axis: in full, or with k, M, G where it is a size.

    Examples
    --------
    >>> number(0.05), number(2_000_000), number(2_000_000, size=True), number(500, size=True)
    ('0.05', '2,000,000', '2M', '500')
    """
    if size:
        power = next((power for power in (3, 2, 1) if abs(value) >= 1000**power), 0)
        return f"{value / 1000**power:g}{' kMG'[power].strip()}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:g}"


def round_numbers(low: float, high: float, *, most: int = 8) -> list[float]:
    """Return round numbers between two positive ones, for the ticks of a logarithmic axis.

    Examples
    --------
    >>> round_numbers(0.04, 0.3)
    [0.05, 0.1, 0.2, 0.3]
    >>> round_numbers(0.5, 20_000)
    [1.0, 10.0, 100.0, 1000.0, 10000.0]
    """
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found: list[float] = []
    for digits in ((1, 2, 3, 5), (1, 3), (1,)):
        found = [value for p in powers for digit in digits if low <= (value := float(f"{digit}e{p}")) <= high]
        if len(found) <= most:
            break
    return found
