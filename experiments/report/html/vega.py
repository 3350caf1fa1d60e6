"""Declared charts as Vega-Lite, for the page.

A specification says what, and leaves colours, shapes, widths and what is selected to the page: a scale of the
labels is named only (`BY_ALGORITHM`), and other colours are variables of the page's style. So one filter
drives all charts, and they are light on a light page, dark on a dark one, and light again on paper.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from experiments.report.chart import Axis, Chart, Dots, Lines, Stacked
from experiments.report.figures.palette import MOST
from experiments.report.tables.formats import is_missing

__all__ = ["caption_of", "choices_of", "described", "law_of", "records", "specification", "toggles_of"]

Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
"""The language of the specifications. A name: nobody fetches it."""

BY_ALGORITHM = "algorithms:"
"""With ``colour``, ``shape``, ``dash`` or ``order``: in the place of a scale or an order of labels."""

FORMATS: Mapping[str, str] = {"number": ",.4~r", "percent": ".2~%", "count": ",", "size": "~s"}
"""How numbers are written, in the language of d3."""

MOST_TICKS = 20
"""With more places than this, ticks are at round numbers."""

STEP = 12
"""Pixels from a dot to the next."""

NARROW = 7
"""The same where there are very many."""


def described(chart: Chart) -> Spec:
    """Return what the page's script needs of a chart: plain values."""
    return {
        "name": chart.name,
        "spec": specification(chart),
        "rows": records(chart),
        "log": toggles_of(chart),
        "choices": {column: chart.values(column) for column in choices_of(chart)},
        "facts": _facts(chart),
        "law": law_of(chart),
        "ticks": isinstance(chart.mark, Dots),
    }


def choices_of(chart: Chart) -> Mapping[str, str]:
    """Return what a reader can choose, by column: what has several values."""
    return {column: title for column, title in chart.choices.items() if len(chart.values(column)) > 1}


def toggles_of(chart: Chart) -> dict[str, bool]:
    """Return which axes a reader can make logarithmic, and whether they are at first."""
    mark = chart.mark
    axes = {"x": mark.x, "y": mark.y} if isinstance(mark, Lines) else {"x": mark.x}
    return {name: axis.log for name, axis in axes.items() if not axis.fixed}


def law_of(chart: Chart) -> str:
    """Return what the law is called that a chart has beside its numbers, or nothing where there is none."""
    mark = chart.mark
    if isinstance(mark, Stacked) or not mark.law or all(map(is_missing, chart.frame[mark.law])):
        return ""
    return (mark.law_title if isinstance(mark, Lines) else "") or "law"


def caption_of(chart: Chart) -> str:
    """Return the caption, with what cannot be chosen; facts stand beside it, since they follow what is."""
    if chart.facts:
        return chart.caption
    several = choices_of(chart)
    alone = {column: chart.values(column) for column in chart.choices if column not in several}
    return chart.said({column: values[0] for column, values in alone.items() if values})


def records(chart: Chart) -> list[dict[str, Any]]:
    """Return the rows as plain values: numbers to 9 digits, None for what is missing or infinite."""
    columns = [column for column in chart.columns if column != chart.facts]
    cells = zip(*(chart.frame[column].tolist() for column in columns), strict=True)
    series = chart.series if isinstance(chart.mark, Stacked) else "label"
    named = [series if column == chart.series else column for column in columns]
    return [dict(zip(named, map(_plain, row), strict=True)) for row in cells]


def _facts(chart: Chart) -> list[dict[str, Any]]:
    """Return what the numbers of each case were measured with: values of the choices, and a sentence."""
    if not chart.facts:
        return []
    cases = chart.frame[[*chart.choices, chart.facts]].drop_duplicates()
    rows = zip(*(cases[column].tolist() for column in cases.columns), strict=True)
    return [dict(zip((*chart.choices, "facts"), map(_plain, row), strict=True)) for row in rows]


def specification(chart: Chart) -> Spec:
    """Return the Vega-Lite of a chart, without data, width and theme."""
    mark = chart.mark
    if isinstance(mark, Lines):
        body = _lines(chart, mark)
    elif isinstance(mark, Dots):
        body = _dots(chart, mark)
    else:
        body = _stacked(chart.series, mark)
    return {"$schema": SCHEMA, **body}


def _plain(value: Any) -> Any:
    if is_missing(value):
        return None
    if isinstance(value, str | bool):
        return value
    if hasattr(type(value), "__index__"):
        return int(value)
    number = float(value) if not isinstance(value, Fraction) else value.numerator / value.denominator
    return float(f"{number:.9g}") if math.isfinite(number) else None


def _dots(chart: Chart, mark: Dots) -> Spec:
    place = {
        "y": {
            "field": mark.y,
            "type": "nominal",
            "sort": [_plain(value) for value in chart.values(mark.y)],  # a layer may lack the first of them
            "title": None,
            "axis": {"ticks": False, "domain": False, "grid": True, "tickBand": "extent"},
            "scale": {"paddingInner": 0.12},
        },
        "yOffset": {"field": "label", "type": "nominal", "sort": f"{BY_ALGORITHM}order"},
        "color": _scaled("colour"),
    }
    quantity = _quantity(mark.x, chart)
    few = len(chart.values(chart.series)) <= MOST
    step = STEP if few else NARROW
    layers: list[Spec] = []
    if mark.reference is not None:
        stroke = {"type": "rule", "strokeWidth": 1, "color": "var(--soft)"}
        nowhere = dict.fromkeys(("y", "yOffset", "color"))
        once = {"data": {"values": [{}]}, "encoding": {**nowhere, "x": {"datum": mark.reference}}}
        layers.append({"mark": stroke, **once})
    if mark.low and mark.high:
        between = {"x": quantity | {"field": mark.low}, "x2": {"field": mark.high}}
        layers.append({"mark": {"type": "rule", "strokeWidth": 1.5, "opacity": 0.7}, "encoding": between})
    if mark.law:
        stroke = {"type": "tick", "thickness": 1.2, "size": step + 2, "color": "var(--ink)", "opacity": 0.9}
        at = {"x": quantity | {"field": mark.law}, "color": {"value": "var(--ink)"}}
        layers.append({"mark": stroke, "encoding": at})
    layers.append(
        {
            "mark": {"type": "point", "filled": True, "size": 75 if few else 40, "opacity": 1},
            "encoding": {
                "x": quantity,
                "shape": _scaled("shape"),
                "tooltip": _tooltip(chart, mark.x, [mark.y], mark),
            },
        }
    )
    return {"height": {"step": step, "for": "offset"}, "encoding": place, "layer": layers}


