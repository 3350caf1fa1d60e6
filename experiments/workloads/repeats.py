"""How often keys repeat among draws: how many are distinct, and how likely two draws are equal."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from experiments.workloads.base import Workload, chunks_of

__all__ = ["repeats"]


def repeats(source: Workload, seed: int, keys: int) -> tuple[int, float]:
    """Return how many keys are distinct, and the chance that two draws of the keys at hand are equal.

    Examples
    --------
    >>> from experiments.workloads import parse
    >>> repeats(parse("uniform"), 0, 100)
    (100, 0.01)
    """
    return _counted(source, seed, keys) if source.skewed else (keys, 1 / keys)


@lru_cache(maxsize=256)
def _counted(source: Workload, seed: int, keys: int) -> tuple[int, float]:
    parts: list[tuple[NDArray[np.uint64], NDArray[np.int64]]] = []
    for number, size in enumerate(chunks_of(keys)):
        parts.append(np.unique(source.ids(number, seed, size), return_counts=True))
        # merged in pairs of about equal size, so that each key is sorted few times
        while len(parts) > 1 and len(parts[-1][0]) * 2 > len(parts[-2][0]):
            parts[-2:] = [_merged(*parts[-2:])]
    while len(parts) > 1:
        parts[-2:] = [_merged(*parts[-2:])]
    counts = parts[0][1].tolist()
    return len(counts), sum(count * count for count in counts) / (keys * keys)


def _merged(
    left: tuple[NDArray[np.uint64], NDArray[np.int64]], right: tuple[NDArray[np.uint64], NDArray[np.int64]]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    ids, place = np.unique(np.concatenate([left[0], right[0]]), return_inverse=True)
    counts = np.zeros(len(ids), dtype=np.int64)
    np.add.at(counts, place, np.concatenate([left[1], right[1]]))
    return ids, counts
