"""Charts, each declared once: what is shown of which numbers, and nothing of how it is drawn.

:mod:`experiments.report.figures.drawn` draws a declaration on paper, :mod:`experiments.report.html.vega` on
the page. Where a column of `Chart.choices` has several values, a document has a figure for each of them, or a
panel, and the page lets its reader choose.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from experiments.report.names import check_name
from experiments.report.tables.formats import is_missing
from experiments.report.tables.symbols import NODES, Symbol

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BY_NODES", "Axis", "Chart", "Dots", "Lines", "Stacked"]

Written = Literal["number", "percent", "count", "size"]


@dataclass(frozen=True)
class Axis:
    """A quantity and how it is written.

    Parameters
    ----------
    column
        Where its numbers stand.
    title
        In words.
    written
        As a number, in percent, as a whole number, or as a size with k, M, G.
    symbol
        What stands for it in formulas.
    log
        Whether it is logarithmic; a reader of the page may change that unless it is `fixed`.
    zero
        Whether it begins at nought where it is not logarithmic, on paper and on the page alike.
    measured
        Whether its ticks are where something was measured, rather than at round numbers.
    """

    column: str
    title: str
    written: Written = "number"
    _: KW_ONLY
    symbol: Symbol | None = None
    log: bool = False
    fixed: bool = False
    zero: bool = True
    measured: bool = False


BY_NODES = Axis("n", NODES.meaning, "count", symbol=NODES, log=True, measured=True)
"""The number of nodes, along the bottom."""


PAGES = "algorithm"
"""The column that the page gives each row: whose the series is."""


@dataclass(frozen=True)
class Lines:
    """A line for each series, with its interval as a band, or across at each point, and its law beside it.

    Parameters
    ----------
    x, y
        The axes.
    low, high, law
        Columns of the ends of the interval, and of the law; empty where there is none.
    x_low, x_high
        Columns of the ends of the interval of x, where that is measured too: each point has a cross, no band.
    law_title
        Of a law that is the same for all series: one line, with a point wherever any of them has it.
    references
        Series that are there to be compared with.
    """

    x: Axis
    y: Axis
    _: KW_ONLY
    low: str = ""
    high: str = ""
    law: str = ""
    x_low: str = ""
    x_high: str = ""
    law_title: str = ""
    references: Sequence[str] = ()


@dataclass(frozen=True)
class Dots:
    """A dot for each category and series, with its interval and a mark at its law.

    Parameters
    ----------
    x
        The quantity.
    y
        The column of the categories.
    low, high, law
        Columns of the ends of the interval, and of the law; empty where there is none.
    reference
        A value that all are compared with.
    missing
        What a series without a number in a category is said to have, or not.
    """

    x: Axis
    y: str
    _: KW_ONLY
    low: str = ""
    high: str = ""
    law: str = ""
    reference: float | None = None
    missing: str = "cannot"


@dataclass(frozen=True)
class Stacked:
    """A bar for each series, made of parts; on the page alone.

    Parameters
    ----------
    x
        The quantity.
    part
        The column that names the parts.
    parts
        What each part is called, and whether it is good, bad, open or waiting, by its name.
    """

    x: Axis
    part: str
    parts: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, eq=False)
class Chart:
    """What is shown of some numbers.

    Parameters
    ----------
    name
        Unique in its presentation, and the stem of its files.
    title, caption
        What it shows; n, keys, repetitions and the kind of interval.
    frame
        The numbers: tidy, a row for each combination of series, place and choices.
    mark
        How they are shown.
    series
        The column that tells the series apart.
    choices
        Columns of which one value is seen at a time, and what each is called.
    facts
        The column that says in words what the numbers of a case were measured with.
    panels
        The one of them whose values a figure has beside one another, each in a panel.
    together
        The one of them whose values a figure has in the same panel, as series of their own.
    only
        Values of choices to which documents keep.
    size
        Width and height of a figure in inches; as its kind needs them if nothing is said.
    page_only
        Whether documents do without it.
    timing
        Whether it shows what a clock measured.

    Raises
    ------
    ValueError
        If the name cannot be that of a file, a column is missing, one of categories has the name of one that
        the page gives each row, two rows have the same place, or a law that is the same for all series has
        two values in one place.
    """

    name: str
    title: str
    caption: str
    frame: pd.DataFrame
    mark: Lines | Dots | Stacked
    _: KW_ONLY
    series: str = "label"
    choices: Mapping[str, str] = field(default_factory=dict)
    facts: str = ""
    panels: str = ""
    together: str = ""
    only: Mapping[str, Any] = field(default_factory=dict)
    size: tuple[float, float] | None = None
    page_only: bool = False
    timing: bool = False

    def __post_init__(self) -> None:
        check_name(self.name, "chart")
        missing = [column for column in self.columns if column not in self.frame.columns]
        if missing:
            raise ValueError(f"chart {self.name!r} has no column {missing[0]!r}")
        if isinstance(self.mark, Dots) and self.mark.y == PAGES:
            raise ValueError(
                f"chart {self.name!r} has categories in a column {PAGES!r}, which the page has of its own; "
                "give another name"
            )
        for column in filter(None, (self.panels, self.together, *self.only)):
            if column not in self.choices:
                raise ValueError(
                    f"chart {self.name!r} has {column!r} for figures, which is none of its choices"
                )
        if self.frame.duplicated([*self.place, *self.choices]).any():
            named = ", ".join([*self.place, *self.choices])
            raise ValueError(f"chart {self.name!r} has two rows with the same {named}")
        self._check_law()

    def _check_law(self) -> None:
        """Refuse two values of a law that is said to be the same for all series."""
        mark = self.mark
        if not (isinstance(mark, Lines) and mark.law and mark.law_title):
            return
        laws: dict[tuple[Any, ...], float] = {}
        by = [mark.x.column, *self.choices]
        for *place, law in self.frame[[*by, mark.law]].itertuples(index=False, name=None):
            if is_missing(law):
                continue
            first = laws.setdefault(tuple(place), float(law))
            if not math.isclose(first, float(law), rel_tol=1e-9):
                where = ", ".join(f"{column} = {value}" for column, value in zip(by, place, strict=True))
                raise ValueError(
                    f"chart {self.name!r} has two values of {mark.law_title!r} where {where}: {first:g} and "
                    f"{float(law):g}; a law that differs between series has no title"
                )

    @property
    def place(self) -> list[str]:
        """The columns that say where a number is drawn."""
        mark = self.mark
        if isinstance(mark, Lines):
            return [self.series, mark.x.column]
        return [self.series, mark.y if isinstance(mark, Dots) else mark.part]

    @property
    def quantity(self) -> Axis:
        """The axis of what is shown."""
        return self.mark.y if isinstance(self.mark, Lines) else self.mark.x

    @property
    def columns(self) -> list[str]:
        """All columns that are shown."""
        mark = self.mark
        beside = [] if isinstance(mark, Stacked) else [mark.low, mark.high, mark.law]
        beside += [mark.x_low, mark.x_high] if isinstance(mark, Lines) else []
        named = [*self.choices, *self.place, self.quantity.column, *beside, self.facts]
        return list(dict.fromkeys(filter(None, named)))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see: no number, or a single place for lines."""
        there = [not is_missing(value) for value in self.frame[self.quantity.column]]
        if isinstance(self.mark, Lines):
            return self.frame[self.mark.x.column][there].nunique() < 2
        return not any(there)

    def values(self, column: str) -> list[Any]:
        """Return the values of a column, each once, in the order of the rows."""
        return [value for value in dict.fromkeys(self.frame[column].tolist()) if not is_missing(value)]

    def where(self, **chosen: Any) -> Chart:
        """Return the same chart of those rows in which some columns have some values."""
        frame = self.frame
        for column, value in chosen.items():
            frame = frame[frame[column] == value]
        return replace(self, frame=frame)

    def joined(self) -> Chart:
        """Return the same chart with series of their own for the values that figures have together."""
        if not self.together:
            return self
        pairs = zip(self.frame[self.series], self.frame[self.together], strict=True)
        frame = self.frame.assign(
            **{self.series: [f"{label}, {self.together} = {_written(value)}" for label, value in pairs]}
        )
        choices = {column: title for column, title in self.choices.items() if column != self.together}
        return replace(self, frame=frame, choices=choices, together="")

    def cases(self, columns: Sequence[str]) -> Iterator[tuple[dict[str, Any], Chart]]:
        """Yield the chart of each combination of values of some columns that has anything to see."""
        for values in itertools.product(*map(self.values, columns)):
            chosen = dict(zip(columns, values, strict=True))
            part = self.where(**chosen)
            if not part.is_empty:
                yield chosen, part

    def said(self, chosen: Mapping[str, Any]) -> str:
        """Return the caption, and what is known of this case: its facts, or else which values were chosen."""
        if self.facts:
            words = [f"{facts}." for facts in self.values(self.facts)]
        else:
            words = [f"{self.choices[column]}: {_written(value)}." for column, value in chosen.items()]
        return " ".join([*([self.caption] if self.caption else []), *words])


def _written(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)
