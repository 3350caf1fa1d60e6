"""Stored results as one page: tables, interactive charts, the property matrix, claims, the ring, provenance.

The page is one file, with its style, its scripts and the charting library inside: it opens without a network,
and asks for none. The same results give the same bytes.

What is where: :mod:`~experiments.report.html.page` puts the page together; ``table`` writes a table;
``vega`` makes Vega-Lite of charts; ``cells`` marks verdicts and counterexamples; ``ring`` is the ring that is
drawn; ``provenance`` tells how the results were made; ``assets/`` holds the template, the style and the
scripts.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.options.errors import BadUse
from experiments.storage.files import write_atomically

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter

__all__ = ["NEEDED", "render", "write"]

NEEDED = {"jinja2": "jinja2", "vl_convert": "vl-convert-python"}
"""What a page takes beyond the suite itself: the extra ``report``; packages by module."""


def write(chapters: Sequence[Chapter], out: Path) -> None:
    """Write the page of some chapters to a file, which appears whole or not at all."""
    write_atomically(out, render(chapters).encode())


def render(chapters: Sequence[Chapter]) -> str:
    """Return the page of some chapters."""
    missing = [package for module, package in NEEDED.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise BadUse(
            f"an HTML report needs {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not "
            "installed; install the extra: pip install 'shardlab[report]'"
        )
    from experiments.report.html import page

    return page.render(chapters)
