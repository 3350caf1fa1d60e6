"""Balancers: recorded sequences and logs of real programs, plain readings, chances, and bad input."""

from __future__ import annotations

import json
import math
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from oracles import balancers as oracle
from oracles.preferences import HAProxy
from scipy import stats

from algorithms import Node, create
from algorithms.balancers.bounded_loads import BoundedLoads
from algorithms.balancers.round_robin import MOST_TURNS
from algorithms.balancing import balancer_names, balancer_of, create_balancer, register_balancer
from algorithms.errors import (
    InvalidHash,
    InvalidParameter,
    InvalidWeight,
    MissingCapability,
    UnknownAlgorithm,
    UnsupportedEvent,
)
from algorithms.interface.balancer import Balancer

VECTORS = Path(__file__).parents[1] / "vectors" / "balancers.jsonl"
SCENARIOS = [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()]


def _balancer(scenario: dict[str, Any]) -> Balancer[Any]:
    """Return the balancer of a scenario."""
    options = scenario["options"]
    nodes = [Node(name, float(weight)) for name, weight in scenario["nodes"]]
    percent = options.get("hash_balance_factor", 0)
    if options.get("method") == "round_robin":
        return create_balancer("smooth_weighted", nodes)
    if options.get("method") == "least_conn":
        return create_balancer("least_outstanding", nodes)
    kind = options.get("balance", options.get("lb_policy"))
    if kind == "edf":
        return create_balancer("earliest_deadline", nodes, picks=options["picks"])
    if kind == "roundrobin":
        return create_balancer("earliest_deadline", nodes, variant="haproxy")
    if kind == "static-rr":
        return create_balancer("round_robin", nodes)
    if kind == "leastconn":
        return create_balancer("least_outstanding", nodes, variant="haproxy")
    if options.get("hash_type") == "map-based":  # which takes no notice of the factor
        return create_balancer("hashed", nodes, partitioner="haproxy_map")
    partitioner = {"MAGLEV": "maglev", "RING_HASH": "envoy_ring"}.get(kind, "haproxy_consistent")
    bound = "haproxy" if partitioner == "haproxy_consistent" else "envoy"
    return create_balancer("bounded_loads", nodes, partitioner=partitioner, bound=bound, factor=percent / 100)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[one["scenario"] for one in SCENARIOS])
def test_what_was_recorded_comes_out_whole(scenario: dict[str, Any]) -> None:
    balancer = _balancer(scenario)
    placing = balancer._flight.placing
    texts = [f"user:{key}" if key.isdigit() else key for key in scenario.get("keys", "").split()]
    words = iter([] if placing is None else placing.hashes_of(texts).tolist())
    closing, hashes, wanted = list[int](), list[int](), list[int]()
    for event in scenario["events"]:
        hashes.append(next(words, 0) if event >= 0 else 0)
        closing.append(-1 if event >= 0 else -1 - event)
        wanted.append(event if event >= 0 else scenario["events"][-1 - event])
        if scenario["kind"] == "sequence":  # one request at a time
            closing.append(len(closing) - 1)
            hashes.append(0)
            wanted.append(event)
    out = balancer.open_many(np.array(hashes, dtype=np.uint64), closing=np.array(closing))
    assert out.tolist() == wanted


def test_the_records_are_all_there() -> None:
    assert len(SCENARIOS) == 29
    assert sum(len(one["events"]) for one in SCENARIOS) == 7014


# ---- plain readings --------------------------------------------------------------------------------------

