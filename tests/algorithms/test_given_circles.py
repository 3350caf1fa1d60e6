"""Circles of given points against a search of all of them: scattered, equal, crowded, at both ends."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import circles as oracle

from algorithms.deployed.circles import MOST_POINTS, check_total, scaled, stretches
from algorithms.errors import InvalidParameter


def _owner(starts: list[int], owners: list[int], value: int) -> int:
    return owners[max(row for row, start in enumerate(starts) if start <= value)]


@given(data=st.data(), bits=st.sampled_from((1, 2, 3, 8, 32, 63, 64)))
def test_every_hash_has_the_owner_that_the_rule_says(data: st.DataObject, bits: int) -> None:
    last = (1 << bits) - 1
    near = data.draw(st.integers(0, last))
    some = (
        st.integers(0, last) | st.integers(max(0, near - 5), min(last, near + 5)) | st.sampled_from((0, last))
    )
    points = data.draw(st.lists(st.tuples(some, st.integers(0, 3)), min_size=1, max_size=20))
    hashes = np.array([point for point, _ in points], dtype=np.uint64)
    wanted = [*data.draw(st.lists(some, min_size=1, max_size=10)), 0, near, last, *hashes.tolist()]
    equal: Literal["first", "last"]
    for equal in ("first", "last"):
        starts, rows = stretches(hashes, bits, equal=equal)
        owners = [points[row][1] for row in rows.tolist()]
        assert starts[0] == 0
        assert np.all(starts[1:] > starts[:-1])
        for value in wanted:
            assert _owner(starts.tolist(), owners, value) == oracle.successor(points, value, equal)
    starts, rows = stretches(hashes, bits, rule="nearest")
    owners = [points[row][1] for row in rows.tolist()]
    assert starts[0] == 0
    assert np.all(starts[1:] > starts[:-1])
    ring = sorted(points, key=lambda point: point[0])
    alone = len(set(hashes.tolist())) == 1
    for value in wanted:
        if alone and value == points[0][0]:  # the point before the only one is itself
            continue
        assert _owner(starts.tolist(), owners, value) == oracle.nearest(ring, value, bits)


def test_no_points_and_too_many_are_refused() -> None:
    with pytest.raises(InvalidParameter, match="no node has a point"):
        stretches(np.zeros(0, dtype=np.uint64), 32)
    check_total(MOST_POINTS)
    with pytest.raises(InvalidParameter, match="too many"):
        check_total(MOST_POINTS + 1)


@given(value=st.integers(0, 2**32 - 1), bits=st.integers(1, 64))
def test_hashes_of_another_width_keep_their_place(value: int, bits: int) -> None:
    place = int(scaled(np.array([value], dtype=np.uint64), 32, bits)[0])
    assert place == value * 2**bits // 2**32
