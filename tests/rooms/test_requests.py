"""Requests: the simulation against a plain one and against laws, events, and bad input."""

from __future__ import annotations

import heapq
import math
from collections import OrderedDict, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from algorithms import Node
from algorithms.balancing import balancer_names, create_balancer
from algorithms.interface.balancer import Balancer
from experiments import inference
from experiments.harness import runner
from experiments.harness.engine import Engine
from experiments.harness.experiment import Context
from experiments.inference.samples import Estimate
from experiments.inference.verdict import CONFIRMED, REFUTED
from experiments.inference.warmup import mser
from experiments.options.errors import BadUse
from experiments.requests import EXPERIMENT
from experiments.requests.contestants import contestants
from experiments.requests.laws import law_of
from experiments.requests.measure import cases, measure
from experiments.requests.parameters import INTERVALS, RequestsParameters
from experiments.requests.simulation import LOST, Simulation
from experiments.requests.traffic import Traffic, times_of
from experiments.theory import queues
from tests.screens import check_screen

Times = NDArray[np.float64]
ALONE = Context(Engine())


def plain(
    balancer: Balancer[Any],
    arrivals: Times,
    services: Times,
    hashes: Any,
    workers: int,
    room: int,
    entries_of: int,
    hit: float,
) -> tuple[list[float], int]:
    """Return response times, NaN where refused, and how many hits: a heap of departures and single calls."""
    departures: list[tuple[float, int, int]] = []
    free = defaultdict(lambda: [0.0] * workers)
    caches: dict[int, OrderedDict[int, None]] = defaultdict(OrderedDict)
    responses, hits = [], 0
    for i, (now, work, value) in enumerate(zip(arrivals, services, hashes.tolist(), strict=True)):
        while departures and departures[0][0] <= now:
            balancer.close(heapq.heappop(departures)[2])
        bucket = balancer.open(value)
        if balancer.in_flight[bucket] > room:
            balancer.close(bucket)
            responses.append(math.nan)
            continue
        entries = caches[bucket]
        if entries_of and value in entries:
            entries.move_to_end(value)
            work, hits = work * hit, hits + 1
        elif entries_of:
            if len(entries) == entries_of:
                entries.popitem(last=False)
            entries[value] = None
        worker = free[bucket].index(min(free[bucket]))
        done = free[bucket][worker] = max(now, free[bucket][worker]) + work
        heapq.heappush(departures, (done, i, bucket))
        responses.append(done - now)
    return responses, hits


@pytest.mark.parametrize("name", balancer_names())
def test_the_simulation_does_what_a_plain_one_does(name: str) -> None:
    rng = np.random.default_rng(5)
    for workers, room, entries in ((1, 2**62, 0), (3, 5, 7), (2, 2, 1)):
        arrivals = np.cumsum(rng.exponential(1 / (5 * workers * 0.95), 1500))
        services = rng.exponential(1, 1500)
        hashes = rng.integers(0, 40, 1500).astype(np.uint64) << np.uint64(58)
        balancer = create_balancer(name, 5)
        simulation = Simulation(
            balancer.copy(), arrivals, services, hashes, workers=workers, room=room, cache=entries, hit=0.3
        )
        simulation.run()
        responses, hits = plain(balancer, arrivals, services, hashes, workers, room, entries, 0.3)
        assert np.array_equal(simulation.servers.responses, responses, equal_nan=True)
        assert simulation.servers.hits.sum() == hits


# ---- laws -------------------------------------------------------------------------------------------------


@cache
def rows_of(label: str, n: int, **values: Any) -> list[dict[str, Any]]:
    """Return the rows of eight repetitions of 400,000 requests at nine tenths."""
    parameters = RequestsParameters(
        **{
            "balancers": label,
            "nodes": n,
            "requests": 400_000,
            "repetitions": 8,
            "load": 0.9,
            "workload": "uniform",
        }
        | values
    )
    (case,) = cases(parameters)
    return measure(case, parameters, ALONE).rows


def repeated(label: str, n: int, column: str = "mean", **values: Any) -> Estimate:
    """Return the mean over repetitions with its 99.9 % interval."""
    return inference.mean([row[column] for row in rows_of(label, n, **values)], level=0.999)


