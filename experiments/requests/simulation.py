"""The simulation: requests come, a balancer sends each to a server, which serves them in their order.

A server works on up to c requests at a time, so a request's departure is known when it comes: the worker that
is free first takes it. What is left of a discrete-event simulation is one heap of departures, at which the
balancer is told. The loop is compiled anew for each balancer, with its two steps inside.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.interface.balancer import Balancer
from algorithms.machinery.heaps import Heap, empty_heap, first_out, put
from algorithms.machinery.kernel import kernel
from algorithms.machinery.traces import Calls
from experiments.caching.recency import Caches, cached, empty_caches

__all__ = ["EVERY", "LEVELS", "LOST", "REFUSED", "Servers", "Simulation"]

LEVELS = 6
"""Shares of servers with at least 1 ... so many requests are kept."""

EVERY = 16
"""Of so many requests one looks at all servers when it comes."""

REFUSED, LOST = -1, -2

CHUNK = 1 << 14


class Servers(NamedTuple):
    """The servers by bucket, the departures to come, and what becomes of each request.

    ``free`` says when each worker is free, ``where`` which bucket has a request, or `REFUSED` or `LOST`.
    ``limits`` are (2,): requests that a server can have, and entries of its cache. ``seen`` has a row for
    each request that looks at all servers: the most requests at one, how many in all, and how many servers
    have at least 1 ... `LEVELS`.
    """

    free: NDArray[np.float64]
    speed: NDArray[np.float64]
    heap: Heap
    where: NDArray[np.int32]
    responses: NDArray[np.float64]
    hits: NDArray[np.bool_]
    limits: NDArray[np.int64]
    seen: NDArray[np.int32]


@kernel
def look(in_flight: NDArray[np.int64], seen: NDArray[np.int32]) -> None:
    """Write what a request sees of all servers when it comes."""
    for place in range(len(in_flight)):
        count = in_flight[place]
        seen[1] += count
        if count > seen[0]:
            seen[0] = count
        for level in range(min(count, LEVELS)):
            seen[2 + level] += 1


@kernel
def served(servers: Servers, bucket: Any, now: float, work: float) -> float:
    """Return when a request departs that comes now: the worker that is free first takes it."""
    free = servers.free[bucket]
    worker = 0
    for other in range(1, len(free)):
        if free[other] < free[worker]:
            worker = other
    free[worker] = max(now, free[worker]) + work / servers.speed[bucket]
    return float(free[worker])


@lru_cache(maxsize=64)
def loop_of(calls: Calls) -> Any:
    """Return the loop over requests with a balancer's steps inside."""
    opens, closes = calls.opens, calls.closes

    @kernel
    def simulate(
        state: Any,
        in_flight: NDArray[np.int64],
        views: NDArray[np.uint64],
        buckets: NDArray[np.int32],
        places: NDArray[np.int32],
        servers: Servers,
        caches: Caches,
        part: float,
        first: int,
        arrivals: NDArray[np.float64],
        services: NDArray[np.float64],
        keys: NDArray[np.int32],
        until: float,
    ) -> None:
        heap, end = servers.heap, first + len(views)
        for i in range(first, end + 1):
            now = arrivals[i] if i < end else until
            while heap.counts[0] > 0 and heap.keys[0] <= now:
                bucket = servers.where[first_out(heap)]
                if bucket >= 0:
                    place = np.int64(places[bucket])
                    in_flight[place] -= 1
                    closes(state, in_flight, place)
            if i == end:
                break
            if i % EVERY == 0:
                look(in_flight, servers.seen[i // EVERY])
            place = opens(state, in_flight, views[i - first])
            in_flight[place] += 1
            if in_flight[place] > servers.limits[0]:
                in_flight[place] -= 1
                closes(state, in_flight, place)
                servers.where[i] = REFUSED
                servers.responses[i] = np.nan
                continue
            bucket = buckets[place]
            work = services[i]
            if servers.limits[1] > 0 and cached(caches, bucket, keys[i], servers.limits[1]):
                servers.hits[i] = True
                work *= part
            done = served(servers, bucket, now, work)
            servers.where[i] = bucket
            servers.responses[i] = done - now
            put(heap, done, i)

    return simulate


class Simulation:
    """Requests on their way through a balancer and its servers."""

    def __init__(
        self,
        balancer: Balancer[Any],
        arrivals: NDArray[np.float64],
        services: NDArray[np.float64],
        hashes: NDArray[np.uint64],
        *,
        workers: int = 1,
        room: int = 2**62,
        cache: int = 0,
        hit: float = 1.0,
        most: int = 0,
    ) -> None:
        count, top = len(arrivals), max(balancer.nodes.top, most)
        self.balancer, self.arrivals, self.services, self.hashes = balancer, arrivals, services, hashes
        self.hit, self.done = hit, 0
        speed = np.ones(top)
        speed[balancer.nodes.buckets()] = balancer.nodes.weights()
        self.servers = Servers(
            np.zeros((top, workers)),
            speed,
            empty_heap(count + 1),
            np.full(count, LOST, dtype=np.int32),
            np.full(count, np.nan),
            np.zeros(count, dtype=np.bool_),
            np.array([room, cache]),
            np.zeros((-(-count // EVERY), 2 + LEVELS), dtype=np.int32),
        )
        self.keys = np.zeros(count if cache else 1, dtype=np.int32)
        distinct = 1
        if cache:
            values, inverse = np.unique(hashes, return_inverse=True)
            self.keys[:], distinct = inverse, len(values)
        self.caches = empty_caches(top if cache else 1, distinct)

    def run(self, until: float = np.inf) -> None:
        """Go on with all requests that come by a time, and with departures until then."""
        end = int(np.searchsorted(self.arrivals, until, side="right"))
        flight = self.balancer._flight
        loop = loop_of(self.balancer._calls())
        while True:
            stop = min(self.done + CHUNK, end)
            last = stop == end
            loop(
                flight.state,
                flight.in_flight,
                self.balancer._views(self.hashes[self.done : stop]),
                flight.buckets,
                flight.places,
                self.servers,
                self.caches,
                self.hit,
                self.done,
                self.arrivals,
                self.services,
                self.keys,
                until if last else -np.inf,
            )
            self.done = stop
            if last:
                return

    def lose(self, name: str, now: float) -> int:
        """Lose a server with all that it has, and return its bucket."""
        bucket = self.balancer.nodes.bucket_of(name)
        servers = self.servers
        where = servers.where[: self.done]
        gone = (where == bucket) & (self.arrivals[: self.done] + servers.responses[: self.done] > now)
        where[gone] = LOST
        servers.responses[: self.done][gone] = np.nan
        self.balancer.change(remove=[name])
        return bucket

    def join(self, name: str, weight: float, now: float) -> None:
        """Have a server join, idle and with an empty cache."""
        from algorithms import Node

        bucket = self.balancer.add_node(Node(name, weight))
        top = len(self.servers.speed)
        if bucket >= top:
            raise ValueError(f"bucket {bucket} is none of the {top} that were prepared")
        self.servers.free[bucket] = now
        self.servers.speed[bucket] = weight
        if self.servers.limits[1]:
            self.caches.empty(bucket)
