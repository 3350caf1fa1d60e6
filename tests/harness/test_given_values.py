"""What is given to a partitioner or a Spec is kept, and shown, as it was."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from algorithms import (
    Capability,
    InvalidNode,
    InvalidParameter,
    Node,
    Spec,
    create,
)


def test_what_is_given_as_an_iterator_is_kept(tmp_path: Path) -> None:
    rows = [(0, "a"), (9, "b")]
    p = create("table", ["a", "b"], rows=(row for row in rows))
    again = pickle.loads(pickle.dumps(p))
    assert repr(again) == repr(p) == "Table(['a', 'b'], rows=((0, 'a'), (9, 'b')))"
    q = create("key_range", ["a", "b"], boundaries=(start for start in (0, 9)))
    assert repr(pickle.loads(pickle.dumps(q))) == "KeyRange(['a', 'b'], boundaries=(0, 9))"
    assert repr(create("key_range", 2, boundaries=np.array([0, 9]))) == "KeyRange(2, boundaries=(0, 9))"


def test_what_is_given_may_be_changed_later() -> None:
    rows, boundaries, nodes = [[0, "a"], [9, "b"]], [0, 9], ["a", "b"]
    p, q = create("table", nodes, rows=rows), create("key_range", nodes, boundaries=boundaries)
    shown = repr(p), repr(q)
    rows[1][0], boundaries[1], nodes[0] = 5, 5, "z"
    assert (repr(p), repr(q)) == shown
    assert (repr(pickle.loads(pickle.dumps(p))), repr(pickle.loads(pickle.dumps(q)))) == shown


@pytest.mark.parametrize(
    ("name", "parameters", "shown"),
    [
        ("ring", {"points": np.int64(5)}, "Ring(2, points=5)"),
        ("ring", {"hash": np.str_("murmur3_64")}, "Ring(2, hash='murmur3_64')"),
        ("ring", {"serves": np.str_("successor")}, "Ring(2, serves='successor')"),
        ("ring", {"hash_bits": np.uint8(8), "seed": np.uint64(3)}, "Ring(2, hash_bits=8, seed=3)"),
    ],
)
def test_numbers_and_texts_of_numpy_are_shown_as_pythons(name: str, parameters: Any, shown: str) -> None:
    p = create(name, 2, **parameters)
    assert repr(p) == shown
    assert not any(isinstance(value, np.generic) for value in p.parameters.values())


def test_a_mapping_of_weights_is_answered_by_nodes() -> None:
    with pytest.raises(InvalidNode, match=r"not from names to weights: give \[Node\('a', 1\), \.\.\.\]"):
        create("ring", {"a": 1, "b": 2})


def test_a_set_of_names_has_no_order_and_is_refused() -> None:
    """Python orders the same set differently in each process."""
    with pytest.raises(InvalidNode, match="a set has none: give a list"):
        create("ring", {"a", "b"})
    with pytest.raises(InvalidParameter, match="a set has none: give a list"):
        create("ring", ["a"]).change(add={"b", "c"})
    p = create("ring", ["a", "b", "c"])
    p.change(remove={"a", "b"})
    assert [node.name for node in p.nodes.values()] == ["c"]


def test_a_spec_keeps_what_it_was_given() -> None:
    capabilities: Any = {Capability.UNIFORM}
    spec = Spec(name="x", title="X", summary="", capabilities=capabilities)
    capabilities.clear()
    assert spec.can(Capability.UNIFORM)
    assert hash(spec.capabilities)
    assert Node("a") == Node("a", 1)
