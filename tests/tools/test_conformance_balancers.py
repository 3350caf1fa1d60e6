"""Every check of balancers, crossed with all of them; and broken ones, which must be caught."""

from __future__ import annotations

from typing import Any

import pytest
from broken.balancers import CAUGHT

from algorithms.balancers.round_robin import RoundRobin
from algorithms.balancing import balancer_names, balancer_of
from algorithms.interface.balancer import Balancer
from algorithms.interface.balancer_spec import Trait
from experiments.conformance.balancers import CHECKS, conform_balancer, counterexample

EXAMPLES = 15
SEARCHED = 300


@pytest.mark.parametrize("name", balancer_names())
def test_what_a_balancer_declares_holds_and_the_rest_is_refuted(name: str) -> None:
    conform_balancer(balancer_of(name), examples=EXAMPLES)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("earliest_deadline", {"variant": "haproxy"}),
        ("two_choices", {"choices": 3, "tie": "last"}),
        ("hashed", {"partitioner": "rendezvous"}),
        ("bounded_loads", {"partitioner": "rendezvous", "factor": 1.0}),
        ("least_outstanding", {"variant": "haproxy"}),
        ("bounded_loads", {"bound": "haproxy"}),
        ("bounded_loads", {"bound": "envoy"}),
    ],
)
def test_variants_keep_what_all_promise(name: str, parameters: dict[str, Any]) -> None:
    cls = balancer_of(name)
    for check in CHECKS.values():
        if check.trait is None:
            found = counterexample(check, lambda nodes: cls(nodes, **parameters), examples=EXAMPLES)
            assert not found, f"{check.name}: {found}"


@pytest.mark.parametrize("cls", CAUGHT, ids=[cls.__name__ for cls in CAUGHT])
def test_a_broken_balancer_is_caught(cls: type[Balancer[Any]]) -> None:
    check = CHECKS[CAUGHT[cls]]
    assert check.trait is None or cls.spec.can(check.trait), "what it does not declare, it cannot break"
    assert counterexample(check, cls, examples=SEARCHED), f"{check.name} does not catch it: {cls.__doc__}"


def test_every_check_catches_one() -> None:
    assert set(CAUGHT.values()) == set(CHECKS)


class Modest(RoundRobin):
    """Keeps promises that it does not declare."""

    spec = balancer_of("round_robin").spec.__class__(
        "modest", "Modest", "", RoundRobin.spec.sees, frozenset({Trait.WEIGHTED})
    )


def test_a_trait_that_is_kept_must_be_declared() -> None:
    with pytest.raises(AssertionError, match="modest does not declare PERIODIC, but no counterexample"):
        conform_balancer(Modest, examples=5)
