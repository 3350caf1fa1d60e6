"""How fast keys find their nodes: a batch of hashes, a column of keys, one key, and several threads."""

from __future__ import annotations

import gc
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Partitioner
from algorithms.hashing import hash_function
from algorithms.kernels import kernel
from experiments import selection
from experiments.engine import Engine
from experiments.errors import BadUse
from experiments.experiment import Case, Context, Experiment, Measured, Presentation, Results
from experiments.parameters import Parameters, choice, integer, number, parameter
from experiments.seeds import Repetition, repetition_of
from experiments.selection import Candidate

if TYPE_CHECKING:
    from experiments.workloads import Workload
    from experiments.workloads.base import Keys

COPY = "copy"
"""The name of the baseline in the rows: :func:`copy_kernel`."""

MODES = {
    "batch": "hashes -> buckets",
    "threads": "the same, split over threads",
    "hashing": "keys -> hashes -> buckets",
    "single": "one key -> the node's name",
}

LEAST_KEYS = 64
"""The fewest keys that a call is given, however slow it is."""

PARTS_PER_THREAD = 2
"""Parts of a batch for each thread, so that one that is held up does not have half of the work."""

Buckets = NDArray[np.int32]
_CallOf = Callable[[int], Callable[[], object]]


@kernel
def copy_kernel(hashes: NDArray[np.uint64], out: NDArray[np.int32]) -> None:
    """Read each hash and write its low half: what any placement has to do at least, in the same loop."""
    for i in range(len(hashes)):
        out[i] = np.int32(hashes[i])


@dataclass(frozen=True, kw_only=True)
class ThroughputParameters(Parameters):
    """The parameters of `throughput`.

    Parameters
    ----------
    mode
        What is timed, some of `MODES`.
    rounds
        How often each competitor is timed.
    milliseconds
        About how long one timed call may take: whoever is slow gets fewer keys a call.
    """

    without = {"repetitions": "what is repeated is the measurement; give --rounds"}  # noqa: RUF012 - a ClassVar

    mode: tuple[str, ...] = parameter(
        "what is timed: " + ", ".join(f"{name} ({what})" for name, what in MODES.items()),
        choice(*MODES), tuple(MODES), many=True, metavar="MODE,...",
    )  # fmt: skip
    rounds: int = parameter("rounds, in each of which all are timed once", integer(1, 10**6), 21, metavar="R")
    milliseconds: float = parameter(
        "about how long one timed call may take", number(above=0), 5.0, metavar="MS"
    )


@dataclass(frozen=True)
class Competitor:
    """Something that is timed.

    Parameters
    ----------
    label, algorithm, settings, mode
        What the rows call it.
    keys
        Keys of one call.
    call
        Handles them, and returns their buckets, or the name of the last key's node.
    """

    label: str
    algorithm: str
    settings: str
    mode: str
    keys: int
    call: Callable[[], object]


