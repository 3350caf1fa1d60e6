"""What one compiled loop counts of an event is what partitioners place, key by key."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st
from oracles import oracles

from algorithms import Partitioner, create, registry
from algorithms.interface.algorithm import Algorithm
from algorithms.interface.together import Together
from algorithms.machinery import pairs
from algorithms.machinery.intervals import build_intervals
from algorithms.machinery.mixing import GOLDEN_GAMMA, splitmix64_int
from algorithms.registry import class_of
from experiments.harness import counting
from experiments.harness.counting import EventLoop, loop_of
from experiments.harness.engine import Engine
from experiments.harness.experiment import Context
from experiments.harness.trial import Trial
from experiments.measures import EventShape, Flows
from experiments.scaling import measure
from experiments.scaling.parameters import ScalingParameters
from experiments.workloads import CHUNK, chunks_of, parse

PAIRED = sorted(name for name in registry.names() if class_of(name)._pair is not Algorithm._pair)
FIVE = ("modulo", "key_range", "ring", "jump", "rendezvous")
SEED = 12345


class FewKeys:
    """As much of a trial as keys need."""

    placed = Trial.placed

    def __init__(self, keys: int, workload: str = "uniform") -> None:
        self.source, self.repetition, self.chunks = (
            parse(workload),
            SimpleNamespace(keys=SEED),
            chunks_of(keys),
        )


def sides(
    algorithm: str, n: int, remove: str = "", **parameters: Any
) -> tuple[Partitioner[Any], Partitioner[Any]]:
    before = create(algorithm, n, **parameters)
    after = before.copy()
    after.change(**({"remove": [remove]} if remove else {"add": ["new"]}))
    return before, after


def loop_for(trial: FewKeys, before: Partitioner[Any], after: Partitioner[Any]) -> EventLoop | None:
    tally = EventShape.between(before.nodes, after.nodes).tally()
    return loop_of(trial, Together([before, after]), tally)  # type: ignore[arg-type]


def counted(trial: FewKeys, before: Partitioner[Any], after: Partitioner[Any]) -> Counter[tuple[str, str]]:
    """Return how many keys go from whom to whom by the loop."""
    loop = loop_for(trial, before, after)
    assert loop is not None
    shape = EventShape.between(before.nodes, after.nodes)
    tally = shape.tally()
    loop.add(range(len(trial.chunks)), tally)
    flows = Flows.counted(shape, tally)
    names = [(shape.names[a], shape.names[b]) for a, b in zip(flows.source, flows.target, strict=True)]
    return Counter(dict(zip(names, flows.count.tolist(), strict=True)))


@pytest.fixture(autouse=True)
def all_by_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "LEAST_KEYS", 0)


def test_who_has_a_pair_is_as_expected() -> None:
    assert {*FIVE, "table", "mongodb_hashed", "redis_cluster", "ketama"} <= set(PAIRED)


@pytest.mark.parametrize("algorithm", PAIRED)
def test_a_pair_places_what_each_places(algorithm: str) -> None:
    before = create(algorithm, 16, hash_bits=28) if algorithm in FIVE else create(algorithm, 16)
    hashes = np.random.default_rng(3).integers(0, 1 << before.hash_bits, 5_003, dtype=np.uint64)
    hashes[:2] = 0, (1 << before.hash_bits) - 1
    hashes.flags.writeable = False
    others = [create(algorithm, 17), create(algorithm, 15), before.copy(), create(algorithm, 3)]
    seen = 0
    for other in others:
        if algorithm in FIVE:
            other = create(algorithm, list(other.nodes.values()), hash_bits=28)
        for both in ((before, other), (other, before)):
            pair = Together(both).pair()
            if pair is None:
                continue
            outs = np.empty((2, len(hashes)), dtype=np.int32)
            pair.places(pair.sides, pair.room(), hashes, *outs)
            placed = outs if pair.buckets is None else pair.buckets[outs[0]].T
            assert np.array_equal(placed, [one.assign(hashes) for one in both])
            seen += 1
    assert seen >= 2


@given(st.data())
def test_merged_tables_say_what_both_say(data: st.DataObject) -> None:
    tables = []
    for _ in range(2):
        inner = data.draw(st.sets(st.integers(1, 255), max_size=12))
        owners = data.draw(st.lists(st.integers(0, 9), min_size=len(inner) + 1, max_size=len(inner) + 1))
        starts = np.array([0, *sorted(inner)], dtype=np.uint64)
        tables.append(build_intervals(starts, np.array(owners, dtype=np.int32), 8))
    starts, rows, owners_of_both = pairs.merged_owners(*tables)
    assert len(np.unique(owners_of_both, axis=0)) == len(owners_of_both)
    assert (rows[1:] != rows[:-1]).all()
    for value in range(256):
        expected = [table.owners[int((table.starts <= value).sum()) - 1] for table in tables]
        assert owners_of_both[rows[int((starts <= value).sum()) - 1]].tolist() == expected


@pytest.mark.parametrize("algorithm", FIVE)
def test_the_loop_counts_what_oracles_say_of_each_key(algorithm: str) -> None:
    points = {"points": 4} if algorithm == "ring" else {}
    both = sides(algorithm, 16, seed=7, hash_bits=60, **points)
    start = splitmix64_int(splitmix64_int(SEED))
    keys = [splitmix64_int((start + i * GOLDEN_GAMMA) % 2**64) for i in range(2_100)]  # a block is 2048
    assert keys[:2] == parse("uniform").chunk(0, SEED, 2).tolist()
    hashes = [xxhash.xxh64_intdigest(key.to_bytes(8, "little"), seed=7) >> 4 for key in keys]
    place, owners = oracles()[algorithm].place, []
    for one in both:
        nodes = {bucket: (node.name, node.weight) for bucket, node in one.nodes.items()}
        owners.append([nodes[place(nodes, value, 60, "xxh64", 7, **points)][0] for value in hashes])
    assert counted(FewKeys(2_100), *both) == Counter(zip(*owners, strict=True))


def test_scaling_has_the_same_rows_by_the_loop_and_by_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = []
    for least in (0, 1 << 60):
        monkeypatch.setattr(counting, "LEAST_KEYS", least)
        rows.append([])
        for event in ("add:1", "remove:middle"):  # which leaves a bucket without a node
            parameters = ScalingParameters(
                algorithms=FIVE, nodes=(16,), keys=CHUNK + 9_999, repetitions=1, event=(event,), timed=0
            )
            with Engine(2) as engine:
                for case in measure.cases(parameters):
                    rows[-1] += measure.measure(case, parameters, Context(engine)).rows
    assert rows[0] == rows[1]
    assert sum(row["method"] == "sampled" and row["moved"] is not None for row in rows[0]) == 9


def test_a_sub_class_that_places_otherwise_has_no_pair() -> None:
    class Reversed(class_of("modulo")):  # type: ignore[misc]
        def _place(self, structure: Any, hashes: Any, out: Any) -> None:
            super()._place(structure, hashes, out)
            out[:] = len(structure.live) - 1 - out

    assert Together([Reversed(3), Reversed(4)]).pair() is None


def test_keys_are_placed_in_pieces_where_a_step_has_no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = sides("ring", 5)
    assert loop_for(FewKeys(1000), before, after) is not None
    assert loop_for(FewKeys(1000, "names"), before, after) is None
    assert loop_for(FewKeys(1000), before, create("ring", 5, points=40)) is None
    assert loop_for(FewKeys(1000), *sides("ring", 5, hash="murmur3_64")) is None
    assert loop_for(FewKeys(1000), *sides("modulo", 5, remove="node-1")) is None
    assert loop_for(FewKeys(1000), *sides("anchor", 5)) is None
    monkeypatch.setattr(pairs, "MOST_MERGED", 1000)
    assert loop_for(FewKeys(1000), before, after) is None
    monkeypatch.setattr(counting, "LEAST_KEYS", 1001)
    assert loop_for(FewKeys(1000), *sides("jump", 5)) is None


@pytest.mark.parametrize(
    ("algorithm", "wrong"),
    [
        ("modulo", {"sides": (np.uint64(5), np.uint64(7))}),
        ("modulo", {"sides": (np.uint64(6), np.uint64(5))}),
        ("ring", {"buckets": np.full((9, 2), 77, dtype=np.int32)}),
        ("ring", {"buckets": np.full((1, 2), 0, dtype=np.int32)}),
        ("ring", {"buckets": np.full((9, 2), 2, dtype=np.int32)}),  # the bucket of the node that left
    ],
)
def test_a_loop_that_finds_buckets_without_a_node_is_an_error(algorithm: str, wrong: dict[str, Any]) -> None:
    before, after = sides(algorithm, 5, remove="node-2" if algorithm == "ring" else "")
    loop = loop_for(FewKeys(3000), before, after)
    assert loop is not None
    broken = EventLoop(
        loop.trial, loop.together, loop.pair._replace(**wrong), loop.draw, loop.state, loop.digest
    )
    with pytest.raises(AssertionError, match="other buckets than the partitioners"):
        broken.add([0], EventShape.between(before.nodes, after.nodes).tally())
