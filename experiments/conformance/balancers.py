"""Conformance of balancers: what each promises, as checks that search for counterexamples.

A check is a function of a balancer's maker and of what Hypothesis draws; it raises
:class:`~experiments.conformance.check.Refuted` with the counterexample in a sentence. What all balancers
promise must hold; so must the traits that one declares, and those that it does not declare must be refuted,
or be excused by a reason in ``BalancerSpec.lacks``.

Examples
--------
>>> "batch_equals_single" in CHECKS
True
"""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

import hypothesis.strategies as st
import numpy as np
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import NoSuchExample
from hypothesis.strategies import DataObject
from numpy.typing import NDArray

from algorithms import Node
from algorithms.errors import InvalidWeight, NoNodes, UnknownNode
from algorithms.interface.balancer import Balancer
from algorithms.interface.balancer_spec import Trait
from algorithms.machinery.kernel import plain_kernels
from experiments.conformance.check import Refuted
from experiments.conformance.steady import steady

__all__ = ["CHECKS", "BalancerCheck", "Maker", "conform_balancer", "counterexample"]

Maker = Callable[[Sequence[Node]], Balancer[Any]]

LONGEST = 40
MOST_NODES = 6
HEAVIEST = 6
LEAST_SEARCH = 200
USUAL_FACTOR = 1.25


@dataclass(frozen=True)
class BalancerCheck:
    """A check of balancers.

    Parameters
    ----------
    name
        By which it is known.
    title
        The property in a line.
    trait
        The trait that promises it; None where all do.
    run
        (maker, data) -> None, raising Refuted.
    """

    name: str
    title: str
    trait: Trait | None
    run: Callable[[Maker, DataObject], None]


CHECKS: dict[str, BalancerCheck] = {}


def check(title: str, trait: Trait | None = None) -> Callable[[Callable[[Maker, DataObject], None]], None]:
    """Make a check of a function ``check_NAME``."""

    def made(run: Callable[[Maker, DataObject], None]) -> None:
        name = run.__name__.removeprefix("check_")
        CHECKS[name] = BalancerCheck(name, title, trait, run)

    return made


@dataclass(frozen=True)
class Trace:
    """Events that were drawn: the hash of each, and which event it closes."""

    hashes: NDArray[np.uint64]
    closing: NDArray[np.int64]

    def __str__(self) -> str:
        """Return the events in words: a hash that is opened, or the event that is closed."""
        events = zip(self.hashes.tolist(), self.closing.tolist(), strict=True)
        return ", ".join(f"open({word})" if before < 0 else f"close #{before}" for word, before in events)

    def each(self, balancer: Balancer[Any]) -> list[int]:
        """Return the buckets of the events, called one by one."""
        out: list[int] = []
        for word, before in zip(self.hashes.tolist(), self.closing.tolist(), strict=True):
            if before < 0:
                out.append(balancer.open(word))
            else:
                balancer.close(out[before])
                out.append(out[before])
        return out

    def many(self, balancer: Balancer[Any]) -> list[int]:
        """Return the buckets of the events, called at once."""
        return [int(bucket) for bucket in balancer.open_many(self.hashes, closing=self.closing)]


def nodes_of(make: Maker, data: DataObject, *, weighted: bool = False, least: int = 1) -> list[Node]:
    """Draw nodes, of weights other than 1 where the balancer follows them."""
    count = data.draw(st.integers(least, MOST_NODES))
    if not weighted or not make([Node("a")]).spec.can(Trait.WEIGHTED):
        return [Node(f"n{i}") for i in range(count)]
    weights = data.draw(st.lists(st.integers(1, HEAVIEST), min_size=count, max_size=count))
    return [Node(f"n{i}", float(weight)) for i, weight in enumerate(weights)]


def trace_of(balancer: Balancer[Any], data: DataObject, longest: int = LONGEST) -> Trace:
    """Draw events; each closes a request that is in flight, or opens one."""
    top = (1 << balancer.hash_bits) - 1
    drawn = data.draw(st.lists(st.tuples(st.integers(0, top), st.integers(-6, 5)), max_size=longest))
    hashes, closing, in_flight = [], [], list[int]()
    for i, (word, which) in enumerate(drawn):
        if which >= 0 and in_flight:
            closing.append(in_flight.pop(which % len(in_flight)))
        else:
            closing.append(-1)
            in_flight.append(i)
        hashes.append(word)
    return Trace(np.array(hashes, dtype=np.uint64), np.array(closing, dtype=np.int64))


