"""Envoy, memcached clients, twemproxy and Guava: recordings, the headlines made of them, and laws."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import guava as guava_oracle
from oracles import oracles
from oracles import pymemcache as pymemcache_oracle
from systems import Scenario, scenarios

from algorithms import Node, create
from algorithms.deployed.envoy import LARGEST_RING, point_counts
from algorithms.deployed.ketama import weighted_counts
from algorithms.errors import InvalidParameter, InvalidWeight
from experiments import theory
from experiments.measures import EventShape

SYSTEMS = ("envoy", "guava", "libmemcached", "pymemcache", "twemproxy")
ALL = [(system, name) for system in SYSTEMS for name in scenarios(system)]
ORACLES = oracles()


def scenario(system: str, name: str) -> Scenario:
    return scenarios(system)[name]


# ---- recordings ----------------------------------------------------------------------------------


def test_every_recorded_scenario_has_rows() -> None:
    assert {system: len(scenarios(system)) for system in SYSTEMS} == {
        "envoy": 33,
        "guava": 52,
        "libmemcached": 63,
        "pymemcache": 3,
        "twemproxy": 32,
    }
    assert min(len(one.rows) for system in SYSTEMS for one in scenarios(system).values()) >= 11


@pytest.mark.parametrize("system", SYSTEMS)
def test_placements_are_those_of_the_program(system: str) -> None:
    # those over as many buckets follow each other, and share the names of a million
    by_buckets = sorted(
        scenarios(system).items(), key=lambda item: int(item[1].pool.options.get("buckets", 0))
    )
    wrong = {
        name: [key for key, node, was in zip(one.keys, found, one.nodes, strict=True) if node != was]
        for name, one in by_buckets
        if (found := one.placement.which(one.keys)) != one.nodes
    }
    assert wrong == {}


@pytest.mark.parametrize(("system", "name"), [case for case in ALL if case[0] not in ("guava", "pymemcache")])
def test_plain_python_places_the_recorded_keys(system: str, name: str) -> None:
    one = scenario(system, name)
    p = one.placement.partitioner
    nodes = {bucket: (p.texts[node.name], node.weight) for bucket, node in p.nodes.items()}
    own = {key: value for key, value in p.parameters.items() if key not in ("hash", "hash_bits", "seed")}
    details = one.placement.details(one.keys[:3])  # type: ignore[attr-defined]
    found = [
        ORACLES[p.spec.name].place(nodes, value=row["hash"], bits=p.hash_bits, hash=p.hash, seed=0, **own)
        for row in details
    ]
    assert [p.nodes[bucket].name for bucket in found] == one.nodes[:3]


def test_lookups_of_single_keys_are_recorded_ones_too() -> None:
    for system, name in (("envoy", "ringhash_xx_n5"), ("libmemcached", "c114_ketama_weighted_md5_n5"),
                         ("twemproxy", "ketama_fnv1a_64_n5"), ("pymemcache", "rendezvous_n5")):  # fmt: skip
        one = scenario(system, name)
        p = one.placement.partitioner
        assert [p.lookup(key) for key in one.keys] == one.nodes
        assert [p.lookup(key.decode()) for key in one.keys] == one.nodes


# ---- what a change of configuration does, by exact arcs ------------------------------------------


def shares_moved(before: Any, after: Any) -> float:
    """Return the part of all hashes that change their node, exactly."""
    a, b = before.arcs(), after.arcs()
    cuts = np.union1d(a.start, b.start)
    sizes = np.diff(np.append(cuts.astype(np.float64), 2.0**a.hash_bits))
    sides = [
        np.array([arcs.nodes[bucket].name for bucket in arcs.bucket.tolist()])[
            np.searchsorted(arcs.start, cuts, side="right") - 1
        ]
        for arcs in (a, b)
    ]
    return float(sizes[sides[0] != sides[1]].sum() / 2.0**a.hash_bits)


def of(system: str, name: str) -> Any:
    return scenario(system, name).placement.partitioner


def test_the_sixth_host_moves_26_percent_in_envoy_and_17_by_a_table() -> None:
    ring = shares_moved(of("envoy", "ringhash_xx_n5"), of("envoy", "ringhash_xx_n6_add"))
    assert ring == pytest.approx(0.25794, abs=5e-6)
    tables = [of("envoy", f"maglev_{name}")._state.structure.buckets for name in ("n5", "n6_add")]
    assert (tables[0] != tables[1]).mean() == pytest.approx(0.16775, abs=5e-6)


def test_a_ring_of_twelve_points_with_a_third_host() -> None:
    """As somebody asked of a mesh: 53 and 47 % before, 23, 35 and 42 % after, and half of the keys move."""
    before, after = of("envoy", "ringhash_min12_n2"), of("envoy", "ringhash_min12_n3")
    assert [len(p._points(p.nodes).hashes) for p in (before, after)] == [12, 12]
    assert shares_moved(before, after) == pytest.approx(0.5058, abs=5e-5)
    shares = [[share / 2**64 for share in p.arcs().shares().values()] for p in (before, after)]
    assert shares[0] == pytest.approx([0.5339, 0.4661], abs=5e-5)
    assert shares[1] == pytest.approx([0.2265, 0.3523, 0.4212], abs=5e-5)


def test_the_25th_server_of_ketama_moves_half_as_much_again() -> None:
    for system, before, after, moved in (
        ("libmemcached", "ketama_weighted_n24", "ketama_weighted_n25", 0.06194),
        ("twemproxy", "ketama_n24", "ketama_n25", 0.06770),
    ):
        assert shares_moved(of(system, before), of(system, after)) == pytest.approx(moved, abs=5e-6)


def test_25_servers_and_53_other_numbers_have_39_digests_each() -> None:
    special = [n for n in range(1, 513) if weighted_counts([1.0] * n, 160).max() < 40]
    assert special[:19] == [
        25,
        47,
        50,
        55,
        61,
        71,
        94,
        100,
        107,
        109,
        110,
        115,
        122,
        142,
        159,
        163,
        188,
        193,
        200,
    ]
    assert len(special) == 54  # fmt: skip


def test_crc32_of_twemproxy_leaves_one_server_with_nearly_all_keys() -> None:
    one = scenario("twemproxy", "ketama_crc32_n5")
    shares = one.placement.partitioner.arcs().shares()
    assert max(shares.values()) / sum(shares.values()) == 1.0
    assert set(one.nodes) == {max(one.nodes, key=one.nodes.count)}


def test_who_is_above_the_last_point_that_a_narrow_hash_reaches() -> None:
    """Points are numbers of 32 bits, hashes of 15: the first point beyond 32767 has what lies above."""
    names = [f"10.0.0.{i}:11211" for i in range(40)]
    p = create("twemproxy_ketama", names, hash="crc15")
    points = sorted(
        (int.from_bytes(digest[at : at + 4], "little"), name)
        for name in names
        for j in range(40)
        for digest in [hashlib.md5(f"{name}-{j}".encode()).digest()]
        for at in (0, 4, 8, 12)
    )
    every = np.arange(1 << 15, dtype=np.uint64)
    expected = [next(name for point, name in points if point >= value) for value in every[::97].tolist()]
    assert p.nodes.names_of(p.assign(every[::97])).tolist() == expected


# ---- laws ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "weight", "minimum"), [(3, 1.0, 1024), (5, 1.0, 1024), (50, 1.0, 1024), (5, 3.0, 200)]
)
def test_law_of_envoys_ring(n: int, weight: float, minimum: int) -> None:
    """Over 120 sets of names the mean movement is the law's, within four of its standard errors."""
    moved = []
    for repetition in range(120):
        names = [f"10.{repetition}.0.{i}:80" for i in range(n)]
        p = create("envoy_ring", names, minimum_ring_size=minimum)
        after = p.copy()
        after.add_node(Node(f"10.{repetition}.1.1:80", weight))
        moved.append(shares_moved(p, after))
    law, stray = theory.envoy_ring(EventShape.between(p.nodes, after.nodes), minimum)
    error = np.std(moved, ddof=1) / np.sqrt(len(moved))
    assert abs(np.mean(moved) - float(law)) < 4 * error
    assert 4 * error < 0.25 * float(law)
    assert (float(stray) == 0.0) == (n == 50)


