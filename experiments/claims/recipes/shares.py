"""Shares of buckets: how far measured ones are from their law, and those of few bits, exactly."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Node, create
from experiments.claims.judge import Ours
from experiments.claims.recipes import Run, recipe
from experiments.seeds import derive

__all__: list[str] = []

CHUNK = 1 << 20


def _law(given: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return the shares that an algorithm should have: equal ones, those of weights, or those of binomial."""
    if "weights" in given:
        weights = np.array(given["weights"], dtype=np.float64)
        return weights / float(weights.sum())
    nodes: int = given["nodes"]
    shares = np.ones(nodes)
    if given.get("law") == "binomial":
        from experiments.theory import binomial_shares

        lower, upper = binomial_shares(nodes, given.get("set", {}).get("retries", 4))
        half = 1 << ((nodes - 1).bit_length() - 1)
        shares[:half], shares[half:] = float(lower), float(upper)
    return np.divide(shares, nodes)


@recipe
def shares_apart(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the greatest departure of a bucket's share from its law, relative to it; sampled.

    ``algorithm``, ``set``; ``nodes`` or ``weights``; ``law``; ``times`` as many keys as the run has. The
    exact binomial intervals of all buckets hold together, and so does that of the greatest departure.
    """
    from experiments import inference

    law = _law(given)
    nodes, keys = len(law), run.keys * given.get("times", 1)
    weights = given.get("weights", [1.0] * nodes)
    placed = create(
        given["algorithm"],
        [Node(f"node-{i}", float(weight)) for i, weight in enumerate(weights)],
        **given.get("set", {}),
    )

    def count(chunk: int) -> Any:
        words = np.random.PCG64(derive(run.seed, "claims", "shares", chunk))
        hashes = words.random_raw(min(CHUNK, keys - chunk * CHUNK)) >> np.uint64(64 - placed.hash_bits)
        return np.bincount(placed.assign(hashes), minlength=nodes)

    counts = run.engine.fold(count, -(-keys // CHUNK), np.add, np.zeros(nodes, dtype=np.int64))
    apart, low, high = 0.0, 0.0, 0.0
    for count_of, share in zip(counts.tolist(), law.tolist(), strict=True):
        found = inference.proportion(count_of, keys, level=1 - (1 - run.level) / nodes)
        ends = (found.interval.low, found.interval.high) if found.interval else (0.0, 1.0)
        apart = max(apart, abs(count_of / keys / share - 1))
        low = max(low, (ends[0] - share) / share, (share - ends[1]) / share)
        high = max(high, *(abs(end / share - 1) for end in ends))
    return Ours(apart, "estimate", "sampled, all buckets at once", low, high, keys, "keys")


@recipe
def spread_of_numbers(given: Mapping[str, Any], run: Run) -> Ours:
    """Return (max - min) / min of the loads of the hashes 0 to ``keys`` - 1."""
    loads = np.bincount(
        create(given["algorithm"], given["nodes"]).assign(np.arange(given["keys"], dtype=np.uint64))
    )
    return Ours(Fraction(int(loads.max() - loads.min()), int(loads.min())), "exact", "all of these hashes")


@recipe
def straw_apart(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the greater departure of the first or the last of ``nodes`` equal items of straw2, exactly."""
    from algorithms.scores.crush_ln import straws
    from experiments.theory import first_highest

    nodes = given["nodes"]
    draws = [-straws()]
    ends = [first_highest(draws, [0] * nodes, place) * nodes for place in (0, nodes - 1)]
    return Ours(max(abs(share - 1) for share in ends), "exact", "all 65,536 draws")


@recipe
def straws_out_of_order(given: Mapping[str, Any], run: Run) -> Ours:
    """Return for how many draws of 16 bits the next one, which is higher, has the shorter straw."""
    from algorithms.scores.crush_ln import straws

    falls = np.flatnonzero(np.diff(straws()) > 0)
    return Ours(len(falls), "exact", f"draw {', '.join(map(str, falls.tolist()))} beats the one above it")


@recipe
def crush_ln_differs(given: Mapping[str, Any], run: Run) -> Ours:
    """Return for which part of the 65,536 draws Ceph's logarithm is by 1 off floor(2^bits log2(draw + 1))."""
    from algorithms.scores.crush_ln import straws

    bits = given["bits"]
    ours = ((1 << 48) - straws()) >> np.int64(44 - bits)
    # no number but a power of two has a logarithm that is within 1e-9 of a whole one
    exact = [math.floor((1 << bits) * math.log2(draw + 1) + 1e-9) for draw in range(1 << 16)]
    apart = np.abs(ours - np.array(exact))
    if apart.max() > 1:
        raise ValueError("the two differ by more than 1")
    return Ours(Fraction(int(apart.sum()), 1 << 16), "exact", f"all draws, 2^{bits} log2 rounded down")


@recipe
def sum_of_counts(given: Mapping[str, Any], run: Run) -> Ours:
    """Return what the printed ``counts`` add up to."""
    return Ours(sum(given["counts"]), "exact", f"{len(given['counts'])} printed counts, added")
