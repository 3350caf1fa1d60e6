"""Jump: the shares that its 31 bits of randomness give, its iterations, and a version that overflows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms import create
from experiments.claims.judge import Ours
from experiments.claims.recipes import Run, recipe
from experiments.seeds import derive

__all__ = ["guava_bucket", "jump_shares", "simulated_counts"]

BITS = 31
KEYS_OF_A_CELL = 5
_MULTIPLIER = 2862933555777941757


def jump_shares(nodes: int, bits: int = BITS) -> NDArray[np.float64]:
    """Return the share of each bucket if jump's uniforms are independent, and r / 2^bits for r = 1 .. 2^bits.

    From bucket b jump goes to floor((b + 1) 2^bits / r), so the next one is at least i for
    floor(2^bits (b + 1) / i) values of r. Propagated over all buckets, without sampling.

    Examples
    --------
    >>> (jump_shares(3) * 2**31).tolist()
    [715827882.0, 715827882.5, 715827883.5]
    """
    whole = 1 << bits
    visits = np.zeros(nodes)
    visits[0] = 1.0
    shares = np.empty(nodes)
    for bucket in range(nodes):
        later = np.arange(bucket + 1, nodes + 1, dtype=np.int64)
        beyond = np.int64((bucket + 1) * whole) // later  # how many r lead at least there
        shares[bucket] = visits[bucket] * (float(beyond[-1]) / whole)
        visits[bucket + 1 :] += visits[bucket] * ((beyond[:-1] - beyond[1:]) / whole)
    return shares


def _cv(shares: NDArray[np.float64]) -> float:
    values = shares.tolist()
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((share - mean) ** 2 for share in values) / len(values)) / mean


@recipe
def jump_share_error(given: Mapping[str, Any], run: Run) -> Ours:
    """Return std/mean of the shares of ``nodes`` buckets."""
    return Ours(
        _cv(jump_shares(given["nodes"])),
        "exact",
        "propagating P(next >= i | b) = floor(2^31 (b+1)/i)/2^31; successive draws taken as independent",
    )


@recipe
def jump_sizes_with_error(given: Mapping[str, Any], run: Run) -> Ours:
    """Return how many numbers of buckets from ``least`` to ``most`` have this ``error`` to three digits."""
    wanted = f"{given['error']:.2e}"
    sizes = [n for n in range(given["least"], given["most"] + 1) if f"{_cv(jump_shares(n)):.2e}" == wanted]
    return Ours(
        len(sizes), "exact", f"numbers of buckets with {wanted}, of {given['least']}..{given['most']}"
    )


def simulated_counts(nodes: int, bits: int, keys: int, seed: int) -> NDArray[np.int64]:
    """Return how many of some keys jump to each bucket, with independent uniforms of so many bits.

    Examples
    --------
    >>> int(simulated_counts(7, 6, 1000, 1).sum())
    1000
    """
    words = np.random.PCG64(seed)
    bucket = np.zeros(keys, dtype=np.int64)
    alive = np.arange(keys)
    while len(alive):
        r = (words.random_raw(len(alive)) >> np.uint64(64 - bits)).astype(np.int64) + 1
        target = ((bucket[alive] + 1) << bits) // r
        stays = target < nodes
        alive = alive[stays]
        bucket[alive] = target[stays]
    return np.bincount(bucket, minlength=nodes)


@recipe
def jump_shares_simulated(given: Mapping[str, Any], run: Run) -> Ours:
    """Return chi-square per degree of freedom of simulated jumps with few bits against the exact shares."""
    from scipy import stats

    nodes, bits = given["nodes"], given["bits"]
    seed = derive(run.seed, "claims", "jump", nodes, bits)
    counts = simulated_counts(nodes, bits, run.keys, seed)
    expected = jump_shares(nodes, bits) * run.keys
    if counts[expected == 0].any():
        raise ValueError("a key has jumped to a bucket that the derivation says is never reached")
    # the law of the statistic needs some keys in each cell: buckets with few are one cell together
    many = expected >= KEYS_OF_A_CELL
    degrees = int(many.sum()) - 1
    if degrees < nodes // 2:
        needed = KEYS_OF_A_CELL * nodes * 2
        return Ours(1.0, "estimate", "too few keys to compare", 0.0, math.inf, run.keys, "keys", needed)
    seen = [*counts[many].tolist(), int(counts[~many].sum())]
    wanted = [*expected[many].tolist(), math.fsum(expected[~many].tolist())]
    terms = [(n - m) ** 2 / m for n, m in zip(seen, wanted, strict=True) if m >= KEYS_OF_A_CELL]
    degrees = len(terms) - 1
    statistic = math.fsum(terms) / degrees
    tail = (1 - run.level) / 2
    low, high = (float(stats.chi2.ppf(q, degrees)) / degrees for q in (tail, 1 - tail))
    # the interval is where the statistic falls if the shares are right, so it is turned round about 1
    return Ours(statistic, "estimate", f"{bits} bits of randomness, simulated", statistic - (high - 1),
                statistic + (1 - low), run.keys, "keys")  # fmt: skip


@recipe
def jump_error_measured(given: Mapping[str, Any], run: Run) -> Ours:
    """Return how far the measured shares are from equal, beyond what sampling explains."""
    from scipy import stats

    nodes = given["nodes"]
    seed = derive(run.seed, "claims", "keys", nodes)
    hashes = np.random.PCG64(seed).random_raw(run.keys)
    counts = np.bincount(create("jump", nodes).assign(hashes), minlength=nodes)
    mean = run.keys / nodes
    statistic = math.fsum(((counts - mean) ** 2 / mean).tolist())
    # chi-square = (n - 1) + keys CV^2 on average: CV^2 of the shares may be anything from 0 that fits
    tail = (1 - run.level) / 2
    low = max(0.0, statistic - float(stats.chi2.ppf(1 - tail, nodes - 1))) / run.keys
    high = max(0.0, statistic - float(stats.chi2.ppf(tail, nodes - 1))) / run.keys
    excess = max(0.0, statistic - (nodes - 1)) / run.keys
    true = _cv(jump_shares(nodes)) ** 2
    needed = math.ceil((nodes - 1) / true)
    return Ours(math.sqrt(excess), "estimate", "chi-square of sampled keys beyond its degrees of freedom",
                math.sqrt(low), math.sqrt(high), run.keys, "keys", needed)  # fmt: skip


@recipe
def jump_iterations_mean(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the mean of jump's iterations, as a mean over ``keys`` keys should come out."""
    from scipy import stats

    from experiments.theory import jump_iterations

    mean, variance = jump_iterations(given["nodes"])
    reach = float(stats.norm.ppf((1 + run.level) / 2)) * math.sqrt(variance / given["keys"])
    return _predicted(float(mean), reach, "H_n", given["keys"])


