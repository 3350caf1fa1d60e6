"""Each algorithm on the nodes at hand: what it lacks, or its balance, its movement and its speed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from algorithms import Capability, Partitioner
from algorithms.hashing import Hashes
from experiments import measures, theory
from experiments.advise.parameters import AdviseParameters, removes
from experiments.buffers import aligned
from experiments.harness import selection
from experiments.harness.candidate import Candidate
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.stopwatch import Call, Competitor, load_average, rounds
from experiments.harness.trial import Step, Trial
from experiments.seeds import derive
from experiments.workloads.draws import words

TIMED_KEYS = 1 << 16
SINGLE_KEYS = 1000
REPLICA_KEYS = 1 << 12

ABILITIES = {"takes_weights": Capability.WEIGHTED, "takes_replicas": Capability.REPLICAS}
"""Columns that say what an algorithm can do besides."""

BY_LAW, EXACTLY, BY_SAMPLE = "law", "shares", "sample"
"""Where a number comes from: a law, all hashes of the space, or some keys."""


def cases(parameters: AdviseParameters) -> Sequence[Case]:
    """Return one case for each algorithm on each number of nodes."""
    candidates = selection.of_run(parameters)
    return [
        Case(f"{candidate.label}|{n}", {"trial": Trial(parameters, candidate, n, "advise")})
        for candidate in candidates
        for n in parameters.nodes
    ]


def measure(case: Case, parameters: AdviseParameters, context: Context) -> Measured:
    """Ask for what is needed, then for its price."""
    trial: Trial = case.arguments["trial"]
    spec = trial.candidate.spec
    common = trial.columns("n", "algorithm", "label", "settings", "hash")
    agrees_by = "names" if spec.can(Capability.ORDER_INDEPENDENT) else "numbers"
    common |= {"kind": spec.kind, "agrees_by": agrees_by, "removes": removes(spec)}
    common |= {name: spec.can(capability) for name, capability in ABILITIES.items()}
    nothing = dict.fromkeys(("event", "movement", "movement_by", "ideal", "peak", "peak_by"))
    reason = _lacking(trial.candidate, parameters)
    start = trial.start() if reason is None else reason
    if isinstance(start, str):
        return Measured([{**common, **nothing, "cannot": start}])
    rng = np.random.default_rng(derive(parameters.seed, "advise"))
    sample = rng.integers(0, 1 << 64, parameters.keys, dtype=np.uint64) >> np.uint64(64 - start.hash_bits)
    peak, peak_by = _peak(trial, start, sample)
    rows, steps = [], []
    for event in parameters.events_of(trial.n, spec):
        step = trial.step(start, event, "event")
        if isinstance(step, str):
            return Measured([{**common, **nothing, "event": event.text, "cannot": step}])
        movement, movement_by = _movement(trial, step, sample)
        moved = {"movement": movement, "movement_by": movement_by, "ideal": float(step.shape.ideal)}
        balance = {"peak": peak, "peak_by": peak_by, "cannot": None}
        rows.append({**common, "event": event.text, **moved, **balance})
        steps.append(step)
    return Measured(rows, [{**common, **price} for price in _price(start, steps, parameters)])


def _lacking(candidate: Candidate, parameters: AdviseParameters) -> str | None:
    """Return why an algorithm cannot do what is needed."""
    for capabilities in parameters.needs:
        if not capabilities & candidate.spec.capabilities:
            return candidate.lacks(min(capabilities))
    return None


def _peak(trial: Trial, start: Partitioner[Any], sample: Hashes) -> tuple[float, str]:
    """Return the share of the fullest node over the mean one, less 1: expected, or of the seed at hand.

    A sample's own unevenness is taken off by what is expected of equal shares.
    """
    weights = np.asarray(start.nodes.weights())
    candidate, spec = trial.candidate, trial.candidate.spec
    family, points = theory.family_and_points(spec, weights, candidate.points, candidate.parameters)
    if points is None or theory.whole_points(weights, points):
        law = theory.balance(family, weights, points=points)
        if law is not None and law.max_to_mean is not None:
            return max(0.0, float(law.max_to_mean.value) - 1), BY_LAW
    if spec.can(Capability.INTERVALS):
        shares = list(start.arcs().shares().values())
        return measures.max_to_mean(shares, weights) - 1, EXACTLY
    load = measures.loads(start.assign(sample), start.nodes.buckets())
    alike = theory.multinomial(len(sample), weights)[0]
    return max(0.0, measures.max_to_mean(load, weights) - alike), BY_SAMPLE


def _movement(trial: Trial, step: Step, sample: Hashes) -> tuple[float, str]:
    """Return the part of the keys that an event moves."""
    law = theory.family_of(trial.candidate.spec, step.shape)
    if not trial.in_proportion(step.shape.weights_before, step.shape.weights_after):
        law = ""
    moves = theory.movement(law, step.shape, trial.candidate.parameters)
    if moves is not None:
        return float(moves.value), BY_LAW
    flows = measures.Flows.sampled(step.shape, step.before.assign(sample), step.after.assign(sample))
    return float(flows.movement), BY_SAMPLE


def _price(
    start: Partitioner[Any], steps: Sequence[Step], parameters: AdviseParameters
) -> Iterator[dict[str, Any]]:
    """Yield a row for each round: times of a batch, of a new key and of each event, in turn; and bytes."""
    fresh = _Fresh(start, parameters)
    batch, single = (Competitor("", "", "", "", keys, ask) for keys, ask in fresh.asked)
    changes = [Competitor("", "", "", "", 1, partial(_changing, start, step)) for step in steps]
    load = load_average()
    for turn, (placed, looked_up, *events) in enumerate(rounds([batch, single, *changes], parameters.rounds)):
        yield {
            "replicas": parameters.replicas,
            "threads": 1,
            "round": turn,
            "load_average": load,
            "nanoseconds": placed.wall,
            "processor_ns": placed.processor,
            "page_faults": placed.faults,
            "ns_a_key": placed.cost() / batch.keys,
            "ns_one_key": looked_up.cost() / single.keys,
            "event_ms": max((event.cost() for event in events), default=0) / 1e6,
            "bytes": start.nbytes,
        }


def _changing(start: Partitioner[Any], step: Step) -> Call:
    """Return the call that makes an event, on a copy."""
    return partial(step.change.apply, start.copy())


class _Fresh:
    """Keys that were not asked for before, as a batch of hashes and one by one."""

    def __init__(self, start: Partitioner[Any], parameters: AdviseParameters) -> None:
        self._start, self._seed = start, derive(parameters.seed, "advise", "timed")
        self._turns = itertools.count()
        self._hashes = aligned(TIMED_KEYS if parameters.replicas == 1 else REPLICA_KEYS, np.uint64)
        out = aligned(len(self._hashes), np.int32)
        self._place: Call = partial(start._assign, self._hashes, out)
        if parameters.replicas > 1:
            self._place = partial(start.assign_replicas, self._hashes, parameters.replicas)
        self.asked = ((len(self._hashes), self._batch), (SINGLE_KEYS, self._single))

    def _batch(self) -> Call:
        keys = len(self._hashes)
        words(self._seed, keys * next(self._turns), keys, self._hashes)
        self._hashes >>= np.uint64(64 - self._start.hash_bits)
        return self._place

    def _single(self) -> Call:
        turn = next(self._turns)
        return partial(_look_up, self._start, [f"{turn}:{i}" for i in range(SINGLE_KEYS)])


def _look_up(partitioner: Partitioner[Any], keys: Sequence[str]) -> None:
    for key in keys:
        partitioner.lookup(key)
