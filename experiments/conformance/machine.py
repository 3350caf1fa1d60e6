"""The machine: events and lookups in any order, beside a model that is two plain dicts."""

# ruff: noqa: D401 - a rule's first line says what happens

from __future__ import annotations

import math
import pickle
from contextlib import nullcontext
from typing import Any, ClassVar

import numpy as np
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as with_seed
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies import DataObject

from algorithms import Capability, Node, Partitioner, ShardlabError, UnsupportedEvent
from algorithms.errors import BrokenAlgorithm
from algorithms.hashing import Hashes
from experiments.conformance.check import DEPENDS_ON_THE_CALL, Make, Refuted, declares
from experiments.conformance.checks.placement import rebuilt
from experiments.conformance.events import Event, draw_joiners, draw_leavers, draw_weights
from experiments.conformance.steady import steady
from experiments.conformance.strategies import capacity_of, node_lists, probes, spaces
from experiments.conformance.words import among, first, listed, owners, told

__all__ = ["PartitionerMachine", "run_machine"]

_FEW = 16


class PartitionerMachine(RuleBasedStateMachine):
    """A partitioner that lives through events, beside a model of what it must be.

    The model is a dict name -> weight, a dict name -> bucket, and the placements seen last. Each rule acts on
    both. A sub-class sets ``make``.
    """

    make: ClassVar[Make]

    p: Partitioner[Any]
    hashes: Hashes

    @initialize(data=st.data())
    def build(self, data: DataObject) -> None:
        """Build a partitioner over a few nodes."""
        make = type(self).make
        spec = make(1).spec
        weighted, most = spec.can(Capability.WEIGHTED), min(5, capacity_of(make))
        some = node_lists(weighted=weighted, whole=spec.whole_weights, most=most)
        nodes = data.draw(some, label="nodes")
        self.p = make(nodes, **data.draw(spaces(), label="space"))
        self.hashes = probes(self.p.hash_bits)
        self.weights = {node.name: node.weight for node in nodes}
        self.buckets = {node.name: bucket for bucket, node in enumerate(nodes)}
        self.placed = owners(self.p, self.hashes)

    def _can(self, capability: Capability) -> bool:
        return declares(self.p.spec, capability)

    def _make(self, event: Event) -> None:
        """Make an event on both, and follow the keys."""
        joining, leaving = event.get("add", []), set(event.get("remove", ()))
        heavier, lighter = self._reweighted(event)
        words = told(self.p, event)
        self.p.change(**event)
        for name in leaving:
            del self.weights[name], self.buckets[name]
        self.weights |= event.get("weights", {})
        taken = set(self.buckets.values())
        for node in joining:
            bucket = self.p.nodes.bucket_of(node.name)
            if bucket in taken:
                raise Refuted(f"{words}: {node.name} took bucket {bucket}, which another node has")
            taken.add(bucket)
            self.weights[node.name], self.buckets[node.name] = node.weight, bucket
        after = owners(self.p, self.hashes)
        parts = bool(joining) + bool(leaving) + len(event.get("weights", {}))
        if self._can(Capability.MINIMAL_MOVEMENT) and parts == 1:
            may_gain = {node.name for node in joining} | heavier
            moved = self.placed != after
            stray = moved & ~among(after, may_gain) & ~among(self.placed, leaving | lighter)
            if stray.any():
                row = first(stray)
                raise Refuted(
                    f"{words}: hash {self.hashes[row]} strayed from {self.placed[row]} to {after[row]}"
                )
        self.placed = after

    def _reweighted(self, event: Event) -> tuple[set[str], set[str]]:
        given = event.get("weights", {}).items()
        heavier = {name for name, weight in given if weight > self.weights[name]}
        return heavier, {name for name, weight in given if weight < self.weights[name]}

    @precondition(lambda self: self.p.room > 0)
    @rule(data=st.data())
    def add(self, data: DataObject) -> None:
        """One to three nodes join."""
        self._make({"add": draw_joiners(data, self.p)})

    @precondition(lambda self: self._can(Capability.REMOVES_LAST) and len(self.weights) > 1)
    @rule(data=st.data())
    def remove(self, data: DataObject) -> None:
        """Some nodes leave."""
        self._make({"remove": draw_leavers(data, self.p, most=len(self.weights) - 1)})

    @precondition(lambda self: self._can(Capability.WEIGHTED))
    @rule(data=st.data())
    def reweight(self, data: DataObject) -> None:
        """Some nodes get other weights."""
        self._make({"weights": draw_weights(data, self.p, most=2)})

    @precondition(lambda self: self._can(Capability.REMOVES_LAST) and self.p.room > 0)
    @rule(data=st.data())
    def replace(self, data: DataObject) -> None:
        """As many nodes join as leave, in one step; it may be all of them."""
        joining = draw_joiners(data, self.p)
        leaving = draw_leavers(data, self.p, most=min(len(joining), len(self.weights)))
        self._make({"add": joining[: len(leaving)], "remove": leaving})

    @rule(data=st.data())
    def refuse(self, data: DataObject) -> None:
        """An event that makes no sense, though a part of it would, changes nothing."""
        one = data.draw(st.sampled_from(sorted(self.weights)), label="a live node")
        senseless: list[Event] = [
            {"add": ["joins never", one]},
            {"add": ["joins never"], "remove": ["was never there"]},
            {"add": ["joins never"], "weights": {one: float("nan")}},
            {"remove": sorted(self.weights)},
        ]
        event = data.draw(st.sampled_from(senseless), label="event")
        words = told(self.p, event)
        try:
            self.p.change(**event)
        except ShardlabError:
            return
        raise Refuted(f"{words} was not refused")

    @precondition(lambda self: self.p.room <= _FEW)
    @rule(left=st.booleans())
    def overfill(self, left: bool) -> None:
        """One node more than there is room for is refused, whether or not another one leaves."""
        leaving = [min(self.weights)] if left and self._can(Capability.REMOVES_ANY) else []
        room = self.p.room + sum(math.ceil(self.weights[name]) for name in leaving)
        event: Event = {"add": [f"beyond {i}" for i in range(room + 1)], "remove": leaving}
        words = told(self.p, event)
        try:
            self.p.change(**event)
        except UnsupportedEvent:
            return
        raise Refuted(f"{words} was not refused, though there is room for {room} nodes only")

    @rule(how=st.sampled_from(("copy", "pickle", "repr")))
    def go_on_with_another(self, how: str) -> None:
        """A copy takes over, and what happens to the first one is no matter."""
        first_one = self.p
        if how == "copy":
            self.p = first_one.copy()
        else:
            self.p = rebuilt(first_one) if how == "repr" else pickle.loads(pickle.dumps(first_one))
        if first_one.room:
            first_one.change(add=["joins the first"])

    @rule(data=st.data())
    def assign(self, data: DataObject) -> None:
        """Hashes in any order are where they were seen last."""
        some = data.draw(st.lists(st.integers(0, len(self.hashes) - 1), max_size=8), label="rows")
        rows = np.array(some, dtype=np.int64)
        again = owners(self.p, self.hashes[rows])
        if (again != self.placed[rows]).any():
            row = first(again != self.placed[rows])
            raise Refuted(f"{told(self.p)}: hash {self.hashes[rows[row]]} is on {again[row]}, and was on "
                          f"{self.placed[rows[row]]}, with no event between")  # fmt: skip

    @rule()
    def rebuild(self) -> None:
        """What the repr builds places every hash on the same node."""
        again = owners(rebuilt(self.p), self.hashes)
        if (again != self.placed).any():
            row = first(again != self.placed)
            raise Refuted(f"{told(self.p)}: hash {self.hashes[row]} is on {self.placed[row]}, but on "
                          f"{again[row]} when this expression builds it anew")  # fmt: skip

    @invariant()
    def nodes_are_those_of_the_model(self) -> None:
        """Names, weights and buckets are those of the model."""
        expected = {self.buckets[name]: Node(name, weight) for name, weight in self.weights.items()}
        if dict(self.p.nodes) != expected:
            raise Refuted(f"{told(self.p)}: the nodes must be {listed(sorted(expected.items()))}")