@pytest.mark.parametrize(
    ("label", "n", "values", "law"),
    [
        ("random", 16, {}, 100.0),
        ("random", 16, {"service": "deterministic"}, queues.m_g_1(0.9, 10.0, 0.0)),
        ("random", 16, {"service": "lognormal"}, queues.m_g_1(0.9, 10.0, 4.0)),
        ("random", 8, {"workers": 4}, queues.m_m_c(4, 0.9, 10.0)),
        ("least_outstanding", 1, {"workers": 8}, queues.m_m_c(8, 0.9, 10.0)),
        (
            "round_robin", 16, {},
            queues.gi_m_1(queues.renewals_in_turn(queues.hyperexponential(16 * 0.09, 1.0), 16), 10.0),
        ),
        (
            "random", 4, {"arrivals": "bursty"},
            queues.gi_m_1(queues.renewals_at_random(queues.hyperexponential(4 * 0.09, 10.0), 4), 10.0),
        ),
        ("two_choices", 1000, {}, queues.supermarket_mean(0.9, 2, 10.0)),
        ("two_choices:choices=3", 1000, {}, queues.supermarket_mean(0.9, 3, 10.0)),
    ],
)  # fmt: skip
def test_at_nine_tenths_the_simulation_is_within_its_interval_of_the_law(
    label: str, n: int, values: dict[str, Any], law: float
) -> None:
    found = repeated(label, n, **values)
    assert found.interval is not None
    assert law in found.interval
    assert found.interval.high - found.interval.low < 0.35 * law, (
        "an interval that holds anything says nothing"
    )


def test_quantiles_of_one_queue_are_those_of_its_law() -> None:
    for column, part in (("p50", 0.5), ("p99", 0.99)):
        found = repeated("random", 16, column)
        assert found.interval is not None
        assert queues.m_m_1_quantile(0.9, 10.0, part) in found.interval


def test_the_tail_of_the_supermarket_model() -> None:
    for level in (2, 3, 4):
        found = repeated("two_choices", 1000, f"at_least_{level}")
        assert found.value == pytest.approx(queues.supermarket_tail(0.9, 2, level), rel=0.02)


def test_a_queue_with_a_limit_refuses_as_many_as_its_law_says() -> None:
    """M/M/1/K at load r loses (1 - r) r^K / (1 - r^(K + 1)), K with the one that is served."""
    found = repeated("random", 4, "refused", load=1.2, queue_limit=4)
    assert found.interval is not None
    assert (1 - 1.2) * 1.2**5 / (1 - 1.2**6) in found.interval


@pytest.mark.parametrize(("name", "choices"), [("random", 1), ("two_choices", 2)])
def test_balls_in_bins(name: str, choices: int) -> None:
    largest = [
        np.bincount(create_balancer(name, 1000, seed=seed).open_many(np.zeros(1000, dtype=np.uint64))).max()
        for seed in range(200)
    ]
    assert np.mean(largest) == pytest.approx(queues.largest_of_balls(1000, choices), abs=0.15)


def test_laws_are_stated_where_they_hold() -> None:
    usual = RequestsParameters()
    assert law_of("random", 1, usual, 16, 0.9).mean == pytest.approx(100)  # type: ignore[union-attr]
    assert law_of("least_outstanding", 1, usual, 16, 0.9) is None
    assert law_of("random", 1, RequestsParameters(queue_limit=9), 16, 0.9) is None
    pareto = law_of("random", 1, RequestsParameters(service="pareto"), 16, 0.9)
    assert pareto is not None
    assert pareto.of("mean") is None  # infinite


# ---- what is drawn, and what happens ----------------------------------------------------------------------


@pytest.mark.parametrize("service", ["exponential", "deterministic", "lognormal", "pareto"])
@pytest.mark.parametrize("arrivals", ["poisson", "bursty"])
def test_gaps_and_services_have_mean_one(service: str, arrivals: str) -> None:
    traffic = Traffic.drawn(RequestsParameters(service=service, arrivals=arrivals, requests=10**6), 0)
    assert traffic.gaps.mean() == pytest.approx(1, abs=0.02)
    assert traffic.services.mean() == pytest.approx(1, abs=0.1 if service == "pareto" else 0.02)
    spread = traffic.gaps.var() / traffic.gaps.mean() ** 2
    assert spread == pytest.approx({"poisson": 1, "bursty": 10}[arrivals], rel=0.1)


