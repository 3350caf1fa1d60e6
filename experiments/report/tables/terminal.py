"""A table on a terminal, by rich.

A grid where it fits; else several grids under one another, each beginning with the columns that say what a
row is; and on a terminal too narrow for that, a block of lines for each row.
"""

from __future__ import annotations

import io
import textwrap
from typing import TYPE_CHECKING, Literal

from experiments.options.printable import printable
from experiments.report.tables.escapes import one_line, unbroken

if TYPE_CHECKING:
    from rich.console import RenderableType

    from experiments.report.tables.table import Table

__all__ = ["beside", "write"]

# A column of words may be folded down to this many characters, if its longest word allows.
_LEAST_WORDS = 24
# Stands for the space between a number and its unit, since rich folds at every kind of space.
_BOND = "\ue000"
# Spaces between columns.
_GAP = 2
_JUSTIFY: dict[str, Literal["left", "right", "center"]] = {
    "left": "left",
    "right": "right",
    "center": "center",
}


def write(table: Table, width: int = 80, *, colour: bool = False) -> str:
    """Write a table for a terminal.

    Numbers are never cut or folded. Where they do not fit side by side, the columns stand in several grids
    under one another; and where not even that is possible, each row becomes a block of lines
    ``header  value``.
    """
    from rich.text import Text

    rows = [[_bound(cell) for cell in cells] for cells in table.cells()]
    parts: list[RenderableType] = [Text(_bound(table.title), style="bold")]
    least = _least_widths(table, rows)
    panels = _panels(table, least, width)
    for i, panel in enumerate(panels):
        parts += [Text("")] if i else []
        parts.append(_grid(table, rows, least, panel))
    if not panels:
        parts += _blocks(table, rows, width)
    if table.caption:
        parts.append(Text(_bound(table.caption), style="dim"))
    parts += [Text(_bound(note)) for note in table.notes]
    return _render(parts, width, colour)


def beside(table: Table, width: int) -> list[str]:
    """Return the columns that stand side by side in the first grid; all where a grid cannot hold them."""
    rows = [[_bound(cell) for cell in cells] for cells in table.cells()]
    panels = _panels(table, _least_widths(table, rows), width)
    return [table.shown()[i] for i in panels[0]] if panels else table.shown()


def _bound(text: str) -> str:
    """Return a text of one line that commands no terminal, its numbers bound to their units."""
    return unbroken(printable(one_line(text)).replace("\N{NO-BREAK SPACE}", " "), _BOND)


def _least_widths(table: Table, rows: list[list[str]]) -> list[int]:
    from rich.cells import cell_len

    widths = []
    for i, column in enumerate(table.shown()):
        cells = [row[i] for row in rows]
        longest = max((cell_len(cell) for cell in cells), default=0)
        head = max((cell_len(word) for word in _bound(table.header(column)).split()), default=0)
        if table.is_words(column):
            word = max((cell_len(word) for cell in cells for word in cell.split()), default=0)
            # A short text stays on one line: rows of a table are compared by eye.
            longest = min(longest, max(min(word, 2 * _LEAST_WORDS), _LEAST_WORDS))
        widths.append(max(longest, head))
    return widths


def _panels(table: Table, least: list[int], width: int) -> list[list[int]]:
    """Return the columns of each grid, by number; no grids if a column fits into none."""

    def fits(panel: list[int]) -> bool:
        return sum(least[i] for i in panel) + _GAP * (len(panel) - 1) <= width

    shown = table.shown()
    if fits(list(range(len(shown)))):
        return [list(range(len(shown)))]
    first = next((i for i, column in enumerate(shown) if not table.is_words(column)), 1)
    keys = [i for i, column in enumerate(shown) if i < first or column in table.groups]
    panels: list[list[int]] = []
    for i in range(len(shown)):
        if i in keys:
            continue
        if panels and fits([*panels[-1], i]):
            panels[-1].append(i)
        elif fits([*keys, i]):
            panels.append([*keys, i])
        else:
            return []
    return panels


def _grid(table: Table, rows: list[list[str]], least: list[int], panel: list[int]) -> RenderableType:
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table as Grid
    from rich.text import Text

    # The divider is one space, and each cell but the first has one more before it.
    grid = Grid(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 0, 0, _GAP - 1), header_style="bold"
    )
    for i in panel:
        column = table.shown()[i]
        words = table.is_words(column)
        longest = max((cell_len(row[i]) for row in rows), default=0)
        head = "\n".join(_balanced(_bound(table.header(column)), max(least[i], min(longest, _LEAST_WORDS))))
        grid.add_column(
            Text(head),
            justify=_JUSTIFY[table.alignment(column)],
            no_wrap=not words,
            overflow="fold",
            min_width=least[i],
        )
    for cells, start in table.grouped(rows):
        if start:
            grid.add_section()
        grid.add_row(*(Text(cells[i]) for i in panel))
    return grid


def _balanced(head: str, width: int) -> list[str]:
    """Fold a header into as few lines as the width allows, of about equal length."""
    lines = textwrap.wrap(head, max(width, 1), break_long_words=False) or [""]
    for narrower in range(max(map(len, head.split()), default=1), width):
        candidate = textwrap.wrap(head, narrower, break_long_words=False)
        if len(candidate) == len(lines):
            return candidate
    return lines


def _blocks(table: Table, rows: list[list[str]], width: int) -> list[RenderableType]:
    """Write each row as lines of header and value, or a line of each by turns, under its first cell."""
    from rich.cells import cell_len
    from rich.padding import Padding
    from rich.table import Table as Grid
    from rich.text import Text

    shown = table.shown()
    heads = [_bound(table.header(column)) for column in shown]
    if not rows:
        return [Text(f"\n{', '.join(heads)}: no rows\n")]
    indent = max((cell_len(head) for head in heads[1:]), default=0)
    numbers = [i for i, column in enumerate(shown) if i and not table.is_words(column)]
    longest = max((cell_len(row[i]) for row in rows for i in numbers), default=0)
    beside = indent + _GAP + max(longest, _LEAST_WORDS // 2) + _GAP <= width
    blocks: list[RenderableType] = []
    for cells in rows:
        blocks.append(Text(f"\n{heads[0]}: {cells[0]}", style="bold"))
        pairs = list(zip(heads[1:], cells[1:], strict=True))
        if beside:
            grid = Grid.grid(padding=(0, _GAP, 0, 0))
            grid.add_column(width=indent)
            grid.add_column(overflow="fold")
            for head, cell in pairs:
                grid.add_row(Text(head, style="dim"), Text(cell))
            blocks.append(Padding(grid, (0, 0, 0, _GAP)))
        else:
            for head, cell in pairs:
                blocks += [
                    Padding(Text(head, style="dim"), (0, 0, 0, 1)),
                    Padding(Text(cell), (0, 0, 0, _GAP)),
                ]
    return [*blocks, Text("")]


def _render(parts: list[RenderableType], width: int, colour: bool) -> str:
    from rich.console import Console

    stream = io.StringIO()
    # An empty environment: NO_COLOR, COLUMNS and their kin would change the bytes.
    console = Console(
        file=stream,
        width=width,
        height=100,
        force_terminal=colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
        emoji=False,
        markup=False,
        highlight=False,
        _environ={},
    )
    for part in parts:
        console.print(part)
    lines = stream.getvalue().replace(_BOND, " ").rstrip("\n").split("\n")
    return "\n".join(line.rstrip() for line in lines)
