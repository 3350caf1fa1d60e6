"""The cells of the matrix: one algorithm, in one variant, and one property."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from algorithms.errors import BrokenAlgorithm
from experiments.harness.selection import resolve
from experiments.harness.spelling import spelled_out
from experiments.inference.verdict import BROKEN, HOLDS, KEPT, NO_REASON, NOT_APPLICABLE, NOT_DECLARED_REFUTED
from experiments.options.errors import BadUse, did_you_mean
from experiments.properties.replay import Example, Player, Recorder, write

if TYPE_CHECKING:
    from experiments.conformance import Check, Finding, Make, Standing, Subject

__all__ = ["Cell", "cells_of", "chosen"]


@dataclass(frozen=True)
class Cell:
    """An algorithm in one variant, and a property.

    Parameters
    ----------
    label
        What tables call the variant, such as ``ring:serves=successor``.
    selection
        What ``--algorithms`` takes for it.
    subject
        Builds the partitioner.
    check
        The property.
    level
        Of significance, where the check is statistical.
    """

    label: str
    selection: str
    subject: Subject
    check: Check
    level: float

    @property
    def standing(self) -> Standing:
        """What the check must find.

        A reason for not declaring what can be seen from outside is no reason not to look: there a
        counterexample goes before it.
        """
        from experiments.conformance import Duty, standing_of

        spec = self.subject.spec
        standing = standing_of(self.check, spec)
        if standing.duty is Duty.EXCUSED:
            without_reasons = standing_of(self.check, replace(spec, lacks={}))
            if without_reasons.duty is Duty.BE_REFUTED:
                return replace(standing, duty=Duty.BE_REFUTED)
        return standing

    def measure(self, *, seed: int, effort: int, example: Example | None = None) -> dict[str, Any]:
        """Search for a counterexample, or try one; return a row."""
        from experiments.conformance import Duty
        from experiments.conformance.search import LEAST_SEARCH

        standing = self.standing
        row: dict[str, Any] = {
            "label": self.label,
            "algorithm": self.subject.spec.name,
            "selection": self.selection,
            "property": self.check.name,
            "title": self.check.title,
            "kind": str(self.check.kind),
            "promise": None if self.check.promise is None else self.check.promise.name,
            "reason": standing.reason or None,
            "examples": None,
            "counterexample": None,
            "replay": None,
            "test": None,
            "statistic": None,
            "p_value": None,
            "level": None,
            "sizes": None,
        }
        if standing.duty in (Duty.EXCUSED, Duty.NOT_APPLICABLE):
            return {**row, "verdict": NOT_APPLICABLE}
        if standing.duty is Duty.REASON_MISSING:
            return {**row, "verdict": NO_REASON}
        must_hold = standing.duty is Duty.HOLD
        tried = effort if must_hold else max(effort, LEAST_SEARCH)
        found, drawn = self._search(seed, tried) if example is None else self._try(example)
        refuted = bool(found.counterexample)
        row["verdict"] = (
            (BROKEN if must_hold else NOT_DECLARED_REFUTED) if refuted else (HOLDS if must_hold else KEPT)
        )
        row["counterexample"] = found.counterexample or None
        row["replay"] = write(drawn) if refuted and drawn else None
        if not refuted:
            row["examples"] = min(found.examples, tried)
        if found.evidence is not None:
            evidence = found.evidence
            row |= {
                "test": evidence.test,
                "statistic": evidence.statistic,
                "p_value": evidence.p_value,
                "level": evidence.level,
                "sizes": " ".join(map(str, evidence.sizes)),
            }
        return row

    def _search(self, seed: int, tried: int) -> tuple[Finding, list[Any]]:
        from experiments.conformance import Kind, Refuted, examine

        made = self.check
        drawn: list[Any] = []

        def recording(make: Make, data: Any) -> Any:
            recorder = Recorder(data)
            try:
                return made.function(make, recorder)
            except (Refuted, BrokenAlgorithm):
                drawn[:] = recorder.drawn
                raise

        statistical = made.kind is Kind.STATISTICAL
        watched = made if statistical else replace(made, function=recording)
        found = examine(watched, self.subject, examples=tried, seed=seed, level=self.level)
        return found, drawn

    def _try(self, example: Example) -> tuple[Finding, Sequence[Any]]:
        from experiments.conformance import Finding, Refuted

        try:
            # not by the check itself, which takes a refusal for a counterexample: here the values are typed
            self.check.function(self.subject, Player(example.values))
        except (Refuted, BrokenAlgorithm) as refuted:
            return Finding(str(refuted), 1), example.values
        except BadUse:
            raise
        except Exception as error:
            raise BadUse(
                f"--replay: the values do not fit {self.check.name} ({type(error).__name__}: {error}); "
                "give the text that was printed for it"
            ) from None
        return Finding("", 1), example.values


def cells_of(texts: Sequence[str], settings: Sequence[str], names: Sequence[str]) -> list[Cell]:
    """Return the cells of some algorithms: every property of every variant."""
    from experiments.conformance import LEVEL, Kind, Subject, checks, subjects

    wanted = chosen(names)
    statistical = sum(check.kind is Kind.STATISTICAL for check in checks())
    selections = spelled_out(texts)
    found: dict[str, Subject] = {}
    cells: list[Cell] = []
    for text, candidate in zip(selections, resolve(selections, settings), strict=True):
        given = candidate.parameters
        for varied in ("hash", "hash_bits"):
            if varied in given:
                raise BadUse(
                    f"--algorithms: {candidate.label} fixes {varied}, which the search varies by itself; "
                    "leave it out"
                )
        variants = subjects(candidate.cls)
        named = {name for variant in variants for name in variant.fixed}
        for variant in variants:
            fixed = {**variant.fixed, **given}
            subject = Subject(candidate.cls, fixed)
            elsewhere = any(
                given[name] != variant.fixed.get(name, given[name]) for name in named & set(given)
            )
            if elsewhere or subject in found.values():
                continue
            label = _with(candidate.label, variant.fixed)
            found[label] = subject
            level = LEVEL / (statistical * len(variants))
            cells += [Cell(label, _with(text, fixed), subject, check, level) for check in wanted]
    return cells


def _with(text: str, parameters: Mapping[str, Any]) -> str:
    """Return a selection that fixes these parameters too."""
    already = {part.partition("=")[0] for part in text.split(":") if "=" in part}
    return ":".join([text, *(f"{name}={value}" for name, value in parameters.items() if name not in already)])


def chosen(names: Sequence[str]) -> list[Check]:
    """Return properties by name; all of them if none is given.

    Examples
    --------
    >>> [check.name for check in chosen(["ordered", "uniform"])]
    ['ordered', 'uniform']
    """
    from experiments.conformance import checks

    known = {check.name: check for check in checks()}
    for name in names:
        if name not in known:
            raise BadUse(
                f"--property: {name!r} is unknown; give one or more of {', '.join(known)}"
                f"{did_you_mean(name, known)}"
            )
    return [check for name, check in known.items() if not names or name in names]