def _opening(balancer: Balancer[Any], requests: int, data: DataObject) -> Trace:
    """Draw events of which so many open a request; some of these end between them."""
    chance = Random(data.draw(st.integers(0, 1 << 16)))
    top = (1 << balancer.hash_bits) - 1
    hashes, closing, in_flight = [], [], list[int]()
    ends = data.draw(st.booleans())
    for _ in range(requests):
        while ends and in_flight and chance.random() < 0.5:
            closing.append(in_flight.pop(chance.randrange(len(in_flight))))
            hashes.append(0)
        in_flight.append(len(closing))
        closing.append(-1)
        hashes.append(chance.randint(0, top))
    return Trace(np.array(hashes, dtype=np.uint64), np.array(closing, dtype=np.int64))


@check("every request goes to a live node, and what is in flight is counted")
def check_total(make: Maker, data: DataObject) -> None:
    balancer = make(nodes_of(make, data, weighted=True))
    trace = trace_of(balancer, data)
    buckets = trace.many(balancer)
    counts = dict.fromkeys(balancer.nodes, 0)
    for bucket, before in zip(buckets, trace.closing.tolist(), strict=True):
        if bucket not in counts:
            raise Refuted(f"{balancer}: {trace}: bucket {bucket} is not live")
        counts[bucket] += 1 if before < 0 else -1
    if not (balancer.in_flight == counts):
        raise Refuted(
            f"{balancer}: {trace}: in flight {balancer.in_flight}, and opened less closed are {counts}"
        )


@check("a trace at once gives what single calls give")
def check_batch_equals_single(make: Maker, data: DataObject) -> None:
    one = make(nodes_of(make, data, weighted=True))
    trace = trace_of(one, data)
    many = one.copy()
    at_once, single = trace.many(many), trace.each(one)
    if not (at_once == single):
        raise Refuted(f"{one}: {trace}: at once {at_once}, one by one {single}")
    if not (one.in_flight == many.in_flight):
        raise Refuted(f"{one}: {trace}: in flight {many.in_flight} at once, {one.in_flight} one by one")


@check("compiled steps give what plain Python gives")
def check_compiled_equals_plain(make: Maker, data: DataObject) -> None:
    one = make(nodes_of(make, data, weighted=True))
    trace = trace_of(one, data, 12)
    compiled = trace.many(one.copy())
    with plain_kernels():
        plain = trace.many(one)
    if not (compiled == plain):
        raise Refuted(f"{one}: {trace}: compiled {compiled}, plain {plain}")


@check("the state survives copying and pickling")
def check_rebuilt_by_copy_and_pickle(make: Maker, data: DataObject) -> None:
    balancer = make(nodes_of(make, data, weighted=True))
    before, after = trace_of(balancer, data), trace_of(balancer, data)
    before.many(balancer)
    for way, twin in (("copied", balancer.copy()), ("pickled", pickle.loads(pickle.dumps(balancer)))):
        theirs, ours = after.many(twin), after.many(balancer.copy())
        if not (theirs == ours):
            raise Refuted(f"{balancer}: {before}; then {after}: {way} {theirs}, itself {ours}")


@check("what a copy does leaves the balancer as it was")
def check_copies_are_apart(make: Maker, data: DataObject) -> None:
    balancer = make(nodes_of(make, data, weighted=True))
    before, others, after = (trace_of(balancer, data) for _ in range(3))
    before.many(balancer)
    untouched, twin = pickle.loads(pickle.dumps(balancer)), balancer.copy()
    others.many(twin)
    ours, alone = after.many(balancer), after.many(untouched)
    if not (ours == alone):
        raise Refuted(
            f"{balancer}: {before}; a copy then did {others}; then {after}: {ours}, without it {alone}"
        )