def simulation_of(name: str, n: int, load: float = 0.8, count: int = 6000) -> Simulation:
    rng = np.random.default_rng(9)
    arrivals = np.cumsum(rng.exponential(1 / (n * load), count))
    hashes = rng.integers(0, 2**64, count, dtype=np.uint64)
    return Simulation(create_balancer(name, n), arrivals, rng.exponential(1, count), hashes, most=n + 1)


@pytest.mark.parametrize("name", balancer_names())
def test_a_server_that_is_lost_takes_its_requests_with_it_and_comes_back(name: str) -> None:
    simulation = simulation_of(name, 4)
    arrivals, servers = simulation.arrivals, simulation.servers
    simulation.run(arrivals[2000])
    before = simulation.balancer.in_flight[0]
    assert simulation.lose("node-0", arrivals[2000]) == 0
    assert (servers.where[:2001] == LOST).sum() == before
    simulation.run(arrivals[4000])
    assert not (servers.where[2001:4001] == 0).any()
    simulation.join("node-0", 1.0, arrivals[4000])
    simulation.run()
    assert (servers.where[4001:] == 0).sum() > 200
    assert set(simulation.balancer.in_flight.values()) == {0}
    assert np.isnan(servers.responses).sum() == before


def test_a_new_server_gets_its_share() -> None:
    simulation = simulation_of("round_robin", 4)
    simulation.run(simulation.arrivals[2999])
    simulation.join("added", 1.0, simulation.arrivals[2999])
    simulation.run()
    assert np.bincount(simulation.servers.where[3000:]).tolist() == [600] * 5


def test_weights_are_how_fast_servers_are() -> None:
    balancer = create_balancer("random", [Node("slow"), Node("fast", 4.0)], seed=1)
    arrivals = np.arange(1.0, 4001.0) * 100
    simulation = Simulation(balancer, arrivals, np.ones(4000), np.zeros(4000, dtype=np.uint64))
    simulation.run()
    where, responses = simulation.servers.where, simulation.servers.responses
    assert responses[where == 0] == pytest.approx(1.0)
    assert responses[where == 1] == pytest.approx(0.25)


def test_a_cluster_of_a_file_has_its_weights(tmp_path: Path) -> None:
    path = tmp_path / "nodes.csv"
    path.write_text("name,weight\na,1\nb,3\n")
    parameters = RequestsParameters(
        cluster=str(path), balancers="smooth_weighted,join_idle", load=0.7, requests=5000, repetitions=1
    )
    weighted, alike = (measure(case, parameters, ALONE).rows[0] for case in cases(parameters))
    assert weighted["n"] == 2
    assert weighted["busiest"] == pytest.approx(0.7, abs=0.1)
    assert "does not follow weights" in alike["cannot"]


def test_warm_up_is_found_where_it_is() -> None:
    rng = np.random.default_rng(1)
    series = np.concatenate([50 + rng.normal(size=500), rng.normal(size=5000)])
    assert mser(series) == 500
    assert mser([1.0, 2.0]) == 0


def test_the_smoke_profile_tells_all(tmp_path: Path) -> None:
    parameters = EXPERIMENT.profile("smoke").replace(
        {"balancers": "random,hashed:partitioner=jump,round_robin"}
    )
    outcome = runner.run(EXPERIMENT, parameters, profile="smoke", out=tmp_path / "out")
    numbers = outcome.presentation.summary
    assert set(numbers["responses"].frame["scenario"]) == {"steady", "equal", "lost"}
    assert "90 %  random" in " ".join(check_screen(outcome.presentation))
    assert numbers["absent"].records()[0]["label"] == "hashed:partitioner=jump"  # cannot lose its first node
    lost = numbers["responses"].where(scenario="lost")
    assert (lost["lost"] > 0).any()
    assert (numbers["responses"].where(scenario="steady")["lost"] == 0).all()
    course = numbers["timeline"].where(scenario="lost", label="round_robin", load=0.9)
    assert len(course) == INTERVALS
    gone = course["part"].between(1 / 3, 2 / 3)
    assert course[gone]["p99"].mean() > 2 * course[course["part"] < 1 / 3]["p99"].mean()
    verdicts = {(row["when"], row["of"]): row["verdict"] for row in numbers["sayings"].records()}
    assert verdicts[("equal requests", "requests, most less fewest")] == CONFIRMED
    assert verdicts[("equal requests", "work, most over mean")] == CONFIRMED
    assert verdicts[("requests as drawn", "requests, most less fewest")] == CONFIRMED
    assert verdicts[("requests as drawn", "work, most over mean")] == REFUTED
    assert verdicts[("requests as drawn", "in flight, most less mean")] == REFUTED
    assert set(numbers["laws"].frame["law_name"]) == {"M/M/1", "E4/M/1"}
    assert (numbers["affinity"].frame["hits"] > 0).all()
    assert {table.name for table in outcome.presentation.tables} >= {
        "responses-steady", "responses-equal", "responses-lost", "affinity", "laws", "bursts", "tails",
        "sayings",
    }  # fmt: skip
    assert len(outcome.presentation.drawn()) == 4


