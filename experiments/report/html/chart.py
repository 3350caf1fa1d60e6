"""Interactive charts, as Vega-Lite: an experiment declares what is drawn, the page draws it.

A specification here says what, and leaves colours, shapes, widths and what is selected to the page: a scale
of the labels is named only (`BY_ALGORITHM`), and other colours are variables of the page's style. So one
filter drives all charts, and they are light on a light page, dark on a dark one, and light again on paper.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from experiments.report.glance import Glance
from experiments.report.tables.formats import is_missing

if TYPE_CHECKING:
    import pandas as pd

    from experiments.report.document.chapter import Chapter

__all__ = ["Axis", "Chart", "Glance", "dots", "lines", "measured", "records", "stacked", "table_of"]

Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
"""The language of the specifications. A name: nobody fetches it."""

BY_ALGORITHM = "algorithms:"
"""With ``colour``, ``shape``, ``dash`` or ``order``: in the place of a scale or an order of labels."""

PERCENT = ".2~%"
NUMBER = ",.4~r"


@dataclass(frozen=True)
class Axis:
    """A quantity and how it is written.

    Parameters
    ----------
    field
        The column.
    title
        In words.
    format
        Of numbers, in the language of d3.
    log
        Whether the axis is logarithmic at first.
    toggle
        Whether a reader may change that.
    zero
        Whether it begins at nought where it is not logarithmic.
    at
        Where its ticks are; at round numbers if nothing is said.
    """

    field: str
    title: str
    format: str = NUMBER
    log: bool = False
    toggle: bool = True
    zero: bool = True
    at: Sequence[float] = ()


@dataclass(frozen=True)
class Chart:
    """One interactive chart.

    Parameters
    ----------
    name
        Unique in its chapter.
    title, caption
        What it shows; n, keys, repetitions and the kind of interval.
    rows
        The data: plain values by column, with ``label`` where a row is about an algorithm.
    spec
        Vega-Lite, without data, width and theme.
    x, y
        The axes that have a toggle; None for one that has no numbers.
    choices
        Columns of which a reader sees one value at a time, and what a selector of it is called.
    replaces
        Names of figures that need not be shown as well: it shows the same, and more.
    timing
        Whether it shows what a clock measured.
    """

    name: str
    title: str
    caption: str
    rows: Sequence[Mapping[str, Any]]
    spec: Spec
    _: KW_ONLY
    x: Axis | None = None
    y: Axis | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    replaces: Sequence[str] = ()
    timing: bool = False
    facts: str = ""

    def described(self) -> dict[str, Any]:
        """Return what the page's script needs: plain values."""
        axes = {name: axis for name, axis in (("x", self.x), ("y", self.y)) if axis is not None}
        return {
            "name": self.name,
            "spec": {"$schema": SCHEMA, **self.spec},
            "rows": [dict(row) for row in self.rows],
            "facts": self.facts,
            "log": {name: axis.log for name, axis in axes.items() if axis.toggle},
            "choices": {
                column: list(dict.fromkeys(row[column] for row in self.rows)) for column in self.choices
            },
        }


def table_of(chapter: Chapter, stem: str) -> list[pd.DataFrame]:
    """Return the frames of a chapter's tables of one kind, in their order."""
    tables = chapter.presentation.tables
    return [table.frame for table in tables if table.name == stem or table.name.startswith(f"{stem}-")]


