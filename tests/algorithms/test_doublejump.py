"""Double jump: its two lists through any life, its repr, and the stray moves that make it a baseline."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.doublejump import Lists

from algorithms import create
from algorithms.baselines.doublejump import DoubleJump
from algorithms.errors import InvalidParameter
from experiments.conformance.strategies import probes

HASHES = probes(64)[::7]
STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 3), st.randoms(use_true_random=False)), max_size=8
)


@given(start=st.integers(1, 6), steps=STEPS)
def test_any_life_is_that_of_the_two_lists(start: int, steps: list[tuple[int, int, object]]) -> None:
    """Nodes come, go, or both in one event, in which they leave from the highest bucket down."""
    p, lists = DoubleJump([f"n{i}" for i in range(start)]), Lists()
    for i in range(start):
        lists.add(f"n{i}")
    made = start
    for kind, count, random in steps:
        live = p.nodes.names()
        leaving = random.sample(live, min(count, len(live) - (kind == 0))) if kind < 2 else []  # type: ignore[attr-defined]
        joining = [f"n{made + i}" for i in range(count)] if kind > 0 else []
        made += len(joining)
        p.change(add=joining, remove=leaving)
        for name in sorted(leaving, key=lists.loose.index, reverse=True):
            lists.remove(name)
        for name in joining:
            lists.add(name)
        assert [p.nodes[b].name if b in p.nodes else None for b in range(len(lists.loose))] == lists.loose
        found = [p.nodes[bucket].name for bucket in p.assign(HASHES).tolist()]
        assert found == [lists.get(value) for value in HASHES.tolist()]
        again = eval(repr(p), {"DoubleJump": DoubleJump})
        assert again.assign(HASHES).tolist() == p.assign(HASHES).tolist()
        assert repr(again) == repr(p)


@pytest.mark.parametrize(("gone", "stray"), [(8, 0.0019), (32, 0.014), (48, 0.040)])
def test_removals_stray(gone: int, stray: float) -> None:
    """With r holes among a slots and w live nodes, (r / a)(1 / w)(1 - 1/(w - 1)) of the keys stray."""
    hashes = np.random.PCG64(gone).random_raw(1_000_000)
    # the last entry of the dense list is never the one that goes
    order = np.random.default_rng(64).permutation(63)
    p = create("doublejump", 64)
    p.change(remove=[f"node-{i}" for i in sorted(order[: gone - 1])])
    before = p.assign(hashes)
    holes, live = gone - 1, 65 - gone
    last = p.compact[-1]
    victim = next(bucket for bucket in p.nodes if bucket != last)
    p.change(remove=[f"node-{victim}"])
    moved = before != p.assign(hashes)
    found = float(np.mean(moved & (before != victim)))
    law = holes / 64 / live * (1 - 1 / (live - 1))
    assert abs(found - law) < 5 * np.sqrt(law / len(hashes))
    assert abs(law - stray) < 0.05 * stray
    assert set(before[moved].tolist()) == {victim, last}


def test_the_first_removal_is_minimal() -> None:
    p = create("doublejump", 64)
    before = p.assign(HASHES)
    p.remove_node("node-7")
    assert set(before[before != p.assign(HASHES)].tolist()) <= {7}


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"removed": [1]}, "removed names bucket 1, which 'node-1' has"),
        ({"removed": [5, 5]}, "removed names a bucket twice"),
        ({"removed": [-1]}, "removed takes buckets from 0 on"),
        ({"removed": 5}, "removed takes buckets, as"),
        ({"compact": [0, 1]}, "compact must name every live bucket once"),
        ({"compact": ["a"]}, "compact takes buckets from 0 on"),
    ],
)
def test_states_that_cannot_be(own: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        create("doublejump", 3, **own)