# ---- bad input --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"load": 1.0}, "--load: at 1 queues grow for ever; give a load below 1, or a --queue-limit"),
        ({"load": 0}, "--load: 0 is not allowed"),
        ({"workers": 0}, "--workers: 0 is below 1"),
        ({"queue_limit": "few"}, "'few' is not a whole number; .*; or none"),
        ({"scenario": "lost", "nodes": 1}, "--scenario: lost leaves no server of 1"),
        ({"scenario": "fire"}, "--scenario: 'fire' is unknown"),
        ({"arrivals": "sometimes"}, "'sometimes' is unknown; .*; or file:PATH"),
        ({"service_ms": 0}, "--service-ms: 0 is not allowed"),
        ({"cache": -1}, "--cache: -1 is below 0"),
        ({"workload": ["uniform", "names"]}, "--workload: requests come of one workload"),
    ],
)
def test_what_cannot_be_simulated_is_refused(values: dict[str, Any], says: str) -> None:
    with pytest.raises(BadUse, match=says):
        RequestsParameters(**values)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tea", "no balancer is named 'tea'"),
        ("two_choices:choices=0", "choices must be a whole number from 1 to 64"),
        ("two_choices:choices=2:choices=3", "sets a parameter twice"),
        ("two_choices:points=3", "no parameter 'points'"),
        ("two_choices:choices", "give PARAM=VALUE"),
        ("random:seed=3", "the seed of all is --seed S"),
        ("hashed:partitioner=tea", "no algorithm is named 'tea'"),
        ("hashed:points=tea", "points: 'tea' is not a whole number"),
        ("bounded_loads:factor=0.5", "factor is a number from 1"),
        ("bounded_loads:partitioner=jump", "jump keeps none"),
    ],
)
def test_balancers_that_cannot_be_are_refused(text: str, says: str) -> None:
    with pytest.raises(BadUse, match=says):
        contestants([text])


def test_times_of_a_file_and_its_wrong_lines(tmp_path: Path) -> None:
    path = tmp_path / "times.txt"
    path.write_text("\n".join(map(str, range(5, 205))))
    assert times_of(path)[:2].tolist() == [1.0, 2.0]
    for text, says in (
        ("1\n2\ntea\n", "line 3: 'tea' is no time in seconds"),
        ("1\n2\n1.5\n", "line 3: 1.5 stands after 2"),
        ("1\nnan\n", "line 2: 'nan' is no time"),
        ("1\n" * 200, "200 times; give at least 100 that are not all the same"),
        ("1\n2\n", "has 2 times"),
    ):
        other = tmp_path / f"{abs(hash(text))}.txt"
        other.write_text(text)
        with pytest.raises(BadUse, match=says):
            times_of(other)
    with pytest.raises(BadUse, match="cannot be read"):
        times_of(tmp_path / "nowhere")


def test_a_trace_gives_its_own_gaps(tmp_path: Path) -> None:
    path = tmp_path / "times.txt"
    path.write_text("\n".join(str(i + (i % 2) * 0.9) for i in range(400)))
    traffic = Traffic.drawn(RequestsParameters(arrivals=f"file:{path}", requests=300), 0)
    assert len(traffic.gaps) == 300
    assert traffic.gaps.mean() == pytest.approx(1)
    assert traffic.gaps[1] / traffic.gaps[2] == pytest.approx(19)
