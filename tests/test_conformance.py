"""Every check, crossed with every algorithm: what is declared holds, what is not is refuted or excused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algorithms import Capability, names, spec_of
from experiments.conformance import (
    Case,
    Duty,
    Kind,
    Refuted,
    Subject,
    Trial,
    cases,
    checks,
    examine,
    standing_of,
)
from experiments.conformance.search import LEVEL

ALL = [case for name in names() for case in cases(name)]
HELD = [case for case in ALL if case.standing.duty is Duty.HOLD]
REFUTED = [case for case in ALL if case.standing.duty is Duty.BE_REFUTED]
UNDECLARED = list(
    {(str(case.subject), case.check.promise): (case.subject, case.check.promise) for case in REFUTED}.values()
)
# the level is shared by all statistical checks of all algorithms
SHARED_LEVEL = LEVEL / sum(case.check.kind is Kind.STATISTICAL for case in ALL)
SEED = 20_141
EXAMPLES = 400


@pytest.mark.parametrize("case", [case for case in HELD if case.check.kind is Kind.PROPERTY], ids=str)
@given(data=st.data())
def test_what_is_promised_holds(case: Case, data: st.DataObject) -> None:
    case.check(case.subject, data)


@pytest.mark.parametrize("case", [case for case in HELD if case.check.kind is Kind.STATISTICAL], ids=str)
def test_what_is_promised_holds_statistically(case: Case) -> None:
    evidence = case.check(case.subject, Trial(SEED, SHARED_LEVEL))
    assert evidence is not None
    assert evidence.p_value >= SHARED_LEVEL
    assert evidence.sizes


@pytest.mark.parametrize(("subject", "promise"), UNDECLARED, ids=lambda value: str(value).replace(" ", "_"))
def test_what_is_not_promised_has_a_counterexample(subject: Subject, promise: Capability) -> None:
    """At least one check of the capability finds one; Hypothesis shrinks it, and it reads as a sentence."""
    for made in checks():
        if made.promise is promise and standing_of(made, subject.spec).duty is Duty.BE_REFUTED:
            found = examine(made, subject, examples=EXAMPLES).counterexample
            if found:
                assert "hash" in found
                return
    pytest.fail(f"{subject} keeps what it does not declare, and gives no reason: {promise.meaning}")


@pytest.mark.parametrize("name", names())
def test_every_capability_is_declared_refuted_or_excused(name: str) -> None:
    spec = spec_of(name)
    assert not [str(case) for case in cases(name) if case.standing.duty is Duty.REASON_MISSING]
    assert not set(spec.lacks) & spec.capabilities, f"{name} declares what it gives a reason for lacking"
    assert all(reason.strip() for reason in spec.lacks.values())


def test_every_capability_has_a_check() -> None:
    assert {made.promise for made in checks()} - {None} == set(Capability)


def test_checks_have_names_and_titles_of_their_own() -> None:
    assert len({made.title for made in checks()}) == len(checks())
    assert all(made.title.endswith(".") for made in checks())
    assert [made.name for made in checks() if made.function.__name__ != f"check_{made.name}"] == []


def test_a_counterexample_is_found_again() -> None:
    case = REFUTED[0]
    once = examine(case.check, case.subject, examples=EXAMPLES, seed=3)
    assert once == examine(case.check, case.subject, examples=EXAMPLES, seed=3)


def test_a_counterexample_is_a_test_failure() -> None:
    assert issubclass(Refuted, AssertionError)
