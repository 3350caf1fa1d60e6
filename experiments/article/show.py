"""How the rows of `article` are shown: first the summary and the errata, then idea by idea."""

from __future__ import annotations

from experiments.article.parameters import ArticleParameters
from experiments.article.parts import PARTS
from experiments.article.verdicts import PublishedNumbers, failures, verdicts_of
from experiments.report.presentation import Presentation, Results
from experiments.storage.records import records


def present(results: Results[ArticleParameters]) -> Presentation:
    """Return the tables and figures of all parts."""
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
