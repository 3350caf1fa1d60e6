"""Cells that say more than their text: verdicts, notes, and the marks of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING

from experiments.inference.verdict import kind_of
from experiments.report.tables.escapes import one_line, unbroken

if TYPE_CHECKING:
    from experiments.report.tables.table import Mark, Table

__all__ = ["writer"]


def writer(table: Table) -> Callable[[int, str, str], str]:
    """Return what writes the content of a cell, given its row, its column and its text."""
    notes = dict(note.partition(" ")[::2] for note in table.notes)
    verdicts = table.frame["verdict"].tolist() if "verdict" in table.frame.columns else []

    def write(row: int, column: str, text: str) -> str:
        mark = table.marks.get((row, column))
        if mark is not None:
            return _button(mark, text)
        kind = kind_of(str(verdicts[row])) if column == "verdict" else None
        if kind is not None:
            return f'<span class="verdict {kind}">{escape(text)}</span>'
        if column == "why" and text in notes:
            return _said("note", text, f"Note {text}", {"": notes[text]})
        return escape(unbroken(text))

    return write


def _button(mark: Mark, text: str) -> str:
    return _said(f"{mark.button} {mark.kind}".strip(), text, mark.title, mark.said)


def _said(kind: str, text: str, title: str, said: Mapping[str, str]) -> str:
    """Return a button that shows a title and some sentences, each after a word."""
    lines = "\n".join(f"{what}\t{one_line(words)}" for what, words in said.items())
    return (
        f'<button type="button" class="{kind}" aria-label="{escape(title)}" '
        f'data-tip-title="{escape(title)}" '
        f'data-tip="{escape(lines)}">{escape(text)}</button>'
    )
