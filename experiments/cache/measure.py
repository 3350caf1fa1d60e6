"""The measurement: requests through the caches of all nodes, with an event at half time and without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Partitioner
from experiments import events
from experiments.harness import selection
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.trial import Trial
from experiments.options.errors import BadUse
from experiments.theory.caches import Share
from experiments.workloads import Workload

from .parameters import OWN, CacheParameters
from .requests import Requests, requests_of
from .scenarios import Phase, phases
from .simulation import Nodes, Pool, moved

NONE = "none"
"""What stands in the column `event` where nothing happens."""

WINDOWS = 100
"""The requests after an event are cut into so many windows."""

SHOWN = (6, 24)
"""Windows before and after the event whose hits are kept of the first repetition and capacity."""

MOST_CELLS = 1 << 28
"""Entries by node and key that caches are looked up in."""

LEAST_REQUESTS = 200

DIGITS = 6
"""Significant digits of what is kept of a repetition; repetitions differ in the second or third."""

SEEN = (
    "n_after", "keys", "distinct", "entries", "hits", "law_hits", "cached", "working_set", "law_working_set",
    "movement", "moved_entries", "moved_bytes", "caused", "caused_bytes", "transient", "law_transient",
    "worst", "back", "window_requests", "windows",
)  # fmt: skip


def cases(parameters: CacheParameters) -> Sequence[Case]:
    """Return a case for each policy, capacity and candidate of a repetition: all events are in it."""
    candidates = selection.of_run(parameters)
    sources = selection.sources_of_run(parameters, candidates)
    for source in sources:
        _refuse(parameters, source, Trial(parameters, candidates[0], max(parameters.nodes), source))
    return [
        Case(
            f"{source.text}|{n}|{number}|{policy}|{capacity}|{candidate.label}",
            {
                "trial": Trial(parameters, candidate, n, source, number),
                "policy": policy,
                "capacity": capacity,
            },
        )
        for source in sources
        for number in range(parameters.repetitions)
        for n in parameters.nodes
        for policy in parameters.policy
        for capacity in (parameters.capacity if policy == parameters.policy[0] else parameters.capacity[:1])
        for candidate in candidates
    ]


def _refuse(parameters: CacheParameters, source: Workload, trial: Trial) -> None:
    """Refuse traces that are too short, and caches that are too small or too many."""
    available = source.available(parameters.keys)
    if available < LEAST_REQUESTS:
        raise BadUse(
            f"--workload: {source.text} has {available:,} requests here; give at least {LEAST_REQUESTS:,}"
        )
    requests = requests_of(source, trial.repetition.keys, parameters.keys, parameters.rate)
    n = max(parameters.nodes)
    for capacity in parameters.capacity:
        entries = entries_of(capacity, requests)
        if entries < n:
            raise BadUse(
                f"--capacity: {capacity} of {source.text} are {entries:,} entries, less than one for each of "
                f"{n:,} nodes; give more"
            )
    most = max([n, *(events.parse(event).nodes_after(n) for event in parameters.event if event not in OWN)])
    if most * len(requests.rows) > MOST_CELLS:
        raise BadUse(
            f"--nodes: caches of {most:,} nodes for {len(requests.rows):,} keys are too many: nodes times "
            f"keys at most {MOST_CELLS:,}; give fewer nodes, or fewer --keys"
        )


def entries_of(capacity: str, requests: Requests) -> int:
    """Return how many entries all caches have together at the start."""
    if capacity.endswith("%"):
        return round(requests.items * float(capacity[:-1]) / 100)
    return int(capacity)


def measure(case: Case, parameters: CacheParameters, context: Context) -> Measured:
    """Send the requests of one repetition through the caches, without an event and with each."""
    trial: Trial = case.arguments["trial"]
    common = {
        **trial.columns("workload", "n", "algorithm", "label", "repetition"),
        "policy": case.arguments["policy"],
        "capacity": case.arguments["capacity"],
    }

    def row(event: str, seen: Mapping[str, Any] | str) -> dict[str, Any]:
        cannot = seen if isinstance(seen, str) else None
        values = {} if isinstance(seen, str) else seen
        found = {name: short(values.get(name)) for name in SEEN}
        return {**common, "event": event, **found, "cannot": cannot}

    partitioner = trial.start()
    if isinstance(partitioner, str):
        return Measured([row(event, partitioner) for event in (NONE, *parameters.event)])
    run = _Run(trial, parameters, common["policy"], common["capacity"], partitioner)
    quiet = row(NONE, run.undisturbed())  # first: what the events have in common is computed for it

    def disturbed(number: int) -> dict[str, Any]:
        return row(parameters.event[number], run.disturbed(parameters.event[number]))

    loud = context.engine.map(disturbed, len(parameters.event), progress=context.chunks_done)
    return Measured([quiet, *loud])


def short(value: Any) -> Any:
    """Return a float with `DIGITS` significant digits, and all else as it is."""
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


@dataclass(frozen=True, eq=False)
class _Run:
    """The requests of one repetition, on the nodes of one candidate."""

    trial: Trial
    parameters: CacheParameters
    policy: str
    capacity: str
    partitioner: Partitioner[Any]

    @cached_property
    def requests(self) -> Requests:
        parameters = self.parameters
        return requests_of(self.trial.source, self.trial.repetition.keys, parameters.keys, parameters.rate)

    @cached_property
    def hashes(self) -> NDArray[np.uint64]:
        parts = [self.trial.hashes(self.partitioner, chunk) for chunk in range(len(self.trial.chunks))]
        hashes: NDArray[np.uint64] = np.concatenate(parts)[self.requests.rows]
        return hashes

    @cached_property
    def nodes(self) -> Nodes:
        return Nodes.of(self.partitioner, self.hashes)

    @cached_property
    def entries(self) -> int:
        return entries_of(self.capacity, self.requests)

    def pool(self, nodes: Nodes, top: int) -> Pool:
        each = self.entries / sum(self.nodes.weights.values())
        return Pool(self.policy, self.requests.keys, nodes, each, top)

    @cached_property
    def happenings(self) -> Mapping[str, list[Phase] | str]:
        """The phases of each event, or why the candidate cannot have it."""
        first, count = self.requests.event, len(self.requests.keys)
        away = round(self.parameters.away * count)
        return {
            event: phases(self.trial, self.partitioner, event, first, away, count)
            for event in self.parameters.event
        }

    @cached_property
    def warm(self) -> Pool:
        """The caches just before an event; there are buckets for all nodes that will come."""
        tops = [
            phase.partitioner.nodes.top
            for happening in self.happenings.values()
            if not isinstance(happening, str)
            for phase in happening
        ]
        pool = self.pool(self.nodes, max(self.nodes.top, *tops, 0))
        pool.run(self.requests.event)
        return pool

    @cached_property
    def base(self) -> Pool:
        """The caches at the end, if nothing happens."""
        return self.finished(self.warm.copy())

    def finished(self, pool: Pool) -> Pool:
        pool.run(len(self.requests.keys))
        return pool

    def undisturbed(self) -> dict[str, Any]:
        """Return what is seen if nothing happens."""
        requests = self.requests
        return {
            **self.seen(self.base),
            "n_after": len(self.nodes.names),
            "keys": len(requests.keys),
            "distinct": len(requests.rows),
            "entries": int(self.warm.room.sum()),
            "cached": int(self.warm.cached().sum()),
            **self.laws(self.nodes, self.warm.room),
        }

    def seen(self, pool: Pool) -> dict[str, Any]:
        """Return hits, the worst second of the origin, and how many cached keys were still of use."""
        event = self.requests.event
        hits = pool.hits[event:]
        second = np.floor(self.requests.times[event:] - self.requests.times[event])
        misses = np.bincount(np.unique(second, return_inverse=True)[1], weights=~hits)
        return {
            "hits": float(hits.mean()),
            "worst": int(misses.max()),
            "working_set": int(hits[self.requests.nexts].sum()),
            **self.windows(pool),
        }

    def windows(self, pool: Pool) -> dict[str, Any]:
        """Return the hits in windows around the event, of the first repetition and capacity."""
        if self.trial.number or self.capacity != self.parameters.capacity[0]:
            return {}
        size = len(pool.hits) // 2 // WINDOWS
        first = self.requests.event - SHOWN[0] * size
        part = pool.hits[first : first + sum(SHOWN) * size].reshape(-1, size)
        return {"window_requests": size, "windows": " ".join(map(str, part.sum(axis=1).tolist()))}

    def laws(self, nodes: Nodes, room: NDArray[np.int64]) -> dict[str, Any]:
        """Return what the laws of LRU say if nothing happens."""
        if self.policy != "lru":
            return {}
        requests, demand = self.requests, self.requests.demand
        before = requests.event
        after = len(requests.keys) - before
        there = _parts(nodes, room)
        return {
            "law_hits": sum(demand.hits(*part) for part in there),
            "law_working_set": sum(demand.working_set(*part, before, after) for part in there),
        }

    def disturbed(self, event: str) -> dict[str, Any] | str:
        """Return what is seen of an event, or why the candidate cannot have it."""
        requests, first = self.requests, self.requests.event
        happening = self.happenings[event]
        if isinstance(happening, str):
            return happening
        pool, steps = self.warm.copy(), list[tuple[Nodes, Nodes, NDArray[np.int64]]]()
        handed = np.zeros(len(requests.rows), dtype=np.int64)
        movement = 0.0
        for phase in happening:
            pool.run(phase.first)
            before, after = pool.nodes, Nodes.of(phase.partitioner, self.hashes)
            moving = moved(before, after)
            movement += float(moving.mean())
            handed += moving & pool.cached()
            pool.change(after)
            steps.append((before, after, pool.room.copy()))
        self.finished(pool)
        last = steps[-1][1]
        settled = self.base
        if event not in OWN or moved(self.nodes, last).any():
            settled = self.finished(self.pool(last, len(pool.room)))
        without, seen = self.base.hits[first:], pool.hits[first:]
        sizes = requests.sizes
        each, size_of_key = self.parameters.entry_bytes, requests.size_of_key
        more = without.astype(np.int64) - seen
        return {
            **self.seen(pool),
            "n_after": len(last.names),
            "working_set": int(settled.hits[first:][requests.nexts].sum()),
            "movement": movement,
            "moved_entries": int(handed.sum()),
            "moved_bytes": int(handed.sum()) * each if size_of_key is None else int(handed @ size_of_key),
            "caused": int(more.sum()),
            "caused_bytes": int(more.sum()) * each if sizes is None else int(more @ sizes[first:]),
            "transient": int(settled.hits[first:].sum() - seen.sum()),
            "law_transient": self.law(happening, steps),
            "back": self.back(settled.hits[first:], seen),
        }

    def back(self, settled: NDArray[np.bool_], seen: NDArray[np.bool_]) -> float | None:
        """Return after how many seconds the hit rate is back: when the last window ends that is below."""
        times = self.requests.times[self.requests.event :]
        size = len(seen) // WINDOWS
        fewer = settled.astype(np.int64) - seen
        below = fewer[: WINDOWS * size].reshape(WINDOWS, size).sum(axis=1) > self.parameters.back * size
        if not below.any():
            return 0.0
        end = (int(np.flatnonzero(below)[-1]) + 1) * size
        return float(times[end] - times[0]) if end < WINDOWS * size else None

    def law(
        self, happening: Sequence[Phase], steps: Sequence[tuple[Nodes, Nodes, NDArray[np.int64]]]
    ) -> float | None:
        """Return the misses beyond those of the nodes at the end, had they always been there, by the law.

        It is of caches that have come to rest before the next step: None where a pause is shorter than that.
        """
        if self.policy != "lru":
            return None
        demand, count = self.requests.demand, len(self.requests.keys)
        ends = [*(phase.first for phase in happening[1:]), count]
        rates, whole, began = [], 0.0, 0
        for phase, (before, after, room), end in zip(happening, steps, ends, strict=True):
            there = _parts(after, room)
            pause = end - phase.first
            if end < count and pause < max(demand.time(*part) for part in there):
                return None
            whole += demand.caused(_shares(before, after, room), phase.first - began, pause)
            began = phase.first
            rates.append(sum(demand.hits(*part) for part in there))
        for rate, phase, end in zip(rates, happening, ends, strict=True):
            whole += (end - phase.first) * (rates[-1] - rate)
        return whole


def _parts(nodes: Nodes, room: NDArray[np.int64]) -> list[tuple[float, int]]:
    """Return the part of the keys and the entries of each node that has some."""
    shares = np.bincount(nodes.placed) / len(nodes.placed)
    return [(share, int(room[bucket])) for bucket, share in enumerate(shares.tolist()) if share]


def _shares(before: Nodes, after: Nodes, room: NDArray[np.int64]) -> list[Share]:
    """Return what an event does to each node's part of the keys."""
    moving, m, top = moved(before, after), len(before.placed), len(room)
    stay, go, come = (
        np.bincount(placed, minlength=top) / m
        for placed in (after.placed[~moving], before.placed[moving], after.placed[moving])
    )
    return [
        Share(float(stay[b]), float(go[b]), float(come[b]), float(room[b]))
        for b in range(top)
        if stay[b] + come[b] > 0
    ]
