"""A trial: which checks kill a mutant, after how many examples; how it differs where none does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from algorithms.registry import class_of
from experiments.inference.verdict import EQUIVALENT, KILLED, SURVIVED
from experiments.mutants.alike import compared
from experiments.mutants.planted import planted
from experiments.mutants.sample import Mutant
from experiments.mutants.survivors import shown_equivalent

if TYPE_CHECKING:
    from experiments.conformance import Check, Subject
    from experiments.mutants.parameters import MutantsParameters

__all__ = ["MACHINE", "Kill", "tried"]

MACHINE = "machine"
"""The name under which the machine of events and lookups kills."""

SEARCHED = ("placement", "movement", "weights", "arcs", "replicas")
"""Modules whose searches are made of every mutant, in the order in which they are asked."""

DEAR = frozenset({"deterministic"})
"""Searches that run kernels as plain Python, which takes longer than all others together."""

RACING = frozenset({"events_are_atomic"})
"""Checks that watch other threads, and see more or less as the machine is busy: asked last of all."""

_TOLD = 200


@dataclass(frozen=True)
class Kill:
    """A check that refutes a mutant.

    Parameters
    ----------
    check
        Its name.
    examples
        Which example did it, from 1; 0 where examples are not counted.
    said
        The counterexample, or the error that ended the check.
    """

    check: str
    examples: int
    said: str


@dataclass
class _Counted:
    """Counts the examples of a check until one is a counterexample or ends in an error."""

    check: Check
    tried: int = 0
    error: str = ""
    stopped: int = 0
    _sink: list[str] = field(default_factory=list)

    def watched(self) -> Check:
        from hypothesis.errors import UnsatisfiedAssumption

        from experiments.conformance import Refuted

        def function(make: Any, data: Any) -> Any:
            self.tried += 1
            try:
                return self.check(make, data)
            except UnsatisfiedAssumption:
                raise
            except Refuted:
                self.stopped = self.stopped or self.tried
                raise
            except Exception as error:
                # an error of its own ends a test as a counterexample does
                self.stopped = self.stopped or self.tried
                self.error = self.error or f"{type(error).__name__}: {error}"
                raise Refuted(self.error) from error

        return replace(self.check, function=function)


def tried(mutant: Mutant, parameters: MutantsParameters) -> dict[str, Any]:
    """Return the row of a mutant."""
    row: dict[str, Any] = {
        "mutant": mutant.name,
        "member": mutant.member,
        "family": class_of(mutant.member).spec.family,
        "kind": mutant.kind,
        "transformation": mutant.transformation,
        "about": mutant.about,
        "stage": None,
        "killed_by": None,
        "examples": None,
        "killers": None,
        "placements": None,
        "difference": None,
    }
    for stage, kills in _stages(mutant, parameters):
        if kills:
            best = min(kills, key=lambda kill: kill.examples or 1)
            return {
                **row,
                "verdict": KILLED,
                "stage": stage,
                "killed_by": best.check,
                "examples": best.examples or None,
                "killers": " ".join(f"{kill.check}:{kill.examples}" for kill in kills),
            }
    comparison = compared(planted(mutant.name), class_of(mutant.member), parameters.seed)
    alike = not comparison.difference and shown_equivalent(mutant.name)
    return {
        **row,
        "verdict": EQUIVALENT if alike else SURVIVED,
        "placements": comparison.placements,
        "difference": comparison.difference[:_TOLD] or None,
    }


def _stages(mutant: Mutant, parameters: MutantsParameters) -> Iterator[tuple[str, list[Kill]]]:
    """Yield what kills a mutant, stage by stage; whoever asks stops where something has."""
    from experiments.conformance import subjects

    try:
        subject, *variants = subjects(planted(mutant.name))
        subject(1)
    except Exception as error:
        yield "build", [Kill("total_and_in_range", 1, f"{type(error).__name__}: {error}")]
        return
    searches, rest = _asked(subject)
    yield (
        "search",
        [kill for one in searches for kill in _killed(one, subject, parameters, parameters.effort)],
    )
    # what is dear, or does not look for placements, then the variants: until one of them kills
    yield "further", _first(rest, subject, parameters, parameters.effort)
    for variant in variants:
        yield "variants", _first(chain(*_asked(variant)), variant, parameters, parameters.effort)
    yield "longer", _first(searches, subject, parameters, parameters.longer)
    yield "machine", _outlived(subject, parameters)
    yield "threads", _first(_due(subject, racing=True), subject, parameters, parameters.effort)


def _asked(subject: Subject) -> tuple[list[Check], list[Check]]:
    """Return the searches for placements that must hold, in the order of their modules, and the rest."""
    from experiments.conformance import Kind

    asked = _due(subject, racing=False)
    asked.sort(key=lambda one: SEARCHED.index(_module(one)) if _module(one) in SEARCHED else len(SEARCHED))
    searches = [
        one
        for one in asked
        if one.kind is Kind.PROPERTY and _module(one) in SEARCHED and one.name not in DEAR
    ]
    return searches, [one for one in asked if one not in searches]


def _due(subject: Subject, *, racing: bool) -> list[Check]:
    """Return the checks of what must hold, those that watch other threads or all others."""
    from experiments.conformance import Duty, checks, standing_of

    due = [one for one in checks() if standing_of(one, subject.spec).duty is Duty.HOLD]
    return [one for one in due if (one.name in RACING) == racing]


def _first(
    asked: Iterable[Check], subject: Subject, parameters: MutantsParameters, examples: int
) -> list[Kill]:
    """Return what the first check that kills says."""
    return next((kills for one in asked if (kills := _killed(one, subject, parameters, examples))), [])


def _module(check: Check) -> str:
    return check.function.__module__.rpartition(".")[2]


def _killed(check: Check, subject: Subject, parameters: MutantsParameters, examples: int) -> list[Kill]:
    from experiments.conformance import LEVEL, Kind, checks, examine

    counted = _Counted(check)
    statistical = sum(one.kind is Kind.STATISTICAL for one in checks())
    try:
        found = examine(
            counted.watched(),
            subject,
            examples=examples,
            seed=parameters.seed,
            level=LEVEL / statistical,
            shrink=False,
        )
    except Exception as error:  # of a corner
        return [Kill(check.name, counted.tried + 1, f"{type(error).__name__}: {error}")]
    if not found.counterexample:
        return []
    return [Kill(check.name, counted.stopped or counted.tried + 1, counted.error or found.counterexample)]


def _outlived(subject: Subject, parameters: MutantsParameters) -> list[Kill]:
    from experiments.conformance import run_machine

    try:
        run_machine(subject, examples=parameters.effort, steps=20, seed=parameters.seed, shrink=False)
    except Exception as error:
        return [Kill(MACHINE, 0, f"{type(error).__name__}: {error}")]
    return []