class Throughput(Experiment[ThroughputParameters]):
    """Nanoseconds a key, beside a copy of as many bytes."""

    name = "throughput"
    title = "how fast keys find their nodes: batch, with hashing, single key, threads, beside a memory copy"
    Parameters = ThroughputParameters

    def cases(self, parameters: ThroughputParameters) -> Sequence[Case]:
        """Return one case for each workload and number of nodes: within it, all are timed in turn."""
        from experiments import workloads

        candidates = selection.resolve(parameters.algorithms, parameters.set)
        sources = [workloads.parse(text) for text in parameters.workload]
        for source in sources:
            for candidate in candidates:
                if not (source.integers or hash_function(candidate.hash).takes_text):
                    raise BadUse(
                        f"the hash function {candidate.hash} of {candidate.label} takes ints only, and the "
                        f"keys of {source.text} are text; choose another hash or another workload"
                    )
        return [
            Case(f"{source.text}|{n}", {"source": source, "n": n, "candidates": candidates})
            for source in sources
            for n in parameters.nodes
        ]

    def measure(self, case: Case, parameters: ThroughputParameters, context: Context) -> Measured:
        """Warm all competitors up, choose their keys a call, and time them in rounds."""
        source: Workload = case.arguments["source"]
        bench = _Bench(source, source.available(parameters.keys), parameters.seed, context.engine)
        load = _load_average()
        built = [
            (candidate, candidate.build(drawn.nodes(case.arguments["n"]), seed=drawn.hash))
            for candidate in case.arguments["candidates"]
            for drawn in [bench.repetition(candidate)]
        ]
        competitors = [
            bench.baseline(),
            *(
                bench.competitor(mode, candidate, partitioner, parameters.milliseconds)
                for mode in MODES
                if mode in parameters.mode and (mode != "threads" or context.threads > 1)
                for candidate, partitioner in built
            ),
        ]
        timing = []
        for turn, nanoseconds in enumerate(rounds(competitors, parameters.rounds, context.progress)):
            copied = nanoseconds[0] / competitors[0].keys
            for one, spent in zip(competitors, nanoseconds, strict=True):
                each = spent / one.keys
                timing.append(
                    {
                        "workload": source.text,
                        "n": case.arguments["n"],
                        "mode": one.mode,
                        "algorithm": one.algorithm,
                        "label": one.label,
                        "settings": one.settings,
                        "threads": context.threads if one.mode == "threads" else 1,
                        "round": turn,
                        "keys": one.keys,
                        "nanoseconds": spent,
                        "ns_per_key": each,
                        "copy_ns_per_key": copied,
                        "ratio_to_copy": each / copied,
                        "load_average": load,
                    }
                )
        return Measured([], timing)

    def present(self, results: Results[ThroughputParameters]) -> Presentation:
        """Show medians with their intervals, and cost against n."""
        from experiments.report import throughput as shown

        return shown.present(results)


def rounds(
    competitors: Sequence[Competitor], count: int, progress: Callable[[float], None] = lambda _: None
) -> Iterator[list[int]]:
    """Time competitors in turn, A B C A B C ..., each called once untimed just before it is timed.

    The untimed call brings back to the caches what the others have pushed out, so what is measured is a
    competitor that is at work, and not one that wakes up.

    Parameters
    ----------
    competitors
        Who is timed; all have been called before.
    count
        Rounds.
    progress
        Takes the fraction that is done.

    Yields
    ------
    list of int
        For each round the nanoseconds of each competitor's call, by a clock that never goes back.
    """
    for done in range(1, count + 1):
        spent = []
        with _no_garbage_collection():
            for one in competitors:
                one.call()
                began = time.perf_counter_ns()
                one.call()
                spent.append(max(1, time.perf_counter_ns() - began))
        progress(done / count)
        yield spent


def keys_a_call(call_of: Callable[[int], Callable[[], object]], most: int, milliseconds: float) -> int:
    """Return how many keys a call may have to stay about as short as wanted.

    Parameters
    ----------
    call_of
        Gives the call that handles so many keys.
    most
        How many there are.
    milliseconds
        How long a call may take.

    Returns
    -------
    int
        `most`, or, where so many take too long, a smaller power of two, at least `LEAST_KEYS`.
    """
    keys = min(LEAST_KEYS, most)
    call_of(keys)()
    while keys < most:
        call = call_of(keys)
        began = time.perf_counter_ns()
        call()
        if 2 * (time.perf_counter_ns() - began) > milliseconds * 1e6:
            return keys
        keys = min(2 * keys, most)
    return most


