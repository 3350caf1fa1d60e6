"""Cells that say more than their text: verdicts, and what a pointer or a key press shows of them."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from experiments.properties.cells import BROKEN, HOLDS, KEPT, NO_REASON, NOT_APPLICABLE, REFUTED
from experiments.report.tables.escapes import one_line
from experiments.report.tables.formats import is_missing

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter
    from experiments.report.html.table import Decorate
    from experiments.report.tables.table import Table

__all__ = ["VERDICTS", "decorate"]

VERDICTS: Mapping[str, str] = {
    "confirmed": "good",
    "refuted": "bad",
    "undecided": "open",
    "not implemented": "wait",
    "agrees": "good",
    "exact": "good",
    "differs": "bad",
    "met": "good",
    "not met": "bad",
}
"""The class of a word in a column of verdicts; other words have none."""

_CLASSES: Mapping[str, str] = {
    HOLDS: "good",
    REFUTED: "bad",
    NOT_APPLICABLE: "none",
    BROKEN: "broken",
    KEPT: "open",
    NO_REASON: "open",
}


def decorate(chapter: Chapter, table: Table) -> Decorate:
    """Return what writes the cells of a table that say more than their text.

    Parameters
    ----------
    chapter
        The table's.
    table
        The table.

    Returns
    -------
    Callable
        See :data:`experiments.report.html.table.Decorate`.
    """
    if chapter.name == "properties" and table.name == "matrix":
        return _matrix(chapter)
    return _verdicts(table)


def _verdicts(table: Table) -> Decorate:
    notes = dict(note.partition(" ")[::2] for note in table.notes)

    def write(row: Mapping[str, Any], column: str, text: str) -> str | None:
        if column == "verdict":
            kind = VERDICTS.get(text.rstrip("!"), "")
            return f'<span class="verdict {kind}">{escape(text)}</span>' if kind else None
        if column == "why" and text in notes:
            return _button("note", text, f"Note {text}", {"": notes[text]})
        return None

    return write


def _matrix(chapter: Chapter) -> Decorate:
    rows, replay = chapter.results.rows, _replay(chapter)
    cells = {(row["property"], row["label"]): row for row in rows.to_dict("records")}
    titles = {row["property"]: row["title"] for row in cells.values()}

    def write(row: Mapping[str, Any], column: str, text: str) -> str | None:
        name = row["property"]
        if column == "property":
            return _button("name", name, name, {"": titles[name]})
        cell = cells.get((name, column))
        if cell is None:
            return None
        said = {
            what: str(cell[key])
            for what, key in (
                ("", "title"),
                ("Counterexample", "counterexample"),
                ("Reason", "reason"),
                ("Test", "test"),
                ("Nodes", "sizes"),
            )
            if key in cell and not is_missing(cell[key])
        }
        if (name, column) in replay:
            said["Try it"] = replay[name, column]
        kind = _CLASSES.get(cell["verdict"], "open")
        return _button(f"cell {kind}", text, f"{column}, {name}: {cell['verdict']}", said)

    return write


def _replay(chapter: Chapter) -> dict[tuple[str, str], str]:
    """Return the command that shows a counterexample again, by property and label, as the tables have it."""
    tables = {table.name: table for table in chapter.presentation.tables}
    if not {"counterexamples", "replay"} <= tables.keys():
        return {}
    flags = {row["number"]: row["flags"] for row in tables["replay"].records()}
    return {
        (row["property"], row["algorithm"].removesuffix(" (declared)")): (
            f"python -m experiments.run properties {flags[row['number']]}"
        )
        for row in tables["counterexamples"].records()
    }


def _button(kind: str, text: str, title: str, said: Mapping[str, str]) -> str:
    """Return a button that shows a title and some sentences, each after a word."""
    lines = "\n".join(f"{what}\t{one_line(words)}" for what, words in said.items())
    return (
        f'<button type="button" class="{kind}" aria-label="{escape(title)}" '
        f'data-tip-title="{escape(title)}" data-tip="{escape(lines)}">{escape(text)}</button>'
    )
