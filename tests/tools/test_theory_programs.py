"""Laws of deployed programs: tables against all hashes that they tell apart, rings against random ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from algorithms import Node, Partitioner, create, names, spec_of
from experiments import inference, theory
from experiments.measures import EventShape, Flows
from experiments.theory.moves import table_moves

LEVEL = 1e-6
DEPLOYED = [name for name in names() if spec_of(name).kind == "deployed"]


@pytest.mark.parametrize("name", DEPLOYED)
def test_a_deployed_member_names_its_laws_or_says_why_not(name: str) -> None:
    spec = spec_of(name)
    for kind, law in (("movement", spec.movement_law), ("balance", spec.balance_law)):
        assert bool(law) != bool(spec.lawless.get(kind, "")), f"{name} of {kind}"


tables = st.lists(st.integers(0, 3), min_size=1, max_size=12).map(np.array)


@given(tables, tables)
def test_tables_move_what_a_period_of_hashes_does(
    before: NDArray[np.int64], after: NDArray[np.int64]
) -> None:
    growth = np.array([-1, 0, 1, 1])
    period = math.lcm(len(before), len(after))
    assert table_moves(before, after, growth) == table_moves(before, after, growth, period)


Change = dict[str, Any]
CHANGES: dict[str, Change] = {
    "join": {"add": ["x"]},
    "leave": {"remove": ["b"]},
    "replace": {"add": ["x"], "remove": ["b"]},
    "weights": {"weights": {"b": 3.0, "aa": 4.0}},
}
PERIOD = 27_720  # of all numbers up to 12


def _ip_hashes() -> NDArray[np.uint64]:
    """One hash of each value of nginx' polynomial: the lowest."""
    return np.array([-(-(value << 31) // 6271) << 1 for value in range(6271)], dtype=np.uint64)


SPACES: dict[str, Callable[[], NDArray[np.uint64]]] = {
    "nginx_hash": lambda: np.arange(1 << 15, dtype=np.uint64) << np.uint64(49),
    "nginx_ip_hash": _ip_hashes,
    "haproxy_map": lambda: np.arange(PERIOD, dtype=np.uint64),
    "twemproxy_modula": lambda: np.arange(PERIOD, dtype=np.uint64),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", SPACES)
def test_tables_of_programs_move_just_what_their_laws_say(name: str, change: str) -> None:
    before: Partitioner[Any] = create(name, [Node("aa", 2.0), Node("b", 1.0), Node("c", 2.0)])
    after = before.copy()
    after.change(**CHANGES[change])
    shape = EventShape.between(before.nodes, after.nodes)
    hashes = SPACES[name]()
    flows = Flows.sampled(shape, before.assign(hashes), after.assign(hashes))
    law = spec_of(name).movement_law
    moved, stray = theory.movement(law, shape), theory.stray(law, shape)
    assert moved is not None
    assert stray is not None
    assert (moved.value, stray.value) == (flows.movement, flows.stray)
    assert theory.movement(law, shape, {"down": ["c"]}) is None or name == "twemproxy_modula"


@pytest.mark.parametrize("routing_shards", [None, 120])
def test_shards_that_are_added_take_documents_as_the_law_says(routing_shards: int | None) -> None:
    given: dict[str, Any] = {} if routing_shards is None else {"routing_shards": routing_shards}
    before = create("elasticsearch", 3, **given)
    after = before.copy()
    after.change(add=["x", "y"])
    shape = EventShape.between(before.nodes, after.nodes)
    hashes = np.arange(768 * 640, dtype=np.uint64)
    flows = Flows.sampled(shape, before.assign(hashes), after.assign(hashes))
    law = theory.movement("elasticsearch", shape, given)
    assert law is not None
    assert law.value == flows.movement


def numbered_at_random(count: int, seed: int) -> list[int]:
    """Ids that have no low bits in common, so that no two servers have the same points."""
    return (np.random.default_rng([77, seed]).permutation(1 << 20)[:count] + 1).tolist()


@pytest.mark.parametrize(
    "after",
    [["b", "c", "d", "e"], ["a", "b", "d", "e"], ["x", "a", "b", "c", "d", "e"], ["a", "x", "c"]],
    ids=str,
)
def test_servers_by_position_move_as_places_with_random_points_do(after: list[str]) -> None:
    """HAProxy's own points, of ids drawn at random for the places of the list."""
    before = ["a", "b", "c", "d", "e"]
    shape = EventShape.between(dict(enumerate(map(Node, before))), dict(enumerate(map(Node, after))))
    moved, stray = [], []
    for seed in range(50):
        ids = numbered_at_random(6, seed)
        arcs = [
            create("haproxy_consistent", side, ids=dict(zip(side, ids, strict=False))).arcs()
            for side in (before, after)
        ]
        flows = Flows.exact(shape, *arcs)
        moved.append(float(flows.movement))
        stray.append(float(flows.stray))
    for measured, law in zip((moved, stray), theory.ring_by_position(shape), strict=True):
        assert inference.mean_agrees(measured, law.value).agrees(LEVEL)


@pytest.mark.parametrize("nodes", [2, 5, 16])
def test_a_line_that_goes_renumbers_all_below_it(nodes: int) -> None:
    before = {row: Node(f"node-{row}") for row in range(nodes)}
    for line in range(1, nodes + 1):
        left = {row: node for row, node in before.items() if row != line - 1}
        moved, _ = theory.ring_by_position(EventShape.between(before, left))
        assert moved.value == theory.renumbered(nodes, line)
    assert theory.renumbered(5, 1) == Fraction(19, 20)


def test_shares_of_the_nearest_point_vary_half_as_much() -> None:
    squares = []
    for seed in range(80):
        servers = [f"s{i}" for i in range(8)]
        ids = dict(zip(servers, numbered_at_random(8, seed), strict=True))
        shares = np.array(list(create("haproxy_consistent", servers, ids=ids).arcs().shares().values()))
        squares.append(float((shares.std() / shares.mean()) ** 2))
    assert inference.mean_agrees(squares, theory.nearest_point_cv_squared(8, 16)).agrees(LEVEL)
    assert abs(np.mean(squares) - float(theory.ring_share_cv_squared(8, 16))) > 0.01