@check("the nodes that stay keep what they have in flight through an event, and their buckets")
def check_events_keep_what_is_in_flight(make: Maker, data: DataObject) -> None:
    nodes = nodes_of(make, data, least=2)
    balancer = make(nodes)
    trace = trace_of(balancer, data)
    trace.many(balancer)
    gone = data.draw(st.sampled_from([None, *(node.name for node in nodes)]))
    joins = data.draw(st.booleans())
    before = {balancer.nodes[bucket].name: (bucket, count) for bucket, count in balancer.in_flight.items()}
    balancer.change(add=["new"] if joins else [], remove=[gone] if gone else [])
    after = {balancer.nodes[bucket].name: (bucket, count) for bucket, count in balancer.in_flight.items()}
    wanted = {name: entry for name, entry in before.items() if name != gone}
    kept = {name: entry for name, entry in after.items() if name != "new"}
    if not (kept == wanted):
        raise Refuted(
            f"{trace}; an event that removes {gone}: (bucket, in flight) {before} before, {after} after"
        )
    later = trace_of(balancer, data)
    live = set(balancer.nodes)
    buckets = later.many(balancer)
    if not (set(buckets) <= live):
        raise Refuted(f"after an event: {later}: {buckets}, and live are {live}")


@check("a refused event changes nothing")
def check_refused_events_change_nothing(make: Maker, data: DataObject) -> None:
    nodes = nodes_of(make, data, weighted=True)
    balancer = make(nodes)
    trace_of(balancer, data).many(balancer)
    twin, later = balancer.copy(), trace_of(balancer, data)
    for error, event in (
        (UnknownNode, ["nobody"]),
        (NoNodes, [node.name for node in nodes]),
    ):
        try:
            balancer.change(remove=event)
        except error:
            continue
        raise Refuted(f"{balancer}.change(remove={event}) is not refused by {error.__name__}")
    ours, theirs = later.many(balancer), later.many(twin)
    if not (ours == theirs):
        raise Refuted(f"{balancer}: after refused events {later} gives {ours}, without them {theirs}")


@check("a node of eight times the weight gets more than twice as many requests", Trait.WEIGHTED)
def check_weights_are_followed(make: Maker, data: DataObject) -> None:
    count = 400
    try:
        balancer = make([Node("light"), Node("heavy", 8.0)])
    except InvalidWeight as error:
        raise Refuted(f"weights are refused: {error}") from None
    words = np.random.default_rng(data.draw(st.integers(0, 3))).integers(
        0, 1 << min(balancer.hash_bits, 63), count, dtype=np.uint64
    )
    shares = np.bincount(balancer.open_many(words), minlength=2)
    if not (shares[1] > 2 * shares[0]):
        raise Refuted(f"{balancer}: of {count} requests {shares[0]} on light and {shares[1]} on heavy")


@check("each period of requests gives every node its weight, whatever else ends", Trait.PERIODIC)
def check_periods_are_exact(make: Maker, data: DataObject) -> None:
    nodes = nodes_of(make, data, weighted=True)
    balancer = make(nodes)
    period = int(sum(node.weight for node in nodes))
    trace = _opening(balancer, period * data.draw(st.integers(1, 3)), data)
    opened = [b for b, at in zip(trace.many(balancer), trace.closing.tolist(), strict=True) if at < 0]
    for first in range(0, len(opened) - period + 1, period):
        counts = np.bincount(opened[first : first + period], minlength=len(nodes)).tolist()
        if not (counts == [node.weight for node in nodes]):
            raise Refuted(f"{balancer}: {trace}: a period gives {counts}")


def _choices(balancer: Balancer[Any], trace: Trace) -> list[tuple[int, dict[int, int]]]:
    """Return the bucket of each request that is opened, with what was in flight before it."""
    chosen, out = [], list[int]()
    for word, before in zip(trace.hashes.tolist(), trace.closing.tolist(), strict=True):
        if before < 0:
            in_flight = dict(balancer.in_flight)
            out.append(balancer.open(word))
            chosen.append((out[-1], in_flight))
        else:
            balancer.close(out[before])
            out.append(out[before])
    return chosen


@check("no node is chosen while another has fewer in flight for its weight", Trait.LEAST)
def check_none_is_less_busy(make: Maker, data: DataObject) -> None:
    balancer = make(nodes_of(make, data, weighted=True))
    trace = trace_of(balancer, data)
    for bucket, in_flight in _choices(balancer, trace):
        load = {
            other: Fraction(count) / Fraction(balancer.nodes[other].weight)
            for other, count in in_flight.items()
        }
        if not (load[bucket] == min(load.values())):
            raise Refuted(f"{balancer}: {trace}: bucket {bucket} is chosen with {in_flight} in flight")


