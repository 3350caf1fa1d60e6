"""Cassandra's tokens and replicas against what the program and its driver did, and plain readings of them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import cassandra as cassandra_oracle
from oracles.hashes_of_systems import cassandra
from recordings import about, as_oracle, names_of, recorded, scenarios

from algorithms import InvalidParameter, create
from algorithms.deployed.cassandra import composite, random_token
from algorithms.hashing import hash_key


def ring_of(facts: dict[str, Any]) -> dict[str, Any]:
    """Return tokens, and racks and factors where the strategy has them, as the member takes them."""
    topology = facts["options"]["strategy"] == "NetworkTopologyStrategy"
    return {
        "tokens": {node["name"]: node["tokens"] for node in facts["nodes"]},
        "topology": {node["name"]: (node["dc"], node["rack"]) for node in facts["nodes"]}
        if topology
        else None,
        "replication": facts["options"]["rf"] if topology else None,
    }


@pytest.mark.parametrize(
    "scenario", [name for name in scenarios("cassandra") if not name.startswith("tokens_")]
)
def test_a_key_has_the_replicas_recorded(scenario: str) -> None:
    facts, rows = about("cassandra", scenario), recorded("cassandra", scenario)
    names, options = names_of(facts), facts["options"]
    given_ring = ring_of(facts)
    p = create("cassandra", names, **given_ring)
    count = p.replicas_in_all() if given_ring["replication"] else options["rf"]
    hashes = p.hashes_of([row["key"] for row in rows])
    assert hashes.tolist() == [cassandra(row["key"].encode()) for row in rows]
    placed = p.assign_replicas(hashes, count).tolist()
    expected = [[int(node) for node in row["node"].split("|")] for row in rows]
    if options.get("sets"):
        assert [sorted(one) for one in placed] == [sorted(one) for one in expected]
    else:
        assert placed == expected
    assert p.assign(hashes).tolist() == [one[0] for one in placed]
    nodes = as_oracle(names)
    assert placed == [
        cassandra_oracle.replicas(nodes, value, 64, "", 0, count, **given_ring) for value in hashes.tolist()
    ]


def effective(p: Any, count: int) -> list[Fraction]:
    """Return how much of all keys each node holds, over all replicas."""
    arcs = p.arcs()
    replicas = p.assign_replicas(arcs.start, count)
    held = [0] * len(p.nodes)
    for nodes, size in zip(replicas.tolist(), arcs.sizes(), strict=True):
        for node in nodes:
            held[node] += size
    return [Fraction(one, 1 << 64) for one in held]


@pytest.mark.parametrize(
    ("racks", "shares"),
    [("1122", ["3/4", "1/4", "3/4", "1/4"]), ("1212", ["1/2"] * 4)],
    ids=["blocks", "turns"],
)
def test_racks_in_blocks_hold_three_quarters(racks: str, shares: list[str]) -> None:
    names = list("abcd")
    tokens = {name: [(row - 2) * 2**62] for row, name in enumerate(names)}
    topology = {name: ("dc1", rack) for name, rack in zip(names, racks, strict=True)}
    p = create("cassandra", names, tokens=tokens, topology=topology, replication={"dc1": 2})
    assert effective(p, 2) == [Fraction(share) for share in shares]


def test_racks_of_one_one_and_four_nodes_hold_all_all_and_a_quarter_of_a_rack() -> None:
    names = list("abcdef")
    tokens = {name: [round((row - 3) * 2**64 / 6)] for row, name in enumerate(names)}
    topology = {name: ("dc", rack) for name, rack in zip(names, "123333", strict=True)}
    p = create("cassandra", names, tokens=tokens, topology=topology, replication={"dc": 3})
    shares = [float(share) for share in effective(p, 3)]
    assert shares == pytest.approx([1, 1, 1 / 2, 1 / 6, 1 / 6, 1 / 6])


@st.composite
def rings(draw: st.DrawFn) -> tuple[list[str], dict[str, Any]]:
    names = [f"n{row}" for row in range(draw(st.integers(1, 8)))]
    points = draw(st.lists(st.integers(-128, 127), min_size=len(names), max_size=3 * len(names), unique=True))
    tokens = {name: points[row :: len(names)] for row, name in enumerate(names)}
    places = st.tuples(st.sampled_from(["dc1", "dc2"]), st.sampled_from(["r1", "r2", "r3"]))
    topology = {name: draw(places) for name in names}
    factors = {name: draw(st.integers(0, 4)) for name in sorted({place[0] for place in topology.values()})}
    return names, {"tokens": tokens, "topology": topology, "replication": factors}


@given(rings())
def test_replicas_by_rack_are_the_servers_rule(ring: tuple[list[str], dict[str, Any]]) -> None:
    """On small rings of two datacenters, every hash; a datacenter may have fewer racks than replicas."""
    names, facts = ring
    if not any(facts["replication"].values()):
        with pytest.raises(InvalidParameter):
            create("cassandra", names, **facts, hash_bits=8)
        return
    p = create("cassandra", names, **facts, hash_bits=8)
    count = p.replicas_in_all()
    every = np.arange(256, dtype=np.uint64)
    placed = p.assign_replicas(every, count).tolist()
    nodes = as_oracle(names)
    assert placed == [
        cassandra_oracle.replicas(nodes, value, 8, "", 0, count, **facts) for value in range(256)
    ]
    assert p.assign(every).tolist() == [one[0] for one in placed]
    with pytest.raises(InvalidParameter):
        p.assign_replicas(every, count + 1)


@pytest.mark.parametrize("scenario", scenarios("cassandra", kind="values"))
def test_a_key_has_the_token_recorded(scenario: str) -> None:
    rows = recorded("cassandra", scenario)
    assert len(rows) >= 20
    for row in rows:
        key = row["key"].encode()
        if "key2" in row:
            key = composite([key, int(row["key2"]).to_bytes(4, "big", signed=True)])
        token = random_token(key) if "random" in scenario else hash_key("murmur3_cassandra", key) - 2**63
        assert token == int(row["token"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"tokens": {"a": [1]}},
        {"tokens": {"a": [1], "b": [1]}},
        {"tokens": {"a": [1], "b": []}},
        {"tokens": {"a": [1], "b": [2**63]}},
        {"tokens": {"a": [1], "b": ["2"]}},
        {"tokens": {"a": [1], "b": [2], "c": [3]}},
        {"tokens": [1, 2]},
        {"replication": {"dc": 1}},
        {"topology": {"a": ("dc", "r"), "b": ("dc", "r")}, "replication": {"dc2": 1}},
        {"topology": {"a": ("dc", "r"), "b": "dc"}},
        {"topology": {"a": ("dc", "r")}},
    ],
)
def test_rings_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameter):
        create("cassandra", ["a", "b"], **wrong)
