"""Compiled kernels agree with plain-Python readings of the papers, published vectors and their own source."""

from __future__ import annotations

import csv
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import oracles
from oracles.hashes import hash_of
from oracles.jump import jump_consistent_hash
from oracles.rendezvous import minus_log

from algorithms import Capability, Node, create, having, names, spec_of
from algorithms.machinery.kernel import Kernel
from algorithms.machinery.logarithm import minus_log_of_uniform
from experiments.conformance.events import draw_event
from experiments.conformance.strategies import draw_hashes, node_lists, probes, spaces
from experiments.conformance.subjects import Subject, subjects

ORACLES = oracles()
BY_NAME = {"down", "ids"}
"""Parameters that name nodes, of which oracles draw the places; a node that they name does not leave."""
VECTORS = Path(__file__).parents[1] / "vectors" / "jump.csv"


def test_every_oracle_is_of_an_algorithm() -> None:
    assert ORACLES
    assert set(ORACLES) <= set(names())


def _nodes_for(name: str) -> st.SearchStrategy[list[Node]]:
    spec = spec_of(name)
    return node_lists(weighted=spec.can(Capability.WEIGHTED), whole=spec.whole_weights, most=5)


def _drawn(data: st.DataObject, name: str) -> tuple[Any, dict[str, Any]]:
    """Return a partitioner with parameters of its own, and these as its oracle takes them."""
    nodes = data.draw(_nodes_for(name), label="nodes")
    space = data.draw(spaces(), label="space")
    bits = create("modulo", 1, **space).hash_bits
    own = data.draw(ORACLES[name].own(len(nodes), bits), label="parameters")
    if "rows" in own:
        own["rows"] = [(start, nodes[owner].name) for start, owner in own["rows"]]
    own |= {
        key: tuple(nodes[place].name for place in own[key])
        if key == "down"
        else {nodes[place].name: value for place, value in own[key].items()}
        for key in BY_NAME & set(own)
    }
    if "boundaries" in own:
        nodes = [node.name for node in nodes]
    return create(name, nodes, **own, **space), own


def _facts(p: Any) -> dict[str, Any]:
    return {
        "nodes": {bucket: (node.name, node.weight) for bucket, node in p.nodes.items()},
        "bits": p.hash_bits,
        "hash": p.hash,
        "seed": p.seed,
    }


@pytest.mark.parametrize("name", sorted(ORACLES))
@given(data=st.data())
def test_kernel_is_the_paper(name: str, data: st.DataObject) -> None:
    p, own = _drawn(data, name)
    fixed = "boundaries" in own or any(own.get(key) for key in BY_NAME)
    event = draw_event(data, p) if not fixed and data.draw(st.booleans(), label="event") else None
    if event is not None:
        p.change(**event)
        kept = getattr(ORACLES[name], "STATE", None)
        own = {key: p.parameters[key] for key in [*own, *([kept] if kept else [])]}
    some = draw_hashes(data, p.hash_bits)
    rows = data.draw(st.lists(st.integers(0, len(some) - 1), min_size=1, max_size=70), label="rows")
    hashes = some[rows]
    expected = [ORACLES[name].place(value=value, **_facts(p), **own) for value in hashes.tolist()]
    assert p.assign(hashes).tolist() == expected


@pytest.mark.parametrize("name", sorted(set(ORACLES) & set(having(Capability.REPLICAS))))
@given(data=st.data())
def test_replicas_are_the_papers(name: str, data: st.DataObject) -> None:
    p, own = _drawn(data, name)
    count = data.draw(st.integers(1, len(p.nodes) - len(own.get("down", ()))), label="count")
    hashes = draw_hashes(data, p.hash_bits)[::17]
    expected = [
        ORACLES[name].replicas(value=value, count=count, **_facts(p), **own) for value in hashes.tolist()
    ]
    assert p.assign_replicas(hashes, count).tolist() == expected


