"""The interface: nodes, events, inputs and errors, for every algorithm alike."""

from __future__ import annotations

import copy
import pickle
import re
import threading
import tracemalloc
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import algorithms
from algorithms import (
    Capability,
    DuplicateNode,
    InvalidKey,
    InvalidNode,
    InvalidParameter,
    InvalidWeight,
    MissingCapability,
    Node,
    Partitioner,
    ShardlabError,
    UnknownNode,
    UnsupportedEvent,
    create,
    names,
    spec_of,
)
from algorithms.interface import memory
from experiments.conformance.checks.placement import rebuilt
from experiments.conformance.strategies import fitting, probes

TEXT = ["user:1", "", "clé", "節点", "a\0b", "x" * 100, "user:1"]
INTS = [0, 1, 2**32, 2**63 - 1]
# what looks at no name is tried once, not for every algorithm
ONE = names()[0]

TEXT_COLUMNS: dict[str, Any] = {
    "tuple": tuple(TEXT),
    "bytes": [key.encode() for key in TEXT],
    "numpy str scalars": [np.str_(key) for key in TEXT],
    "numpy object": np.array(TEXT, dtype=object),
    "numpy str": np.array(TEXT),
    "numpy bytes": np.array([key.encode() for key in TEXT]),
    "numpy StringDType": np.array(TEXT, dtype=np.dtypes.StringDType()),
    "dict keys and one more": [*dict.fromkeys(TEXT), TEXT[0]],
    "pyarrow": pa.array(TEXT),
    "pyarrow large": pa.array(TEXT, pa.large_string()),
    "pyarrow view": pa.array(TEXT, pa.string_view()),
    "pyarrow binary": pa.array([key.encode() for key in TEXT], pa.binary()),
    "pyarrow dictionary": pa.array(TEXT).dictionary_encode(),
    "pyarrow sliced": pa.array(["before", *TEXT, "after"])[1:-1],
    "pyarrow chunked": pa.chunked_array([TEXT[:2], [], TEXT[2:]]),
    "pyarrow chunked and sliced": pa.chunked_array([["before", *TEXT[:3]], [*TEXT[3:], "after"]])[
        1 : len(TEXT) + 1
    ],
    "pandas": pd.Series(TEXT),
    "pandas object": pd.Series(TEXT, dtype=object),
    "pandas string": pd.Series(TEXT, dtype="string"),
    "pandas category": pd.Series(TEXT, dtype="category"),
    "pandas arrow": pd.Series(TEXT, dtype=pd.ArrowDtype(pa.string())),
    "pandas sliced": pd.Series(["before", *TEXT])[1:],
    "pandas with another index": pd.Series(TEXT, index=range(len(TEXT), 0, -1)),
    "pandas index": pd.Index(TEXT),
}
INT_COLUMNS: dict[str, Any] = {
    "tuple": tuple(INTS),
    "numpy scalars": [np.int64(key) for key in INTS],
    "int64": np.array(INTS),
    "uint64": np.array(INTS, dtype=np.uint64),
    "big-endian": np.array(INTS, dtype=">u8"),
    "strided": np.repeat(np.array(INTS, dtype=np.uint64), 2)[::2],
    "object": np.array(INTS, dtype=object),
    "pyarrow": pa.array(INTS),
    "pyarrow uint64": pa.array(INTS, pa.uint64()),
    "pyarrow chunked": pa.chunked_array([INTS[:1], INTS[1:]]),
    "pyarrow dictionary": pa.array(INTS).dictionary_encode(),
    "pandas": pd.Series(INTS),
    "pandas nullable": pd.Series(INTS, dtype="Int64"),
}