def run_machine(
    make: Make,
    *,
    examples: int | None = None,
    steps: int | None = None,
    seed: int | None = None,
    shrink: bool = True,
) -> None:
    """Let a partitioner live through events in any order.

    Parameters
    ----------
    make
        What builds it.
    examples
        How many lives; as in the Hypothesis profile when not given.
    steps
        How many rules in each at most; as in the profile when not given.
    seed
        Of the search, which then depends on it alone; as the profile has it when not given.
    shrink
        Whether to look for the shortest sequence of rules, or to end with the first one.

    Raises
    ------
    Refuted
        After the shortest sequence of rules that leads there, which Hypothesis prints.

    Examples
    --------
    >>> from algorithms import create
    >>> import functools
    >>> run_machine(functools.partial(create, "modulo"), examples=3, steps=5)
    """
    current = settings.get_current_profile_name()
    profile = settings.get_profile(current)
    lives = settings(
        profile,
        max_examples=examples or profile.max_examples,
        stateful_step_count=steps or profile.stateful_step_count,
        deadline=None,
        # explaining a failure traces every line, which takes far longer than finding and shrinking it
        phases=[phase for phase in profile.phases if phase is not Phase.explain]
        if shrink
        else [Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    if seed is not None:
        lives = settings(lives, database=None, derandomize=False)
    machine = type("Machine", (PartitionerMachine,), {"make": staticmethod(make)})
    if seed is not None:
        machine = with_seed(seed)(machine)
    try:
        with nullcontext() if seed is None else steady():
            run_state_machine_as_test(machine, settings=lives)
    except BrokenAlgorithm as error:
        raise Refuted(str(error)) from error
    except Flaky as error:
        first_one = next(
            (str(one) for one in getattr(error, "exceptions", ()) if isinstance(one, Refuted)), ""
        )
        raise Refuted(f"{first_one}; {DEPENDS_ON_THE_CALL}" if first_one else DEPENDS_ON_THE_CALL) from None