@pytest.mark.parametrize("name", sorted(set(ORACLES) & set(having(Capability.INTERVALS))))
@given(data=st.data())
def test_arcs_are_the_papers(name: str, data: st.DataObject) -> None:
    """In a small space the arcs are what placing every single hash gives."""
    p, own = _drawn(data, name)
    p = create(name, p.nodes, **{**p.parameters, "hash": "xxh64", "hash_bits": 7, **_within(own, 7)})
    own = {key: value for key, value in p.parameters.items() if key in own}
    everywhere = [ORACLES[name].place(value=value, **_facts(p), **own) for value in range(128)]
    arcs = p.arcs().merged()
    assert np.repeat(arcs.bucket, arcs.sizes()).tolist() == everywhere


def _within(own: dict[str, Any], bits: int) -> dict[str, Any]:
    """Return parameters without those that name hashes of a larger space."""
    return {key: None if key in ("rows", "boundaries") else value for key, value in own.items()}


# ---- every kernel against its own source, read by Python ------------------------------------------------


def _interpreted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have kernels read by Python; return a list to which each one that is called adds its name."""
    called: list[str] = []

    def call(self: Kernel[..., Any], *args: Any) -> Any:
        called.append(self.function.__name__)
        return self.function(*args)

    monkeypatch.setattr(Kernel, "__call__", call)
    monkeypatch.setattr(Kernel, "compiled", property(lambda self: self.function))
    return called


@pytest.mark.parametrize("subject", [subject for name in names() for subject in subjects(name)], ids=str)
@pytest.mark.parametrize("space", [{}, {"hash_bits": 8, "seed": 3}], ids=["wide", "narrow"])
def test_compiled_is_as_written(
    subject: Subject, space: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numba's typing rules change nothing: Python, reading the same source, places every hash alike."""

    def placements() -> tuple[list[int], ...]:
        p = subject(5, **space)
        hashes = probes(p.hash_bits)[::3]
        several = [p.assign(hashes).tolist()]
        p.change(add=["extra"])
        several.append(p.assign(hashes[:150]).tolist())
        if p.spec.can(Capability.WEIGHTED):
            p.change(weights={"extra": 2.5 if p.spec.whole_weights is None else 2.0})
            several.append(p.assign(hashes[:150]).tolist())
        if p.spec.can(Capability.REPLICAS):
            several.append(p.assign_replicas(hashes[:50], 3).ravel().tolist())
        return tuple(several)

    compiled = placements()
    called = _interpreted(monkeypatch)
    with np.errstate(all="ignore"):
        assert placements() == compiled
    assert called


# ---- jump: published vectors ---------------------------------------------------------------------------


def test_jump_vectors_of_another_implementation() -> None:
    with VECTORS.open(newline="") as file:
        rows = [{key: int(value) for key, value in row.items()} for row in csv.DictReader(file)]
    assert len(rows) == 2520
    assert max(row["n"] for row in rows) == 2**31 - 1
    by_n: dict[int, list[dict[str, int]]] = {}
    for row in rows:
        by_n.setdefault(row["n"], []).append(row)
        assert jump_consistent_hash(row["hash"], row["n"]) == row["bucket"]
    for n, some in by_n.items():
        p = create("jump", n)
        hashes = np.array([row["hash"] for row in some], dtype=np.uint64)
        expected = [row["bucket"] for row in some]
        assert p.assign(hashes).tolist() == expected
        assert p.assign(np.tile(hashes, 70)).tolist() == expected * 70
        assert [int(p.assign(hashes[i : i + 1])[0]) for i in range(len(hashes))] == expected


