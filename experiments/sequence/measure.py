"""What scale events in a row do: movement that adds up, keys that come back, and drift from a fresh build."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Capability, InvalidWeight, Nodes, Partitioner, UnknownNode, UnsupportedEvent
from algorithms.hashing import Hashes, hash_function
from algorithms.registry import parameters_of
from experiments import events
from experiments.events import Event
from experiments.harness import selection
from experiments.harness.cluster import cluster_of, refusals
from experiments.harness.experiment import Case, Context, Measured
from experiments.harness.selection import Candidate
from experiments.seeds import Repetition, derive, repetition_of
from experiments.sequence.parameters import SequenceParameters

if TYPE_CHECKING:
    from experiments.measures import EventShape, Flows
    from experiments.workloads import Workload


@dataclass(frozen=True)
class _Step:
    """One step of a sequence as one algorithm makes it.

    Parameters
    ----------
    event
        What was asked.
    cannot
        Why it was not made; the algorithm then stays as it was.
    after
        The partitioner after it.
    anew
        A partitioner of the nodes after it, built at once, in the order of their buckets.
    shape, net, fresh
        The nodes before and after this step; at the start and now; now and as built anew.
    """

    event: Event
    cannot: str | None
    after: Partitioner[Any]
    anew: Partitioner[Any]
    shape: EventShape
    net: EventShape
    fresh: EventShape


def cases(parameters: SequenceParameters) -> Sequence[Case]:
    """Return one case for each sequence, workload, number of nodes, repetition and algorithm."""
    from experiments import workloads

    candidates = selection.of_run(
        parameters,
        later=(most for text in parameters.sequence for n in parameters.nodes for most in _counts(text, n)),
    )
    cluster = parameters.members
    if cluster is not None:
        parameters.check_names(Nodes.of(cluster.nodes), cluster.newcomer)
    reasons = refusals(candidates, cluster)
    sources = [workloads.parse(text) for text in parameters.workload]
    for candidate in candidates:
        for source in sources:
            selection.check_keys(candidate, source)
    return [
        Case(
            f"{text}|{source.text}|{n}|{repetition}|{candidate.label}",
            {
                "sequence": text, "source": source, "n": n, "number": repetition, "candidate": candidate,
                "cannot": reasons.get(candidate.label),
            },
        )
        for text in parameters.sequence
        for source in sources
        for n in parameters.nodes
        for repetition in range(parameters.repetitions)
        for candidate in candidates
    ]  # fmt: skip


def measure(case: Case, parameters: SequenceParameters, context: Context) -> Measured:
    """Make all steps, then place the same keys at the start, after each of them, and by fresh builds."""
    source: Workload = case.arguments["source"]
    candidate: Candidate = case.arguments["candidate"]
    text, n = case.arguments["sequence"], case.arguments["n"]
    repetition = repetition_of(
        parameters.seed,
        source.text,
        case.arguments["number"],
        seed_bits=hash_function(candidate.hash).seed_bits,
        cluster=cluster_of(candidate, parameters.members),
    )
    common = {
        "sequence": text,
        "workload": source.text,
        "n": n,
        "algorithm": candidate.algorithm,
        "label": candidate.label,
        "settings": candidate.settings,
        "hash": candidate.hash,
        "repetition": repetition.number,
    }
    if case.arguments["cannot"] is not None:
        refused = {**common, "n_after": n, "cannot": case.arguments["cannot"]}
        made = enumerate([None, *(event.text for event in events.sequence(text))])
        return Measured([{**refused, "step": step, "event": event} for step, event in made])
    start = candidate.build(repetition.nodes(n), seed=repetition.hash)
    steps = _steps(start, events.sequence(text), candidate, repetition, parameters.seed)
    cluster = bool(parameters.cluster)
    placed = _Placed(start, steps, source, repetition, parameters.keys).measure(context)
    nothing = dict.fromkeys(("event", "cannot", *STEP_COLUMNS))
    rows = [
        {
            **common,
            "step": 0,
            "n_after": n,
            "keys": placed.keys,
            **nothing,
            "moved_in_all": 0.0,
            **_of_balance(start, placed.load, candidate, source, cluster=cluster),
        }
    ]
    moved = 0
    for number, (step, sums) in enumerate(zip(steps, placed.steps, strict=True), 1):
        moved += sums.flows.moved
        rows.append(
            {
                **common,
                "step": number,
                "n_after": len(step.after.nodes),
                "keys": placed.keys,
                "event": step.event.text,
                "cannot": step.cannot,
                **_of_step(step, sums.flows, candidate, cluster=cluster),
                "moved_in_all": moved / placed.keys,
                "touched": sums.touched / placed.keys,
                **_of_net(step, sums.net, candidate, cluster=cluster),
                "drift": sums.drifted / placed.keys,
                **_of_balance(step.after, sums.load, candidate, source, cluster=cluster),
            }
        )
    return Measured(rows)


def _counts(text: str, n: int) -> Iterator[int]:
    """Yield how many nodes there are after each step of a sequence that begins with n."""
    for event in events.sequence(text):
        n = event.nodes_after(n)
        yield n


def _steps(
    start: Partitioner[Any],
    made: Sequence[Event],
    candidate: Candidate,
    repetition: Repetition,
    seed: int,
) -> list[_Step]:
    """Return the steps of one algorithm; what it cannot do it sits out, keeping the nodes it has.

    A newcomer is always a machine that was never there: names are not given twice.
    """
    from experiments.measures import EventShape

    steps, before, named = [], start, len(start.nodes)
    for number, event in enumerate(made, 1):
        have = len(before.nodes)

        def newcomer(index: int, beyond: int = named - have) -> str:
            return repetition.node(index + beyond)

        after, cannot = before.copy(), None
        if have < event.least_nodes:
            cannot = f"it has {have} nodes left"
        else:
            chosen = derive(seed, "step", number, event.text, repetition.number)
            change = events.change_of(event, before.nodes, repetition, chosen, newcomer)
            try:
                change.apply(after)
                named += len(change.add)
            except UnknownNode:
                after, cannot = before, f"{event.named} is not there any more, or not yet"
            except (UnsupportedEvent, InvalidWeight) as error:
                needed = Capability.WEIGHTED if change.weights else Capability.REMOVES_ANY
                after, cannot = before, candidate.lacks(needed) or str(error)
        anew = candidate.build(list(after.nodes.values()), seed=repetition.hash)
        shapes = [
            EventShape.between(old.nodes, new.nodes)
            for old, new in ((before, after), (start, after), (after, anew))
        ]
        steps.append(_Step(event, cannot, after, anew, *shapes))
        before = after
    return steps


@dataclass
class _Sums:
    """What the keys did up to one step."""

    flows: Flows
    net: Flows
    touched: int
    drifted: int
    load: NDArray[np.int64]


@dataclass(frozen=True)
class _Sum:
    keys: int
    load: NDArray[np.int64]
    steps: Sequence[_Sums]


class _Placed:
    """The keys of one repetition, placed chunk by chunk at the start, after each step and by fresh builds."""

    def __init__(
        self,
        start: Partitioner[Any],
        steps: Sequence[_Step],
        source: Workload,
        repetition: Repetition,
        keys: int,
    ) -> None:
        from experiments.workloads import chunks_of

        self.start, self.steps, self.source, self.repetition = start, steps, source, repetition
        self.chunks = chunks_of(source.available(keys))

    def measure(self, context: Context) -> _Sum:
        """Return the sums over all keys."""

        def add(total: _Sum | None, part: _Sum) -> _Sum:
            return part if total is None else _added(total, part)

        done = context.engine.fold(self._chunk, len(self.chunks), add, None, progress=context.chunks_done)
        assert done is not None, "a workload has a key at least"
        return done

    def _hashes(self, number: int, size: int) -> Hashes:
        return self.source.hashes_for(self.start, number, seed=self.repetition.keys, limit=size)

    def _chunk(self, number: int) -> _Sum:
        from experiments import measures
        from experiments.measures import Flows

        size = self.chunks.size(number)
        hashes = self._hashes(number, size)
        first = self.start.assign(hashes)
        touched = np.zeros(size, dtype=np.bool_)
        before, sums = first, []
        for step in self.steps:
            after = step.after.assign(hashes)
            flows, net = Flows.sampled(step.shape, before, after), Flows.sampled(step.net, first, after)
            touched |= step.shape.before[before] != step.shape.after[after]
            drifted = step.fresh.before[after] != step.fresh.after[step.anew.assign(hashes)]
            load = measures.loads(after, step.after.nodes.buckets())
            sums.append(_Sums(flows, net, int(touched.sum()), int(drifted.sum()), load))
            before = after
        return _Sum(size, measures.loads(first, self.start.nodes.buckets()), sums)


def _added(total: _Sum, part: _Sum) -> _Sum:
    steps = [
        _Sums(
            one.flows + other.flows,
            one.net + other.net,
            one.touched + other.touched,
            one.drifted + other.drifted,
            one.load + other.load,
        )
        for one, other in zip(total.steps, part.steps, strict=True)
    ]
    return _Sum(total.keys + part.keys, total.load + part.load, steps)


STEP_COLUMNS = (
    "movement", "minimum", "ideal", "excess", "stray", "losers", "receivers", "pairs", "law", "law_movement",
)  # fmt: skip


def _of_step(step: _Step, flows: Flows, candidate: Candidate, *, cluster: bool) -> dict[str, Any]:
    """Return the columns of one step's own movement, and its law; no values where it was not made."""
    from experiments.theory import family_of, movement

    if step.cannot is not None:
        return dict.fromkeys(STEP_COLUMNS)
    law = family_of(candidate.spec, step.shape)
    if cluster and not _in_proportion(step.shape, candidate):
        law = ""
    moves = movement(law, step.shape)
    fractions = (flows.movement, flows.minimum, flows.ideal, flows.excess, flows.stray)
    values = (
        *map(float, fractions), flows.losers, flows.receivers, flows.pairs,
        law or None, None if moves is None else float(moves.value),
    )  # fmt: skip
    return dict(zip(STEP_COLUMNS, values, strict=True))


