"""The measurement: repetitions of requests through one balancer, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms.errors import ShardlabError
from algorithms.interface.balancer import Balancer
from experiments import workloads
from experiments.harness.experiment import Case, Context, Measured
from experiments.inference.warmup import mser
from experiments.options.errors import BadUse
from experiments.seeds import derive
from experiments.workloads import Workload, chunks_of

from .contestants import Contestant, contestants
from .observations import levels, lines, seen
from .parameters import EVENTS, FILE, RequestsParameters
from .simulation import LEVELS, Simulation
from .traffic import Traffic, times_of

SEEN = (
    "requests", "warmup", "mean", "p50", "p99", "p999", "largest", "imbalance", "busiest", "work", "uneven",
    "refused", "lost", "hits", "p99_line", "hits_line",
    *(f"at_least_{level}" for level in range(1, LEVELS + 1)),
)  # fmt: skip

DIGITS = 6
"""Significant digits of what is kept of a repetition; repetitions differ in the second or third."""

MOST_CELLS = 1 << 28
"""Entries by server and key that caches are looked up in."""


def inputs(parameters: RequestsParameters) -> Sequence[Path]:
    """Return the files that the rows depend on."""
    files = [path for text in parameters.workload for path in workloads.parse(text).inputs]
    files += [Path(parameters.cluster)] if parameters.cluster else []
    if parameters.arrivals.startswith(FILE):
        files.append(Path(parameters.arrivals.removeprefix(FILE)))
    return files


def cases(parameters: RequestsParameters) -> Sequence[Case]:
    """Return a case for each row; bad use is found here, before anything is written."""
    compared = contestants(parameters.balancers)
    if parameters.arrivals.startswith(FILE):
        times_of(Path(parameters.arrivals.removeprefix(FILE)))
    (source,) = map(workloads.parse, parameters.workload)
    if max(parameters.cache) and (max(parameters.nodes) + 1) * parameters.requests > MOST_CELLS:
        raise BadUse(
            f"--cache: {parameters.requests:,} requests over {max(parameters.nodes):,} servers are too many "
            f"for caches: together at most {MOST_CELLS:,}; give fewer of one"
        )
    return [
        Case(
            f"{n}|{cache}|{scenario}|{load:g}|{one.label}",
            {
                "contestant": one,
                "n": n,
                "scenario": scenario,
                "load": load,
                "source": source,
                "cache": cache,
            },
        )
        for n in parameters.nodes
        for cache in parameters.cache
        for scenario in parameters.scenario
        if cache == parameters.cache[0] or scenario == "steady"
        for load in (parameters.load if scenario != "burst" else (1.0,))
        for one in compared
    ]


def measure(case: Case, parameters: RequestsParameters, context: Context) -> Measured:
    """Simulate the repetitions, each on a thread; or say why the balancer cannot have these nodes."""

    def one(number: int) -> dict[str, Any]:
        return repetition(case.arguments, parameters, number)

    return Measured(list(context.engine.map(one, parameters.repetitions, progress=context.chunks_done)))


def repetition(asked: Mapping[str, Any], parameters: RequestsParameters, number: int) -> dict[str, Any]:
    """Return the row of one repetition."""
    one: Contestant = asked["contestant"]
    n, scenario, load, cache = (asked[name] for name in ("n", "scenario", "load", "cache"))
    common = {
        "n": n, "cache": cache, "scenario": scenario, "load": None if scenario == "burst" else load,
        "algorithm": one.name, "label": one.label, "repetition": number,
    }  # fmt: skip
    members = parameters.members
    try:
        balancer = one.build(
            n if members is None else members.prefixed(""), derive(parameters.seed, "draws", number) >> 32
        )
        if scenario == "burst":
            seen = burst(balancer, parameters, asked["source"], number)
        else:
            seen = simulated(balancer, parameters, asked["source"], number, scenario, load, cache)
    except ShardlabError as error:
        return {**common, **dict.fromkeys(SEEN), "cannot": str(error)}
    return {**common, **{name: short(value) for name, value in seen.items()}}


def short(value: Any) -> Any:
    """Return a float with `DIGITS` significant digits, and all else as it is."""
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def hashes_of(
    balancer: Balancer[Any], parameters: RequestsParameters, source: Workload, number: int, count: int
) -> NDArray[np.uint64]:
    """Return the hashes of the keys of so many requests, by the function of the balancer's partitioner."""
    placing = balancer._flight.placing
    chunks = chunks_of(source.available(count))
    seed = derive(parameters.seed, "keys", source.text, number)
    parts = []
    for chunk, size in enumerate(chunks):
        if placing is None:
            parts.append(source.hashes(chunk, seed=seed, hash="xxh64", limit=size))
        else:
            parts.append(source.hashes_for(placing, chunk, seed=seed, limit=size))
    whole = np.concatenate(parts)
    return whole if len(whole) >= count else np.resize(whole, count)  # a file that ends begins again


def burst(
    balancer: Balancer[Any], parameters: RequestsParameters, source: Workload, number: int
) -> dict[str, Any]:
    """Return the most requests at a server of as many at once as there are servers."""
    count = len(balancer.nodes)
    balancer.open_many(hashes_of(balancer, parameters, source, number, count))
    return {**dict.fromkeys(SEEN), "requests": count, "largest": max(balancer.in_flight.values())}


def simulated(
    balancer: Balancer[Any],
    parameters: RequestsParameters,
    source: Workload,
    number: int,
    scenario: str,
    load: float,
    cache: int,
) -> dict[str, Any]:
    """Return what came of the requests of one repetition."""
    traffic = Traffic.drawn(parameters, number)
    services = np.ones_like(traffic.services) if scenario == "equal" else traffic.services
    weights = balancer.nodes.weights()
    mean = parameters.service_ms
    arrivals = traffic.arrivals(load * sum(weights) * parameters.workers / mean)
    count = len(arrivals)
    simulation = Simulation(
        balancer,
        arrivals,
        services * mean,
        hashes_of(balancer, parameters, source, number, count),
        workers=parameters.workers,
        room=parameters.room,
        cache=cache,
        hit=parameters.hit,
        most=balancer.nodes.top + 1,
    )
    first, last = happen(simulation, scenario, parameters.slow)
    responses = simulation.servers.responses
    warmup = 0
    if first == 0:
        warmup = mser(np.nan_to_num(responses[first:last]))
        first = warmup
    found = seen(simulation, first, last, balancer)
    if scenario == "steady" and not cache:
        found |= levels(simulation, first, last)
    if scenario in EVENTS:
        found |= lines(simulation)
    return {**dict.fromkeys(SEEN), "requests": last - first, "warmup": warmup, **found}


def happen(simulation: Simulation, scenario: str, slow: float) -> tuple[int, int]:
    """Run the requests with what happens meanwhile; return the first and the last one that are looked at."""
    arrivals, count = simulation.arrivals, len(simulation.arrivals)
    first, last = 0, count
    node = simulation.balancer.nodes[int(simulation.balancer.nodes.buckets()[0])]
    if scenario == "slow":
        simulation.servers.speed[simulation.balancer.nodes.bucket_of(node.name)] /= slow
    elif scenario == "lost":
        first, last = count // 3, 2 * count // 3
        simulation.run(float(arrivals[first]))
        simulation.lose(node.name, float(arrivals[first]))
        simulation.run(float(arrivals[last]))
        simulation.join(node.name, node.weight, float(arrivals[last]))
    elif scenario == "added":
        first = count // 2
        simulation.run(float(arrivals[first]))
        simulation.join("added", 1.0, float(arrivals[first]))
    simulation.run()
    return first, last