def test_law_of_weighted_ketama_where_25_servers_have_fewer_points() -> None:
    moved = []
    for repetition in range(60):
        p = create("ketama_weighted", [f"10.{repetition}.0.{i}:11300" for i in range(24)])
        after = p.copy()
        after.add_node(f"10.{repetition}.1.1:11300")
        moved.append(shares_moved(p, after))
    law, stray = theory.ketama_weighted(EventShape.between(p.nodes, after.nodes))
    error = np.std(moved, ddof=1) / np.sqrt(len(moved))
    assert abs(np.mean(moved) - float(law)) < 4 * error
    assert float(law) == pytest.approx(0.0621, abs=1e-4)
    assert float(stray) > 0.02
    assert abs(np.mean(moved) - 1 / 25) > 8 * error


def test_a_large_ring_of_fixed_size_moves_by_the_closed_form() -> None:
    for n in (1, 2, 5, 20):
        points = 41 * n * (n + 1)
        before = np.array([points // n] * n + [0])
        after = np.array([points // (n + 1)] * (n + 1))
        growth = np.array([-1] * n + [1])
        assert theory.ring_of_points(before, after, growth)[0].value == theory.fixed_ring_joined(n)


# ---- one program each ----------------------------------------------------------------------------


@given(
    weights=st.lists(st.integers(1, 128).map(float), min_size=1, max_size=30), minimum=st.integers(1, 5000)
)
def test_counts_of_envoys_points_are_those_of_its_loop(weights: list[float], minimum: int) -> None:
    expected = ORACLES["envoy_ring"].counts(weights, minimum, 8192)
    assert point_counts(weights, minimum, 8192).tolist() == expected


def test_sizes_of_envoys_ring_that_cannot_be() -> None:
    with pytest.raises(InvalidParameter, match="minimum_ring_size 20 is above maximum_ring_size 10"):
        create("envoy_ring", 3, minimum_ring_size=20, maximum_ring_size=10)
    with pytest.raises(InvalidParameter, match=f"from 1 to {LARGEST_RING}"):
        create("envoy_ring", 3, minimum_ring_size=LARGEST_RING + 1)


def test_more_hosts_than_points_leave_some_without() -> None:
    p = create("envoy_ring", 20, minimum_ring_size=16, maximum_ring_size=16)
    # sixteen points, and one more for a sum that is a little above 16 in doubles
    hosts = p._points(p.nodes).owners.tolist()  # type: ignore[attr-defined]
    assert sorted(set(range(20)) - set(hosts)) == [4, 9, 15]
    assert len(hosts) == 17
    assert sum(share == 0 for share in p.arcs().shares().values()) == 3


def test_entries_of_twemproxys_modula_are_whole() -> None:
    with pytest.raises(InvalidWeight):
        create("twemproxy_modula", [Node("a", 1.5), Node("b")])
    with pytest.raises(InvalidWeight):
        create("twemproxy_modula", [Node("a", 2.0**30), Node("b")])


def test_a_draw_of_one_ends_guavas_jumps() -> None:
    """2^31 - 1 and 1 more is no int of Java's: what Guava 31.1 answered for this long."""
    value = 18063469494497682072
    assert value - 2**64 == -383274579211869544
    for n in (10, 2**31 - 1):
        assert create("guava", n).assign(np.array([value], dtype=np.uint64)).tolist() == [0]
        assert guava_oracle.consistent_hash(value, n) == 0
    assert create("jump", 10).assign(np.array([value], dtype=np.uint64)).tolist() != [0]
    assert create("guava", 2**31 - 1).assign(np.array([5], dtype=np.uint64)).tolist() == [1968702175]


@given(
    names=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9), min_size=1,
                   max_size=5, unique=True),
    keys=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=5),
    seed=st.sampled_from((0, 7, 2**64 - 1)),
)  # fmt: skip
def test_pymemcache_hashes_the_low_byte_of_each_character(
    names: list[str], keys: list[str], seed: int
) -> None:
    p = create("pymemcache", names, seed=seed)
    expected = [names[pymemcache_oracle.best(dict(enumerate(names)), key, seed)] for key in keys]
    assert [p.lookup(key) for key in keys] == expected
    assert p.lookup_many(keys).tolist() == expected
    assert p.lookup_arrow(keys).to_pylist() == expected


@pytest.mark.parametrize(
    ("key", "node"),
    [("user:é", "b"), ("節点", "c"), ("\U0001f600", "c"), ("ключ:1", "b")],
)
def test_pymemcache_places_keys_outside_ascii_as_its_code_does(key: str, node: str) -> None:
    """What pymemcache 4.0.0 answered."""
    assert create("pymemcache", ["a", "b", "c"]).lookup(key) == node
