"""Loads: what the law says of a published measurement, and what our own algorithms measure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from algorithms import create
from experiments.claims.judge import Ours
from experiments.claims.recipes import Run, recipe
from experiments.seeds import derive

__all__: list[str] = []


def _chi_square_interval(law: float, nodes: int, run: Run) -> tuple[float, float]:
    """Return where a standard deviation falls that is measured once over so many nodes (normal loads)."""
    from scipy import stats

    tail, degrees = (1 - run.level) / 2, nodes - 1
    low, high = (law * math.sqrt(float(stats.chi2.ppf(q, degrees)) / degrees) for q in (tail, 1 - tail))
    return low, high


@recipe
def equal_shares_deviation(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the standard deviation of the loads of equal shares, as one measurement of it falls."""
    nodes, keys = given["nodes"], given["keys"]
    law = math.sqrt((nodes - 1) / keys) * keys / nodes
    return Ours(law, "prediction", "multinomial, one run", *_chi_square_interval(law, nodes, run))


@recipe
def ring_deviation(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the standard deviation of the loads of one ring, relative to the mean where ``relative``."""
    from experiments.theory import load_cv_squared, ring_share_cv_squared

    nodes, keys = given["nodes"], given["keys"]
    points = given.get("points") or given["all_points"] / nodes
    law = math.sqrt(load_cv_squared(nodes, 1 / keys, float(ring_share_cv_squared(nodes, points))))
    law *= 1 if given.get("relative") else keys / nodes
    low, high = _chi_square_interval(law, nodes, run)
    return Ours(law, "prediction", "Dirichlet-multinomial, one run", low, high)


@recipe
def multiprobe_deviation(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the standard deviation of the loads of multi-probe: CV of shares 1/sqrt(2k-1)."""
    nodes, keys = given["nodes"], given["keys"]
    law = math.sqrt(1 / (2 * given["probes"] - 1) + (nodes - 1) / keys) * keys / nodes
    return Ours(law, "prediction", "CV 1/sqrt(2k-1), one run", *_chi_square_interval(law, nodes, run))


@recipe
def multi_probe_cv(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the CV of the shares of many nodes of multi-probe."""
    from experiments.theory import multi_probe_cv_squared

    return Ours(math.sqrt(multi_probe_cv_squared(given["probes"])), "exact", "1/sqrt(2k-1), many nodes")


@recipe
def multi_probe_peak(given: Mapping[str, Any], run: Run) -> Ours:
    """Return E[max share / mean] of multi-probe."""
    from experiments.theory import multi_probe_max_to_mean

    peak = multi_probe_max_to_mean(given["nodes"], given["probes"])
    return Ours(float(peak), "exact", "k/(k-1) (1 - 1/C(n+k-1, k-1)), many nodes")


@recipe
def greatest_share(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the greatest share / mean of an algorithm with arcs, over all hashes and a few seeds."""
    from experiments import measures

    seeds = max(4, run.rings // 30)
    peaks = [
        measures.max_to_mean(
            list(
                create(
                    given["algorithm"],
                    given["nodes"],
                    seed=derive(run.seed, "claims", "seed", number),
                    **given.get("set", {}),
                )
                .arcs()
                .shares()
                .values()
            )
        )
        for number in range(seeds)
    ]
    return Ours(float(max(peaks)), "exact", f"all hashes, greatest of {seeds} seeds")


@recipe
def largest_load(given: Mapping[str, Any], run: Run) -> Ours:
    """Return max/mean - 1 of one run, by the law of one load and as many independent ones.

    ``reading``: ``entries`` of a table drawn from equal shares; ``ring entries`` from those of a ring; ``ring
    arcs``, the shares of a ring themselves; ``window entries`` from those of a ring whose points have a part
    of as many gaps as there are ``candidates``.
    """
    from scipy import stats

    nodes, tail = given["nodes"], (1 - run.level) / 2
    reading, points = given["reading"], given.get("points", 1)
    mean, gaps = given["entries"] / nodes, points * given.get("candidates", 1)
    laws = {
        "entries": (stats.binom(given["entries"], 1 / nodes), mean),
        "ring entries": (stats.nbinom(points, points / (points + mean)), mean),
        "ring arcs": (stats.gamma(points), float(points)),
        "window entries": (stats.nbinom(gaps, gaps / (gaps + mean)), mean),
    }
    law, scale = laws[reading]
    low, middle, high = (float(law.ppf(q ** (1 / nodes))) / scale - 1 for q in (tail, 0.5, 1 - tail))
    return Ours(middle, "prediction", f"greatest of {nodes:,} loads ({reading}), one run", low, high)


@lru_cache(maxsize=8)
def _even_entries(nodes: int, points: int, entries: int, rings: int, seed: int) -> Sequence[float]:
    steps = np.arange(entries, dtype=np.uint64) * np.uint64((1 << 64) // entries)

    def one(number: int) -> float:
        ring = create("ring", nodes, points=points, seed=derive(seed, "claims", "ring", number))
        return int(np.bincount(ring.assign(steps), minlength=nodes).max()) * nodes / entries - 1

    return [one(number) for number in range(rings)]


@recipe
def largest_even_entries(given: Mapping[str, Any], run: Run) -> Ours:
    """Return max/mean - 1 of our ring, looked up at ``entries`` equal steps: mean over few rings.

    Maxima are whole numbers of entries, so that few rings may agree by chance; the error is at least that of
    one entry.
    """
    from scipy import stats

    nodes, entries, rings = given["nodes"], given["entries"], max(4, run.rings // 30)
    values = _even_entries(nodes, given["points"], entries, rings, run.seed)
    mean = math.fsum(values) / rings
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (rings - 1))
    reach = float(stats.t.ppf((1 + run.level) / 2, rings - 1)) * max(deviation, nodes / entries)
    reach /= math.sqrt(rings)
    return Ours(mean, "estimate", "our rings, mean", mean - reach, mean + reach, rings, "rings")


@recipe
def measured_load(given: Mapping[str, Any], run: Run) -> Ours:
    """Return CV or max/mean of any algorithm's loads, mean over seeds; of shares of keys, sampled.

    ``algorithm``, ``nodes``, ``set`` (its parameters), ``measure`` (``cv`` or ``max_to_mean``).
    """
    from experiments import inference, measures

    nodes = given["nodes"]
    measure = {"cv": measures.cv, "max_to_mean": measures.max_to_mean}[given["measure"]]

    def one(number: int) -> float:
        seed = derive(run.seed, "claims", "seed", number)
        placed = create(given["algorithm"], nodes, seed=seed, **given.get("set", {}))
        hashes = np.random.PCG64(derive(run.seed, "claims", "keys", number)).random_raw(run.keys)
        return float(measure(np.bincount(placed.assign(hashes), minlength=nodes)))

    values = list(run.engine.map(one, max(2, run.rings // 10)))
    found = inference.mean(values, level=run.level)
    # a sample without spread, as of one key each, says nothing of its error
    known = found.interval if min(values) < max(values) else None
    low, high = (known.low, known.high) if known else (0.0, math.inf)
    return Ours(found.value, "estimate", "our own, mean over seeds", low, high, found.size, "rings")


@recipe
def chi_square_over_seeds(given: Mapping[str, Any], run: Run) -> Ours:
    """Return chi^2 / (n - 1) of the loads of ``keys`` keys against equal shares, mean over seeds.

    ``algorithm``, ``nodes``, ``set`` (its parameters), ``keys``.
    """
    from experiments import inference, measures

    nodes, keys = given["nodes"], given["keys"]

    def one(number: int) -> float:
        seed = derive(run.seed, "claims", "seed", number)
        placed = create(given["algorithm"], nodes, seed=seed, **given.get("set", {}))
        hashes = np.random.PCG64(derive(run.seed, "claims", "keys", number)).random_raw(keys)
        load = np.bincount(placed.assign(hashes), minlength=nodes)
        return float(keys * measures.cv(load) ** 2 / (nodes - 1))

    found = inference.mean(list(run.engine.map(one, max(2, run.rings))), level=run.level)
    low, high = (found.interval.low, found.interval.high) if found.interval else (0.0, math.inf)
    return Ours(found.value, "estimate", "our own, mean over seeds, t", low, high, found.size, "rings")
