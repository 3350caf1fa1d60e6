"""Cells that an event takes over from those before are the ones that would be built anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from algorithms import create
from algorithms.machinery import circles, intervals


@pytest.mark.parametrize("serves", ["predecessor", "successor"])
@pytest.mark.parametrize(
    ("n", "parameters"),
    [
        (30, {"points": 30}),
        (200, {"points": 100}),
        (5000, {"points": 3}),  # words of 64 bits
        (200, {"points": 20, "hash": "crc32"}),  # crowded cells
        (20, {"points": 20, "hash_bits": 24}),
        (40, {"points": 1}),
    ],
)
def test_patched_cells_are_those_built_anew(
    serves: str, n: int, parameters: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    patched: list[int] = []
    kernel = intervals.patch_cells
    monkeypatch.setattr(intervals, "patch_cells", lambda *given: patched.append(kernel(*given)))
    rng, ring = np.random.default_rng([n, len(serves)]), create("ring", n, serves=serves, **parameters)
    for number in range(12):
        live = [node.name for node in ring.nodes.values()]
        leaving = [live[row] for row in rng.permutation(len(live))[: number % 3]]
        ring.change(add=[f"new-{number}-{i}" for i in range(1 + number % 2)], remove=leaving)
        table = ring._state.structure.intervals
        anew = intervals.build_intervals(table.starts, table.owners, table.hash_bits)
        assert all(map(np.array_equal, table, anew)), number
        fresh = create("ring", list(ring.nodes.values()), serves=serves, **parameters)
        assert np.array_equal(table.starts, fresh._state.structure.intervals.starts)
    assert patched


@pytest.mark.parametrize("hash_bits", [10, 24, 64])
def test_points_dealt_into_parts_are_sorted_as_all_at_once(
    hash_bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In ten bits points are equal, and keep their order; elsewhere they lead to the same cells."""
    rng = np.random.default_rng(hash_bits)
    points = rng.integers(0, 1 << 64, 5000, dtype=np.uint64) >> np.uint64(64 - hash_bits)
    points, owners = (points if hash_bits == 10 else np.unique(points)), rng.integers(0, 50, 5000)
    points, owners = rng.permutation(points), owners[: len(points)].astype(np.int32)
    plain = circles.scattered_intervals(points, owners, hash_bits, below=False)
    dealt: list[int] = []
    kernel = circles.deal_into_parts
    monkeypatch.setattr(circles, "deal_into_parts", lambda *given: dealt.append(kernel(*given)))
    monkeypatch.setattr(circles, "_MANY", 1)
    parted = circles.scattered_intervals(points, owners, hash_bits, below=False)
    if plain is None or parted is None:
        assert (plain, parted, hash_bits) == (None, None, 10)
    else:
        assert all(map(np.array_equal, plain, parted))
    assert np.array_equal(circles.order_of(points, hash_bits), np.argsort(points, kind="stable"))
    assert len(dealt) == 2