def records(frame: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return rows of plain values, numbers to 9 digits, None for what is missing or infinite.

    Examples
    --------
    >>> import pandas as pd
    >>> records(pd.DataFrame({"label": ["ring"], "cv": [0.1234567891]}), ["label", "cv", "law"])
    [{'label': 'ring', 'cv': 0.123456789, 'law': None}]
    """
    known = [column for column in columns if column in frame.columns]
    lists = [frame[column].tolist() for column in known]
    blank: dict[str, Any] = dict.fromkeys(columns)
    rows = zip(*lists, strict=True)
    return [
        blank | {column: _plain(cell) for column, cell in zip(known, cells, strict=True)} for cells in rows
    ]


def _plain(value: Any) -> Any:
    if is_missing(value):
        return None
    if isinstance(value, str | bool):
        return value
    if hasattr(type(value), "__index__"):
        return int(value)
    number = float(value) if not isinstance(value, Fraction) else value.numerator / value.denominator
    return float(f"{number:.9g}") if math.isfinite(number) else None


def measured(rows: Iterable[Mapping[str, Any]], column: str, most: int = 8) -> tuple[float, ...]:
    """Return the values of a column, ascending, as places for ticks; none if they are too many."""
    places = sorted({row[column] for row in rows if row[column] is not None})
    return tuple(places) if len(places) <= most else ()


def dots(x: Axis, y: str, *, low: str = "", high: str = "", law: str = "", step: int = 12) -> Spec:
    """Return dots by category and algorithm, with intervals and the values of a law."""
    place = {
        "y": {
            "field": y,
            "type": "nominal",
            "sort": None,
            "title": None,
            "axis": {"ticks": False, "domain": False, "grid": True, "tickBand": "extent"},
            "scale": {"paddingInner": 0.12},
        },
        "yOffset": {"field": "label", "type": "nominal", "sort": f"{BY_ALGORITHM}order"},
        "color": _scaled("colour"),
    }
    quantity = _quantity(x)
    layers: list[Spec] = []
    if low and high:
        layers.append(
            {
                "mark": {"type": "rule", "strokeWidth": 1.5, "opacity": 0.7},
                "encoding": {"x": quantity, "x2": {"field": high}} | {"x": quantity | {"field": low}},
            }
        )
    if law:
        layers.append(
            {
                "mark": {
                    "type": "tick",
                    "thickness": 1.2,
                    "size": step + 2,
                    "color": "var(--ink)",
                    "opacity": 0.9,
                },
                "encoding": {"x": quantity | {"field": law}, "color": {"value": "var(--ink)"}},
            }
        )
    layers.append(
        {
            "mark": {"type": "point", "filled": True, "size": 75, "opacity": 1},
            "encoding": {
                "x": quantity,
                "shape": _scaled("shape"),
                "tooltip": _tooltip(x, [y], low, high, law),
            },
        }
    )
    return {"height": {"step": step, "for": "offset"}, "encoding": place, "layer": layers}


def lines(
    x: Axis, y: Axis, *, low: str = "", high: str = "", law: str = "", one: Sequence[str] = ("label",)
) -> Spec:
    """Return lines with their intervals as bands and the law beside them, dotted."""
    across = _quantity(x)
    up = _quantity(y)
    layers: list[Spec] = []
    if low and high:
        layers.append(
            {
                "mark": {"type": "area", "opacity": 0.16, "line": False},
                "encoding": {"y": up | {"field": low}, "y2": {"field": high}},
            }
        )
    if law:
        layers.append(
            {
                "mark": {"type": "line", "strokeWidth": 1.2, "strokeDash": [2, 3], "opacity": 0.9},
                "encoding": {"y": up | {"field": law}},
            }
        )
    layers.append(
        {"mark": {"type": "line", "strokeWidth": 2}, "encoding": {"y": up, "strokeDash": _scaled("dash")}}
    )
    layers.append(
        {
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {
                "y": up,
                "shape": _scaled("shape"),
                "tooltip": [_said(x), *_tooltip(y, [], low, high, law)],
            },
        }
    )
    encoding = {"x": across, "color": _scaled("colour"), "detail": {"field": "label"}}
    return {"height": 300, "encoding": encoding, "layer": layers}


def stacked(x: Axis, parts: Mapping[str, str], *, colours: Sequence[str], of: str = "label") -> Spec:
    """Return horizontal bars made of parts, such as the minimum and the excess of a movement."""
    return {
        "height": {"step": 22},
        "transform": [{"calculate": f"indexof({list(parts)!r}, datum.part)", "as": "place"}],
        "mark": {"type": "bar", "height": {"band": 0.72}},
        "encoding": {
            "y": {
                "field": of,
                "type": "nominal",
                "sort": f"{BY_ALGORITHM}order" if of == "label" else None,
                "title": None,
                "axis": {"ticks": False, "domain": False, "labelLimit": 260},
            },
            "x": _quantity(x) | {"stack": "zero"},
            "order": {"field": "place", "type": "quantitative"},
            "color": {
                "field": "part",
                "type": "nominal",
                "scale": {"domain": list(parts), "range": list(colours)},
                "legend": {"title": None, "orient": "top", "labelExpr": _named(parts), "labelLimit": 300},
            },
            "tooltip": [
                {"field": of, "type": "nominal", "title": "of"},
                {"field": "part", "type": "nominal", "title": "part"},
                _said(x),
            ],
        },
    }


def _named(parts: Mapping[str, str]) -> str:
    cases = "".join(f"datum.value === {name!r} ? {words!r} : " for name, words in parts.items())
    return f"{cases}datum.value"


def _quantity(axis: Axis) -> Spec:
    scale: Spec = {"type": "log" if axis.log else "linear", "zero": axis.zero}
    ticks: Spec = {"values": list(axis.at)} if axis.at else {}
    if ticks:
        scale |= {"nice": False, "padding": 12}
    return {
        "field": axis.field,
        "type": "quantitative",
        "title": axis.title,
        "axis": {"format": axis.format, **ticks},
        "scale": scale,
    }


def _scaled(by: str) -> Spec:
    """Return an encoding by label, on a scale that the page's script fills in."""
    return {"field": "label", "type": "nominal", "scale": f"{BY_ALGORITHM}{by}", "legend": None}


def _said(axis: Axis) -> Spec:
    return {"field": axis.field, "type": "quantitative", "title": axis.title, "format": axis.format}


def _tooltip(axis: Axis, show: Iterable[str], low: str, high: str, law: str) -> list[Spec]:
    said: list[Spec] = [{"field": "label", "type": "nominal", "title": "algorithm"}]
    said += [{"field": column, "type": "nominal", "title": column} for column in show]
    said.append(_said(axis))
    ends = [(low, "from"), (high, "to"), (law, "law")]
    said += [
        {"field": column, "type": "quantitative", "title": title, "format": axis.format}
        for column, title in ends
        if column
    ]
    return said
