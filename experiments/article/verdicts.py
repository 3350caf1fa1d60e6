"""Every published number beside ours: equal, an erratum, or out of scope; anything else fails the run.

The parts answer for the numbers that are about their ideas. A number nobody answers for, an answer that
nobody asked for (a row of a table that the article does not have), and a difference that no known slip
explains are failures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.article.part import Answer, Part
from experiments.article.published import Published, Question, published
from experiments.inference.verdict import DIFFERS, EQUAL, ERRATUM, UNASKED, Verdict
from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.article.parameters import ArticleParameters
    from experiments.harness.experiment import Context

__all__ = ["PublishedNumbers", "judge"]

NOBODY = "nobody"


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
    verdict = _verdict(number, answer)
    if answer is not None:
        row["ours"] = answer.ours
        if verdict.word == ERRATUM:
            row["erratum"] = answer.erratum
    return {**row, "verdict": verdict.word, "reason": verdict.reason}


def _verdict(number: Published, answer: Answer | None) -> Verdict:
    if answer is None:
        return Verdict(DIFFERS, "nobody answers for it")
    if number.value == answer.ours:
        return Verdict(EQUAL, answer.note)
    if number.value == answer.slip:
        return Verdict(ERRATUM, answer.note)
    return Verdict(DIFFERS, "no known slip explains it")


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
