"""Maglev: recorded placements of a real Envoy, the paper's example, shares by weight, and stray moves."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import maglev as oracle

from algorithms import Node, create
from algorithms.errors import InvalidParameter
from algorithms.tables.maglev import LARGEST_TABLE, fill_kernel

FOLDER = Path(__file__).parents[1] / "vectors"


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _table(p: object) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return p._state.structure.buckets  # type: ignore[attr-defined,no-any-return]


def test_placements_are_those_of_envoy() -> None:
    """Twelve settings of a real server, with and without weights, in tables of 5003 and 65537 entries."""
    states = _rows("maglev_envoy_states")
    assert len(states) == 12
    seen = 0
    for state in states:
        nodes = [
            Node(name, float(weight))
            for name, weight in zip(state["nodes"].split(), state["weights"].split(), strict=True)
        ]
        p = create("maglev", nodes, table_size=int(state["table_size"]))
        some = [row for row in _rows("maglev_envoy") if row["state"] == state["state"]]
        keys = [bytes.fromhex(row["key_hex"]) for row in some]
        hashes = np.array([int(row["hash"]) for row in some], dtype=np.uint64)
        expected = [int(row["bucket"]) for row in some]
        assert p.hashes_of(keys).tolist() == hashes.tolist()
        assert p.assign(hashes).tolist() == expected
        assert [p.lookup(key) for key in keys[:20]] == [nodes[bucket].name for bucket in expected[:20]]
        seen += len(some)
    assert seen == len(_rows("maglev_envoy")) == 972


def test_the_papers_example() -> None:
    """Table 1: permutations 3 0 4 1 5 2 6, 0 2 4 6 1 3 5 and 3 4 5 6 0 1 2, before and after B1 has gone."""
    offsets, skips = np.array([3, 0, 3]), np.array([4, 2, 1])

    def filled(who: list[int]) -> list[int]:
        table = np.full(7, -1, dtype=np.int32)
        equal = np.full(len(who), 1 / len(who))
        buckets = np.array(who, dtype=np.int32)
        fill_kernel(offsets[who].copy(), skips[who].copy(), equal, np.zeros(len(who)), buckets, table)
        return table.tolist()

    assert filled([0, 1, 2]) == [1, 0, 1, 0, 2, 2, 0]
    assert filled([0, 2]) == [0, 0, 0, 0, 2, 2, 2]


@pytest.mark.parametrize("n", [1, 2, 3, 10, 100, 1000, 65537, 70000])
def test_equal_nodes_have_floor_or_ceil_of_the_entries(n: int) -> None:
    counts = np.bincount(_table(create("maglev", n)), minlength=n)
    assert counts.min() == 65537 // n
    assert counts.max() == -(-65537 // n)


@given(
    weights=st.lists(st.floats(1 / 16, 16) | st.integers(1, 9).map(float), min_size=2, max_size=40),
    seed=st.integers(0, 2**64 - 1),
)
def test_weighted_nodes_have_their_part_of_the_entries(weights: list[float], seed: int) -> None:
    p = create("maglev", [Node(str(i), weight) for i, weight in enumerate(weights)], seed=seed)
    counts = np.bincount(_table(p), minlength=len(weights))
    wanted = np.array(weights) / sum(weights) * 65537
    # turns are counted in the greatest share: what is due is at most one entry of each node away
    assert np.abs(counts - wanted).max() < 3


@pytest.mark.parametrize(
    ("n", "low", "high", "stray"),
    [(10, 1.01, 1.04, 0.0023), (100, 1.3, 1.7, 0.0052), (1000, 5.5, 8.0, 0.0060)],
)
def test_removal_moves_more_than_it_must(n: int, low: float, high: float, stray: float) -> None:
    """Means over some removals; exact, since the tables are the placements."""
    factors, strays = [], []
    for gone in range(0, n, max(1, n // 10)):
        p = create("maglev", n)
        before = _table(p)
        p.remove_node(f"node-{gone}")
        moved = before != _table(p)
        factors.append(moved.sum() / (before == gone).sum())
        strays.append((moved & (before != gone)).mean())
    assert low < np.mean(factors) < high
    assert abs(np.mean(strays) - stray) < 0.25 * stray


def test_a_newcomer_and_a_heavier_node_move_more_than_they_must() -> None:
    p = create("maglev", 16)
    before = _table(p)
    p.add_node("new")
    assert 1 / 17 < (before != _table(p)).mean() < 1.1 / 17
    q = create("maglev", 16)
    q.set_weight("node-3", 2.0)
    assert 0.0551 < (before != _table(q)).mean() < 1.15 * 0.0551


@pytest.mark.parametrize("size", [1, 4, 65536, 5003 * 7, LARGEST_TABLE + 2, 7.0])
def test_sizes_that_cannot_be(size: int) -> None:
    with pytest.raises(InvalidParameter, match="table_size must be a"):
        create("maglev", 3, table_size=size)


def test_the_largest_table() -> None:
    p = create("maglev", 2, table_size=LARGEST_TABLE)
    assert np.bincount(_table(p)).tolist() in ([2500005, 2500006], [2500006, 2500005])


def test_another_suite_forfeits_turns() -> None:
    """Recorded from SUPSI's engine: up to 257 nodes here, and all of it once, up to 100,000."""
    rows = _rows("maglev_supsi")
    seen = 0
    for state in _rows("maglev_supsi_states"):
        n, size = int(state["n"]), int(state["param"])
        if n > 257:
            continue
        gone = {f"node_{i}" for i in state["removed"].split()}
        order = [name for name in oracle.java_order([f"node_{i}" for i in range(n)]) if name not in gone]
        table = oracle.forfeiting(order, size)
        some = [row for row in rows if row["state"] == state["state"]]
        assert [table[oracle.entry_of(row["key"], size)] for row in some] == [
            f"node_{row['node']}" for row in some
        ]
        seen += len(some)
    assert seen == 715
