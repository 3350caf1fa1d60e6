"""Straw2 and hierarchical rendezvous: recordings, exact laws, ties, and what a tree costs."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from oracles import straw2 as oracle

from algorithms import InvalidParameter, InvalidWeight, Node, create
from algorithms.scores import straw2
from algorithms.scores.crush_ln import high_table, low_table, straws
from experiments import theory

VECTORS = Path(__file__).parents[1] / "vectors"


def _rows(name: str) -> list[dict[str, str]]:
    with (VECTORS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _weights(text: str) -> list[int]:
    """Return weights in 1/65536; "k x w" is k items of weight w."""
    count, times, weight = text.partition(" x ")
    return [int(weight)] * int(count) if times else [int(word) for word in text.split()]


def _hashes(seed: int, count: int) -> NDArray[np.uint64]:
    return np.random.PCG64(seed).random_raw(count)


# ---- straw2 ----------------------------------------------------------------------------------------------


def test_tables_are_those_of_cephs_library() -> None:
    rows = _rows("crush_ln")
    assert [int(row["value"]) for row in rows if row["table"] == "rh_lh"] == high_table()
    assert [int(row["value"]) for row in rows if row["table"] == "ll"] == low_table()
    assert [(1 << 48) - oracle.logarithm(draw) for draw in range(1 << 16)] == straws().tolist()


def test_placements_of_crushtool() -> None:
    """All maps: by the class where no weight is 0, and Ceph's whole lists of replicas by the oracle."""
    rows, seen = _rows("straw2"), 0
    for state in _rows("straw2_states"):
        weights = _weights(state["weights"])
        some = [row for row in rows if row["map"] == state["map"]]
        hashes = np.array([int(row["hash"]) for row in some], dtype=np.uint64)
        lists = [[int(item) for item in row["buckets"].split()] for row in some]
        if all(weights):
            nodes = [Node(f"osd.{i}", weight / straw2.UNIT) for i, weight in enumerate(weights)]
            p = create("straw2", nodes, hash="identity", hash_bits=32)
            assert p.assign(hashes).tolist() == [chosen[0] for chosen in lists]
            assert p.lookup(int(hashes[0]) << 32) == f"osd.{lists[0][0]}"
            wide = create("straw2", nodes)
            assert wide.assign(hashes << np.uint64(32)).tolist() == [chosen[0] for chosen in lists]
        for row, chosen in list(zip(some, lists, strict=True))[:: 1 if len(weights) < 100 else 13]:
            items = dict(enumerate(weights))
            assert oracle.several(int(row["hash"]), items, int(row["count"])) == chosen
        seen += len(some)
    assert seen == len(rows) == 1704


@given(data=st.data(), equal=st.booleans())
def test_ties_go_to_the_first(data: st.DataObject, equal: bool) -> None:
    """Many items, so that draws tie and the two highest are neighbours; a weight at which straws tie too."""
    n = data.draw(st.integers(100, 250))
    weights = st.sampled_from((1 / 65536, 1.0, 1000.0, 65535.0)) if equal else st.floats(1 / 64, 4000)
    some = data.draw(st.lists(weights, min_size=1, max_size=1 if equal else 5))
    drawn = [some[i % len(some)] for i in range(n)]
    p = create("straw2", [Node(str(i), weight) for i, weight in enumerate(drawn)], hash_bits=32)
    hashes = _hashes(data.draw(st.integers(0, 99)), 4) >> np.uint64(32)
    scaled = {i: int(weight * 65536) for i, weight in enumerate(drawn)}
    assert p.assign(hashes).tolist() == [oracle.choose(x, scaled) for x in hashes.tolist()]


def test_close_straws_are_decided_exactly() -> None:
    """Of 3000 equal items the two highest draws are neighbours, or equal, for one key in ten."""
    table, n = straws(), 3000
    p = create("straw2", n, hash_bits=32)
    hashes = _hashes(5, 600) >> np.uint64(32)
    straight = straw2.longest
    buckets, weights = p._state.structure
    expected = [int(straight(np.uint32(x), buckets, weights, table)) for x in hashes.tolist()]
    assert p.assign(hashes).tolist() == expected
    assert np.diff(np.unique(table)).min() == straw2.FINE
    assert (np.diff(table)[:-1] <= 0).all()
    assert table[65534] < table[65535]


