"""What is observed of a simulation that has run: responses, queues, work, and their course over time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms.interface.balancer import Balancer

from .parameters import INTERVALS, NO_RESPONSE
from .simulation import EVERY, LOST, REFUSED, Simulation

__all__ = ["levels", "lines", "seen"]


def seen(simulation: Simulation, first: int, last: int, balancer: Balancer[Any]) -> dict[str, Any]:
    """Return the statistics of the requests from one to another."""
    servers = simulation.servers
    responses, where = servers.responses[first:last], servers.where[first:last]
    there = responses[~np.isnan(responses)]
    p50, p99, p999 = np.quantile(there, (0.5, 0.99, 0.999)) if len(there) else (None,) * 3
    looks = looks_of(simulation, first, last)
    return {
        "mean": there.mean() if len(there) else None,
        "p50": p50,
        "p99": p99,
        "p999": p999,
        "largest": int(looks[:, 0].max()) if len(looks) else None,
        **work_of(simulation, first, last),
        "imbalance": (looks[:, 0] - looks[:, 1] / len(balancer.nodes)).mean() if len(looks) else None,
        "uneven": uneven(simulation, where),
        "refused": float((where == REFUSED).mean()),
        "lost": int((servers.where == LOST).sum()),
        "hits": float(servers.hits[first:last].mean()),
    }


def looks_of(simulation: Simulation, first: int, last: int) -> NDArray[np.float64]:
    """Return what those requests saw of all servers that looked."""
    return simulation.servers.seen[-(-first // EVERY) : -(-last // EVERY)].astype(np.float64)


def levels(simulation: Simulation, first: int, last: int) -> dict[str, float]:
    """Return the shares of servers with at least 1 ... `LEVELS` requests."""
    looks = looks_of(simulation, first, last)
    shares = looks[:, 2:].mean(axis=0) / len(simulation.balancer.nodes) if len(looks) else ()
    return {f"at_least_{level}": float(share) for level, share in enumerate(shares, start=1)}


def work_of(simulation: Simulation, first: int, last: int) -> dict[str, float | None]:
    """Return how much of the time of the busiest server its requests would take, and that over the mean.

    Above 1 its queue grows.
    """
    servers, arrivals = simulation.servers, simulation.arrivals
    span = arrivals[last - 1] - arrivals[first]
    where = servers.where[first:last]
    there = where >= 0
    if not there.any() or span <= 0:
        return {"busiest": None, "work": None}
    work = simulation.services[first:last] * np.where(servers.hits[first:last], simulation.hit, 1.0)
    sums = np.bincount(where[there], weights=work[there], minlength=len(servers.speed)) / servers.speed
    mean = sums[simulation.balancer.nodes.buckets()].mean()
    return {"busiest": float(sums.max() / span / servers.free.shape[1]), "work": float(sums.max() / mean)}


def uneven(simulation: Simulation, where: NDArray[np.int32]) -> int:
    """Return the most requests that a server was sent, less the fewest."""
    counts = np.bincount(where[where >= 0], minlength=len(simulation.servers.speed))
    there = counts[simulation.balancer.nodes.buckets()]
    return int(there.max() - there.min())


def lines(simulation: Simulation) -> dict[str, str | None]:
    """Return the response that 99 % stay below, and the hit rate, by `INTERVALS` equal parts of the time."""
    servers, arrivals = simulation.servers, simulation.arrivals
    ends = np.searchsorted(arrivals, np.linspace(0, arrivals[-1], INTERVALS + 1)[1:-1])
    p99, hits = [], []
    for responses, hit in zip(np.split(servers.responses, ends), np.split(servers.hits, ends), strict=True):
        there = responses[~np.isnan(responses)]
        p99.append(f"{np.quantile(there, 0.99):.3g}" if len(there) else NO_RESPONSE)
        hits.append(f"{hit.mean():.3g}" if len(hit) else NO_RESPONSE)
    return {"p99_line": " ".join(p99), "hits_line": " ".join(hits) if servers.limits[1] else None}
