"""What a part of the article is: one of its ideas, measured and answered for.

Each idea has a module of its own with one `Part`. A part measures rows, and answers for those published
numbers that are about its idea. :mod:`experiments.article.parts` lists them in the article's order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.article.parameters import ArticleParameters
    from experiments.article.published import Question
    from experiments.harness.experiment import Context

__all__ = ["Answer", "Part"]


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
