"""Every published number beside ours: equal, an erratum, or out of scope; anything else fails the run.

The parts answer for the numbers that are about their ideas. A number nobody answers for, an answer that
nobody asked for (a row of a table that the article does not have), and a difference that no known slip
explains are failures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.article.part import Answer, Part, Verdicts
from experiments.article.published import Published, Question, published
from experiments.inference.verdict import DIFFERS, EQUAL, ERRATUM, OUT_OF_SCOPE, UNASKED
from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.article.parameters import ArticleParameters
    from experiments.harness.experiment import Context
    from experiments.report.tables.table import Table

__all__ = ["ACCEPTED", "PublishedNumbers", "failures", "judge", "verdicts_of"]

NOBODY = "nobody"
ACCEPTED = (EQUAL, ERRATUM, OUT_OF_SCOPE)
"""The verdicts that leave the article reproduced."""


def judge(number: Published, answer: Answer | None, theme: str = "") -> Record:
    """Return the row of one published number.

    Examples
    --------
    >>> seven = Published(1, "share", "x", "a", "7", "hashes", "")
    >>> judge(seven, Answer("7"))["verdict"], judge(seven, Answer("8", "7", "space"))["verdict"]
    ('equal', 'erratum')
    >>> judge(seven, Answer("8"))["verdict"], judge(seven, None)["verdict"]
    ('differs', 'differs')
    """
    row: Record = {
        "theme": theme or NOBODY,
        "number": number.number,
        "item": number.item,
        "table": number.table,
        "key": number.key,
        "unit": number.unit,
        "published": number.value,
    }
    if answer is None:
        return {**row, "verdict": DIFFERS, "reason": "nobody answers for it"}
    row["ours"] = answer.ours
    if answer.ours == number.value:
        return {**row, "verdict": EQUAL, "reason": answer.note}
    if answer.slip is not None and answer.slip == number.value:
        return {**row, "verdict": ERRATUM, "erratum": answer.erratum, "reason": answer.note}
    return {**row, "verdict": DIFFERS, "reason": "no known slip explains it"}


def verdicts_of(rows: Iterable[Record]) -> Verdicts:
    """Return the verdicts as the tables of all parts need them.

    Examples
    --------
    >>> row = {"item": "share", "table": "x", "key": "a", "published": "7", "verdict": "equal"}
    >>> verdicts_of([row]).of([("share", "x", "a")])
    ('7', 'equal')
    """
    return Verdicts({(row["item"], row["table"], row["key"]): row for row in rows})


def failures(rows: Iterable[Record]) -> list[str]:
    """Return a sentence for each number that is neither equal, nor an erratum, nor out of scope.

    Examples
    --------
    >>> failures([judge(Published(1, "share", "x", "a", "7", "hashes", ""), Answer("8"))])
    ['number 1, share of x, a: published 7, ours 8: no known slip explains it']
    """
    return [
        f"number {row.get('number', 'none')}, {row['item']} of {row['table']}, {row['key']}: "
        f"published {row.get('published', 'nothing')}, ours {row.get('ours', 'nothing')}: {row['reason']}"
        for row in rows
        if row["verdict"] not in ACCEPTED
    ]


class PublishedNumbers(Part):
    """The list of all published numbers with their verdicts.

    Parameters
    ----------
    parts
        Who answers.
    """

    name = "published"

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts

    def measure(
        self, unit: Mapping[str, Any], parameters: ArticleParameters, context: Context
    ) -> Iterable[Record]:
        """Return one row for each published number, and one for each answer that nobody asked for."""
        answers = self._answers()
        for number in published():
            theme, answer = answers.pop(number.question, (NOBODY, None))
            yield judge(number, answer, theme)
        for (item, table, key), (theme, answer) in sorted(answers.items(), key=lambda left: left[0]):
            yield {
                "theme": theme,
                "item": item,
                "table": table,
                "key": key,
                "ours": answer.ours,
                "verdict": UNASKED,
                "reason": "the article does not print it",
            }

    def _answers(self) -> dict[Question, tuple[str, Answer]]:
        answers: dict[Question, tuple[str, Answer]] = {}
        for part in self._parts:
            for question, answer in part.answers().items():
                if question in answers:
                    raise ValueError(f"two parts answer for {question}; one idea must have it")
                answers[question] = (part.name, answer)
        return answers

    def tables(self, rows: Sequence[Record], verdicts: Verdicts) -> Sequence[Table]:
        """Return the summary by theme."""
        from experiments.report.tables.table import Table

        listed = [
            *ACCEPTED,
            *(other for other in (DIFFERS, UNASKED) if any(r["verdict"] == other for r in rows)),
        ]
        order = [part.name for part in self._parts] + [NOBODY]
        body: list[tuple[Any, ...]] = []
        for theme, item in sorted(
            {(row["theme"], row["item"]) for row in rows}, key=lambda two: (order.index(two[0]), two[1])
        ):
            verdicts_here = [row["verdict"] for row in rows if (row["theme"], row["item"]) == (theme, item)]
            body.append((theme, item, len(verdicts_here), *map(verdicts_here.count, listed)))
        all_verdicts = [row["verdict"] for row in rows]
        body.append(("all", None, len(rows), *map(all_verdicts.count, listed)))
        return [
            Table.of_rows(
                "summary",
                "The article's numbers, reproduced",
                ["theme", "item", "numbers", *listed],
                body,
                caption="Equal to the digits printed; an erratum where a known slip gives just what "
                "the article prints.",
                groups=["theme"],
            )
        ]

    def meaning(self, rows: Sequence[Record]) -> Sequence[str]:
        """Return how many numbers are what."""
        count = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in ACCEPTED}
        return [
            f"Of the {len(rows)} numbers of the article {count[EQUAL]} are equal and {count[ERRATUM]} "
            "are errata; "
            f"{count[OUT_OF_SCOPE]} are out of scope (subjects that are have no number: see the table)."
        ]
