"""Which algorithm a label is of, and how it is drawn on a light and on a dark page: one answer for a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from experiments.report.chart import Stacked
from experiments.report.figures.palette import Style, lifted, on_dark, styles

if TYPE_CHECKING:
    import pandas as pd

    from algorithms import Spec
    from experiments.report.document.chapter import Chapter

__all__ = ["SHAPES", "Labels"]

SHAPES: Mapping[str, str] = {
    "o": "M-0.9,0A0.9,0.9 0 1 0 0.9,0A0.9,0.9 0 1 0 -0.9,0Z",
    "s": "M-0.8,-0.8H0.8V0.8H-0.8Z",
    "^": "M0,-1L0.95,0.75H-0.95Z",
    "v": "M0,1L0.95,-0.75H-0.95Z",
    "<": "M-1,0L0.75,-0.95V0.95Z",
    ">": "M1,0L-0.75,-0.95V0.95Z",
    "D": "M0,-1.1L0.85,0L0,1.1L-0.85,0Z",
    "P": "M-0.35,-1H0.35V-0.35H1V0.35H0.35V1H-0.35V0.35H-1V-0.35H-0.35Z",
    "X": "M0,-0.45L0.55,-1L1,-0.55L0.45,0L1,0.55L0.55,1L0,0.45L-0.55,1L-1,0.55L-0.45,0L-1,-0.55L-0.55,-1Z",
    "p": "M0,-1L0.95,-0.31L0.59,0.81H-0.59L-0.95,-0.31Z",
    "h": "M0,-1L0.87,-0.5V0.5L0,1L-0.87,0.5V-0.5Z",
}
"""Matplotlib's markers as paths, in a square from -1 to 1: the same shapes as in the figures of a paper."""


@dataclass(frozen=True)
class Labels:
    """All labels of a page.

    Parameters
    ----------
    algorithm
        Whose each is, by label: ``ring`` for ``ring:points=10``.
    styles
        How each is drawn, in the order of a legend.
    kept
        Whether each keeps its colour where very many are shown.
    others
        How the series are drawn of charts that are not about algorithms: no filter hides them.
    """

    algorithm: Mapping[str, str]
    styles: Mapping[str, Style]
    kept: Mapping[str, bool]
    others: Mapping[str, Style] = field(default_factory=dict)

    @classmethod
    def of(cls, chapters: Iterable[Chapter]) -> Labels:
        """Return the labels of all chapters' rows, and the series that charts have beside them."""
        known: dict[str, str] = {}
        chapters = list(chapters)
        for chapter in chapters:
            for frame in (chapter.results.rows, chapter.results.timing):
                if frame is not None:
                    for label, name in _pairs(frame):
                        known.setdefault(name, name)  # first, so that it is the one without variations
                        known.setdefault(label, name)
        charts = (chart for chapter in chapters for chart in chapter.presentation.charts)
        others: dict[str, Style] = {}
        for chart in charts:
            if chart.series != "label" and not isinstance(chart.mark, Stacked):
                series = (str(value) for value in chart.values(chart.series))
                # colours are few: they tell the series of one chart apart, and not those of all
                for name, style in styles(name for name in series if name not in known).items():
                    others.setdefault(name, style)
        return cls(known, styles(known), lifted(known), others)

    @property
    def algorithms(self) -> list[str]:
        """The algorithms, in the order of a legend."""
        return list(dict.fromkeys(self.algorithm[label] for label in self.styles))

    def families(self, specs: Mapping[str, Spec]) -> list[tuple[str, list[str]]]:
        """Return the algorithms by family, in the order of a legend; "" for those that have none."""
        found: dict[str, list[str]] = {}
        for name in self.algorithms:
            found.setdefault(specs[name].family if name in specs else "", []).append(name)
        return list(found.items())

    def find(self, label: object) -> str | None:
        """Return the algorithm of a label; None for what is no label."""
        return self.algorithm.get(label) if isinstance(label, str) else None

    def drawn(self) -> list[dict[str, Any]]:
        """Return how each label is drawn, for the page's scripts, in the order of a legend."""
        return [
            {
                "label": label,
                "algorithm": self.algorithm.get(label),
                "light": style.colour,
                "dark": on_dark(style.colour),
                "shape": SHAPES[style.marker],
                "dash": _dash(style),
                "kept": self.kept.get(label, True),
            }
            for label, style in (*self.styles.items(), *self.others.items())
        ]


def _pairs(frame: pd.DataFrame) -> Iterator[tuple[str, str]]:
    if "algorithm" not in frame.columns:
        return
    algorithms = frame["algorithm"]
    labels = frame["label"] if "label" in frame.columns else algorithms
    pairs = zip(labels.tolist(), algorithms.tolist(), strict=True)
    yield from dict.fromkeys(pair for pair in pairs if all(isinstance(part, str) for part in pair))


def _dash(style: Style) -> list[float]:
    if isinstance(style.linestyle, str):
        return []
    return [2 * part for part in style.linestyle[1]]