CROSS: Spec = {"type": "rule", "strokeWidth": 1.5, "opacity": 0.7}


def _lines(chart: Chart, mark: Lines) -> Spec:
    across, up = _quantity(mark.x, chart), _quantity(mark.y, chart)
    layers: list[Spec] = []
    if mark.low and mark.high:
        between = {"y": up | {"field": mark.low}, "y2": {"field": mark.high}}
        crossed = bool(mark.x_low and mark.x_high)
        band: Spec = CROSS if crossed else {"type": "area", "opacity": 0.16, "line": False}
        layers.append({"mark": band, "encoding": between})
        if crossed:
            between = {"x": across | {"field": mark.x_low}, "x2": {"field": mark.x_high}, "y": up}
            layers.append({"mark": CROSS, "encoding": between})
    if mark.law:
        dotted = {"type": "line", "strokeWidth": 1.2, "strokeDash": [2, 3], "opacity": 0.9}
        colour: Spec = {"color": {"value": "var(--ink)"}} if mark.law_title else {}
        layers.append({"mark": dotted, "encoding": {"y": up | {"field": mark.law}, **colour}})
    layers.append(
        {"mark": {"type": "line", "strokeWidth": 2}, "encoding": {"y": up, "strokeDash": _scaled("dash")}}
    )
    layers.append(
        {
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {
                "y": up,
                "shape": _scaled("shape"),
                "tooltip": [_said(mark.x), *_tooltip(chart, mark.y, [], mark)],
            },
        }
    )
    encoding = {"x": across, "color": _scaled("colour"), "detail": {"field": "label"}}
    return {"height": 300, "encoding": encoding, "layer": layers}


def _stacked(of: str, mark: Stacked) -> Spec:
    parts = list(mark.parts)
    words = {name: said for name, (said, _) in mark.parts.items()}
    return {
        "height": {"step": 22},
        "transform": [{"calculate": f"indexof({parts!r}, datum[{mark.part!r}])", "as": "place"}],
        "mark": {"type": "bar", "height": {"band": 0.72}},
        "encoding": {
            "y": {
                "field": of,
                "type": "nominal",
                "sort": f"{BY_ALGORITHM}order" if of == "label" else None,
                "title": None,
                "axis": {"ticks": False, "domain": False, "labelLimit": 260},
            },
            "x": _quantity(mark.x, None) | {"stack": "zero"},
            "order": {"field": "place", "type": "quantitative"},
            "color": {
                "field": mark.part,
                "type": "nominal",
                "scale": {"domain": parts, "range": [f"var(--{kind})" for _, kind in mark.parts.values()]},
                "legend": {"title": None, "orient": "top", "labelExpr": _named(words), "labelLimit": 300},
            },
            "tooltip": [
                {"field": of, "type": "nominal", "title": "of"},
                {"field": mark.part, "type": "nominal", "title": "part"},
                _said(mark.x),
            ],
        },
    }


def _named(parts: Mapping[str, str]) -> str:
    cases = "".join(f"datum.value === {name!r} ? {words!r} : " for name, words in parts.items())
    return f"{cases}datum.value"


def _quantity(axis: Axis, chart: Chart | None) -> Spec:
    scale: Spec = {"type": "log" if axis.log else "linear", "zero": axis.zero}
    places = sorted(chart.values(axis.column)) if chart is not None and axis.measured else []
    ticks: Spec = {"values": places} if 0 < len(places) <= MOST_TICKS else {}
    if ticks:
        scale |= {"nice": False, "padding": 12}
    return {
        "field": axis.column,
        "type": "quantitative",
        "title": axis.title,
        "axis": {"format": FORMATS[axis.written], **ticks},
        "scale": scale,
    }


def _scaled(by: str) -> Spec:
    """Return an encoding by label, on a scale that the page's script fills in."""
    return {"field": "label", "type": "nominal", "scale": f"{BY_ALGORITHM}{by}", "legend": None}


def _said(axis: Axis) -> Spec:
    return _number(axis.column, axis.title, axis)


def _number(column: str, title: str, axis: Axis) -> Spec:
    return {"field": column, "type": "quantitative", "title": title, "format": FORMATS[axis.written]}


def _tooltip(chart: Chart, axis: Axis, show: Sequence[str], mark: Lines | Dots) -> list[Spec]:
    title = "algorithm" if chart.series == "label" else chart.series
    said: list[Spec] = [{"field": "label", "type": "nominal", "title": title}]
    said += [{"field": column, "type": "nominal", "title": column} for column in show]
    said.append(_said(axis))
    law = mark.law_title if isinstance(mark, Lines) else ""
    ends = [(mark.low, "from"), (mark.high, "to"), (mark.law, law or "law")]
    return said + [_number(column, title, axis) for column, title in ends if column]
