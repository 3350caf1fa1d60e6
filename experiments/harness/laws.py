"""What theory says of a trial: how much an event moves, how uneven its loads are, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.harness.trial import Step, Trial

__all__ = ["MovementLaw", "balance_law", "movement_law", "squares_variance"]


@dataclass(frozen=True)
class MovementLaw:
    """The law of what an event moves.

    Parameters
    ----------
    family
        Its name; empty where none is known.
    movement, stray
        Expected parts of the keys; None where they are not known.
    variance
        Of the movement of one draw; None where it is not known.
    """

    family: str
    movement: Fraction | None
    stray: Fraction | None
    variance: float | None


def movement_law(trial: Trial, step: Step, collision: float) -> MovementLaw:
    """Return the law of an event of a trial; none of a cluster on a ring that rounds the numbers of points.

    `collision` is the chance that two draws are of one key; 0 where all hashes are counted.
    """
    from experiments import theory

    candidate, shape = trial.candidate, step.shape
    family = theory.family_of(candidate.spec, shape)
    if not trial.in_proportion(shape.weights_before, shape.weights_after):
        family = ""
    moves = theory.movement(family, shape, candidate.parameters)
    strays = theory.stray(family, shape, candidate.parameters)
    spread = theory.movement_variance(
        family,
        shape,
        collision=collision,
        points=candidate.points,
        rows=candidate.rows,
        parameters=candidate.parameters,
    )
    return MovementLaw(
        family,
        None if moves is None else Fraction(moves.value),
        None if strays is None else Fraction(strays.value),
        None if spread is None else float(spread),
    )


def balance_law(
    trial: Trial, n: int, weights: tuple[float, ...] | None, keys: int | None, collision: float | None
) -> dict[str, Any]:
    """Return the columns of the law of so many keys on n nodes, of all hashes if None.

    `weights` are None where all are 1; `collision` is there where keys repeat.
    """
    from experiments.theory import family_and_points

    candidate, nodes = trial.candidate, weights or n
    family, points = family_and_points(candidate.spec, nodes, candidate.points, candidate.parameters)
    if weights is not None and not trial.in_proportion(weights):
        family = ""
    law = {"law": family or None, **_law_of(family, nodes, keys, points, collision)}
    if candidate.points is None and points is not None and points.is_integer():
        law["points"] = int(points)  # a program has counted them for these nodes
    return law


def squares_variance(family: str | None, n: int, keys: int | None, points: int | None) -> float | None:
    """Return the law's variance of the CV² of one draw on equal nodes; None where it is not known."""
    from experiments import theory

    ring = family == "ring"
    if ring and points is None:
        return None
    return float(theory.cv_squared_variance(n, keys=keys, points=points if ring else None))


@lru_cache(maxsize=4096)
def _law_of(
    family: str,
    nodes: int | tuple[float, ...],
    keys: int | None,
    points: float | None,
    collision: float | None,
) -> Mapping[str, float | None]:
    """Return the columns of a law: E[CV^2]^(1/2), E[max/mean], E[min/mean], as far as they are known."""
    from experiments import theory

    law = theory.balance(family, nodes, keys=keys, points=points, collision=collision)
    found = {"law_cv": None, "law_max_to_mean": None, "law_min_to_mean": None}
    if law is None:
        return found
    largest, smallest = law.max_to_mean, law.min_to_mean
    return {
        "law_cv": float(law.cv),
        "law_max_to_mean": None if largest is None else float(largest),
        "law_min_to_mean": None if smallest is None else float(smallest),
    }
