"""The article: what its reproduction finds of the published numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from experiments.claims.judge import Ours
from experiments.claims.recipes import Run, recipe
from experiments.harness.engine import Engine
from experiments.harness.experiment import Context, find
from experiments.inference.verdict import EQUAL

__all__: list[str] = []


@lru_cache(maxsize=1)
def _verdicts() -> Mapping[tuple[str, str, str], Mapping[str, Any]]:
    """Return the rows of all published numbers; they depend on no parameter."""
    article = find("article")
    parameters = article.Parameters()
    published = next(case for case in article.cases(parameters) if case.id.startswith("published"))
    rows = article.measure(published, parameters, Context(Engine(1))).rows
    return {(row["item"], row["table"], row["key"]): row for row in rows}


@recipe
def article_differs(given: Mapping[str, Any], run: Run) -> Ours:
    """Return how many numbers of one ``item`` (and ``table``, ``key``) are not reproduced to their digits."""
    rows = [
        row
        for row in _verdicts().values()
        if all(row[name] == given[name] for name in ("item", "table", "key") if name in given)
    ]
    if not rows:
        raise ValueError(f"the article has no number {dict(given)}")
    different = [row for row in rows if row["verdict"] != EQUAL]
    if len(rows) == 1:
        shown = (rows[0]["published"], rows[0].get("ours", "nothing"))
    else:
        shown = (f"{len(rows)} numbers", f"{len(rows) - len(different)} equal")
    errata = sorted({row["erratum"] for row in different if row.get("erratum")})
    method = f"errata: {', '.join(errata)}" if errata else "equal to the digits printed"
    return Ours(len(different), "exact", method, shown=shown)
