"""A table as GitHub's Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.report.tables.escapes import escape_markdown, markdown_line

if TYPE_CHECKING:
    from experiments.report.tables.table import Table

__all__ = ["write"]


def write(table: Table) -> str:
    """Return a table's title, cells, caption and notes; groups are parted by an empty row."""
    shown = table.shown()
    head = [escape_markdown(table.header(column)) for column in shown]
    body: list[list[str]] = []
    for cells, start in table.grouped(table.cells()):
        if start and body:
            body.append([""] * len(shown))
        body.append([escape_markdown(cell) for cell in cells])
    widths = [max(3, *(len(row[i]) for row in [head, *body])) for i in range(len(shown))]
    places = [table.alignment(column) for column in shown]
    rules = {"left": ":{}-", "right": "-{}:", "center": ":{}:"}
    rule = [rules[place].format("-" * (width - 2)) for place, width in zip(places, widths, strict=True)]
    pad = {"left": str.ljust, "right": str.rjust, "center": str.center}
    lines = [
        "| " + " | ".join(pad[p](cell, w) for cell, p, w in zip(row, places, widths, strict=True)) + " |"
        for row in [head, rule, *body]
    ]
    parts = [f"**{escape_markdown(table.title)}**", "\n".join(lines)]
    parts += [markdown_line(table.caption)] if table.caption else []
    parts += ["\n".join(f"- {escape_markdown(note)}" for note in table.notes)] if table.notes else []
    return "\n\n".join(parts) + "\n"
