"""What the simulations draw: real partitioners on random hashes, and laws where those would take too long."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from algorithms import create

NODES: Final = 16
POINTS: Final = 160
MOVED: Final = 1 / (NODES + 1)
"""What a consistent algorithm moves when one node joins `NODES`."""


def hashes(rng: np.random.Generator, keys: int) -> NDArray[np.uint64]:
    """Return random hashes of 64 bits."""
    return rng.integers(0, 1 << 64, size=keys, dtype=np.uint64)


def loads(algorithm: str, rng: np.random.Generator, keys: int, nodes: int = NODES) -> NDArray[np.int64]:
    """Return the loads of a partitioner of the suite, with a seed of its own, for random hashes."""
    placed = create(algorithm, nodes, seed=int(rng.integers(0, 1 << 63)))
    return np.bincount(placed.assign(hashes(rng, keys)), minlength=nodes)


def ring_movement(rng: np.random.Generator) -> float:
    """Return what one node more takes of a ring of `NODES`, exactly, by its arcs."""
    ring = create("ring", NODES + 1, points=POINTS, seed=int(rng.integers(0, 1 << 63)))
    shares = ring.arcs().shares()
    return float(shares[NODES] / 2**64)


def ring_movements(rng: np.random.Generator, size: int | tuple[int, ...]) -> NDArray[np.float64]:
    """Draw the same from its law, Beta(v, n v)."""
    return rng.beta(POINTS, NODES * POINTS, size=size)


def peaks(rng: np.random.Generator, repetitions: int, keys: int = 2_000) -> NDArray[np.float64]:
    """Return max/mean of the loads of equal shares: skewed, as maxima are."""
    counts = rng.multinomial(keys, np.full(NODES, 1 / NODES), size=repetitions)
    result: NDArray[np.float64] = counts.max(axis=1) * (NODES / keys)
    return result