@recipe
def jump_iterations_variance(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the variance of jump's iterations, as measured over ``keys`` keys."""
    from scipy import stats

    from experiments.theory import jump_iterations

    _, variance = jump_iterations(given["nodes"])
    chances = [1 / i for i in range(1, given["nodes"] + 1)]
    fourth = math.fsum(p * (1 - p) * (1 - 6 * p * (1 - p)) for p in chances)
    error = math.sqrt((fourth + 2 * float(variance) ** 2) / given["keys"])
    reach = float(stats.norm.ppf((1 + run.level) / 2)) * error
    return _predicted(float(variance), reach, "sum (1/i)(1-1/i)", given["keys"])


def _predicted(value: float, reach: float, law: str, keys: int) -> Ours:
    return Ours(value, "prediction", f"{law}, of {keys:,} keys", value - reach, value + reach)


@recipe
def jump_iterations_measured(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the mean of the iterations that the paper's code takes for random keys."""
    from experiments import inference

    nodes = given["nodes"]
    keys = max(2, min(run.keys, 10**6))
    state = np.random.PCG64(derive(run.seed, "claims", "iterations", nodes)).random_raw(keys)
    counts, candidate, alive = np.zeros(keys), np.zeros(keys, dtype=np.int64), np.arange(keys)
    while len(alive):
        counts[alive] += 1
        state[alive] = state[alive] * np.uint64(_MULTIPLIER) + np.uint64(1)
        r = (state[alive] >> np.uint64(33)).astype(np.int64) + 1
        target = ((candidate[alive] + 1) << BITS) // r
        alive = alive[target < nodes]
        candidate[alive] = target[target < nodes]
    found = inference.mean(counts, level=run.level)
    interval = found.interval
    return Ours(found.value, "estimate", "counted", interval.low if interval else None,
                interval.high if interval else None, keys, "keys")  # fmt: skip


@recipe
def jump_bucket(given: Mapping[str, Any], run: Run) -> Ours:
    """Return our bucket of one hash."""
    hashes = np.array([int(given["hash"])], dtype=np.uint64)
    return Ours(int(create("jump", given["nodes"]).assign(hashes)[0]), "exact", "our jump")


def guava_bucket(state: int, nodes: int) -> int:
    """Return the bucket of a hash in a version whose uniform overflows a 32-bit int where r = 2^31.

    There the uniform is -1, the jump goes below 0, and the loop ends where it was.

    Examples
    --------
    >>> guava_bucket(42, 57)
    43
    """
    bucket = 0
    while True:
        state = (state * _MULTIPLIER + 1) % (1 << 64)
        r = (state >> 33) + 1
        r = r - (1 << 32) if r >= 1 << 31 else r
        target = math.trunc((bucket + 1) / (r / (1 << 31)))
        if not 0 <= target < nodes:
            return bucket
        bucket = target


@recipe
def jump_bucket_overflowing(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the bucket of one hash in the version that overflows."""
    return Ours(guava_bucket(int(given["hash"]), given["nodes"]), "exact", "32-bit arithmetic, replayed")


@recipe
def jump_overflow_rate(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the part of keys that the overflow sends elsewhere: (H_n - 1/n) / 2^31."""
    from experiments.theory import jump_iterations

    mean, _ = jump_iterations(given["nodes"])
    # a draw of r = 2^31 does no harm in the last bucket alone, which 1/n of all keys reach
    return Ours(float(mean - Fraction(1, given["nodes"])) / 2**31, "exact", "(H_n - 1/n) / 2^31")


@recipe
def jump_share_quantile(given: Mapping[str, Any], run: Run) -> Ours:
    """Return the ``q``-quantile of share / mean over the ``nodes`` buckets, less 1."""
    nodes = given["nodes"]
    value = float(np.quantile(jump_shares(nodes) * nodes - 1, given["q"]))
    return Ours(value, "exact", "quantile of the propagated shares")
