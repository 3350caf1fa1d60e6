"""What competitors are made of: partitioners of one number of nodes, and keys that are new in each call."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Partitioner
from algorithms.hashing.columns import Integers
from experiments.buffers import aligned
from experiments.harness.engine import Engine
from experiments.harness.fresh_keys import Stream, in_turn
from experiments.harness.stopwatch import LEAST_KEYS, Call, Competitor, keys_a_call
from experiments.harness.trial import Trial
from experiments.peers import Peer, Task
from experiments.seeds import derive
from experiments.throughput.parameters import ThroughputParameters

if TYPE_CHECKING:
    from experiments.workloads import Workload
    from experiments.workloads.base import Keys

__all__ = ["Bench"]

PARTS_PER_THREAD = 2
"""Parts of a batch for each thread, so that one that is held up does not have half of the work."""

CHECKED_PAIRS = 10**8
"""Nodes and keys with which it is checked that buckets are right, before they are placed unchecked."""

LEAST_NANOSECONDS = 50
"""What a key in a list costs at least: there are no more of them than fit into a call then."""

Buckets = NDArray[np.int32]
_OnColumn = Callable[[int, int], Call]
"""Gives the call on the first keys of a column: of (column, keys)."""


class Bench:
    """Makes competitors.

    Parameters
    ----------
    source
        The workload.
    parameters
        Of the run.
    engine
        Has the threads.
    process
        The number of this process; each has keys of its own.
    """

    def __init__(
        self, source: Workload, parameters: ThroughputParameters, engine: Engine, process: int = 0
    ) -> None:
        self.source = source
        self.keys = source.available(parameters.keys)
        self.engine = engine
        self._milliseconds = parameters.milliseconds
        self._as_text = parameters.peers
        self._process = process
        self._streams: dict[str, Stream] = {}

    def stream(self, mode: str, seed: int) -> Stream:
        """Return the keys of a mode: none that another mode is asked for."""
        from experiments.workloads import chunks_of

        if mode not in self._streams:
            size = self.keys
            if mode == "hashing":
                size = chunks_of(size).size(0)
            elif mode in ("single", "list", "arrow"):
                most = max(LEAST_KEYS, int(self._milliseconds * 1e6 / LEAST_NANOSECONDS))
                size = min(chunks_of(size).size(0), most)
            self._streams[mode] = Stream(self.source, derive(seed, mode, self._process), size)
        return self._streams[mode]

    def competitor(self, mode: str, trial: Trial, partitioner: Partitioner[Any]) -> Competitor:
        """Return an algorithm in one mode, warmed up, with as many keys a call as fit the time."""
        stream = self.stream(mode, trial.repetition.keys)
        few = max(LEAST_KEYS, CHECKED_PAIRS // len(partitioner.nodes))
        partitioner.assign(
            stream.hashes(partitioner, 0)[:few]
        )  # refuses wrong buckets; a timed call does not
        threads = self.engine.threads if mode == "threads" else 1
        on_column = _MODES[mode](self, stream, partitioner)
        candidate = trial.candidate
        named = candidate.label, candidate.algorithm, candidate.settings
        return self._ready(Competitor(*named, mode, 0, _none, False, threads), on_column, stream, LEAST_KEYS)

    def peer(self, one: Peer, trial: Trial, partitioner: Partitioner[Any]) -> Competitor:
        """Return a peer on the nodes of ours, checked and warmed up."""
        stream = self.stream(one.mode, trial.repetition.keys)
        # those without a library know nodes by number
        names = [node.name for node in partitioner.nodes.values()] if one.library else []
        call_of = one.calls(Task(names, partitioner), stream.hashes(partitioner, 0))
        if one.mode == "batch":
            on_column = _placed(stream, partitioner, call_of)
        else:
            on_column = _handed(partial(self._form, one.mode, stream), call_of)
        made = Competitor(one.name, one.beside, one.written_in, one.mode, 0, _none, True)
        return self._ready(made, on_column, stream, 1)

    def _ready(self, made: Competitor, on_column: _OnColumn, stream: Stream, least: int) -> Competitor:
        keys = keys_a_call(partial(on_column, 0), stream.size, self._milliseconds, least, made.threads)
        on_column(0, keys)()
        return replace(made, keys=keys, fresh=in_turn(lambda column: on_column(column, keys)))

    def _form(self, mode: str, stream: Stream, column: int) -> Any:
        """Return the keys of a column as a list, or as a column of Arrow; with peers all are str."""
        if mode == "arrow":
            return stream.arrow(column, as_text=self._as_text)
        return stream.texts(column) if self._as_text else stream.objects(column)

    # ---- modes -----------------------------------------------------------------------------------------

    def _batch(self, stream: Stream, partitioner: Partitioner[Any]) -> _OnColumn:
        out = self._out

        def call_of(words: NDArray[np.uint64]) -> Call:
            buckets = out[: len(words)]

            def call() -> Buckets:
                partitioner._assign(words, buckets)
                return buckets

            return call

        return _placed(stream, partitioner, call_of)

    def _threads(self, stream: Stream, partitioner: Partitioner[Any]) -> _OnColumn:
        out, parts = self._out, PARTS_PER_THREAD * self.engine.threads

        def call_of(words: NDArray[np.uint64]) -> Call:
            keys = len(words)
            ends = [keys * i // parts for i in range(parts + 1)]
            pieces = [(words[a:b], out[a:b]) for a, b in pairwise(ends)]

            def place(number: int) -> None:
                partitioner._assign(*pieces[number])

            def call() -> Buckets:
                deque(self.engine.map(place, parts), maxlen=0)
                return out[:keys]

            return call

        return _placed(stream, partitioner, call_of)

    def _hashing(self, stream: Stream, partitioner: Partitioner[Any]) -> _OnColumn:
        out, words = self._out, aligned(stream.size, np.uint64)

        def on_column(column: int, keys: int) -> Call:
            part, buckets = _in_cache(stream.keys(column)[:keys], words), out[:keys]

            def call() -> Buckets:
                partitioner._assign(partitioner.hashes_of(part), buckets)
                return buckets

            return call

        return on_column

    def _single(self, stream: Stream, partitioner: Partitioner[Any]) -> _OnColumn:
        def call_of(part: list[Any]) -> Call:
            return lambda: deque(map(partitioner.lookup, part), maxlen=1)[0]

        return _handed(partial(self._form, "single", stream), call_of)

    def _list(self, stream: Stream, partitioner: Partitioner[Any]) -> _OnColumn:
        return _handed(
            partial(self._form, "list", stream), lambda part: partial(partitioner.lookup_many, part)
        )

    def _arrow(self, stream: Stream, partitioner: Partitioner[Any]) -> _OnColumn:
        return _handed(
            partial(self._form, "arrow", stream), lambda part: partial(partitioner.lookup_arrow, part)
        )

    @cached_property
    def _out(self) -> Buckets:
        return aligned(self.keys, np.int32)


_MODES: dict[str, Callable[[Bench, Stream, Partitioner[Any]], _OnColumn]] = {
    "batch": Bench._batch,
    "threads": Bench._threads,
    "hashing": Bench._hashing,
    "list": Bench._list,
    "arrow": Bench._arrow,
    "single": Bench._single,
}


def _none() -> Call:
    raise AssertionError("it has no keys yet")


def _placed(
    stream: Stream, partitioner: Partitioner[Any], call_of: Callable[[NDArray[np.uint64]], Call]
) -> _OnColumn:
    """Return calls on hashes, which are written into one buffer, so that each is made once for its length."""
    calls: dict[int, Call] = {}

    def on_column(column: int, keys: int) -> Call:
        if keys not in calls:
            calls[keys] = call_of(stream.buffer(partitioner)[:keys])
        stream.fill(partitioner, column, keys)
        return calls[keys]

    return on_column


def _handed(form: Callable[[int], Any], call_of: Callable[[Any], Call]) -> _OnColumn:
    """Return calls on keys that are objects of their own, new in each column."""
    return lambda column, keys: call_of(form(column)[:keys])


def _in_cache(keys: Keys, words: NDArray[np.uint64]) -> Keys:
    """Return keys that were just written, or read, so that the caches have what fits into them."""
    if isinstance(keys, Integers):
        part = words[: len(keys)]
        part[:] = keys.values
        return Integers(part)
    np.bitwise_xor.reduce(keys.data[keys.offsets[0] : keys.offsets[-1]])
    np.bitwise_xor.reduce(keys.offsets)
    return keys
