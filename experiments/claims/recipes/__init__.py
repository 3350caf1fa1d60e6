"""Recipes: how claims are recomputed. Whatever is a ``@recipe`` in a module of this package is one.

jump
    Jump's shares, iterations and buckets, and those of a version that overflows.
rings
    Laws and simulations of the shares of a ring.
loads
    Loads of any algorithm: laws of a table of measurements, and our own samples.
movement
    What events move: over all hashes, by exhaustion, or sampled.
laws
    Closed forms of algorithms, as they were published.
steps
    What lookups cost after removals: laws, and counted steps.
shares
    How far shares are from their law, and those of few bits.
churn
    What events move beyond the minimum.
sessions
    Sessions on workers and their ranks.
buckets
    Buckets of single hashes, and tables, as printed.
numbered_ids
    Ids that are numbers in decimal, hashed by MD5.
deployed
    What deployed programs do, in pools that are placed by their own rules.
article
    What the reproduction of the article says of a number.
"""

from __future__ import annotations

import functools
import importlib
import math
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from experiments.claims.judge import Ours
from experiments.harness.engine import Engine

__all__ = ["Recipe", "Run", "mean_over", "recipe", "recipes"]


@dataclass(frozen=True)
class Run:
    """With what a claim is recomputed.

    Parameters
    ----------
    keys, rings
        How many are drawn where something is sampled.
    seed
        Of the run.
    level
        Confidence level of each interval.
    engine
        Maps functions over repetitions.
    """

    keys: int
    rings: int
    seed: int
    level: float
    engine: Engine


Recipe: TypeAlias = Callable[[Mapping[str, Any], Run], Ours]


def recipe(function: Recipe) -> Recipe:
    """Mark a function as a recipe, by its own name."""
    function.__dict__["recipe"] = True
    return function


def mean_over(values: Sequence[float], run: Run, method: str, unit: str) -> Ours:
    """Return the mean of independent values with its t interval; values that are all alike tell no error."""
    from experiments import inference

    estimate = inference.mean(values, level=run.level)
    interval = estimate.interval if min(values) < max(values) else None
    low, high = (interval.low, interval.high) if interval else (-math.inf, math.inf)
    return Ours(estimate.value, "estimate", method, low, high, estimate.size, unit)


def _is_recipe(value: object, module: str) -> bool:
    return "recipe" in getattr(value, "__dict__", {}) and getattr(value, "__module__", "") == module


@functools.cache
def recipes() -> Mapping[str, Recipe]:
    """Return all recipes by name.

    Examples
    --------
    >>> "ring_share_cv" in recipes()
    True
    """
    found: dict[str, Recipe] = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        contents = vars(importlib.import_module(module.name))
        found |= {name: value for name, value in contents.items() if _is_recipe(value, module.name)}
    return found