BAD_COLUMNS: dict[str, tuple[Any, str]] = {
    "null": (pa.array(["a", None]), "row 1 is null"),
    "chunked null": (pa.chunked_array([["a"], ["b", None]]), "row 2 is null"),
    "pandas None": (pd.Series(["a", None]), "row 1 is null"),
    "pandas nullable NA": (pd.Series([1, None], dtype="Int64"), "row 1 is null"),
    "pandas category NA": (pd.Series(["a", None], dtype="category"), "row 1 is null"),
    "floats": (pd.Series([1.0]), "double"),
    "numpy floats": (np.array([1.0]), "float64"),
    "numpy bools": (np.array([True]), "bool"),
    "pyarrow bools": (pa.array([True]), "bool"),
    "dates": (pa.array([1], pa.date32()), "date32"),
    "negative": (np.array([3, -7]), "-7 in row 1"),
    "negative in Arrow": (pa.array([3, -7]), "-7 in row 1"),
    "negative in a list": ([3, -7], "-7 in row 1"),
    "too large": ([3, 2**64], "row 1"),
    "bool in a list": ([1, True], "row 1"),
    "None in a list": (["a", None], "row 1"),
    "surrogate": (["a", "\udc80"], "lone surrogate at position 0"),
    "bytearray": ([bytearray(b"a")], "bytearray"),
    "two dimensions": (np.zeros((2, 2), dtype=np.uint64), r"shape \(2, 2\)"),
    "two columns": (pd.DataFrame({"a": [1], "b": [2]}), "table"),
    "a table": (pa.table({"a": ["x"]}), "table"),
    "a single key": ("abc", "single key"),
    "a scalar": (5, "column of keys"),
}


# ---- lookup_many ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", TEXT_COLUMNS)
def test_columns_of_text(kind: str) -> None:
    p = create(ONE, ["a", "b", "c", "d", "e"])
    assert p.lookup_many(TEXT_COLUMNS[kind]).tolist() == [p.lookup(key) for key in TEXT]


@pytest.mark.parametrize("kind", INT_COLUMNS)
def test_columns_of_integers(kind: str) -> None:
    p = create(ONE, ["a", "b", "c", "d", "e"])
    assert p.lookup_many(INT_COLUMNS[kind]).tolist() == [p.lookup(key) for key in INTS]


@pytest.mark.parametrize("kind", BAD_COLUMNS)
def test_columns_that_hold_no_keys(kind: str) -> None:
    column, why = BAD_COLUMNS[kind]
    with pytest.raises(InvalidKey, match=why):
        create(ONE, 3).lookup_many(column)


@pytest.mark.parametrize(
    "column",
    [
        [],
        (),
        iter([]),
        np.array([], dtype=np.uint64),
        pa.array([], pa.string()),
        pa.chunked_array([], pa.int64()),
    ],
    ids=["list", "tuple", "iterator", "numpy", "pyarrow", "no chunks"],
)
def test_columns_without_rows(column: Any) -> None:
    found = create(ONE, 3).lookup_many(column)
    assert found.shape == (0,)
    assert found.dtype == object


@pytest.mark.parametrize(
    "column", [["a", 1, b"a"], pd.Series(["a", 1, b"a"], dtype=object)], ids=["list", "pandas"]
)
def test_a_column_of_several_kinds(column: Any) -> None:
    p = create(ONE, 5)
    assert p.lookup_many(column).tolist() == [p.lookup("a"), p.lookup(1), p.lookup(b"a")]
    assert p.lookup("a") == p.lookup(b"a")


@pytest.mark.parametrize("name", names())
def test_lookup_many_refers_to_the_nodes_own_strings(name: str) -> None:
    given = ["".join(["server", "-", letter]) for letter in "abc"]
    p = create(name, given)
    own = {id(node.name) for node in p.nodes.values()}
    assert {id(found) for found in p.lookup_many(range(50))} <= own


# ---- errors --------------------------------------------------------------------------------------------


def test_every_error_is_also_a_builtin_one() -> None:
    errors = ShardlabError.__subclasses__()
    assert len(errors) >= 12
    for error in errors:
        assert issubclass(error, ValueError | KeyError | TypeError)
        assert str(error("a sentence")) == "a sentence"
        assert error in {getattr(algorithms, name) for name in algorithms.__all__}


