"""Rendezvous rows: multinomial shares, and movement of whole rows only."""

from __future__ import annotations

import numpy as np
import pytest

from algorithms import Node, create
from algorithms.errors import InvalidParameter

ROWS = 65536


@pytest.mark.parametrize("n", [10, 100, 1000])
def test_shares_are_multinomial_in_rows(n: int) -> None:
    """The CV is sqrt((n - 1) / rows): its square, times rows, is a chi-square of n - 1 degrees."""
    squares = []
    for seed in range(8):
        shares = np.array(list(create("rendezvous_rows", n, seed=seed).arcs().shares().values())) / 2**64 * n
        squares.append(ROWS * float(np.mean((shares - 1) ** 2)))
    law, error = n - 1, np.sqrt(2 * (n - 1) / len(squares))
    assert abs(np.mean(squares) - law) < 4 * error


def test_a_removal_moves_its_rows_and_no_other() -> None:
    p = create("rendezvous_rows", 100)
    rows = np.arange(ROWS, dtype=np.uint64) << np.uint64(48)
    before = p.assign(rows)
    p.remove_node("node-7")
    assert np.array_equal(before != p.assign(rows), before == 7)


def test_a_removed_nodes_rows_go_to_their_next_replica() -> None:
    nodes = [Node(str(i), weight) for i, weight in enumerate([1.0, 2.0, 0.5, 3.0, 1.0])]
    p = create("rendezvous_rows", nodes, table_size=4096)
    rows = np.arange(4096, dtype=np.uint64) << np.uint64(52)
    first, second = p.assign_replicas(rows, 2).T
    p.remove_node("3")
    assert np.array_equal(p.assign(rows), np.where(first == 3, second, first))


def test_shares_follow_weights_in_rows() -> None:
    weights = np.array([1.0, 2.0, 0.5, 3.0])
    p = create("rendezvous_rows", [Node(str(i), weight) for i, weight in enumerate(weights)])
    shares = np.array(list(p.arcs().shares().values())) / 2**64
    wanted = weights / weights.sum()
    assert np.abs((shares - wanted) / np.sqrt(wanted / ROWS)).max() < 4.5


@pytest.mark.parametrize("size", [0, 1, 3, 65537, 1 << 25, 2.0])
def test_sizes_that_cannot_be(size: int) -> None:
    with pytest.raises(InvalidParameter, match="table_size must be a"):
        create("rendezvous_rows", 3, table_size=size)
