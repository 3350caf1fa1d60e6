"""What the article compares by arithmetic, measured: one node more, for every algorithm.

All algorithms get the same keys. Where an algorithm has arcs the movement is exact, over all hashes; the keys
are counted beside it.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from algorithms import Capability
from algorithms.interface.together import Together
from experiments.article.part import Part
from experiments.harness.trial import Trial
from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.article.parameters import ArticleParameters
    from experiments.harness.experiment import Context
    from experiments.measures import Flows

__all__ = ["Comparison"]

KEYS, EVENT = "uniform", "add:1"


class Comparison(Part):
    """One node more: movement of every algorithm beside its law."""

    name = "comparison"

    def units(self, parameters: ArticleParameters) -> Sequence[Mapping[str, Any]]:
        """Return one unit for each algorithm."""
        return [{"label": candidate.label} for candidate in parameters.candidates()]

    def measure(
        self, unit: Mapping[str, Any], parameters: ArticleParameters, context: Context
    ) -> Iterable[Record]:
        """Return movement, sampled and exact, the minimum, and from how many nodes to how many."""
        from experiments import events, theory, workloads
        from experiments.measures import Flows

        candidate = next(found for found in parameters.candidates() if found.label == unit["label"])
        n = parameters.ranges
        trial = Trial(parameters, candidate, n, workloads.parse(KEYS))
        row: Record = {
            "kind": "event",
            "algorithm": candidate.label,
            "settings": candidate.settings,
            "n": n,
            "after": n + 1,
        }
        before = trial.start()
        step = before if isinstance(before, str) else trial.step(before, events.parse(EVENT), "event")
        if isinstance(before, str) or isinstance(step, str):
            yield {**row, "reason": step}
            return

        together = Together([before, step.after])

        def place(chunks: Iterable[int]) -> Flows:
            tally = step.shape.tally()
            for chunk in chunks:
                for _, buckets in trial.placed(together, chunk):
                    tally.add(*buckets)
            return Flows.counted(step.shape, tally)

        flows = context.engine.total(
            place, len(trial.chunks), operator.add, Flows.none(step.shape), progress=context.chunks_done
        )
        law = theory.movement(theory.family_of(candidate.spec, step.shape), step.shape, candidate.parameters)
        row |= {
            "keys": flows.total,
            "hashes": flows.moved,
            "share": flows.movement,
            "minimum": flows.minimum,
            "stray": flows.stray,
            "pairs": flows.pairs,
            "law": law.value if law else None,
        }
        if candidate.spec.can(Capability.INTERVALS):
            row["exact"] = Flows.exact(step.shape, before.arcs(), step.after.arcs()).movement
        yield row
