"""How the cases of a run come to be measured: one after the other here, or on a cluster, whole or divided.

A case of few keys is measured as a whole by one worker, and as many cases at a time as there are cores. A
case of many keys is measured here, and its chunks are computed in ranges all over the cluster. What a clock
has a part in is measured here, while nothing else is.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any, TypeVar

from experiments.harness.cluster import Cluster
from experiments.harness.engine import Engine, Numbers
from experiments.harness.experiment import Case, Context, Experiment, Measured
from experiments.harness.journal import plain_rows
from experiments.harness.parameters import Parameters
from experiments.harness.worker import Call, Job, answer_of, measured
from experiments.options.engines import dask_of

__all__ = ["TASK_KEYS", "Divided", "ranges", "results"]

T = TypeVar("T")
A = TypeVar("A")

TASK_KEYS = (1 << 26, 1 << 28)
"""Keys of a task, at least and at most: beside them a task's own cost is nothing."""

TASKS_PER_CORE = 4
"""Of a call, if its ranges may be so small: the last ones then end at about the same time."""

WINDOW = 16
"""A result that waits for an earlier one is kept; so many tasks for a core may be ahead of it."""


def results(
    experiment: Experiment[Any],
    parameters: Parameters,
    cases: Sequence[Case],
    progress: Callable[[float], None],
    notice: Callable[[str], None],
) -> Iterator[tuple[Case, Measured]]:
    """Yield what each case gives, in any order; `progress` takes the part of one that is measured here."""
    asked = dask_of(parameters.engine)
    here: list[Case] = []
    whole: list[Case] = []
    divided: list[Case] = []
    for case in cases:
        many = case.keys >= 2 * TASK_KEYS[0]
        (here if asked is None else divided if many else here if case.clocked else whole).append(case)
    with ExitStack() as opened:
        cluster = None
        if asked is not None and (whole or divided):  # first, so that bad use is told first
            job = Job(uuid.uuid4().hex, experiment, parameters)
            cluster = opened.enter_context(Cluster(asked, parameters.threads, job, notice))
        engine = opened.enter_context(Engine(parameters.threads))
        for case in here:
            yield case, plain_rows(experiment.measure(case, parameters, Context(engine, progress)))
        if cluster is None:
            return
        for number, part in cluster.run((measured, (case.id,)) for case in whole):
            yield whole[number], part
        for case in divided:
            context = Context(Divided(cluster, case), progress)
            yield case, plain_rows(experiment.measure(case, parameters, context))


class Divided(Engine):
    """Computes the chunks of one case on a cluster, in ranges; the functions themselves stay here.

    Parameters
    ----------
    cluster
        Whose workers reach the same calls by measuring the same case, see :mod:`experiments.harness.worker`.
    case
        What is measured.
    """

    def __init__(self, cluster: Cluster, case: Case) -> None:
        super().__init__(cluster.cores)
        self._cluster = cluster
        self._case = case
        self._answers: list[Any] = []

    def map(
        self,
        function: Callable[[int], T],
        chunks: int | Numbers,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Iterator[T]:
        """Yield the result of each chunk, in the order of the chunks."""
        answer: list[T] = []
        for part in self._parts(chunks, progress):
            answer += part
            yield from part
        self._answers.append(answer)

    def fold(
        self,
        function: Callable[[int], T],
        chunks: int | Numbers,
        combine: Callable[[A, T], A],
        initial: A,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> A:
        """Combine the results of all chunks, in the order of the chunks."""
        return self._combined(chunks, combine, initial, progress)

    def total(
        self,
        function: Callable[[range], T],
        chunks: int,
        combine: Callable[[T, T], T],
        nothing: T,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> T:
        """Combine the results of ranges of chunks: a task has one."""
        return self._combined(chunks, combine, nothing, progress)

    def _combined(
        self,
        chunks: int | Numbers,
        combine: Callable[[A, T], A],
        initial: A,
        progress: Callable[[int, int], None] | None,
    ) -> A:
        total = initial
        for part in self._parts(chunks, progress):
            for result in part:
                total = combine(total, result)
        self._answers.append(total)
        return total

    def _parts(
        self, chunks: int | Numbers, progress: Callable[[int, int], None] | None
    ) -> Iterator[list[Any]]:
        """Yield the results of one range after the other."""
        count = chunks if isinstance(chunks, int) else len(chunks)
        cores = self._cluster.cores
        call = Call(self._case.id, self.threads, count, tuple(self._answers))
        bounds = ranges(count, self._case.keys, cores)
        tasks = [(answer_of, (call, first, last)) for first, last in bounds]
        early: dict[int, list[Any]] = {}
        wanted = 0
        for number, results in self._cluster.run(tasks, window=WINDOW * cores):
            early[number] = results
            while wanted in early:
                yield early.pop(wanted)
                if progress is not None:
                    progress(bounds[wanted][1], count)
                wanted += 1


def ranges(chunks: int, keys: int, cores: int) -> list[tuple[int, int]]:
    """Return the first chunk of each task and the one behind its last, where all chunks have so many keys.

    Examples
    --------
    >>> ranges(600, 600 << 18, 2), len(ranges(100_000, 100_000 << 18, 2)), ranges(0, 0, 2)
    ([(0, 256), (256, 512), (512, 600)], 98, [])
    """
    least, most = TASK_KEYS
    wanted = min(max(keys // (TASKS_PER_CORE * cores), least), most)
    size = max(1, wanted * chunks // max(1, keys))
    return [(first, min(first + size, chunks)) for first in range(0, chunks, size)]