@check("while a node is idle, an idle one is chosen", Trait.IDLE)
def check_idle_ones_come_first(make: Maker, data: DataObject) -> None:
    balancer = make(nodes_of(make, data, weighted=True))
    trace = trace_of(balancer, data)
    for bucket, in_flight in _choices(balancer, trace):
        if not (not in_flight[bucket] or 0 not in in_flight.values()):
            raise Refuted(f"{balancer}: {trace}: bucket {bucket} is chosen with {in_flight} in flight")


@check("no request is opened on a node beyond ceil(c m w / W), m being all in flight", Trait.BOUNDED)
def check_none_is_above_its_bound(make: Maker, data: DataObject) -> None:
    balancer = make(nodes_of(make, data, weighted=True))
    trace = _opening(balancer, data.draw(st.integers(1, LONGEST)), data)
    factor = Fraction(repr(balancer.parameters.get("factor", USUAL_FACTOR)))
    whole = sum(Fraction(node.weight) for node in balancer.nodes.values())
    for bucket, in_flight in _choices(balancer, trace):
        requests = sum(in_flight.values()) + 1
        most = math.ceil(factor * requests * Fraction(balancer.nodes[bucket].weight) / whole)
        if in_flight[bucket] + 1 > most:
            raise Refuted(
                f"{balancer}: {trace}: bucket {bucket} of bound {most} is chosen with {in_flight} in flight"
            )


@check("requests of one hash go to one node, whatever is in flight", Trait.AFFINE)
def check_one_hash_one_node(make: Maker, data: DataObject) -> None:
    balancer = make(nodes_of(make, data, weighted=True))
    trace = trace_of(balancer, data)
    seen: dict[int, int] = {}
    for word, bucket, before in zip(
        trace.hashes.tolist(), trace.many(balancer), trace.closing.tolist(), strict=True
    ):
        if not (before >= 0 or seen.setdefault(word, bucket) == bucket):
            raise Refuted(f"{balancer}: {trace}: hash {word} on bucket {seen[word]}, then on {bucket}")


def counterexample(made: BalancerCheck, make: Maker, *, examples: int = 100, seed: int = 0) -> str:
    """Look for a counterexample, and shrink it.

    Parameters
    ----------
    made
        The check.
    make
        Nodes -> a balancer.
    examples
        How many to try.
    seed
        Of the search.

    Returns
    -------
    str
        In a sentence; "" where none was found.
    """
    said: list[str] = []

    def refutes(data: DataObject) -> bool:
        try:
            made.run(make, data)
        except Refuted as refuted:
            said.append(str(refuted))
            return True
        return False

    quiet = settings(
        max_examples=examples,
        phases=[Phase.generate, Phase.shrink],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    with steady():
        try:
            find(st.data(), refutes, settings=quiet, random=Random(seed))
        except NoSuchExample:
            return ""
    return said[-1]


def conform_balancer(balancer: type[Balancer[Any]], *, examples: int = 100, **parameters: Any) -> None:
    """Run every check of a balancer.

    Parameters
    ----------
    balancer
        A class with a spec; it need not be registered.
    examples
        How many each check tries.
    **parameters
        With which it is made.

    Raises
    ------
    Refuted
        With the counterexample, when a promise is not kept.
    AssertionError
        When a trait that is not declared is kept, and no reason is given in ``BalancerSpec.lacks``.
    """

    def make(nodes: Sequence[Node]) -> Balancer[Any]:
        return balancer(nodes, **parameters)

    for made in CHECKS.values():
        if made.trait is None or balancer.spec.can(made.trait):
            if found := counterexample(made, make, examples=examples):
                raise Refuted(f"{made.name}: {found}")
        elif made.trait not in balancer.spec.lacks and not counterexample(
            made, make, examples=max(examples, LEAST_SEARCH)
        ):
            raise AssertionError(
                f"{balancer.spec.name} does not declare {made.trait.name}, but no counterexample was "
                f"found by {made.name}: declare it, or give the reason in BalancerSpec.lacks"
            )
