"""Scale events, as texts and as changes of real partitioners."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from algorithms import Nodes, create
from experiments import events, run
from experiments.options.errors import BadUse
from experiments.scaling.parameters import ScalingParameters
from experiments.seeds import repetition_of
from experiments.sequence.parameters import SequenceParameters

NEWCOMER = repetition_of(0, "uniform", 0, seed_bits=64).node


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("add:1", "add:1"),
        ("add", "add:1"),
        ("add:1e2", "add:100"),
        ("remove-random:3", "remove-random:3"),
        ("weight:2.50", "weight:2.5"),
        ("double", "double"),
        ("replace", "replace"),
        ("replace-random", "replace-random:1"),
        ("remove:middle", "remove:middle"),
    ],
)
def test_an_event_is_read_and_written_in_its_shortest_form(text: str, canonical: str) -> None:
    assert events.canonical(text) == canonical
    assert events.parse(canonical) == events.parse(text)


@given(st.floats(0, 1e6, exclude_min=True))
@example(1.0000001)
@example(1.2345678)
@example(1e6)
@example(5e-324)
def test_the_text_of_a_weight_is_the_weight_to_the_last_bit(factor: float) -> None:
    event = events.parse(f"weight:{factor!r}")
    assert events.parse(event.text) == event
    assert event.change(create("ring", 3).nodes, NEWCOMER, 0).weights == {"node-1": factor}


def test_events_that_differ_in_the_last_digit_have_titles_of_their_own() -> None:
    texts = ["weight:1.0000001", "weight:1.0000002", "weight:1"]
    assert len({events.parse(text).title for text in texts}) == 3
    assert [events.canonical(text) for text in texts] == texts


@pytest.mark.parametrize("name", events.SEQUENCES)
def test_a_sequence_by_its_name_and_by_its_events_is_the_same_sequence(name: str) -> None:
    with pytest.raises(BadUse, match=r"--sequence: .* name the same, which is given twice"):
        SequenceParameters(sequence=[name, ", ".join(events.SEQUENCES[name])])


def test_events_in_two_spellings_are_the_same_event() -> None:
    with pytest.raises(BadUse, match="--event: 'add:1' is given twice"):
        ScalingParameters(event="add:1,add")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ad:1", "did you mean 'add'"),
        ("add:0", "below 1"),
        ("add:x", "whole number"),
        ("weight:=2", "weight:NAME=WEIGHT"),
        ("weight:node-1=0", "is not allowed"),
        ("remove", "remove:last or remove:middle"),
        ("double:2", "double alone"),
        ("weight:0", "0"),
        ("weight:nan", "nan"),
        ("weight:-1", "-1"),
        ("", "is no scale event"),
    ],
)
def test_what_is_no_event_is_refused_in_one_sentence(text: str, words: str) -> None:
    with pytest.raises(BadUse) as caught:
        events.parse(text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("add:2", 5, [f"node-{i}" for i in range(7)]),
        ("double", 3, [f"node-{i}" for i in range(6)]),
        ("remove:last", 4, ["node-0", "node-1", "node-2"]),
        ("remove:middle", 5, ["node-0", "node-1", "node-3", "node-4"]),
        ("replace", 4, ["node-0", "node-1", "node-4", "node-3"]),
        ("weight:3", 3, ["node-0", "node-1", "node-2"]),
    ],
)
def test_an_event_changes_just_what_it_says(text: str, before: int, after: list[str]) -> None:
    partitioner = create("rendezvous", before)
    change = events.parse(text).change(partitioner.nodes, NEWCOMER, seed=1)
    change.apply(partitioner)
    assert partitioner.nodes.names() == after
    heavy = [node.weight for node in partitioner.nodes.values() if node.weight != 1]
    assert heavy == ([3.0] if text.startswith("weight") else [])


def test_random_removal_depends_on_its_seed_alone() -> None:
    nodes = create("ring", 50).nodes
    event = events.parse("remove-random:5")
    drawn = [event.change(nodes, NEWCOMER, seed).remove for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(set(drawn[0])) == 5
    assert set(drawn[0]) <= set(nodes.names())


def test_a_weight_change_multiplies_the_weight_that_a_node_has() -> None:
    partitioner = create("ring", 3)
    for _ in range(2):
        events.parse("weight:2").change(partitioner.nodes, NEWCOMER, 0).apply(partitioner)
    assert partitioner.nodes[1].weight == 4.0


def test_replacing_at_random_removes_and_adds_as_many_and_all_may_go() -> None:
    for count in (1, 3, 5):
        partitioner = create("ring", 5, points=2)
        before = {node.name for node in partitioner.nodes.values()}
        events.parse(f"replace-random:{count}").change(partitioner.nodes, NEWCOMER, 7).apply(partitioner)
        after = {node.name for node in partitioner.nodes.values()}
        assert len(after) == 5
        assert after - before == {f"node-{5 + i}" for i in range(count)}


@pytest.mark.parametrize("kind", events.KINDS)
def test_every_kind_of_event_has_an_example_of_its_own_that_list_events_shows(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cls, _ = events.KINDS[kind]
    assert type(events.parse(cls.example)) is cls
    assert events.canonical(cls.example) == cls.example
    assert run.main(["list", "events"]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.split()[0] == cls.syntax)
    assert cls.summary in line
    assert cls.example in line


def test_removing_random_is_answered_by_the_event_that_does() -> None:
    with pytest.raises(
        BadUse, match=r"'random', which is none of the 3 nodes; .*; remove-random:K draws K nodes"
    ):
        events.refuse_unknown([events.parse("remove:random")], Nodes.of(3))
    events.refuse_unknown([events.parse("remove:random")], Nodes.of(["random", "b"]))