@pytest.mark.parametrize(("n", "first", "last"), [(10, 1.43e-4, -1.43e-4), (100, 1.514e-3, -1.512e-3)])
def test_the_first_of_equal_items_has_more(n: int, first: float, last: float) -> None:
    law = [theory.first_highest([-(straws() >> 16)], [0] * n, place) * n - 1 for place in (0, n - 1)]
    assert law == pytest.approx([first, last], rel=0.005)


def test_ties_among_a_thousand_are_seen_by_sampling() -> None:
    """The first 100 of 1000 have 1.3 % more than the last 100; the error of so many keys is 0.4 %."""
    n, hashes = 1000, _hashes(11, 600_000)
    loads = np.bincount(create("straw2", n).assign(hashes), minlength=n)
    law = [theory.first_highest([-(straws() >> 16)], [0] * n, place) for place in (50, 950)]
    got = [loads[:100].sum() / len(hashes), loads[-100:].sum() / len(hashes)]
    error = np.sqrt(0.1 * 0.9 / len(hashes))
    assert abs(got[0] - 100 * law[0]) < 4 * error
    assert abs(got[1] - 100 * law[1]) < 4 * error
    assert got[0] - got[1] > 3 * 2**0.5 * error


def test_a_tiny_weight_has_three_times_its_share() -> None:
    draws = [-straws(), -(straws() >> 16)]
    share = theory.first_highest(draws, [0] + [1] * 9, 0)
    assert share * 9 * 65536 == pytest.approx(3.26, abs=0.01)


@pytest.mark.parametrize("weight", [1 / 65537, 65535.5, 1e-9, 1e9])
def test_weights_that_ceph_cannot_write(weight: float) -> None:
    with pytest.raises(InvalidWeight, match=r"1/65536 to 65535: 'b' cannot have"):
        create("straw2", [Node("a"), Node("b", weight)])
    p = create("straw2", ["a", "b"])
    with pytest.raises(InvalidWeight, match="scale all weights"):
        p.set_weight("b", weight)
    assert p.nodes[1].weight == 1.0


# ---- hierarchical rendezvous -----------------------------------------------------------------------------


@pytest.mark.parametrize(("groups", "size"), [(8, 8), (4, 16), (16, 4), (10, 1)])
def test_a_leaf_of_a_full_group_moves_too_much(groups: int, size: int) -> None:
    hashes, moved = _hashes(2, 100_000), []
    n = groups * size
    for seed in range(8):
        p = create("hierarchical", n, group_size=size, seed=seed)
        before = p.assign(hashes)
        p.remove_node(f"node-{n // 2}")
        moved.append(float((before != p.assign(hashes)).mean()))
    law = float(theory.hierarchical_moved(groups, size))
    error = np.sqrt(law / len(hashes) / len(moved))
    assert abs(np.mean(moved) - law) < 4.5 * error


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("size", [3, 16, 100])
def test_shares_are_the_weights_though_groups_are_not_full(size: int, weighted: bool) -> None:
    weights = np.array([1 + (i % 3) * 0.75 if weighted else 1.0 for i in range(50)])
    p: Any = create("hierarchical", [Node(str(i), w) for i, w in enumerate(weights)], group_size=size)
    p.change(remove=[str(i) for i in (0, 1, 2, 4, 20)])
    live = p.nodes.buckets()
    hashes = _hashes(4, 400_000)
    loads = np.bincount(p.assign(hashes), minlength=50)[live] / len(hashes)
    wanted = weights[live] / weights[live].sum()
    chi_square = float((len(hashes) * (loads - wanted) ** 2 / wanted).sum())
    assert chi_square < 45 - 1 + 5 * np.sqrt(2 * 44)


def test_one_group_is_rendezvous() -> None:
    hashes = _hashes(6, 3000)
    for weights in ([1.0] * 20, [1.0, 2.0, 0.3, 5.0] * 5):
        nodes = [Node(str(i), weight) for i, weight in enumerate(weights)]
        tree = create("hierarchical", nodes, group_size=20)
        assert np.array_equal(tree.assign(hashes), create("rendezvous", nodes).assign(hashes))


@pytest.mark.parametrize("size", [0, -1, 2.0, (1 << 20) + 1])
def test_groups_that_cannot_be(size: Any) -> None:
    with pytest.raises(InvalidParameter, match="group_size"):
        create("hierarchical", 3, group_size=size)
