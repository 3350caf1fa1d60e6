"""The rows of `balance`: the loads or shares of one partitioner, beside their law."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Partitioner
from experiments.harness.experiment import ALL_HASHES
from experiments.harness.laws import balance_law
from experiments.harness.trial import Trial

__all__ = ["Rows", "described", "refused"]

PERCENTILES = (1, 5, 50, 95, 99)

BIN_WIDTHS = (0.01, 0.1)
"""Width of the bins of a row's histogram, in mean loads: where all keys are distinct, and where not."""

HISTOGRAM_END = 4
"""From so many mean loads on, a load stands in the last bin."""


@dataclass(frozen=True)
class Rows:
    """Makes the rows of one partitioner; all have the same columns."""

    partitioner: Partitioner[Any]
    trial: Trial

    def sampled(self, trial: Trial, load: NDArray[np.int64]) -> dict[str, Any]:
        """Return the row of a workload's keys."""
        from experiments import inference
        from experiments.workloads import repeats

        keys = int(load.sum())
        distinct, collision = repeats(trial.source, trial.repetition.keys, keys)
        law = self.law(keys, collision if distinct < keys else None)
        squares = sum(int(count) ** 2 for count in load)
        n, equal = len(load), self.partitioner.nodes.equal_weights
        return {
            **described(trial, "sampled"),
            "seed": trial.repetition.keys,
            "keys": keys,
            "distinct": distinct,
            "collision": collision,
            "variance": (n * squares - keys * keys) / (n * n) if equal else None,
            "g": inference.g_statistic(load) if equal else None,
            **_measures(load.tolist(), self.weights, repeats=distinct < keys),
            **law,
        }

    def exact(self) -> dict[str, Any]:
        """Return the row of the shares of the hash space, which no keys sample."""
        share = self.partitioner.arcs().shares()
        return {
            **described(self.trial, "exact"),
            "workload": ALL_HASHES,
            **dict.fromkeys(("seed", "keys", "distinct", "collision", "variance", "g")),
            **_measures(list(share.values()), self.weights),
            **self.law(None, None),
        }

    @cached_property
    def weights(self) -> tuple[float, ...] | None:
        """The weights, unless all are 1."""
        nodes = self.partitioner.nodes
        return tuple(nodes.weights()) if any(node.weight != 1.0 for node in nodes.spelled()) else None

    def law(self, keys: int | None, collision: float | None) -> dict[str, Any]:
        """Return the law of so many keys, of all hashes if None; `collision`: if they repeat."""
        return balance_law(self.trial, len(self.partitioner.nodes), self.weights, keys, collision)


def described(trial: Trial, method: str) -> dict[str, Any]:
    """Return the columns that say what was measured."""
    names = ("hash", "hash_bits", "workload", "n", "algorithm", "label", "settings", "points")
    return {
        **trial.columns(*names, "repetition", "hash_seed"),
        "method": method,
        "cannot": None,
    }


def refused(trial: Trial, reason: str) -> dict[str, Any]:
    """Return the row of what cannot be measured."""
    return {**described(trial, "sampled"), "cannot": reason}


def _measures(
    load: Sequence[int], weights: Sequence[float] | None, *, repeats: bool = False
) -> dict[str, Any]:
    """Return the columns that a list of loads gives, relative to what weights entitle to."""
    from experiments import measures

    relative = measures.relative_loads(load, weights)
    levels = zip(PERCENTILES, np.percentile(relative, PERCENTILES), strict=True)
    width = BIN_WIDTHS[repeats]
    bins = np.floor(np.minimum(relative, HISTOGRAM_END) / width).astype(np.int64)
    first = int(bins.min())
    return {
        "cv": measures.cv(load, weights),
        "max_to_mean": float(relative.max()),
        "min_to_mean": float(relative.min()),
        # the law of one share is of nodes with as many points as one of weight 1
        "first_to_mean": float(relative[0]) if weights is None else None,
        **{f"p{level}": float(value) for level, value in levels},
        "bin_width": width,
        "first_bin": first,
        "histogram": " ".join(map(str, np.bincount(bins - first).tolist())),
    }