@pytest.mark.parametrize(
    ("key", "n", "bucket"),
    [
        (1, 1, 0),
        (42, 57, 43),
        (0xDEAD10CC, 1, 0),
        (0xDEAD10CC, 666, 361),
        (256, 1024, 520),
        (0, 60, 0),
        (1, 60, 55),
        (2, 60, 46),
    ],
)
def test_jump_published_vectors(key: int, n: int, bucket: int) -> None:
    p = create("jump", n, hash="identity")
    assert p.lookup(key) == f"node-{bucket}"
    assert p.assign(np.array([key], dtype=np.uint64)).tolist() == [bucket]


def test_jump_where_another_implementation_overflows() -> None:
    """An int of 32 bits overflows on this hash in a well-known library, which then says 0."""
    hashes = np.full(65, 17068571456203592619, dtype=np.uint64)
    assert set(create("jump", 1000).assign(hashes).tolist()) == {534}


def test_jump_is_monotone_up_to_the_last_size() -> None:
    """If a hash goes to b among n, it goes to b among b + 1, and to something smaller among b."""
    n = 2**31 - 1
    hashes = probes(64)[::4]
    buckets = create("jump", n).assign(hashes).tolist()
    assert max(buckets) > 2**30
    for value, bucket in zip(hashes.tolist(), buckets, strict=True):
        one = np.array([value], dtype=np.uint64)
        assert create("jump", bucket + 1).assign(one)[0] == bucket
        if bucket:
            assert create("jump", bucket).assign(one)[0] < bucket


SMALL = [
    name for name in names() if spec_of(name).most_nodes is None and create(name, 1000).nbytes <= 200_000
]


@pytest.mark.parametrize("name", SMALL)
def test_a_million_nodes(name: str) -> None:
    """Buckets of a million nodes, where memory does not grow with points."""
    n = 1_000_003
    p = create(name, n)
    hashes = probes(p.hash_bits)[::200]
    buckets = p.assign(hashes)
    assert 0 <= buckets.min() <= buckets.max() < n
    exact = {
        "modulo": lambda value: value % n,
        "key_range": lambda value: value * n >> 64,
        "table": lambda value: value * n >> 64,
        "jump": lambda value: jump_consistent_hash(value, n),
    }
    if name in exact:
        assert buckets.tolist() == [exact[name](value) for value in hashes.tolist()]


# ---- the logarithm --------------------------------------------------------------------------------------


@given(bits=st.integers(0, 2**48 - 1))
def test_logarithm_is_within_four_units_in_the_last_place(bits: int) -> None:
    word = np.uint64(bits << 16)
    found, exact = minus_log_of_uniform(word), float(minus_log(bits << 16))
    assert abs(found - exact) <= 4 * math.ulp(exact)
    u = (bits + 0.5) / 2**48
    assert found == pytest.approx(-math.log(u), rel=1e-13) if u < 0.99 else found > 0


@given(bits=st.integers(0, 2**48 - 2), low=st.integers(0, 2**16 - 1))
def test_logarithm_falls_strictly_and_ignores_the_low_bits(bits: int, low: int) -> None:
    here = minus_log_of_uniform(np.uint64(bits << 16))
    assert minus_log_of_uniform(np.uint64(bits + 1 << 16)) < here
    assert minus_log_of_uniform(np.uint64((bits << 16) + low)) == here


def test_logarithm_at_both_ends_and_around_powers_of_two() -> None:
    words = {0, 2**48 - 1} | {2**k + d for k in range(2, 48) for d in (-2, -1, 0, 1)}
    ordered = sorted(word for word in words if 0 <= word < 2**48)
    values = [minus_log_of_uniform(np.uint64(word << 16)) for word in ordered]
    assert all(later < earlier for earlier, later in pairwise(values))
    for word, value in zip(ordered, values, strict=True):
        exact = float(minus_log(word << 16))
        assert abs(value - exact) <= 4 * math.ulp(exact)


def test_oracles_hash_as_published() -> None:
    assert hash_of("sha1_28", "server-a-0") == 148456820
    assert [hash_of("md5_low64", text) % 16 for text in ("60000", "60100")] == [12, 10]
