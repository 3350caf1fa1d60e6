"""Search: look for a counterexample, and judge an algorithm by all checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, NoSuchExample
from hypothesis.strategies import DataObject

from algorithms import Partitioner
from algorithms.errors import BrokenAlgorithm
from algorithms.registry import check_required
from experiments.conformance.check import (
    DEPENDS_ON_THE_CALL,
    Check,
    Duty,
    Evidence,
    Kind,
    Refuted,
    Standing,
    Trial,
    standing_of,
    unexcused,
)
from experiments.conformance.checks import checks
from experiments.conformance.steady import steady
from experiments.conformance.subjects import Subject, subjects
from experiments.seeds import derive

__all__ = ["LEAST_SEARCH", "Case", "Finding", "cases", "check_reasons", "examine"]

LEVEL = 1e-3
"""The significance level of all statistical checks of one algorithm together."""

LEAST_SEARCH = 300
"""Examples, at least, where a counterexample is expected: the search ends with the first one."""


@dataclass(frozen=True)
class Finding:
    """What came of a search.

    Parameters
    ----------
    counterexample
        The smallest one found, in words; "" where there is none.
    examples
        How many were tried.
    evidence
        Of a statistical check that did not refute.
    """

    counterexample: str
    examples: int
    evidence: Evidence | None = None


def examine(
    made: Check,
    make: Subject,
    *,
    examples: int = 200,
    seed: int = 0,
    level: float = LEVEL,
    shrink: bool = True,
) -> Finding:
    """Look for a counterexample, and shrink the one that is found.

    The same arguments find the same one, whatever else the process has loaded, and so the same as the
    experiment `properties` finds with this seed and effort.

    Parameters
    ----------
    made
        The check.
    make
        The algorithm.
    examples
        How many to try at most; a statistical check is one.
    seed
        From which that of the search is derived, or that of the hashes of a statistical check.
    level
        The significance level of a statistical check.
    shrink
        Whether to look for the smallest counterexample, or to end with the first one.

    Returns
    -------
    Finding

    Examples
    --------
    >>> from experiments.conformance import checks
    >>> growth = {check.name: check for check in checks()}["growth_onto_new_only"]
    >>> print(examine(growth, subjects("modulo")[0]).counterexample)
    Modulo(['a', 'b'], hash_bits=8).change(add=['c']): 2 nodes -> 3 nodes: hash 3 was on b, is now on a, ...
    >>> examine(growth, subjects("ring")[0], examples=20).counterexample
    ''
    """
    # an axis of the check alone: all algorithms are asked the same questions
    own_seed = derive(seed, "properties", made.name) >> 32
    if made.kind is Kind.STATISTICAL:
        try:
            return Finding("", 1, made(make, Trial(own_seed, level)))
        except Refuted as refuted:
            return Finding(str(refuted), 1)
    with steady():
        found = _searched(made, make, examples, own_seed, shrink)
    if found.counterexample or made.corner is None:
        return found
    try:
        made.corner(make)
    except (Refuted, BrokenAlgorithm) as refuted:
        return Finding(str(refuted), found.examples + 1)
    return found


def _searched(made: Check, make: Subject, examples: int, seed: int, shrink: bool) -> Finding:
    said: list[str] = []
    tried = 0

    def refutes(data: DataObject) -> bool:
        nonlocal tried
        tried += 1
        try:
            made(make, data)
        except Refuted as refuted:
            said.append(str(refuted))
            return True
        return False

    # explaining a failure traces every line, which takes far longer than finding and shrinking it
    quiet = settings(
        max_examples=examples,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    try:
        find(st.data(), refutes, settings=quiet, random=Random(seed))
    except NoSuchExample:
        if not said:
            return Finding("", tried)
        return Finding(f"{said[-1]}; {DEPENDS_ON_THE_CALL}", tried)
    except Flaky:
        return Finding(f"{said[-1]}; {DEPENDS_ON_THE_CALL}" if said else DEPENDS_ON_THE_CALL, tried)
    return Finding(said[-1], tried)


@dataclass(frozen=True)
class Case:
    """A check of an algorithm, and what it must find."""

    check: Check
    subject: Subject
    level: float = LEVEL

    @property
    def standing(self) -> Standing:
        """What the check must find."""
        return standing_of(self.check, self.subject.spec)

    def run(self, *, examples: int = 100, seed: int = 0) -> Finding:
        """Run the check; raise AssertionError when it does not find what it must.

        Parameters
        ----------
        examples
            How many to try.
        seed
            Of the search.

        Returns
        -------
        Finding
            What was found; without examples where there was nothing to be asked.
        """
        standing = self.standing
        if standing.duty in (Duty.EXCUSED, Duty.NOT_APPLICABLE):
            return Finding("", 0)
        if standing.duty is Duty.REASON_MISSING:
            check_reasons(self.subject)
        found = self.search(examples=examples, seed=seed)
        if standing.duty is Duty.HOLD and found.counterexample:
            raise Refuted(found.counterexample)
        if standing.duty is Duty.BE_REFUTED and not found.counterexample:
            others = (
                other
                for other in cases(self.subject.algorithm)
                if other.asks_as(self) and other.check is not self.check
            )
            if not any(other.search(examples=examples, seed=seed).counterexample for other in others):
                raise AssertionError(self.kept)
        return found

    def search(self, *, examples: int, seed: int = 0) -> Finding:
        """Look for a counterexample; longer where one is expected."""
        tried = examples if self.standing.duty is Duty.HOLD else max(examples, LEAST_SEARCH)
        return examine(self.check, self.subject, examples=tried, seed=seed, level=self.level)

    def asks_as(self, other: Case) -> bool:
        """Return whether a counterexample of this case refutes the promise that the other one is about."""
        same = self.subject == other.subject and self.check.promise is other.check.promise
        return same and self.standing.duty is other.standing.duty

    @property
    def kept(self) -> str:
        """What is to be said when no check of the promise has found a counterexample."""
        promise = self.check.promise
        return (
            f"{self.subject} does not declare {promise.name if promise else ''}, but no counterexample "
            "was found in any check of it: declare it, or give the reason in Spec.lacks"
        )

    def __str__(self) -> str:
        """Return algorithm and check, for the ids of tests."""
        return f"{self.subject}-{self.check}"


def check_reasons(subject: Subject) -> None:
    """Refuse an algorithm that lacks abilities without giving reasons, all of them at once.

    Parameters
    ----------
    subject
        The algorithm.

    Raises
    ------
    AssertionError
        Naming the abilities.
    """
    missing = [capability.name for capability in unexcused(subject.spec)]
    if missing:
        what = f"{', '.join(missing[:-1])} and {missing[-1]}" if len(missing) > 1 else missing[0]
        raise AssertionError(
            f"{subject.spec.name} gives no reason in Spec.lacks for lacking {what}: declare what it can, "
            "and give a reason for each of the others"
        )


def cases(algorithm: str | type[Partitioner[Any]]) -> Sequence[Case]:
    """Return every check of an algorithm in all its variants.

    Parameters
    ----------
    algorithm
        A registered name, or a class with a ``spec``; it need not be registered.

    Returns
    -------
    sequence of Case

    Examples
    --------
    >>> [str(case) for case in cases("jump")][:1]
    ['jump-arcs_tile_the_space']
    """
    variants = subjects(algorithm)
    check_required(variants[0].algorithm, variants[0].fixed)
    statistical = sum(made.kind is Kind.STATISTICAL for made in checks()) * len(variants)
    return [Case(made, subject, LEVEL / statistical) for subject in variants for made in checks()]
