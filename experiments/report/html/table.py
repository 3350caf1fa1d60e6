"""A table as HTML."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from experiments.report.html import cells
from experiments.report.tables.escapes import unbroken
from experiments.report.tables.formats import is_missing

if TYPE_CHECKING:
    from experiments.report.tables.table import Table

__all__ = ["Find", "write"]

Find = Callable[[object], str | None]
"""Gives the algorithm of a label, or None for what is no label."""

LONG = 60
"""A table of more rows than this scrolls by itself."""


def write(table: Table, identifier: str, find: Find = lambda label: None) -> str:
    """Write a table as HTML."""
    shown = table.shown()
    owners = {column: find(column) for column in shown}
    kinds = {column: _kind(table, column) for column in shown}
    heads = (
        f'<th scope="col"{_owner(owners[column])}{kinds[column]}>{_head(table.header(column))}</th>'
        for column in shown
    )
    body = "\n".join(_rows(table, shown, owners, kinds, find))
    title = escape(table.title)
    about = f' <span class="about">{escape(unbroken(table.caption))}</span>' if table.caption else ""
    notes = "".join(f"<li>{escape(unbroken(note))}</li>" for note in table.notes)
    long = " long" if len(table.frame) > LONG else ""
    return (
        f'<figure class="table" id="{escape(identifier)}">\n'
        f'<figcaption><span class="title" aria-hidden="true">{title}</span>{about}</figcaption>\n'
        f'<div class="scroll{long}" tabindex="0" role="region" aria-label="{title}">\n'
        f"<table>\n<caption>{title}</caption>\n<thead><tr>{''.join(heads)}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table>\n</div>\n"
        + (f'<ul class="notes">{notes}</ul>\n' if notes else "")
        + "</figure>\n"
    )


def _rows(
    table: Table,
    shown: list[str],
    owners: Mapping[str, str | None],
    kinds: Mapping[str, str],
    find: Find,
) -> list[str]:
    records, lines, content = table.records(), [], cells.writer(table)
    starts = [start for _, start in table.grouped(table.cells())]
    head = next((column for column in ("label", "algorithm") if column in shown), shown[0] if shown else "")
    for row, (record, written, start) in enumerate(zip(records, table.cells(), starts, strict=True)):
        owner = next((found for name in ("label", "algorithm") if (found := find(record.get(name)))), None)
        parts = []
        for column, text in zip(shown, written, strict=True):
            tag = 'th scope="row"' if column == head else "td"
            group = f' data-group="{shown.index(column)}"' if column in table.groups else ""
            parts.append(
                f"<{tag}{_owner(owners[column])}{kinds[column]}{group}{_value(record[column])}>"
                f"{content(row, column, text)}</{tag.partition(' ')[0]}>"
            )
        begin = ' class="begin"' if start else ""
        lines.append(f"<tr{begin}{_owner(owner)}>{''.join(parts)}</tr>")
    return lines


def _head(text: str) -> str:
    """Return what stands above a column; a name may be broken after an underscore."""
    return escape(text).replace("_", "_<wbr>")


def _kind(table: Table, column: str) -> str:
    words = " words" if table.is_words(column) else ""
    return f' class="{table.alignment(column)}{words}"'


def _owner(algorithm: str | None) -> str:
    return "" if algorithm is None else f' data-algorithm="{escape(algorithm)}"'


def _value(value: Any) -> str:
    """Return what a row is sorted by, where that is a number."""
    if is_missing(value) or isinstance(value, str) or not hasattr(type(value), "__float__"):
        return ""
    number = float(value)
    return f' data-value="{number:.9g}"' if math.isfinite(number) else ""
