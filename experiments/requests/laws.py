"""What theory says of a balancer's response times and queues, where it says anything."""

from __future__ import annotations

import math
from dataclasses import dataclass

from experiments.theory import queues

from .parameters import NO_LIMIT, RequestsParameters
from .traffic import BURSTY, CV_SQUARED

__all__ = ["Law", "law_of", "tail_of"]

IN_TURN = ("round_robin", "smooth_weighted", "earliest_deadline")
QUANTILES = {"p50": 0.5, "p99": 0.99, "p999": 0.999}


@dataclass(frozen=True)
class Law:
    """The law of a response.

    Parameters
    ----------
    name
        Of the queue.
    mean
        Milliseconds.
    exponential
        Whether the response is distributed exponentially, so that its quantiles are known too.
    limit
        Whether it is the law of very many servers.
    """

    name: str
    mean: float
    exponential: bool = False
    limit: bool = False

    def of(self, quantity: str) -> float | None:
        """Return what it says of a column; None where it says nothing."""
        if quantity == "mean":
            return self.mean if math.isfinite(self.mean) else None
        if not self.exponential:
            return None
        return -math.log(1 - QUANTILES[quantity]) * self.mean


def law_of(balancer: str, choices: int, parameters: RequestsParameters, n: int, load: float) -> Law | None:
    """Return the law of equal servers without caches, with nothing else happening; None if unknown."""
    poisson = parameters.arrivals == "poisson"
    if not (poisson or parameters.arrivals == "bursty") or parameters.cluster or load >= 1:
        return None
    if parameters.queue_limit != NO_LIMIT:
        return None
    service, workers, kind = parameters.service_ms, parameters.workers, parameters.service
    rate = n * load / service
    between = queues.hyperexponential(rate, 1.0 if poisson else BURSTY)
    exponential = kind == "exponential"
    if exponential and workers == 1:
        if balancer == "random":
            mean = queues.gi_m_1(queues.renewals_at_random(between, n), service)
            return Law("M/M/1" if poisson else "GI/M/1", mean, exponential=True)
        if balancer in IN_TURN:
            mean = queues.gi_m_1(queues.renewals_in_turn(between, n), service)
            return Law(f"E{n}/M/1" if poisson else "GI/M/1", mean, exponential=True)
        if balancer == "two_choices" and poisson:
            return Law("supermarket", queues.supermarket_mean(load, choices, service), limit=True)
    if balancer == "random" and poisson:
        if exponential:
            return Law(f"M/M/{workers}", queues.m_m_c(workers, load, service))
        if workers == 1:
            name = "M/D/1" if kind == "deterministic" else "M/G/1"
            return Law(name, queues.m_g_1(load, service, CV_SQUARED[kind]))
    return None


def tail_of(law: Law | None, choices: int, load: float, level: int) -> float | None:
    """Return the share of servers with at least so many requests by a law of its response."""
    if law is None or law.name not in ("M/M/1", "supermarket"):
        return None
    return queues.supermarket_tail(load, choices if law.limit else 1, level)