READINGS: dict[str, tuple[str, dict[str, Any], Any]] = {
    "round_robin": ("round_robin", {}, oracle.RoundRobin),
    "round_robin from 7": ("round_robin", {"start": 7}, lambda w: oracle.RoundRobin(w, start=7)),
    "smooth_weighted": ("smooth_weighted", {}, oracle.SmoothWeighted),
    "earliest_deadline": ("earliest_deadline", {}, oracle.EarliestDeadline),
    "earliest_deadline after 999": (
        "earliest_deadline", {"picks": 999}, lambda w: oracle.EarliestDeadline(w, picks=999),
    ),
    "earliest_deadline haproxy": ("earliest_deadline", {"variant": "haproxy"}, oracle.WholeDeadline),
    "least_outstanding": ("least_outstanding", {}, oracle.LeastConn),
    "least_outstanding haproxy": ("least_outstanding", {"variant": "haproxy"}, oracle.LongestIdle),
    "random": ("random", {"seed": 7}, lambda w: oracle.RandomDraw(w, 7)),
    "two_choices": ("two_choices", {"seed": 7}, lambda w: oracle.Choices(w, 7)),
    "two_choices last of 3": (
        "two_choices", {"choices": 3, "tie": "last"}, lambda w: oracle.Choices(w, 0, 3, last=True),
    ),
    "join_idle": ("join_idle", {"seed": 7}, lambda w: oracle.JoinIdle(w, 7)),
    "hashed": ("hashed", {"partitioner": "rendezvous"}, oracle.Hashed),
    "bounded_loads": ("bounded_loads", {}, oracle.Bounded),
    "bounded_loads 1.12": (
        "bounded_loads", {"partitioner": "rendezvous", "factor": 1.12},
        lambda w: oracle.Bounded(w, 0, "1.12"),
    ),
    "bounded_loads over equal points": (
        "bounded_loads", {"options": {"points": 9, "hash_bits": 8, "serves": "successor"}, "factor": 1.0},
        lambda w: oracle.Bounded(w, 0, "1"),
    ),
    "bounded_loads over lists": (
        "bounded_loads", {"partitioner": "weighted_dx", "factor": 1.05},
        lambda w: oracle.Bounded(w, 0, "1.05"),
    ),
    "bounded_loads haproxy": ("bounded_loads", {"bound": "haproxy"}, oracle.BoundedByHAProxy),
    "bounded_loads haproxy over its ring": (
        "bounded_loads", {"bound": "haproxy", "partitioner": "haproxy_consistent", "factor": 1.01},
        lambda w: oracle.BoundedByHAProxy(w, 0, "1.01"),
    ),
    "bounded_loads envoy": (
        "bounded_loads", {"bound": "envoy", "factor": 1.01}, lambda w: oracle.BoundedByEnvoy(w, 0, "1.01"),
    ),
}  # fmt: skip


