"""What the article compares by arithmetic, measured: one node more, for every algorithm.

All algorithms get the same keys. Where an algorithm has arcs the movement is exact, over all hashes; the keys
are counted beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from algorithms import Capability
from experiments.article.part import Part
from experiments.seeds import repetition_of
from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.article.parameters import ArticleParameters
    from experiments.harness.experiment import Context
    from experiments.measures import Flows

__all__ = ["Comparison"]

KEYS = "uniform"


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
        from algorithms.hashing import hash_function
        from experiments import theory, workloads
        from experiments.measures import EventShape, Flows

        candidate = next(found for found in parameters.candidates() if found.label == unit["label"])
        n = parameters.ranges
        source = workloads.parse(KEYS)
        drawn = repetition_of(
            parameters.seed, source.text, 0, seed_bits=hash_function(candidate.hash).seed_bits
        )
        before = candidate.build(drawn.nodes(n), seed=drawn.hash)
        after = before.copy()
        after.change(add=[drawn.node(n)])
        shape = EventShape.between(before.nodes, after.nodes)
        chunks = workloads.chunks_of(parameters.keys)

        def count(number: int) -> Flows:
            hashes = source.hashes(
                number,
                seed=drawn.keys,
                hash=candidate.hash,
                hash_seed=drawn.hash,
                bits=candidate.hash_bits,
                limit=chunks.size(number),
            )
            return Flows.sampled(shape, before.assign(hashes), after.assign(hashes))

        flows = context.engine.fold(
            count,
            len(chunks),
            lambda total, part: total + part,
            Flows.none(shape),
            progress=context.chunks_done,
        )
        law = theory.movement(theory.family_of(candidate.spec, shape), shape)
        row: Record = {
            "kind": "event",
            "algorithm": candidate.label,
            "settings": " ".join(part for part in candidate.settings.split() if not part.endswith("=None")),
            "n": n,
            "after": n + 1,
            "keys": flows.total,
            "hashes": flows.moved,
            "share": flows.movement,
            "minimum": flows.minimum,
            "stray": flows.stray,
            "pairs": flows.pairs,
            "law": law.value if law else None,
        }
        if candidate.spec.can(Capability.INTERVALS):
            row["exact"] = Flows.exact(shape, before.arcs(), after.arcs()).movement
        yield row
