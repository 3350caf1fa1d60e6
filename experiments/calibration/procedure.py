"""A procedure of `experiments.inference` under conditions in which the right rate is known."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from experiments.inference.levels import FAMILY
from experiments.inference.verdict import AS_STATED, OFF, Place, Relation, bounds, place_of

__all__ = ["KINDS", "Procedure", "Simulation", "procedure", "procedures", "verdict"]

KINDS: Final[Mapping[str, str]] = {
    "coverage": "intervals that hold the truth",
    "rejection": "tests that reject, though the null hypothesis is true",
    "level": f"the same, at the level of one of {FAMILY} tests of a family",
    "power": "tests that find a planted difference",
    "warning": "what comes of the wrong method",
}

Simulation: TypeAlias = Callable[[int, int], int]
"""(seed, count) -> how many of so many simulations are hits."""


@dataclass(frozen=True)
class Procedure:
    """What is simulated, and which rate is right.

    Parameters
    ----------
    name
        Unique; words separated by hyphens.
    kind
        One of `KINDS`.
    says
        The procedure and the condition, in a few words.
    nominal
        The rate that it should have, or what computes it: its law, where a test is discrete or noncentral.
    simulate
        Counts the hits.
    relation
        "equals", or "at least" or "at most" where the procedure promises no more.
    band
        How far the true rate may be from the nominal one, where the procedure is an approximation.
    reason
        For the band.
    cost
        A simulation takes about so many times as long as a cheap one, and so many fewer are made.
    many
        Data sets of a procedure that takes arrays of them are so many more.
    """

    name: str
    kind: str
    says: str
    nominal: float | Callable[[], float]
    simulate: Simulation
    relation: Relation = "equals"
    band: float = 0.0
    reason: str = ""
    cost: int = 1
    many: int = 1

    def __post_init__(self) -> None:
        """Refuse a kind that there is not, and a band without a reason."""
        if self.kind not in KINDS or (self.band and not self.reason):
            raise ValueError(
                f"procedure {self.name}: give a kind of {', '.join(KINDS)}, a band with a reason"
            )

    @functools.cached_property
    def rate(self) -> float:
        """The rate that it should have."""
        return self.nominal() if callable(self.nominal) else self.nominal


def verdict(nominal: float, relation: str, band: float, low: float, high: float) -> str:
    """Judge a measured rate by its interval: off only if no rate in it could be meant.

    Examples
    --------
    >>> verdict(0.95, "equals", 0.0, 0.94, 0.96), verdict(0.95, "at least", 0.0, 0.90, 0.94)
    ('as stated', 'off')
    """
    place = place_of(low, high, bounds(nominal, relation, band))
    return OFF if place is Place.BESIDE else AS_STATED


def procedure(
    kind: str,
    says: str,
    nominal: float | Callable[[], float],
    *,
    relation: Relation = "equals",
    band: float = 0.0,
    reason: str = "",
    cost: int = 1,
    many: int = 1,
) -> Callable[[Simulation], Procedure]:
    """Make a procedure of a function (seed, count) -> hits; its name is the function's, with hyphens."""

    def decorate(simulate: Simulation) -> Procedure:
        name = getattr(simulate, "__name__", "").replace("_", "-")
        return Procedure(name, kind, says, nominal, simulate, relation, band, reason, cost, many)

    return decorate


@functools.cache
def procedures() -> Mapping[str, Procedure]:
    """Return all procedures by name, in the order of their kinds; whatever a module of ``procedures/`` holds.

    Examples
    --------
    >>> "t-over-repetitions" in procedures()
    True
    """
    package = importlib.import_module("experiments.calibration.procedures")
    found = [
        value
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, Procedure)
    ]
    found.sort(key=lambda one: list(KINDS).index(one.kind))
    return {one.name: one for one in found}
