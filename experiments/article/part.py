"""What a part of the article is: one of its ideas, measured, answered for and shown.

Each idea has a module of its own with one `Part`. A part measures rows, answers for those published numbers
that are about its idea, and makes tables and figures from the rows alone. :mod:`experiments.article.parts`
lists them in the article's order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from experiments.report.slugs import words
from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.article.parameters import ArticleParameters
    from experiments.article.published import Question
    from experiments.harness.experiment import Context
    from experiments.report.figures.figure import Figure
    from experiments.report.tables.table import Table

__all__ = ["Answer", "Part", "Verdicts"]

TABULATED = ("point", "arc", "share", "total")
"""The kinds of published numbers that stand in tables of the article, and are shown there."""


@dataclass(frozen=True)
class Answer:
    """What one published number ought to be.

    Parameters
    ----------
    ours
        Our value, to the digits and in the form that the article prints.
    slip
        What a known slip of the article makes of it: a published value that is this one, and not ours, is
        an erratum. None where no slip is known.
    erratum
        The name of that slip, see :mod:`experiments.article.errata`.
    note
        What else there is to say.
    """

    ours: str
    slip: str | None = None
    erratum: str = ""
    note: str = ""


@dataclass(frozen=True)
class Verdicts:
    """The published numbers with what became of them, as the tables of all parts need them.

    Parameters
    ----------
    rows
        The records of :mod:`experiments.article.verdicts`, by item, table and key.
    """

    rows: Mapping[tuple[str, str, str], Record] = field(default_factory=dict)

    def of(self, questions: Iterable[Question]) -> tuple[str, str]:
        """Return what is printed for one number, perhaps in several places, and the verdict.

        Examples
        --------
        >>> row = {"published": "7", "verdict": "equal"}
        >>> Verdicts({("share", "x", "a"): row}).of([("share", "x", "a"), ("share", "y", "a")])
        ('7', 'equal')
        """
        found = [self.rows[question] for question in questions if question in self.rows]
        values, verdicts = ({str(row[column]): None for row in found} for column in ("published", "verdict"))
        return " / ".join(values), " / ".join(verdicts)


class Part(ABC):
    """One idea of the article."""

    name: ClassVar[str]
    """What the column ``part`` says of its rows, and how its cases begin."""

    def units(self, parameters: ArticleParameters) -> Sequence[Mapping[str, Any]]:
        """Return the arguments of each unit of work, a case each; by default of one, without any."""
        return [{}]

    @abstractmethod
    def measure(
        self, unit: Mapping[str, Any], parameters: ArticleParameters, context: Context
    ) -> Iterable[Record]:
        """Return the rows of a unit; a function of these parameters and nothing else."""

    def answers(self) -> Mapping[Question, Answer]:
        """Return what the published numbers about this idea ought to be."""
        return {}

    def numbers(self, verdicts: Verdicts, title: str) -> Table:
        """Return the published numbers of this part that stand in no table of the article's own."""
        from experiments.article.formats import AsPrinted
        from experiments.report.tables.table import Table

        rows = [
            row
            for row in verdicts.rows.values()
            if row["theme"] == self.name and row["item"] not in TABULATED
        ]
        notes = list(dict.fromkeys(row["reason"] for row in rows if "reason" in row))
        body = [
            (
                f"{row['table']}: {row['key']}{', %' * (row['unit'] == 'percent')}",
                row.get("published"),
                row.get("ours"),
                row["verdict"],
                str(notes.index(row["reason"]) + 1) if "reason" in row else "",
            )
            for row in rows
        ]
        return Table.of_rows(
            "numbers-" + words(self.name),
            title,
            ["number", "published", "ours", "verdict", "note"],
            body,
            formats={"published": AsPrinted(), "ours": AsPrinted()},
            align={"published": "left", "ours": "left"},
            headers={"note": "", "number": "what the article gives"},
            notes=[f"{number} {note}" for number, note in enumerate(notes, 1)],
        )

    def tables(self, rows: Sequence[Record], verdicts: Verdicts) -> Sequence[Table]:
        """Return the tables of this part, made of its stored rows."""
        return []

    def figures(self, rows: Sequence[Record]) -> Sequence[Figure]:
        """Return the figures of this part, made of its stored rows."""
        return []

    def meaning(self, rows: Sequence[Record]) -> Sequence[str]:
        """Return what the rows mean, a sentence or so a line."""
        return []