@dataclass(frozen=True, eq=False)
class _Bench:
    """What competitors are made of: partitioners of one number of nodes, and the keys that they place."""

    source: Workload
    keys: int
    seed: int
    engine: Engine
    columns: dict[tuple[str, int, int], NDArray[np.uint64]] = field(default_factory=dict)

    def repetition(self, candidate: Candidate) -> Repetition:
        """Return the seeds: those of repetition 0, whatever the algorithm."""
        bits = hash_function(candidate.hash).seed_bits
        return repetition_of(self.seed, self.source.text, 0, seed_bits=bits)

    def hashes(self, partitioner: Partitioner[Any], seed: int) -> NDArray[np.uint64]:
        """Return the hashes of all keys; partitioners that hash alike share one array."""
        from experiments.workloads import chunks_of

        known = (partitioner.hash, partitioner.hash_bits, partitioner.seed)
        if known not in self.columns:
            parts = (
                partitioner.hashes_of(self.source.chunk(number, seed, size))
                for number, size in enumerate(chunks_of(self.keys))
            )
            self.columns[known] = np.concatenate(list(parts))
        return self.columns[known]

    def baseline(self) -> Competitor:
        """Return the copy loop, over as many keys as the fastest algorithm has."""
        words, out = np.arange(self.keys, dtype=np.uint64), np.empty(self.keys, dtype=np.int32)
        copied = copy_kernel.compiled

        def call() -> Buckets:
            copied(words, out)
            return out

        call()
        return Competitor(COPY, COPY, "", COPY, self.keys, call)

    def competitor(
        self, mode: str, candidate: Candidate, partitioner: Partitioner[Any], milliseconds: float
    ) -> Competitor:
        """Return an algorithm in one mode, warmed up, with as many keys a call as fit the time."""
        seed = self.repetition(candidate).keys
        prepare = {
            "batch": self._batch,
            "threads": self._threads,
            "hashing": self._hashing,
            "single": self._single,
        }
        call_of, most = prepare[mode](partitioner, seed)
        keys = keys_a_call(call_of, most, milliseconds)
        call = call_of(keys)
        call()
        return Competitor(candidate.label, candidate.algorithm, candidate.settings, mode, keys, call)

    def _batch(self, partitioner: Partitioner[Any], seed: int) -> tuple[_CallOf, int]:
        hashes, out = self.hashes(partitioner, seed), np.empty(self.keys, dtype=np.int32)

        def call_of(keys: int) -> Callable[[], object]:
            part, buckets = hashes[:keys], out[:keys]

            def call() -> Buckets:
                partitioner._assign(part, buckets)
                return buckets

            return call

        return call_of, self.keys

    def _threads(self, partitioner: Partitioner[Any], seed: int) -> tuple[_CallOf, int]:
        hashes, out = self.hashes(partitioner, seed), np.empty(self.keys, dtype=np.int32)
        parts = PARTS_PER_THREAD * self.engine.threads

        def call_of(keys: int) -> Callable[[], object]:
            ends = [keys * i // parts for i in range(parts + 1)]
            pieces = [(hashes[a:b], out[a:b]) for a, b in pairwise(ends)]

            def place(number: int) -> None:
                partitioner._assign(*pieces[number])

            def call() -> Buckets:
                deque(self.engine.map(place, parts), maxlen=0)
                return out[:keys]

            return call

        return call_of, self.keys

    def _hashing(self, partitioner: Partitioner[Any], seed: int) -> tuple[_CallOf, int]:
        column, out = self._first_chunk(seed), np.empty(self.keys, dtype=np.int32)

        def call_of(keys: int) -> Callable[[], object]:
            part, buckets = column[:keys], out[:keys]

            def call() -> Buckets:
                partitioner._assign(partitioner.hashes_of(part), buckets)
                return buckets

            return call

        return call_of, len(column)

    def _single(self, partitioner: Partitioner[Any], seed: int) -> tuple[_CallOf, int]:
        listed: list[Any] = list(self._first_chunk(seed).tolist())

        def call_of(keys: int) -> Callable[[], object]:
            part = listed[:keys]

            def call() -> str:
                return deque(map(partitioner.lookup, part), maxlen=1)[0]

            return call

        return call_of, len(listed)

    def _first_chunk(self, seed: int) -> Keys:
        from experiments.workloads import chunks_of

        return self.source.chunk(0, seed, chunks_of(self.keys).size(0))


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _load_average() -> float | None:
    """Return how many processes wanted to run in the last minute; None where the system does not say."""
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):
        return None


EXPERIMENT = Throughput()