def test_errors_go_with_the_expected_builtin() -> None:
    with pytest.raises(ValueError, match="named twice"):
        create(ONE, ["a", "a"])
    with pytest.raises(KeyError):
        create(ONE, 3).nodes.bucket_of("nobody")
    with pytest.raises(TypeError):
        create(ONE, 3).lookup(1.5)  # type: ignore[arg-type]
    with pytest.raises(DuplicateNode):
        create(ONE, ["a"]).add_node("a")


@pytest.mark.parametrize("name", names())
def test_what_is_missing_is_refused_with_its_reason(name: str) -> None:
    p, spec = create(name, 3), spec_of(name)
    if not spec.can(Capability.INTERVALS):
        with pytest.raises(MissingCapability, match="INTERVALS") as caught:
            p.arcs()
        assert spec.lacks[Capability.INTERVALS] in str(caught.value)
    if not spec.can(Capability.REPLICAS):
        with pytest.raises(MissingCapability, match="REPLICAS") as caught:
            p.assign_replicas(np.array([1], dtype=np.uint64), 1)
        assert spec.lacks[Capability.REPLICAS] in str(caught.value)


# ---- the whole thing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", names())
def test_copies_of_all_kinds(name: str) -> None:
    p = create(name, ["a", "b", "c"], hash="murmur3_64", hash_bits=40, seed=9)
    hashes = probes(40)
    for other in (p.copy(), copy.copy(p), copy.deepcopy(p), pickle.loads(pickle.dumps(p)), rebuilt(p)):
        assert other is not p
        assert type(other) is type(p)
        assert other.parameters == p.parameters
        assert repr(other) == repr(p)
        other.add_node("d")
        assert len(p.nodes) == 3
        assert other.assign(hashes).max() <= 3
    assert p.assign(hashes).max() <= 2


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_of_pickle(protocol: int) -> None:
    for name in names():
        p = create(name, 3)
        again: Partitioner[Any] = pickle.loads(pickle.dumps(p, protocol))
        assert again.lookup(7) == p.lookup(7)


@pytest.mark.parametrize("name", names())
def test_bytes_are_counted(name: str) -> None:
    n = fitting(partial(create, name), 500)
    few, many = (
        create(name, ["a", "b"]).nbytes,
        create(name, [f"a node with a long name, number {i}" for i in range(n)]).nbytes,
    )
    assert 0 < few < many
    assert many > n * len("a node with a long name")


@pytest.mark.parametrize("name", names())
def test_lookups_on_many_threads_at_once(name: str) -> None:
    p = create(name, 9)
    hashes = probes(p.hash_bits)
    expected = p.assign(hashes)
    found: list[bool] = []

    def ask() -> None:
        found.extend((p.assign(hashes) == expected).all() for _ in range(20))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 80
    assert all(found)


def test_own_layouts_are_refused_when_they_cannot_be() -> None:
    """Parameters that name nodes or hashes are checked against them."""
    for given, error in [
        ({"boundaries": [0]}, InvalidParameter),
        ({"boundaries": [5, 5]}, InvalidParameter),
        ({"boundaries": [5, 4]}, InvalidParameter),
        ({"boundaries": [-1, 4]}, InvalidParameter),
        ({"boundaries": [0, 2**64]}, InvalidParameter),
        ({"boundaries": ["A", "N"]}, InvalidParameter),
        ({"boundaries": [0, "N"]}, InvalidParameter),
        ({"boundaries": [0, True]}, InvalidParameter),
        ({"boundaries": "AN"}, InvalidParameter),
    ]:
        with pytest.raises(error):
            create("key_range", ["a", "b"], **given)
    rows: list[Any] = [
        [(1, "a")],
        [(0, "a"), (0, "b")],
        [(0, "a"), (2**64, "b")],
        ["ab"],
        "ab",
        5,
        [(0.0, "a")],
        [(True, "a")],
        [],
    ]
    for given_rows in rows:
        with pytest.raises(InvalidParameter):
            create("table", ["a", "b"], rows=given_rows)
    with pytest.raises(UnknownNode):
        create("table", ["a", "b"], rows=[(0, "c")])


