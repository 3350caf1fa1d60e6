"""How fast keys find their nodes: a batch of hashes, a column of keys, one key, threads, a fresh process."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Node, Partitioner
from algorithms.hashing.columns import Integers, Strings
from experiments.harness import selection
from experiments.harness.engine import Engine
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.stopwatch import Competitor, copy_competitor, keys_a_call, load_average, rounds
from experiments.harness.trial import Trial
from experiments.options.errors import BadUse
from experiments.peers import Peer, Task, peers
from experiments.throughput import cold_start
from experiments.throughput.parameters import COLD, MODES, ThroughputParameters

if TYPE_CHECKING:
    from experiments.workloads import Workload
    from experiments.workloads.base import Keys


PARTS_PER_THREAD = 2
"""Parts of a batch for each thread, so that one that is held up does not have half of the work."""

COLD_KEYS = 100_000
"""The most keys in the batch of a fresh process."""

Buckets = NDArray[np.int32]
_CallOf = Callable[[int], Callable[[], object]]


def cases(parameters: ThroughputParameters) -> Sequence[Case]:
    """Return one case for each workload and number of nodes: within it, all are timed in turn.

    Fresh processes are cases of their own, one for each round of them, at the first number of nodes.
    """
    if set(parameters.mode) == {"threads"} and parameters.threads == 1:
        raise BadUse(
            "--mode: threads alone would time nothing on one thread; give --threads 2, or another "
            f"mode: {', '.join(mode for mode in (*MODES, *COLD) if mode != 'threads')}"
        )
    candidates = selection.of_run(parameters)
    warm = [
        Case(
            f"{source.text}|{n}",
            {"trials": [Trial(parameters, candidate, n, source) for candidate in candidates]},
        )
        for source in selection.sources_of_run(parameters, candidates)
        for n in parameters.nodes
        if set(parameters.mode) & MODES.keys()
    ]
    n = parameters.nodes[0]
    cold = [
        Case(
            f"{mode}|{turn}",
            {
                "cold": mode, "round": turn,
                "trials": [Trial(parameters, candidate, n, mode) for candidate in candidates],
            },
        )
        for mode in COLD
        if mode in parameters.mode
        for turn in range(parameters.starts)
    ]  # fmt: skip
    return warm + cold


def measure(case: Case, parameters: ThroughputParameters, context: Context) -> Measured:
    """Warm all competitors up, choose their keys a call, and time them in rounds."""
    if "cold" in case.arguments:
        return Measured([], list(_fresh_processes(case, parameters, context)))
    trials: Sequence[Trial] = case.arguments["trials"]
    source, n = trials[0].source, trials[0].n
    bench = _Bench(source, source.available(parameters.keys), context.engine, parameters.peers)
    load = load_average()
    built, refused = [], []
    for trial in trials:
        partitioner = trial.start()
        if isinstance(partitioner, str):
            refused.append((trial, partitioner))
        else:
            built.append((trial, partitioner))
    modes = [mode for mode in MODES if mode in parameters.mode and (mode != "threads" or context.threads > 1)]
    competitors = [copy_competitor(bench.keys)]
    common = {"workload": source.text, "n": n}
    missing: list[dict[str, Any]] = [
        {**common, "mode": mode, **trial.columns("algorithm", "label", "settings")}
        | {"peer": False, "cannot": reason}
        for mode in modes
        for trial, reason in refused
    ]
    for mode in modes:
        for trial, partitioner in built:
            competitors.append(bench.competitor(mode, trial, partitioner, parameters.milliseconds))
        for one, (trial, partitioner) in _beside(built, mode, libraries=parameters.peers):
            weighted = any(node.weight != 1.0 for node in partitioner.nodes.spelled())
            if weighted and one.library:  # what needs none is ours to build
                reason: str | None = "is given names of nodes, and no weights"
            elif weighted and one.one_weight:
                reason = "is written for nodes of one weight"
            else:
                reason = one.missing(n)
            if reason is None:
                competitors.append(bench.peer(one, trial, partitioner, parameters.milliseconds))
            else:
                described = {"mode": mode, "algorithm": one.beside, "label": one.name, "peer": True}
                missing.append({**common, **described, "cannot": reason})
    timing = []
    for turn, nanoseconds in enumerate(rounds(competitors, parameters.rounds, context.progress)):
        copied = nanoseconds[0] / competitors[0].keys
        for one_timed, spent in zip(competitors, nanoseconds, strict=True):
            each = spent / one_timed.keys
            timing.append(
                {
                    **common,
                    "mode": one_timed.mode,
                    "algorithm": one_timed.algorithm,
                    "label": one_timed.label,
                    "settings": one_timed.settings,
                    "peer": one_timed.peer,
                    "threads": context.threads if one_timed.mode == "threads" else 1,
                    "round": turn,
                    "keys": one_timed.keys,
                    "nanoseconds": spent,
                    "ns_per_key": each,
                    "copy_ns_per_key": copied,
                    "ratio_to_copy": each / copied,
                    "load_average": load,
                    "stage": None,
                    "cannot": None,
                }
            )
    return Measured([], timing + missing)


def _beside(
    built: Sequence[tuple[Trial, Partitioner[Any]]], mode: str, *, libraries: bool
) -> list[tuple[Peer, tuple[Trial, Partitioner[Any]]]]:
    """Return the peers of a mode, each with the first candidate of the algorithm that it stands beside."""
    first = {trial.candidate.algorithm: (trial, partitioner) for trial, partitioner in reversed(built)}
    known = [one for one in peers(libraries=libraries) if one.mode == mode]
    return [(one, first[one.beside]) for one in known if one.beside in first]


def _fresh_processes(
    case: Case, parameters: ThroughputParameters, context: Context
) -> Iterator[dict[str, Any]]:
    """Yield a row for each algorithm and stage: one fresh process each."""
    trials: Sequence[Trial] = case.arguments["trials"]
    mode, keys, load = case.arguments["cold"], min(COLD_KEYS, parameters.keys), load_average()
    for done, trial in enumerate(trials, 1):
        candidate, built = trial.candidate, trial.start()
        # --set is for all candidates of a run, and refused where it names none of them
        own = [text for text in parameters.set if text.partition(".")[0] == candidate.algorithm]
        cluster = trial.repetition.cluster
        nodes: int | Sequence[Node] = trial.n if cluster is None else cluster.nodes
        stages: Mapping[str | None, int | None] = {None: None}
        if not isinstance(built, str):
            compiled = mode != "install"
            took = cold_start.measure(candidate.selection, own, nodes, keys, compiled=compiled)
            stages = dict(took.items())
        for stage, spent in stages.items():
            yield {
                "workload": None,
                "n": trial.n,
                "mode": mode,
                **trial.columns("algorithm", "label", "settings"),
                "peer": False,
                "threads": 1,
                "round": case.arguments["round"],
                "keys": keys if stage is not None and stage.endswith("batch") else None,
                "nanoseconds": spent,
                "ns_per_key": None,
                "copy_ns_per_key": None,
                "ratio_to_copy": None,
                "load_average": load,
                "stage": stage,
                "cannot": built if isinstance(built, str) else None,
            }
        context.progress(done / len(trials))


@dataclass(frozen=True, eq=False)
class _Bench:
    """What competitors are made of: partitioners of one number of nodes, and the keys that they place."""

    source: Workload
    keys: int
    engine: Engine
    as_text: bool = False
    columns: dict[tuple[str, int, int], NDArray[np.uint64]] = field(default_factory=dict)
    texts: dict[int, list[str]] = field(default_factory=dict)

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

    def competitor(
        self, mode: str, trial: Trial, partitioner: Partitioner[Any], milliseconds: float
    ) -> Competitor:
        """Return an algorithm in one mode, warmed up, with as many keys a call as fit the time."""
        seed = trial.repetition.keys
        prepare = {
            "batch": self._batch,
            "threads": self._threads,
            "hashing": self._hashing,
            "single": self._single,
        }
        partitioner.assign(self.hashes(partitioner, seed))  # refuses wrong buckets; a timed call does not
        call_of, most = prepare[mode](partitioner, seed)
        keys = keys_a_call(call_of, most, milliseconds)
        call = call_of(keys)
        call()
        candidate = trial.candidate
        return Competitor(candidate.label, candidate.algorithm, candidate.settings, mode, keys, call)

    def peer(self, one: Peer, trial: Trial, partitioner: Partitioner[Any], milliseconds: float) -> Competitor:
        """Return a peer on the nodes and the keys of ours, checked and warmed up."""
        drawn = trial.repetition
        names = [node.name for node in partitioner.nodes.values()]
        texts = self._texts(drawn.keys) if one.mode != "batch" else []
        task = Task(names, self.hashes(partitioner, drawn.keys), texts, partitioner)
        call_of = one.calls(task)
        most = len(texts) if one.mode != "batch" else self.keys
        keys = keys_a_call(call_of, most, milliseconds, least=1)
        call = call_of(keys)
        call()
        return Competitor(one.name, one.beside, one.written_in, one.mode, keys, call, peer=True)

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
        chunk = self._first_chunk(seed)
        in_ints = isinstance(chunk, Integers) and not self.as_text
        listed: Sequence[Any] = chunk.tolist() if in_ints else self._texts(seed)

        def call_of(keys: int) -> Callable[[], object]:
            part = listed[:keys]

            def call() -> str:
                return deque(map(partitioner.lookup, part), maxlen=1)[0]

            return call

        return call_of, len(listed)

    def _texts(self, seed: int) -> list[str]:
        """Return the keys of the first chunk as str: an int by its decimal digits."""
        if seed not in self.texts:
            chunk = self._first_chunk(seed)
            if isinstance(chunk, Strings):
                self.texts[seed] = [key.decode(errors="replace") for key in chunk.tolist()]
            else:
                self.texts[seed] = [str(key) for key in chunk.tolist()]
        return self.texts[seed]

    def _first_chunk(self, seed: int) -> Keys:
        from experiments.workloads import chunks_of

        return self.source.chunk(0, seed, chunks_of(self.keys).size(0))
