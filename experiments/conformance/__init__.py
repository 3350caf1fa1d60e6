"""Conformance: the properties of a partitioner, as checks that search for counterexamples.

Every promise of :class:`~algorithms.Capability` has a check or several, a function ``check_*(make, data)``
where ``make(nodes, **parameters)`` builds the partitioner. What an algorithm declares must hold; what it does
not declare must be refuted by a counterexample, or by the reason in ``Spec.lacks``. The tests of Shardlab
cross all checks with all registered algorithms; for a class of your own, this is a whole test file::

    import pytest
    from experiments.conformance import cases, run_machine, subjects
    from mine import MyHash

    @pytest.mark.parametrize("case", cases(MyHash), ids=str)
    def test_checks(case):
        case.run()

    @pytest.mark.parametrize("subject", subjects(MyHash), ids=str)
    def test_machine(subject):
        run_machine(subject)

and this is one line, which raises AssertionError with the first counterexample::

    conform(MyHash)

Examples
--------
>>> len(checks()) > 30
True
"""

from __future__ import annotations

from typing import Any

from algorithms import Partitioner
from experiments.conformance.check import (
    Check,
    Duty,
    Evidence,
    Kind,
    Make,
    Refuted,
    Standing,
    Trial,
    check,
    standing_of,
)
from experiments.conformance.checks import checks
from experiments.conformance.machine import PartitionerMachine, run_machine
from experiments.conformance.search import LEVEL, Case, Finding, cases, check_reasons, examine
from experiments.conformance.subjects import Subject, subjects

__all__ = [
    "LEVEL",
    "Case",
    "Check",
    "Duty",
    "Evidence",
    "Finding",
    "Kind",
    "Make",
    "PartitionerMachine",
    "Refuted",
    "Standing",
    "Subject",
    "Trial",
    "cases",
    "check",
    "check_reasons",
    "checks",
    "conform",
    "examine",
    "run_machine",
    "standing_of",
    "subjects",
]


def conform(algorithm: str | type[Partitioner[Any]], *, examples: int = 100) -> dict[str, Finding]:
    """Run every check of an algorithm in all its variants, and the machine.

    The searches are those of `python -m experiments.run properties --effort EXAMPLES`, and find the same.

    Parameters
    ----------
    algorithm
        A registered name, or a class with a ``spec``; it need not be registered.
    examples
        How many each check tries.

    Returns
    -------
    dict
        Finding by "algorithm-check".

    Raises
    ------
    Refuted
        With the counterexample, when a declared promise is not kept.
    AssertionError
        When promises that are not declared are kept, with all of them; first of all, when abilities are
        neither declared nor excused.
    """
    asked, variants = cases(algorithm), subjects(algorithm)
    check_reasons(variants[0])
    declared = [case for case in asked if case.standing.duty is Duty.HOLD]
    found = {str(case): case.run(examples=examples) for case in declared}
    for subject in variants:
        run_machine(subject, examples=examples)
    expected = [case for case in asked if case.standing.duty is Duty.BE_REFUTED]
    refuted = {str(case): case.search(examples=examples) for case in expected}
    found |= refuted
    kept = dict.fromkeys(
        case.kept
        for case in expected
        if not any(refuted[str(other)].counterexample for other in expected if other.asks_as(case))
    )
    if kept:
        raise AssertionError("; ".join(kept))
    return {str(case): found.get(str(case), Finding("", 0)) for case in asked}
