"""The first screen of a run: thirty lines of a hundred columns."""

from __future__ import annotations

import re
from pathlib import Path

from rich.cells import cell_len

from experiments.report.presentation import Presentation
from experiments.report.screen import everything, first_screen

FOLDER = Path("results") / "experiment" / "custom-0123456789ab"
WIDTHS = (80, 100, 200)


def check_screen(presentation: Presentation) -> list[str]:
    """Check what a terminal shows before it is asked for details, and return its lines at 100 columns."""
    screens = {width: first_screen(presentation, FOLDER, width) for width in WIDTHS}
    for width, lines in screens.items():
        assert len(lines) <= 30, "\n".join(lines)
        assert max(map(cell_len, lines)) <= min(width, 100), "\n".join(lines)
        assert lines[-1] == f"Written to {FOLDER}/"
    assert screens[200] == screens[100]
    lines = screens[100]
    table = presentation.first_table()
    assert table is not None
    assert _one_line(table.title) in _one_line(" ".join(lines))
    finding = next(iter(presentation.findings()), "")
    assert _one_line(finding)[:60] in _one_line(" ".join(lines))
    whole = _one_line(" ".join(everything(presentation, 100)))
    for sentence in presentation.findings():
        assert _one_line(sentence) in whole
    for each in presentation.tables:
        assert _one_line(each.title) in whole
    return lines


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