def test_boundaries_must_come_with_an_event() -> None:
    p = create("key_range", ["x", "y"], boundaries=["A", "N"], hash="ordered")
    with pytest.raises(UnsupportedEvent, match="must bring new ones"):
        p.change(add=["z"])
    assert len(p.nodes) == 2
    assert [p.lookup(key) for key in ("", "A", "Mz", "N", "Zoe", "é")] == ["x", "x", "x", "y", "y", "y"]
    assert rebuilt(p).lookup("Nguyen") == "y"


@pytest.mark.parametrize("points", [0, -1, 1.5, True, "160", None, 2**27])
def test_points_that_cannot_be(points: Any) -> None:
    with pytest.raises(InvalidParameter, match="points"):
        create("ring", ["a"], points=points)


def test_a_ring_of_too_many_points_is_refused_before_it_is_made() -> None:
    with pytest.raises(InvalidParameter, match="4294967296 points on one ring are too many"):
        create("ring", 64, points=1 << 26)


def test_weights_in_megabytes_are_refused_with_the_number_of_points_and_how_to_scale_them() -> None:
    nodes = [Node(f"cache-{i}", 65_536 * (1 + i % 2)) for i in range(12)]
    with pytest.raises(InvalidWeight, match=r"188743680 points .* divide all weights .* mean, 98304"):
        create("ring", nodes)
    scaled = create("ring", [Node(node.name, node.weight / 98_304) for node in nodes])
    with pytest.raises(InvalidWeight, match="divide all weights"):
        scaled.change(weights={f"cache-{i}": 50_000 for i in range(12)})
    with pytest.raises(InvalidWeight, match="divide all weights"):
        create("ring", [Node("a", 1e9)])


@pytest.mark.parametrize("name", names())
def test_what_does_not_fit_into_memory_is_refused_with_the_number_before_it_is_made(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "limit", lambda: 1 << 28)
    for make in (lambda: create(name, 2 * 10**9), lambda: create(name, 1).check_size(2 * 10**9)):
        tracemalloc.start()
        said = None
        try:
            make()
        except (InvalidNode, InvalidParameter) as error:
            said = str(error)
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert peak < 1 << 26
        if said is None:
            continue
        most = spec_of(name).most_nodes
        if most is None:
            assert re.search(r"2,000,000,000 .* about [0-9,]{13,} bytes|[0-9]{10,} points", said)
        else:  # in words of its own: what was asked, and what is allowed
            assert {"2000000000", str(most)} <= set(re.findall(r"\d+", said.replace(",", ""))), said


def test_all_names_and_weights_of_too_many_nodes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "limit", lambda: 1 << 28)
    nodes = create("jump", 10**9).nodes
    for ask in (nodes.names, nodes.weights, nodes.name_column, nodes.name_array, nodes.name_order):
        with pytest.raises(InvalidNode, match=r"1,000,000,000 .* bytes, and this machine has 268,435,456"):
            ask()


@pytest.mark.parametrize(
    "name", [name for name in algorithms.names() if spec_of(name).can(Capability.INTERVALS)]
)
def test_shares_are_the_sums_of_sizes_whoever_has_all_of_the_space(name: str) -> None:
    for n in (1, 2, 9):
        p = create(name, n)
        if n > 2 and p.spec.can(Capability.REMOVES_ANY):
            p.change(remove=["node-1"])
        arcs = p.arcs()
        sums = dict.fromkeys(p.nodes, 0)
        for bucket, size in zip(arcs.bucket.tolist(), arcs.sizes(), strict=True):
            sums[bucket] += size
        assert arcs.shares() == sums
        assert sum(sums.values()) == 1 << arcs.hash_bits
