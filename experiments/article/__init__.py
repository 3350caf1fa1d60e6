"""The article *Data Partitioning and Consistent Hashing*, reproduced: every number, table and figure.

``python -m experiments.run article`` measures each idea of the article through the public classes, puts
ours beside the published, and fails if a number is neither equal, nor an erratum, nor out of scope. Each
idea has a module; :mod:`experiments.article.parts` lists them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.article.parameters import ArticleParameters
from experiments.article.parts import PARTS
from experiments.article.published import ARTICLE
from experiments.article.verdicts import PublishedNumbers, failures, verdicts_of
from experiments.harness import selection
from experiments.harness.experiment import Case, Context, Experiment, Measured, Presentation, Results

__all__ = ["EXPERIMENT", "Article", "ArticleParameters"]


class Article(Experiment[ArticleParameters]):
    """Every number of the article beside ours."""

    name = "article"
    title = f"the article {ARTICLE}: every number, table and figure, ours beside the published"
    section = 85
    Parameters = ArticleParameters

    def inputs(self, parameters: ArticleParameters) -> Sequence[Path]:
        """Return the files of algorithms and of the address book."""
        return selection.files_of(parameters.others)

    def cases(self, parameters: ArticleParameters) -> Sequence[Case]:
        """Return the units of work of all parts."""
        return [
            Case(
                " | ".join([part.name, *(f"{name}={value}" for name, value in unit.items())]),
                {"part": part, "unit": unit},
            )
            for part in PARTS
            for unit in part.units(parameters)
        ]

    def measure(self, case: Case, parameters: ArticleParameters, context: Context) -> Measured:
        """Measure one unit of one part."""
        part = case.arguments["part"]
        rows = part.measure(case.arguments["unit"], parameters, context)
        return Measured([{"part": part.name, **row} for row in rows])

    def present(self, results: Results[ArticleParameters]) -> Presentation:
        """Return the tables and figures of all parts: first the summary and the errata, then idea by idea."""
        from experiments.article.part import records

        rows = records(results.rows)
        mine = {part.name: [row for row in rows if row["part"] == part.name] for part in PARTS}
        verdicts = verdicts_of(mine[PublishedNumbers.name])
        return Presentation(
            tables=[table for part in PARTS for table in part.tables(mine[part.name], verdicts)],
            figures=[figure for part in PARTS for figure in part.figures(mine[part.name])],
            meaning=[sentence for part in PARTS for sentence in part.meaning(mine[part.name])],
            failures=failures(mine[PublishedNumbers.name]),
            methods=[
                "Numbers of the article are compared to the digits that it prints; chances over random rings "
                "have exact binomial intervals (Clopper-Pearson, 95 %)."
            ],
        )


EXPERIMENT = Article()
