"""Two sayings that go round beside the article, and what is true of them.

"10 % with 100 points a node, and 5 % with 200": shares spread by 1/sqrt(v), so 200 points give 7.07 %, and
5 % takes 400. "Removing a range moves about 1/N": it moves from 1/4 in the middle to 1/2 at either end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from algorithms import create
from experiments.article.arithmetic import ranges
from experiments.article.part import Part
from experiments.article.rings import HASH, event_rows, prefix_of
from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.article.parameters import ArticleParameters
    from experiments.harness.experiment import Context

__all__ = ["Folklore"]

NODES = 16
SAYINGS = {100: 0.10, 200: 0.05, 400: None}
RINGS = 100


class Folklore(Part):
    """How shares spread, and what removing a range moves."""

    name = "folklore"

    def units(self, parameters: ArticleParameters) -> Sequence[Mapping[str, Any]]:
        """Return one unit for each number of points, and one for the ranges."""
        return [*({"points": points} for points in SAYINGS), {"remove": NODES}]

    def measure(
        self, unit: Mapping[str, Any], parameters: ArticleParameters, context: Context
    ) -> Iterable[Record]:
        """Return the spread of random rings, or the exact movement for each removed range, and laws."""
        from experiments import theory

        if "remove" in unit:
            for position in range(1, NODES + 1):
                before = ranges(NODES)
                after = before.copy()
                after.remove_node(f"node-{position - 1}")
                *_, moved = event_rows(f"remove {position} of {NODES}", before, after)
                law = theory.removed_range(NODES, position)
                yield {**moved, "kind": "removed", "position": position, "law": law}
            return
        points, rings = unit["points"], min(parameters.repetitions, RINGS)

        def squared_cv(repetition: int) -> Fraction:
            prefix = prefix_of(parameters.seed, repetition)
            names = [f"{prefix}server-{index}" for index in range(NODES)]
            shares = create("ring", names, points=points, hash=HASH).arcs().shares().values()
            return Fraction(NODES * sum(share * share for share in shares), sum(shares) ** 2) - 1

        mean = sum(context.engine.map(squared_cv, rings, progress=context.chunks_done)) / rings
        yield {
            "kind": "spread",
            "n": NODES,
            "points": points,
            "repetitions": rings,
            "spread": float(mean) ** 0.5,
            "law_spread": float(theory.ring_share_cv_squared(NODES, points)) ** 0.5,
            "limit": float(Fraction(1, points)) ** 0.5,
            "said": SAYINGS[points],
        }
