"""Nodes, and the events that change them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from algorithms import (
    Capability,
    DuplicateNode,
    InvalidNode,
    InvalidParameter,
    InvalidWeight,
    Node,
    NoNodes,
    UnknownNode,
    UnsupportedEvent,
    create,
    having,
    names,
    spec_of,
)
from experiments.conformance.check import declares
from experiments.conformance.strategies import probes


def test_a_node_is_a_value() -> None:
    assert Node("a") == Node("a", 1)
    assert Node("a") != Node("a", 2.0)
    assert len({Node("a"), Node("a", 1.0), Node("b")}) == 2
    assert isinstance(Node("a", 2).weight, float)
    assert Node("a", np.float32(0.5)).weight == 0.5
    assert type(Node(np.str_("a")).name) is str
    assert eval(repr(Node(np.str_("a"), np.float64(2)))) == Node("a", 2.0)
    with pytest.raises(AttributeError):
        Node("a").name = "b"  # type: ignore[misc]


@pytest.mark.parametrize(
    "weight", [0, -1, -0.0, float("nan"), float("inf"), -float("inf"), 1e300, 5e-324, True, "1", None, 1j]
)
def test_weights_that_cannot_be(weight: Any) -> None:
    with pytest.raises(InvalidWeight, match="weight of 'a'"):
        Node("a", weight)


@pytest.mark.parametrize("name", having(Capability.WEIGHTED))
@pytest.mark.parametrize("weights", [(1e100, 1e-100, 1.0), (1e-100, 1e-100, 1e-99)], ids=["apart", "tiny"])
def test_weights_at_the_ends_are_followed_or_refused(name: str, weights: tuple[float, ...]) -> None:
    """No infinity and no division by zero: whoever is heavier by 100 orders of magnitude has every key."""
    nodes = [Node(f"server-{i}", weight) for i, weight in enumerate(weights)]
    try:
        p = create(name, nodes)
    except InvalidWeight as refused:
        # only a partitioner that counts weights may refuse: in points, slots or units
        assert any(word in str(refused) for word in ("points", "slots", "units"))  # noqa: PT017
        return
    counts = np.bincount(p.assign(probes(64)), minlength=3)
    assert counts.sum() == len(probes(64))
    if weights[0] > 1:
        assert counts.tolist() == [len(probes(64)), 0, 0]


@pytest.mark.parametrize("name", ["", "\ud800", "a\udfff", b"a", 1, None, ["a"]])
def test_names_that_cannot_be(name: Any) -> None:
    with pytest.raises(InvalidNode, match=r"name"):
        Node(name)


@pytest.mark.parametrize("name", names())
def test_the_nodes_are_read_only_and_stay_as_they_were(name: str) -> None:
    p = create(name, ["a", "b"])
    earlier = p.nodes
    p.add_node("c")
    assert list(earlier) == [0, 1]
    assert list(p.nodes) == [0, 1, 2]
    with pytest.raises(TypeError):
        p.nodes[0] = Node("z")  # type: ignore[index]
    with pytest.raises(ValueError, match="read-only"):
        p.nodes.buckets()[0] = 5
    with pytest.raises(KeyError):
        p.nodes[7]


@pytest.mark.parametrize("name", names())
def test_counted_nodes_are_spelled_when_asked_for(name: str) -> None:
    p = create(name, 3)
    assert [node.name for node in p.nodes.values()] == ["node-0", "node-1", "node-2"]
    assert p.nodes.bucket_of("node-2") == 2
    for nobody in ("node-3", "node-01", "node-", "node", "-1", "node-١"):  # noqa: RUF001 - an Arabic digit
        assert not p.nodes.has(nobody)
        with pytest.raises(UnknownNode, match="node-0"):
            p.nodes.bucket_of(nobody)


REMOVING = [name for name in names() if declares(spec_of(name), Capability.REMOVES_LAST)]
AT_THE_END = [name for name in REMOVING if name not in having(Capability.REMOVES_ANY)]
SMALL = [
    name for name in names() if spec_of(name).most_nodes is None and create(name, 1000).nbytes <= 200_000
]


@pytest.mark.parametrize("name", SMALL)
def test_counted_nodes_cost_next_to_nothing(name: str) -> None:
    """A partitioner of a million nodes holds arrays, but no million of names."""
    assert create(name, 1_000_000).nodes.nbytes < 1_000_000 * 8


@pytest.mark.parametrize("name", having(Capability.REMOVES_ANY))
def test_a_counted_node_comes_back(name: str) -> None:
    p = create(name, 4)
    p.remove_node("node-1")
    assert list(p.nodes) == [0, 2, 3]
    assert "({0: 'node-0', 2: 'node-2', 3: 'node-3'}" in repr(p)
    assert p.add_node("node-1") == 1
    assert dict(p.nodes) == dict(create(name, 4).nodes)
    p.change(remove=["node-0"], add=["another"])
    assert p.nodes[0].name == "another"


@pytest.mark.parametrize("name", having(Capability.REMOVES_ANY))
def test_new_nodes_take_the_lowest_free_buckets(name: str) -> None:
    p = create(name, {0: "a", 3: "b", 5: "c"})
    p.change(add=["d", "e", "f", "g"], remove=["a"])
    assert {bucket: node.name for bucket, node in p.nodes.items()} == {
        0: "d",
        1: "e",
        2: "f",
        3: "b",
        4: "g",
        5: "c",
    }


@pytest.mark.parametrize("name", names())
def test_many_nodes_join_and_leave_at_once(name: str) -> None:
    p = create(name, 50)
    p.change(add=[f"extra-{i}" for i in range(50)])
    assert len(p.nodes) == 100
    if p.spec.capabilities & {Capability.REMOVES_ANY, Capability.REMOVES_LAST}:
        p.change(remove=(f"extra-{i}" for i in range(50)))
        assert repr(p.nodes) == "50" or len(p.nodes) == 50


@pytest.mark.parametrize("name", REMOVING)
def test_a_node_is_replaced_in_one_step(name: str) -> None:
    """The keys of the bucket have moved, though the bucket has not: movement is by node."""
    p = create(name, ["a", "b", "c"])
    hashes = probes(p.hash_bits)
    p.change(add=["d"], remove=["c"])
    assert p.nodes.bucket_of("d") == 2
    assert not p.nodes.has("c")
    assert "c" not in set(p.nodes.name_array()[p.assign(hashes)])
    with pytest.raises(UnknownNode):
        p.set_weight("c", 1.0)


@pytest.mark.parametrize("name", names())
def test_events_take_any_iterable_once(name: str) -> None:
    p = create(name, ["a"])
    p.change(add=(letter for letter in "bc"))
    assert len(p.nodes) == 3
    assert p.add_node(Node("d")) == 3
    p.change()
    assert len(p.nodes) == 4
    p.set_weight("d", 1.0)
    assert p.nodes[3] == Node("d")


@pytest.mark.parametrize("name", REMOVING)
def test_all_nodes_may_be_replaced_but_not_removed(name: str) -> None:
    p = create(name, ["a", "b"])
    p.change(add=["c", "d"], remove=["a", "b"])
    assert {node.name for node in p.nodes.values()} == {"c", "d"}
    with pytest.raises(NoNodes):
        p.change(remove=["c", "d"])
    assert len(p.nodes) == 2


@pytest.mark.parametrize("name", sorted(set(names()) - set(REMOVING)))
@pytest.mark.parametrize("add", [(), ("d",)], ids=["removed", "replaced"])
def test_who_removes_nothing_refuses_it_and_stays(name: str, add: tuple[str, ...]) -> None:
    p = create(name, ["a", "b", "c"])
    with pytest.raises(UnsupportedEvent, match=f"{name} cannot remove"):
        p.change(add=add, remove=["c"])
    assert p.nodes.names() == ["a", "b", "c"]


@pytest.mark.parametrize("name", AT_THE_END)
def test_who_shrinks_at_the_end_says_so(name: str) -> None:
    p = create(name, ["a", "b", "c"])
    with pytest.raises(UnsupportedEvent, match="last"):
        p.remove_node("a")
    p.remove_node("c")
    assert list(p.nodes) == [0, 1]


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("word", ["add", "remove"])
def test_a_bare_name_is_not_a_list_of_letters(name: str, word: str) -> None:
    p = create(name, ["a", "b"])
    with pytest.raises(InvalidParameter, match=f"{word} takes a list of nodes"):
        p.change(**{word: "ab"})
    assert len(p.nodes) == 2


def test_a_name_may_be_in_one_part_of_an_event() -> None:
    weighted = having(Capability.WEIGHTED, Capability.REMOVES_ANY)[0]
    p = create(weighted, ["a", "b"])
    with pytest.raises(InvalidParameter, match="removed and given a weight"):
        p.change(remove=["a"], weights={"a": 2.0})
    with pytest.raises(UnknownNode):
        p.change(add=["c"], weights={"c": 2.0})
    with pytest.raises(DuplicateNode):
        p.change(add=["a"], remove=["a"])
    assert [node.name for node in p.nodes.values()] == ["a", "b"]