def some_events(count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return events of which a little less than half close an earlier one."""
    closing, in_flight = list[int](), list[int]()
    for i in range(count):
        ends = in_flight and rng.random() < 0.45
        closing.append(in_flight.pop(int(rng.integers(len(in_flight)))) if ends else -1)
        if not ends:
            in_flight.append(i)
    return np.array(closing, dtype=np.int64)


def preferences(balancer: Balancer[Any], hashes: NDArray[np.uint64]) -> Any:
    """Return what a plain reading sees of requests; of bounded loads the whole order of preference."""
    if not isinstance(balancer, BoundedLoads) or balancer.bound == "envoy":
        return balancer._views(hashes)
    flight = balancer._flight
    if balancer.partitioner == "haproxy_consistent":
        ring = HAProxy([(node.name, int(node.weight)) for node in balancer.nodes.values()])
        return [ring.order(value) for value in hashes.tolist()]
    return flight.places[flight.placing.assign_replicas(hashes, len(balancer.nodes))]


@pytest.mark.parametrize("reading", READINGS)
@given(data=st.data())
def test_kernels_do_what_plain_readings_do(reading: str, data: st.DataObject) -> None:
    name, parameters, plain = READINGS[reading]
    alike = name == "join_idle"
    weights = data.draw(st.lists(st.integers(1, 1 if alike else 12), min_size=1, max_size=9), "weights")
    balancer = create_balancer(name, [Node(f"n{i}", w) for i, w in enumerate(weights)], **parameters)
    rng = np.random.default_rng(data.draw(st.integers(0, 999), "seed of events"))
    closing = some_events(120, rng)
    hashes = rng.integers(0, 2**balancer.hash_bits, len(closing), dtype=np.uint64)
    seen = preferences(balancer, hashes)
    wanted = oracle.replay(plain(weights), list(zip(closing.tolist(), seen, strict=True)))
    assert balancer.open_many(hashes, closing=closing).tolist() == wanted


def test_the_twister_of_envoy_is_that_of_numpy() -> None:
    twister = oracle.Twister(5489)
    legacy = np.random.RandomState(5489)
    assert [twister.word() for _ in range(700)] == legacy.randint(0, 2**32, 700, dtype=np.uint64).tolist()


# ---- chances ---------------------------------------------------------------------------------------------


def test_random_draws_follow_the_weights() -> None:
    weights = [1.0, 2.5, 0.25, 4.0]
    balancer = create_balancer("random", [Node(f"n{i}", w) for i, w in enumerate(weights)], seed=11)
    counts = np.bincount(balancer.open_many(np.zeros(100_000, dtype=np.uint64)), minlength=4)
    assert stats.chisquare(counts, np.array(weights) / sum(weights) * counts.sum()).pvalue > 1e-4


def test_successive_draws_do_not_depend_on_each_other() -> None:
    out = create_balancer("random", 4, seed=12).open_many(np.zeros(160_000, dtype=np.uint64))
    pairs = np.bincount(4 * out[:-1:2] + out[1::2], minlength=16)
    assert stats.chisquare(pairs).pvalue > 1e-4


def test_two_choices_take_the_less_loaded_as_often_as_both_draws_allow() -> None:
    """Of four nodes one is idle: with replacement it is drawn at least once in 1 - (3/4)^2 of requests."""
    balancer = create_balancer("two_choices", 4, seed=13)
    while min(list(balancer.in_flight.values())[1:]) < 5:
        bucket = balancer.open(0)
        if bucket == 0 or balancer.in_flight[bucket] > 5:
            balancer.close(bucket)
    taken = 0
    for _ in range(4000):
        bucket = balancer.open(0)
        taken += bucket == 0
        balancer.close(bucket)
    assert stats.binomtest(taken, 4000, 7 / 16).pvalue > 1e-4


def test_requests_that_find_nobody_idle_are_drawn() -> None:
    balancer = create_balancer("join_idle", 5, seed=14)
    first = balancer.open_many(np.zeros(5, dtype=np.uint64))
    assert sorted(first.tolist()) == [0, 1, 2, 3, 4]
    counts = np.bincount(balancer.open_many(np.zeros(50_000, dtype=np.uint64)), minlength=5)
    assert stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize("name", ["random", "two_choices", "join_idle"])
def test_seeds_draw_apart_and_equal_seeds_alike(name: str) -> None:
    hashes = np.zeros(200, dtype=np.uint64)
    ones, same, others = (create_balancer(name, 8, seed=seed).open_many(hashes) for seed in (1, 1, 2))
    assert ones.tolist() == same.tolist() != others.tolist()


# ---- what each promises by itself -------------------------------------------------------------------------


@pytest.mark.parametrize("partitioner", ["ring", "rendezvous"])
def test_without_a_bound_bounded_loads_is_its_partitioner(partitioner: str) -> None:
    hashes = np.random.default_rng(3).integers(0, 2**64, 5000, dtype=np.uint64)
    balancer = create_balancer("bounded_loads", 12, partitioner=partitioner, factor=math.inf)
    assert balancer.open_many(hashes).tolist() == create(partitioner, 12).assign(hashes).tolist()


def test_nodes_with_gaps_between_their_buckets() -> None:
    for name in balancer_names():
        balancer = create_balancer(name, ["a", "b", "c", "d"])
        balancer.change(remove=["b"])
        out = balancer.open_many(np.arange(60, dtype=np.uint64) << np.uint64(58))
        assert set(out.tolist()) <= {0, 2, 3}, name
        assert balancer.add_node("e") == 1


@pytest.mark.parametrize(
    ("name", "options"),
    [("least_outstanding", {}), ("hashed", {"partitioner": "rendezvous"}), ("bounded_loads", {})],
)
def test_single_requests_go_on_after_events_in_copies_and_in_pickles(
    name: str, options: dict[str, Any]
) -> None:
    balancer = create_balancer(name, ["a", "b", "c"], **options)
    words = [int(word) for word in np.random.default_rng(4).integers(0, 2**64, 300, dtype=np.uint64)]

    def run(some: Balancer[Any], singly: bool) -> list[int]:
        if singly:
            return [some.open(word) for word in words]
        return some.open_many(np.array(words, dtype=np.uint64)).tolist()

    def same(some: Balancer[Any]) -> bool:
        return run(some.copy(), True) == run(some.copy(), False)

    first = run(balancer, True)
    balancer.close(first[0])
    assert same(balancer)
    twin, again = balancer.copy(), pickle.loads(pickle.dumps(balancer))
    twin.open(words[0])
    assert sum(twin.in_flight.values()) == sum(again.in_flight.values()) + 1 == len(words)
    assert run(again, True) == run(balancer, True)
    balancer.change(remove=["b"])
    assert same(balancer)
    assert set(run(balancer, True)) == {0, 2}
    for bucket in (1, 3, 1 << 40, 1 << 70, -1):
        with pytest.raises(InvalidParameter, match="nothing is in flight"):
            balancer.close(bucket)


def test_a_chunk_of_a_long_trace_knows_what_others_opened() -> None:
    count = 200_000
    closing = np.full(count, -1)
    closing[1::2] = np.arange(0, count, 2)
    balancer = create_balancer("least_outstanding", 3)
    out = balancer.open_many(np.zeros(count, dtype=np.uint64), closing=closing)
    assert out[::2].tolist() == out[1::2].tolist()
    assert set(balancer.in_flight.values()) == {0}


def test_haproxy_uses_idle_nodes_in_the_order_in_which_they_fell_idle() -> None:
    balancer = create_balancer("least_outstanding", 3, variant="haproxy")
    assert [balancer.open(0) for _ in range(3)] == [0, 1, 2]
    for bucket in (1, 2, 0):
        balancer.close(bucket)
    assert [balancer.open(0) for _ in range(3)] == [1, 2, 0]


@pytest.mark.parametrize(
    ("name", "nodes", "parameters", "error", "says"),
    [
        ("round_robin", [Node("a", 1.5), "b"], {}, InvalidWeight, r"weight of 'a' must be a whole number"),
        ("round_robin", [Node("a", 65535), Node("b", 65533)], {}, InvalidWeight, f"more than {MOST_TURNS}"),
        ("earliest_deadline", [Node("a", 257)], {"variant": "haproxy"}, InvalidWeight, "from 1 to 256"),
        ("earliest_deadline", 2, {"variant": "haproxy", "picks": 3}, InvalidParameter, "picks are Envoy's"),
        ("earliest_deadline", 2, {"variant": "nginx"}, InvalidParameter, "variant must be one of"),
        ("least_outstanding", [Node("a", 0.5)], {"variant": "haproxy"}, InvalidWeight, "whole number"),
        ("join_idle", [Node("a", 2)], {}, InvalidWeight, "does not follow weights"),
        ("two_choices", 2, {"choices": 0}, InvalidParameter, "choices must be a whole number from 1 to 64"),
        ("bounded_loads", 2, {"factor": 0.99}, InvalidParameter, "factor is a number from 1"),
        ("bounded_loads", 2, {"factor": math.nan}, InvalidParameter, "factor is a number from 1"),
        ("bounded_loads", 2, {"factor": True}, InvalidParameter, "factor is a number from 1"),
        ("bounded_loads", 2, {"factor": math.inf, "bound": "envoy"}, InvalidParameter, "factor is a number"),
        ("bounded_loads", 2, {"factor": 1.255, "bound": "haproxy"}, InvalidParameter, "at most 2 decimals"),
        ("bounded_loads", 2, {"partitioner": "jump"}, MissingCapability, "jump keeps none"),
        ("hashed", 2, {"partitioner": "ringg"}, UnknownAlgorithm, "ringg"),
        ("hashed", 2, {"options": [1]}, InvalidParameter, "options is a mapping"),
        ("hashed", [Node("a", 2)], {"partitioner": "jump"}, InvalidWeight, "jump does not follow weights"),
        ("random", 2, {"seed": -1}, InvalidParameter, "seed must be a whole number"),
        ("random", 2, {"sede": 1}, InvalidParameter, "no parameter 'sede'"),
        ("randon", 2, {}, UnknownAlgorithm, "no balancer is named 'randon'"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(
    name: str, nodes: Any, parameters: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        create_balancer(name, nodes, **parameters)


@pytest.mark.parametrize(
    ("closing", "says"),
    [
        ([-1, 1, -1], "event 1 closes event 1, which is no earlier one"),
        ([-1, 0, 0], "the request of event 0 is closed twice"),
        ([-1, 0, 1], "event 2 closes event 1, which is no earlier one that opens"),
        ([-2, -1, -1], "event 0 closes event -2"),
        ([-1, -1], "closing is an int64 array of shape"),
    ],
)
def test_events_that_cannot_be_change_nothing(closing: list[int], says: str) -> None:
    balancer = create_balancer("round_robin", 3)
    with pytest.raises(InvalidParameter, match=says):
        balancer.open_many(np.zeros(3, dtype=np.uint64), closing=np.array(closing))
    assert balancer.open(0) == 0


def test_hashes_and_buckets_that_cannot_be_are_refused() -> None:
    balancer = create_balancer("hashed", 2, options={"hash_bits": 8})
    for word in (256, -1, 1.0, True, "a"):
        with pytest.raises(InvalidHash):
            balancer.open(word)  # type: ignore[arg-type]
    for bucket in (0, 7, -1, "a", None):
        with pytest.raises(InvalidParameter, match="nothing is in flight"):
            balancer.close(bucket)  # type: ignore[arg-type]
    with pytest.raises(UnsupportedEvent):
        create_balancer("hashed", ["a", "b"], partitioner="jump").remove_node("a")


@pytest.mark.parametrize("name", balancer_names())
def test_the_repr_builds_it_again(name: str) -> None:
    balancer = create_balancer(name, ["a", "b", "c"], seed=5)
    again = eval(repr(balancer), {type(balancer).__name__: type(balancer), "Node": Node})
    hashes = np.arange(90, dtype=np.uint64) << np.uint64(57)
    assert again.open_many(hashes).tolist() == balancer.open_many(hashes).tolist()
    assert pickle.loads(pickle.dumps(balancer)).in_flight == balancer.in_flight


def test_a_name_is_taken_once_and_a_class_must_be_whole() -> None:
    spec = balancer_of("random").spec
    with pytest.raises(InvalidParameter, match="taken by"):
        register_balancer(spec)(type("Other", (BoundedLoads,), {}))
    with pytest.raises(InvalidParameter, match="_calls and _start"):
        register_balancer(replace(spec, name="half"))(type("Half", (Balancer,), {}))
