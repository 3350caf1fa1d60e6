"""A trial: one candidate on so many nodes, with the keys of a workload, in one repetition.

It draws the seeds, builds the partitioner, attempts scale events, gives the hashes chunk by chunk, and names
the columns by which rows say what was measured. What a candidate refuses is a sentence in the place of a
partitioner: it stands in the column ``cannot`` of each row that there would have been.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from algorithms import BrokenAlgorithm, Capability, Partitioner, ShardlabError, UnknownNode
from algorithms.hashing import Hashes, hash_function
from algorithms.interface.together import Together
from experiments import events
from experiments.events import Change, Event
from experiments.harness.buffers import kept
from experiments.harness.candidate import Candidate, attempt
from experiments.harness.experiment import Context
from experiments.harness.parameters import Parameters
from experiments.harness.refusals import cluster_of, refusal
from experiments.seeds import Repetition, derive, repetition_of

if TYPE_CHECKING:
    from experiments.measures import EventShape
    from experiments.workloads import Chunks, Workload

__all__ = ["MOST_DRAWS", "Step", "Trial"]

MOST_DRAWS = 1 << 24
"""The most draws of a cell: those of different algorithms, and of different n, are never the same."""

Placed = tuple[Hashes, NDArray[np.int32]]
"""Some hashes, (k,), and their buckets by each of m partitioners, (m, k)."""


@dataclass(frozen=True, eq=False)
class Step:
    """A scale event that was made.

    Parameters
    ----------
    event
        What was asked.
    change
        Who joined, who left, whose weight changed.
    before, after
        The partitioner before and after it.
    """

    event: Event
    change: Change
    before: Partitioner[Any]
    after: Partitioner[Any]

    @cached_property
    def shape(self) -> EventShape:
        """The nodes before and after."""
        from experiments.measures import EventShape

        return EventShape.between(self.before.nodes, self.after.nodes)


@dataclass(frozen=True, eq=False)
class Trial:
    """One candidate on so many nodes, with the keys of a workload, in one repetition.

    Parameters
    ----------
    parameters
        Of the run.
    candidate
        Who is tried.
    n
        How many nodes; of a cluster, as many as its file has.
    keys_of
        The workload; its name alone, or another axis of the seeds, where no keys are placed.
    number
        Which repetition.
    """

    parameters: Parameters
    candidate: Candidate
    n: int
    keys_of: Workload | str
    number: int = 0

    @cached_property
    def repetition(self) -> Repetition:
        """What is drawn: names of nodes and seeds."""
        return repetition_of(
            self.parameters.seed,
            self.keys_of if isinstance(self.keys_of, str) else self.keys_of.text,
            self.number,
            seed_bits=hash_function(self.candidate.hash).seed_bits,
            cluster=cluster_of(self.candidate, self.parameters.members),
        )

    def drawn(self, purpose: str, draw: int) -> Trial:
        """Return one of up to `MOST_DRAWS` draws for a purpose, with seeds, names and keys of its own."""
        cell = derive(0, purpose, self.candidate.label, self.candidate.hash, self.n) >> 24
        return replace(self, number=cell * MOST_DRAWS + draw)

    @property
    def source(self) -> Workload:
        """The workload."""
        assert not isinstance(self.keys_of, str), "this trial places no keys"
        return self.keys_of

    def columns(self, *names: str) -> dict[str, Any]:
        """Return the columns that say what was measured, in the order in which they are named.

        Examples
        --------
        >>> from experiments.harness.selection import of_run
        >>> parameters = Parameters(algorithms="ring:points=5")
        >>> Trial(parameters, of_run(parameters)[0], 16, "uniform").columns("n", "algorithm", "settings")
        {'n': 16, 'algorithm': 'ring', 'settings': 'points=5 serves=predecessor'}
        """
        return {name: _COLUMNS[name](self) for name in names}

    # ---- the partitioner -------------------------------------------------------------------------------

    def build(self) -> Partitioner[Any]:
        """Return the partitioner; raises what the algorithm raises."""
        return self.candidate.build(self.repetition.nodes(self.n), seed=self.repetition.hash)

    def start(self) -> Partitioner[Any] | str:
        """Return the partitioner, or why the candidate cannot have these nodes."""
        reason = refusal(self.candidate, self.n, self.parameters.members)
        return attempt(self.build) if reason is None else reason

    def anew(self, partitioner: Partitioner[Any]) -> Partitioner[Any] | str:
        """Return a partitioner of the same nodes, built at once in the order of their buckets, or why not."""
        nodes = list(partitioner.nodes.values())
        return attempt(partial(self.candidate.build, nodes, seed=self.repetition.hash))

    def step(
        self,
        before: Partitioner[Any],
        event: Event,
        *axes: str | int,
        newcomer: Callable[[int], str] | None = None,
    ) -> Step | str:
        """Return an event as it was made, or why the candidate cannot make it; `axes` name what is drawn."""
        chosen = derive(self.parameters.seed, *axes, event.text, self.repetition.number)
        change = events.change_of(event, before.nodes, self.repetition, chosen, newcomer)
        reason = self.candidate.refusal(event.nodes_after(len(before.nodes)))
        if reason is not None:
            return reason
        after = before.copy()
        try:
            change.apply(after)
        except BrokenAlgorithm:
            raise
        except UnknownNode:
            return f"{event.named} is not there any more, or not yet"
        except ShardlabError as error:
            return self._lacked(change) or str(error)
        return Step(event, change, before, after)

    def _lacked(self, change: Change) -> str | None:
        """Return why the algorithm does not have the ability that a change takes."""
        if change.weights:
            return self.candidate.lacks(Capability.WEIGHTED)
        return self.candidate.lacks(Capability.REMOVES_ANY) if change.remove else None

    def in_proportion(self, *weights: ArrayLike) -> bool:
        """Return whether nodes of a cluster have points in proportion to weights, as laws of rings take them.

        True where nodes have no points, and where there is no cluster: events alone are about whole points.
        """
        from experiments.theory import whole_points

        points = self.candidate.points
        if points is None or not self.parameters.cluster:
            return True
        return whole_points(np.concatenate(weights), points)

    # ---- its keys --------------------------------------------------------------------------------------

    @cached_property
    def chunks(self) -> Chunks:
        """The chunks of the keys."""
        from experiments.workloads import chunks_of

        return chunks_of(self.source.available(self.parameters.keys))

    def hashes(self, partitioner: Partitioner[Any], chunk: int, most: int | None = None) -> Hashes:
        """Return the hashes of a chunk's keys, or of the first of them, by a partitioner's hash function."""
        size = self.chunks.size(chunk)
        limit = size if most is None else min(most, size)
        return self.source.hashes_for(partitioner, chunk, seed=self.repetition.keys, limit=limit)

    def placed(self, together: Together, chunk: int) -> Iterator[Placed]:
        """Yield the hashes of a chunk's keys and their buckets by each partitioner, a piece at a time.

        Each piece is valid until the next: all are in memory that the thread keeps.
        """
        first = together.partitioners[0]
        words, outs = kept(len(together))
        pieces = self.source.hashes_in_pieces(
            first, chunk, seed=self.repetition.keys, limit=self.chunks.size(chunk), room=words
        )
        for piece in pieces:
            buckets = outs[:, : len(piece)]
            together.assign(piece, buckets)
            yield piece, buckets

    def load(
        self,
        partitioner: Partitioner[Any],
        context: Context,
        progress: Callable[[int, int], None] | None = None,
    ) -> NDArray[np.int64]:
        """Count how many keys each node has, in the order of the buckets."""
        from experiments import measures

        live, together = partitioner.nodes.buckets(), Together([partitioner])

        def count(chunks: Iterable[int]) -> NDArray[np.int64]:
            sums = np.zeros(len(live), dtype=np.int64)
            for chunk in chunks:
                for _, (buckets,) in self.placed(together, chunk):
                    sums += measures.loads(buckets, live)
            return sums

        def add(total: NDArray[np.int64], part: NDArray[np.int64]) -> NDArray[np.int64]:
            total += part
            return total

        zero = np.zeros(len(live), dtype=np.int64)
        told = context.chunks_done if progress is None else progress
        return context.engine.total(count, len(self.chunks), add, zero, progress=told)


_COLUMNS: dict[str, Callable[[Trial], Any]] = {
    "workload": lambda trial: trial.source.text,
    "n": lambda trial: trial.n,
    "algorithm": lambda trial: trial.candidate.algorithm,
    "label": lambda trial: trial.candidate.label,
    "settings": lambda trial: trial.candidate.settings,
    "points": lambda trial: trial.candidate.points,
    "hash": lambda trial: trial.candidate.hash,
    "hash_bits": lambda trial: hash_function(trial.candidate.hash).check_bits(trial.candidate.hash_bits),
    "repetition": lambda trial: trial.repetition.number,
    "seed": lambda trial: trial.repetition.keys,
    "hash_seed": lambda trial: trial.repetition.hash,
}
"""The columns that rooms have in common, by name."""
