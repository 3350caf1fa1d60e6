"""The page: what each part shows, and the template that it is put into."""

from __future__ import annotations

import base64
import importlib.resources
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from algorithms import Spec
from algorithms.hashing import hash_names
from experiments.report.figures import figure as figures
from experiments.report.figures.palette import MOST
from experiments.report.glance import Glance
from experiments.report.html import provenance, ring, table, vega
from experiments.report.html.labels import Labels
from experiments.report.tables.escapes import unbroken
from experiments.report.tables.formats import Text
from experiments.report.tables.table import Table
from experiments.storage.specs import specs_of

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter

__all__ = ["render"]

STYLES = ("style.css", "charts.css")
SCRIPTS = ("page.js", "chooser.js", "tables.js", "charts.js")
RING = "ring.js"
OPEN_TABLES = ("matrix", "claims")
"""Tables whose name is this, or begins with it, are open from the start."""


@dataclass(frozen=True)
class _Drawn:
    """A chart as the template and the script have it."""

    identifier: str
    title: str
    caption: str
    choices: Mapping[str, str]
    timing: bool
    described: Mapping[str, Any]


@dataclass(frozen=True)
class _Shown:
    """A chapter as the template has it."""

    identifier: str
    name: str
    profile: str
    title: str
    meaning: Sequence[str]
    failures: Sequence[str]
    methods: Sequence[str]
    charts: Sequence[_Drawn]
    figures: Sequence[tuple[str, str, str, bool]]
    tables: Sequence[tuple[str, str, Markup, bool]]
    command: str
    parameters: Sequence[tuple[str, str, str]]


def render(chapters: Sequence[Chapter]) -> str:
    """Return the page."""
    labels = Labels.of(chapters)
    shown = [_chapter(chapter, labels, len(chapters)) for chapter in chapters]
    specs = specs_of(chapter.results.facts for chapter in chapters)
    summary = _summary(chapters, labels, specs)
    data: dict[str, Any] = {
        "labels": labels.drawn(),
        "most": MOST,
        "charts": {chart.identifier: chart.described for part in shown for chart in part.charts},
    }
    chooser = next((one.presentation.chooser for one in chapters if one.presentation.chooser), None)
    if chooser is not None:
        data["chooser"] = chooser.described()
    # the ring is an introduction to many experiments; a report of one is about that
    circle = ring.drawn(labels.algorithms) if len(chapters) > 1 else None
    has_ring = circle is not None and bool(circle["algorithms"])
    if has_ring:
        data["ring"] = circle
    page: str = _template().render(
        chapters=shown,
        summary=None if summary is None else Markup(table.write(summary, "summary-table", labels.find)),
        chooser=None if chooser is None else Markup(table.write(chooser.table, "chooser-table", labels.find)),
        trust=() if chooser is None else chooser.trust,
        doubted=chooser is not None and chooser.doubted,
        has_ring=has_ring,
        families=labels.families(specs),
        provenance=[
            Markup(table.write(one, f"provenance-{one.name}")) for one in provenance.tables(chapters)
        ],
        sources=_sources(labels, specs),
        data=_json(data),
        library=_library(),
        styles=Markup("\n".join(map(_asset, STYLES))),
        scripts=Markup("\n".join(map(_asset, (*SCRIPTS, RING) if has_ring else SCRIPTS))),
    )
    return page


def _chapter(chapter: Chapter, labels: Labels, count: int) -> _Shown:
    identifier = f"{chapter.name}-{chapter.profile}"
    presentation = chapter.presentation
    return _Shown(
        identifier=identifier,
        name=chapter.name,
        profile=chapter.profile,
        title=_sentence(chapter.title) or chapter.name,
        meaning=[_beginning(line, labels) for line in presentation.meaning],
        failures=presentation.failures,
        methods=presentation.methods,
        charts=[
            _Drawn(
                f"{identifier}-chart-{chart.name}",
                chart.title,
                vega.caption_of(chart),
                vega.choices_of(chart),
                chart.timing,
                vega.described(chart),
            )
            for chart in presentation.charts
            if not chart.is_empty
        ],
        figures=[
            (f"{identifier}-figure-{figure.name}", figure.caption, _drawing(figure), figure.timing)
            for figure in presentation.figures
        ],
        tables=[
            (
                f"{identifier}-{one.name}",
                one.title,
                Markup(table.write(one, f"{identifier}-{one.name}", labels.find)),
                one.name.partition("-")[0] in OPEN_TABLES,
            )
            for one in presentation.tables
        ],
        command=provenance.command(chapter),
        parameters=provenance.parameters(chapter),
    )


def _sentence(text: str) -> str:
    """Return a text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _beginning(line: str, labels: Labels) -> str:
    """Return a line with a capital at its beginning, unless that is a name."""
    first = line.partition(" ")[0]
    return line if labels.find(first) or first in hash_names() else _sentence(line)


def _summary(chapters: Iterable[Chapter], labels: Labels, specs: Mapping[str, Spec]) -> Table | None:
    """Return one row for each algorithm, with what each chapter adds: the first chapter that has a column."""
    columns: dict[str, Glance] = {}
    for chapter in chapters:
        for column in (column for column in chapter.presentation.glance if column.values):
            columns.setdefault(column.header, column)
    rows = [name for name in labels.algorithms if any(name in column.values for column in columns.values())]
    if not rows:
        return None
    return Table.of_rows(
        "summary",
        "All algorithms, a number for each question",
        ["algorithm", "lookup", *columns],
        [
            (
                name,
                specs[name].lookup_cost.order or None if name in specs else None,
                *(column.values.get(name) for column in columns.values()),
            )
            for name in rows
        ],
        formats={"lookup": Text(), **{header: column.format for header, column in columns.items()}},
        align={"properties": "right"} if "properties" in columns else {},
        notes=[f"{', '.join(headers)}: {about}." for about, headers in _abouts(columns.values()).items()],
    )


def _abouts(columns: Iterable[Glance]) -> dict[str, list[str]]:
    """Return the headers of the columns that are about the same, by what that is."""
    found: dict[str, list[str]] = {}
    for column in columns:
        found.setdefault(column.about, []).append(column.header)
    return found


def _sources(labels: Labels, specs: Mapping[str, Spec]) -> list[tuple[str, str, str, str]]:
    """Return name, title, idea and source of each algorithm of the page of which they are known."""
    shown = [specs[name] for name in labels.algorithms if name in specs]
    return [(spec.name, spec.title, spec.summary, spec.reference) for spec in shown]


def _drawing(figure: figures.Figure) -> str:
    """Return a figure as an address that holds it: its identifiers and scripts, if any, stay in there."""
    content = figures.render(figure, ("svg",))["svg"]
    return f"data:image/svg+xml;base64,{base64.b64encode(content).decode()}"


def _json(data: Mapping[str, Any]) -> Markup:
    """Return JSON that no text in it can end early: it stands in a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)


@cache
def _library() -> Markup:
    """Return Vega, Vega-Lite and Vega-Embed, as one script that needs nothing else."""
    import vl_convert

    code = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", VEGA_LITE)
    return Markup(code.replace("</script", "<\\/script").replace("<!--", "<\\!--"))


VEGA_LITE = "v6.4"
"""Named, so that a newer package draws the same."""


def _asset(name: str) -> str:
    return importlib.resources.files("experiments.report.html").joinpath("assets", name).read_text("utf-8")


def _template() -> Any:
    environment = Environment(
        autoescape=True,
        finalize=lambda value: unbroken(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.from_string(_asset("page.html"))
