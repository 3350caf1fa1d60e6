"""Partitioners that break a promise are caught, each by the check that is named beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from broken import broken
from broken.remainder import Remainder

from algorithms import Capability, Partitioner, Spec, names
from algorithms.interface import Nodes
from algorithms.machinery.kernel import kernel
from algorithms.scores.rendezvous import Rendezvous
from algorithms.tables.rendezvous_rows import RendezvousRows, Rows
from experiments.conformance import Case, Duty, Subject, checks, conform, examine, search

CHECKS = {made.name: made for made in checks()}
EXAMPLES = 300


@pytest.mark.parametrize(
    ("cls", "check"), broken(), ids=[f"{cls.__name__}-{check}" for cls, check in broken()]
)
def test_a_broken_partitioner_is_caught(cls: type[Partitioner[Any]], check: str) -> None:
    case = Case(CHECKS[check], Subject(cls))
    assert case.standing.duty is Duty.HOLD, "what it does not declare, it cannot break"
    found = examine(case.check, case.subject, examples=EXAMPLES)
    assert found.counterexample, f"{check} does not catch {cls.__name__}: {cls.__doc__}"


def test_every_check_catches_one() -> None:
    """A check that catches nobody may be unable to fail."""
    assert {check for _, check in broken()} == set(CHECKS)


def test_none_is_registered() -> None:
    assert not {cls.spec.name for cls, _ in broken()} & set(names())


def test_the_honest_one_passes() -> None:
    assert conform(Remainder, examples=4)


class Silent(Rendezvous):
    """Keeps promises that it does not declare, and gives no reasons."""

    spec = Spec(name="silent", title="Silent", summary="", capabilities=frozenset({Capability.REMOVES_ANY}))


def test_a_promise_that_is_kept_must_be_declared() -> None:
    kept = Case(CHECKS["growth_onto_new_only"], Subject(Silent))
    assert kept.standing.duty is Duty.BE_REFUTED
    with pytest.raises(AssertionError, match="declare it, or give the reason"):
        kept.run(examples=40)


def test_an_ability_that_is_not_declared_needs_its_reason() -> None:
    with pytest.raises(AssertionError, match=r"silent gives no reason in Spec\.lacks for lacking WEIGHTED, "):
        Case(CHECKS["shares_follow_weights"], Subject(Silent)).run()


def test_all_missing_reasons_are_told_at_once_and_first() -> None:
    with pytest.raises(
        AssertionError, match=r"silent gives no reason .* WEIGHTED, INTERVALS and REPLICAS: declare"
    ):
        conform(Silent, examples=1)


class Reticent(Rendezvous):
    """Gives its reasons, and does not declare what can be seen from outside."""

    spec = Spec(
        name="reticent",
        title="Reticent",
        summary="",
        capabilities=frozenset({Capability.REMOVES_ANY, Capability.WEIGHTED, Capability.REPLICAS}),
        lacks={Capability.INTERVALS: "single hashes"},
    )


def test_all_promises_that_are_kept_and_not_declared_are_told_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "LEAST_SEARCH", 20)
    with pytest.raises(AssertionError) as caught:
        conform(Reticent, examples=2)
    for capability in ("MINIMAL_MOVEMENT", "UNIFORM", "ORDER_INDEPENDENT", "REVERSIBLE"):
        assert f"does not declare {capability}, " in str(caught.value)
    assert "ORDERED" not in str(caught.value).replace("ORDER_", "")


@kernel
def wrapped_words(seed: np.uint64, out: np.ndarray) -> None:
    """Write a word for each row; from row 55,109 on machine code wraps, and Python does not."""
    for row in range(len(out)):
        out[row] = seed + np.uint64((row * row * row * row) % 1_000_003)


class WrapsFarDown(RendezvousRows):
    """Misreads a whole number in rows that a small table has not."""

    spec = replace(RendezvousRows.spec, name="wraps_far_down")

    def _build(self, nodes: Nodes) -> Rows:
        built = super()._build(nodes)
        words = np.empty_like(built.words)
        wrapped_words(np.uint64(self.seed), words)
        return Rows(Rendezvous(nodes, seed=self.seed).assign(words), words, built.bidders)


def test_a_whole_table_is_filled_by_plain_python_once_a_search() -> None:
    """A thousand rows an example are what a search can pay for; what is wrong beyond them is found."""
    deterministic, small = CHECKS["deterministic"], {"table_size": 1024}
    assert not examine(deterministic, Subject(WrapsFarDown, small), examples=3).counterexample
    found = examine(deterministic, Subject(WrapsFarDown), examples=3)
    assert "when its kernels run as plain Python" in found.counterexample
    assert found.examples == 4
    assert not examine(deterministic, Subject(RendezvousRows), examples=3).counterexample
