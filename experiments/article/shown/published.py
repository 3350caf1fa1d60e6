"""The published numbers: by theme, part by part beside ours, and the errata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from experiments.article.formats import AsPrinted
from experiments.article.published import Question
from experiments.inference.verdict import DIFFERS, EQUAL, ERRATUM, OUT_OF_SCOPE, UNASKED
from experiments.report.slugs import words
from experiments.report.summary import Summary
from experiments.report.tables.formats import is_missing
from experiments.report.tables.table import Table

__all__ = ["ACCEPTED", "Verdicts", "failures", "meaning", "numbers_of", "tables"]

ACCEPTED = (EQUAL, ERRATUM, OUT_OF_SCOPE)
"""The verdicts that leave the article reproduced."""

TABULATED = ("point", "arc", "share", "total")
"""The kinds of published numbers that stand in tables of the article, and are shown there."""


@dataclass(frozen=True)
class Verdicts:
    """The published numbers with what became of them, by item, table and key."""

    rows: Mapping[Question, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def in_summary(cls, numbers: Summary) -> Verdicts:
        """Return those of a run."""
        return cls({(row["item"], row["table"], row["key"]): row for row in numbers["published"].records()})

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


def failures(numbers: Summary) -> list[str]:
    """Return a sentence for each number that is neither equal, nor an erratum, nor out of scope."""
    return [
        f"number {_or(row['number'], 'none')}, {row['item']} of {row['table']}, {row['key']}: "
        f"published {_or(row['published'], 'nothing')}, ours {_or(row['ours'], 'nothing')}: {row['reason']}"
        for row in numbers["published"].records()
        if row["verdict"] not in ACCEPTED
    ]


def _or(value: Any, other: str) -> Any:
    return other if is_missing(value) else value


def tables(numbers: Summary) -> list[Table]:
    """Return the summary by theme, the errata, and what is out of scope."""
    return [_themes(numbers), *_errata(numbers)]


def _themes(numbers: Summary) -> Table:
    verdicts = numbers["verdicts"].series("numbers")
    listed = [*ACCEPTED, *(other for other in (DIFFERS, UNASKED) if verdicts[other])]
    counts = numbers["counts"]
    body: list[tuple[Any, ...]] = []
    for row in numbers["themes"].records():
        here = counts.series("numbers", theme=row["theme"], item=row["item"])
        body.append((row["theme"], row["item"], row["numbers"], *(here[verdict] for verdict in listed)))
    whole = numbers.value("numbers").number
    body.append(("all", None, whole, *(verdicts[verdict] for verdict in listed)))
    return Table.of_rows(
        "summary",
        "The article's numbers, reproduced",
        ["theme", "item", "numbers", *listed],
        body,
        caption="Equal to the digits printed; an erratum where a known slip gives just what "
        "the article prints.",
        groups=["theme"],
    )


def _errata(numbers: Summary) -> list[Table]:
    errata, subjects = numbers["errata"], numbers["out-of-scope"]
    if errata.frame.empty:
        return []
    return [
        Table(
            "errata",
            "Errata",
            errata.frame,
            caption="Each with the smallest example that shows it, computed; and how many of the "
            "published numbers it touches.",
            columns=["place", "says", "correct", "example", "numbers"],
            headers={
                "place": "",
                "says": "the article says",
                "correct": "what is so",
                "example": "smallest example",
            },
        ),
        Table("out-of-scope", "Out of scope here", subjects.frame, columns=["subject", "reason"]),
    ]


def numbers_of(theme: str, title: str, verdicts: Verdicts) -> Table:
    """Return the published numbers of an idea that stand in no table of the article's own."""
    rows = [row for row in verdicts.rows.values() if row["theme"] == theme and row["item"] not in TABULATED]
    reasons = [row["reason"] for row in rows if not is_missing(row["reason"])]
    notes = {note: str(number) for number, note in enumerate(dict.fromkeys(reasons), 1)}
    body = [
        (
            f"{row['table']}: {row['key']}{', %' * (row['unit'] == 'percent')}",
            row["published"],
            row["ours"],
            row["verdict"],
            notes.get(row["reason"], ""),
        )
        for row in rows
    ]
    return Table.of_rows(
        "numbers-" + words(theme),
        title,
        ["number", "published", "ours", "verdict", "note"],
        body,
        formats={"published": AsPrinted(), "ours": AsPrinted()},
        align={"published": "left", "ours": "left"},
        headers={"note": "", "number": "what the article gives"},
        notes=[f"{number} {note}" for note, number in notes.items()],
    )


def meaning(numbers: Summary) -> list[str]:
    """Return how many numbers are what."""
    equal, errata, out = (numbers.value(f"numbers/{verdict}").text for verdict in ACCEPTED)
    return [
        f"Of the {numbers.value('numbers').text} numbers of the article {equal} are equal and {errata} "
        f"are errata; {out} are out of scope (subjects that are have no number: see the table)."
    ]
