"""Events of several steps, and parts of the nodes in percent: what they do to real partitioners."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from algorithms import Capability, Partitioner, UnsupportedEvent, create, having, names
from experiments import events, measures
from experiments.options.errors import BadUse
from experiments.scaling.parameters import ScalingParameters
from experiments.seeds import repetition_of

NEWCOMER = repetition_of(0, "uniform", 0, seed_bits=64).node


def made(name: str, n: int, text: str, seed: int = 7) -> tuple[Partitioner[Any], Partitioner[Any]]:
    before = create(name, n, seed=3)
    after = before.copy()
    events.parse(text).change(before.nodes, NEWCOMER, seed).apply(after)
    return before, after


@pytest.mark.parametrize(
    ("text", "canonical", "least"),
    [
        ("remove-random:50%", "remove-random:50%", 2),
        ("remove-random:2.50%", "remove-random:2.5%", 40),
        ("remove-random:90%", "remove-random:90%", 2),
        ("fail-and-return", "fail-and-return:1", 2),
        ("fail-and-return:1e1", "fail-and-return:10", 11),
        ("adverse", "adverse:50%", 2),
        ("adverse:3", "adverse:3", 4),
    ],
)
def test_steps_and_shares_are_read_and_need_nodes(text: str, canonical: str, least: int) -> None:
    event = events.parse(text)
    assert (events.canonical(text), event.least_nodes) == (canonical, least)
    assert events.parse(event.text) == event
    assert 1 <= event.nodes_after(least) <= least
    with pytest.raises(BadUse, match="leaves no node"):
        ScalingParameters(event=text, nodes=least - 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("remove-random:100%", "100% are all nodes"),
        ("remove-random:0%", "above 0"),
        ("remove-random:101%", "up to 100"),
        ("remove-random:x%", "'x' is not a number"),
        ("fail-and-return:0", "below 1"),
        ("adverse:-1", "below 1"),
        ("adverse:50%%", "is not a number"),
    ],
)
def test_steps_and_shares_that_cannot_be_are_refused(text: str, said: str) -> None:
    with pytest.raises(BadUse, match=said):
        events.parse(text)


def test_a_share_is_rounded_down_to_whole_nodes() -> None:
    assert [events.parse("remove-random:10%").nodes_after(n) for n in (10, 19, 20, 99)] == [9, 18, 18, 90]
    before, after = made("ring", 19, "remove-random:10%")
    assert (len(before.nodes), len(after.nodes)) == (19, 18)


@pytest.mark.parametrize("name", having(Capability.REMOVES_ANY))
def test_who_fails_and_returns_is_there_again_with_its_weight(name: str) -> None:
    before, after = made(name, 12, "fail-and-return:5")
    assert {node.name: node.weight for node in after.nodes.values()} == {
        node.name: node.weight for node in before.nodes.values()
    }
    shape = measures.EventShape.between(before.nodes, after.nodes)
    assert shape.ideal == 0


@pytest.mark.parametrize("name", ["anchor", "memento", "jumpback_anchor", "ring", "rendezvous", "maglev"])
def test_returning_in_reverse_restores_who_remembers_or_places_by_names(name: str) -> None:
    before, after = made(name, 12, "fail-and-return:5")
    hashes = np.random.default_rng(1).integers(0, 1 << 64, 20_000, dtype=np.uint64)
    old = [before.nodes[bucket].name for bucket in before.assign(hashes).tolist()]
    assert old == [after.nodes[bucket].name for bucket in after.assign(hashes).tolist()]


def test_the_adverse_order_is_the_one_that_an_algorithm_names() -> None:
    _, after = made("anchor", 9, "adverse:4")
    assert sorted(after.nodes) == [1, 2, 3, 4, 5]
    assert create("anchor", 9).adverse_removals(9)[:4] == (0, 8, 7, 6)


@pytest.mark.parametrize("name", names())
def test_an_adverse_event_is_made_or_refused_with_a_reason(name: str) -> None:
    if create(name, 8).adverse_removals(8):
        assert len(made(name, 8, "adverse:50%")[1].nodes) == 4
    else:
        with pytest.raises(UnsupportedEvent, match="no order of removals costs its lookups more"):
            made(name, 8, "adverse:50%")


def test_the_adverse_order_is_of_all_buckets_that_there_are() -> None:
    partitioner = create("memento", 9)
    partitioner.change(remove=["node-2"])
    with pytest.raises(UnsupportedEvent, match="of which none is free"):
        events.parse("adverse:2").change(partitioner.nodes, NEWCOMER, 0).apply(partitioner)
