"""Every check, crossed with every algorithm: what is declared holds, what is not is refuted or excused."""

from __future__ import annotations

import re
import sys
from collections import Counter
from typing import Any, ClassVar

import pytest
from broken.remainder import Remainder
from hypothesis import given
from hypothesis import strategies as st

from algorithms import Capability, names, spec_of
from experiments.conformance import (
    Case,
    Check,
    Duty,
    Kind,
    Refuted,
    Subject,
    Trial,
    cases,
    checks,
    examine,
    run_machine,
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
SENTENCES = {
    Kind.PROPERTY: re.compile("hash"),
    Kind.STATISTICAL: re.compile(
        r"(with \d+ nodes the statistic is|of \d+ nodes the one in bucket \d+ has) .* below the level .* "
        r"\(seed \d+\)"
    ),
}
"""What a counterexample names: a hash that can be looked up, or a test that can be made again."""


def _promise_of(made: Check) -> Any:
    """Return the test of one check over every algorithm that must pass it."""
    kept = [case for case in HELD if case.check is made]

    @pytest.mark.parametrize("case", kept, ids=str)
    @given(data=st.data())
    def holds(case: Case, data: st.DataObject) -> None:
        case.check(case.subject, data)

    return holds


# one function a check: Hypothesis derives the settings of a parameter from those of the one before, and where
# no database is kept it asks down the whole line: a thousand parameters of one function are a RecursionError
for _check in checks():
    if _check.kind is Kind.PROPERTY:
        globals()[f"test_what_is_promised_holds_{_check.name}"] = _promise_of(_check)


def test_no_function_has_more_cases_than_hypothesis_can_follow() -> None:
    """And together they ask every case of a property."""
    counts = Counter(case.check.name for case in HELD if case.check.kind is Kind.PROPERTY)
    assert max(counts.values()) < sys.getrecursionlimit() / 4
    for name, count in counts.items():
        (mark,) = globals()[f"test_what_is_promised_holds_{name}"].pytestmark
        assert len(mark.args[1]) == count


@pytest.mark.parametrize("case", [case for case in HELD if case.check.kind is Kind.STATISTICAL], ids=str)
def test_what_is_promised_holds_statistically(case: Case) -> None:
    evidence = case.check(case.subject, Trial(SEED, SHARED_LEVEL))
    assert evidence is not None
    assert evidence.p_value >= SHARED_LEVEL
    assert evidence.sizes


@pytest.mark.parametrize("case", [case for case in HELD if case.check.corner is not None], ids=str)
def test_what_is_promised_holds_where_no_search_comes(case: Case) -> None:
    assert case.check.corner is not None
    case.check.corner(case.subject)


@pytest.mark.parametrize(("subject", "promise"), UNDECLARED, ids=lambda value: str(value).replace(" ", "_"))
def test_what_is_not_promised_has_a_counterexample(subject: Subject, promise: Capability) -> None:
    """At least one check of the capability finds one; Hypothesis shrinks it, and it reads as a sentence."""
    for made in checks():
        if made.promise is promise and standing_of(made, subject.spec).duty is Duty.BE_REFUTED:
            found = examine(made, subject, examples=EXAMPLES).counterexample
            if found:
                assert SENTENCES[made.kind].search(found), found
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


def test_a_search_finds_the_same_whatever_was_loaded_and_whoever_asks() -> None:
    """The experiment `properties` and `conform` give one answer: the search is the same."""
    from experiments.properties.cells import cells_of

    cells = {(cell.label, cell.check.name): cell for cell in cells_of(["ring", "modulo"], [], [])}
    asked = [case for name in ("ring", "modulo") for case in cases(name)]
    chosen = [case for case in asked if case.check.name in ("ordered", "uniform", "growth_onto_new_only")]
    for case in chosen:
        if case.subject.fixed or case.standing.duty not in (Duty.HOLD, Duty.BE_REFUTED):
            continue
        row = cells[case.subject.spec.name, case.check.name].measure(seed=4, effort=5)
        assert case.run(examples=5, seed=4).counterexample == (row["counterexample"] or "")
    assert len(chosen) > 4


@pytest.mark.parametrize("name", ["deterministic", "batch_equals_single", "total_and_in_range", "ordered"])
def test_a_placement_that_depends_on_the_call_is_told_in_a_sentence(name: str) -> None:
    """Hypothesis reports what it cannot repeat as a group of exceptions, which says nothing."""
    made = {made.name: made for made in checks()}[name]
    found = examine(made, Subject(CoinTosser), examples=40).counterexample
    assert found == "" or "placements depend on the call" in found or "CoinTosser(" in found
    if name == "deterministic":
        assert "CoinTosser([" in found


def test_a_life_that_cannot_be_repeated_is_told_in_a_sentence() -> None:
    with pytest.raises(Refuted, match=r"CoinTosser\(|placements depend on the call"):
        run_machine(Subject(CoinTosser), examples=30, steps=10)


class CoinTosser(Remainder):
    """Places a hash by how many calls came before, over all of its kind."""

    calls: ClassVar[int] = 0

    def _place(self, structure: Any, hashes: Any, out: Any) -> None:
        super()._place(structure, hashes, out)
        type(self).calls += 1
        out[:] = structure[(out + type(self).calls * len(hashes)) % len(structure)]