def _in_proportion(shape: EventShape, candidate: Candidate) -> bool:
    """Return whether points are in proportion to weights, as laws of rings take them, where there are any."""
    from experiments.theory import whole_points

    weights = np.concatenate([shape.weights_before, shape.weights_after])
    points = candidate.value("points") if "points" in parameters_of(candidate.cls) else None
    return points is None or whole_points(weights, float(points))


def _of_net(step: _Step, net: Flows, candidate: Candidate, *, cluster: bool) -> dict[str, Any]:
    """Return the columns of the movement from the start to now.

    Only where placement does not depend on the order of names is it a function of the nodes alone, so that
    the law of one event holds for the way from the first nodes to the present ones.
    """
    from experiments.theory import family_of, movement

    moves = None
    if candidate.spec.can(Capability.ORDER_INDEPENDENT) and not (
        cluster and not _in_proportion(step.net, candidate)
    ):
        moves = movement(family_of(candidate.spec, step.net), step.net)
    return {
        "net": float(net.movement),
        "net_minimum": float(net.minimum),
        "net_ideal": float(net.ideal),
        "law_net": None if moves is None else float(moves.value),
    }


def _of_balance(
    partitioner: Partitioner[Any],
    load: NDArray[np.int64],
    candidate: Candidate,
    source: Workload,
    *,
    cluster: bool,
) -> dict[str, Any]:
    """Return the columns of the loads, relative to the weights, and the law of their CV."""
    from experiments import measures
    from experiments.theory import whole_points

    weights = tuple(partitioner.nodes.weights())
    points = float(candidate.value("points")) if "points" in parameters_of(candidate.cls) else None
    rounded = cluster and points is not None and not whole_points(weights, points)
    family = "" if source.skewed or rounded else candidate.spec.balance_law
    return {
        "cv": measures.cv(load, weights),
        "law_cv": _law_cv(family, weights, int(load.sum()), points),
        "max_to_mean": measures.max_to_mean(load, weights),
        "min_to_mean": measures.min_to_mean(load, weights),
    }


@lru_cache(maxsize=4096)
def _law_cv(family: str, weights: tuple[float, ...], keys: int, points: float | None) -> float | None:
    from experiments import theory

    law = theory.balance(family, np.array(weights), keys=keys, points=points)
    return None if law is None else float(law.cv)
