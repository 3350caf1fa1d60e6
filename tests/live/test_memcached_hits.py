"""Requests through pymemcache onto memcached servers: their own counts of hits are those of the simulation.

The servers have room for all, and nothing is evicted, so that memcached's policy has no part in it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from algorithms import create
from experiments.cache.simulation import Nodes, Pool, moved
from experiments.workloads import parse
from live.asking import Memcache, holders
from live.place import HOST, Place, missing
from live.servers import Memcached

REQUESTS, ITEMS, SERVERS = 6000, 800, 4


def test_hits_and_movement_are_those_of_the_simulation(place: Place) -> None:
    """Three servers, and a fourth from half of the requests on."""
    try:
        from pymemcache.client.hash import HashClient
    except ImportError:
        missing("pymemcache is not here", "python3-pymemcache")
    ports = Memcached(place, SERVERS).ports
    names = [f"{HOST}:{port}" for port in ports]
    source = parse(f"zipf:0.9:{ITEMS}")
    keys, requests = np.unique(source.ids(0, 3, REQUESTS), return_inverse=True)
    texts = [b"user:%d" % key for key in keys]
    half = REQUESTS // 2

    before = create("pymemcache", names[:-1])
    after = before.copy()
    after.add_node(names[-1])
    first, then = (
        Nodes(each, np.array([names.index(name) for name in each.lookup_many(texts)], dtype=np.int32))
        for each in (before, after)
    )
    pool = Pool("lru", requests.astype(np.int32), first, float(ITEMS), SERVERS)
    pool.run(half)
    pool.change(then)
    pool.run(REQUESTS)
    placed = np.where(np.arange(REQUESTS) < half, first.placed[requests], then.placed[requests])
    simulated = np.bincount(placed[pool.hits], minlength=SERVERS).tolist()

    client = HashClient([(HOST, port) for port in ports[:-1]])

    def through(part: np.ndarray) -> list[int]:
        """Send requests through the client, and return how many were hits by each server's own count."""
        earlier = _stats(ports, "get_hits")
        for key in part:
            if client.get(texts[key].decode()) is None:  # of bytes it would hash the repr
                client.set(texts[key].decode(), b"1", noreply=False)
        return [now - then for now, then in zip(_stats(ports, "get_hits"), earlier, strict=True)]

    counted = through(requests[:half])
    seen = np.unique(requests[:half])
    holding = holders(dict(zip(names, ports, strict=True)), [texts[key] for key in seen])
    assert holding == [names[bucket] for bucket in first.placed[seen]]
    client.add_server((HOST, ports[-1]))
    counted = [sum(both) for both in zip(counted, through(requests[half:]), strict=True)]
    assert _stats(ports, "evictions") == [0] * SERVERS
    assert counted == simulated

    # what the new server has are the keys that moved to it and were asked for since
    again = np.unique(requests[half:])
    moving = moved(first, then)
    assert set(then.placed[moving].tolist()) == {SERVERS - 1}
    assert _stats(ports, "curr_items")[-1] == moving[again].sum()
    assert 0.1 < moving.mean() < 0.4
    client.close()


def _stats(ports: Sequence[int], what: str) -> list[int]:
    """Return a number that each server keeps."""
    numbers = []
    for port in ports:
        with Memcache(port) as server:
            numbers.append(int(server.stats()[what]))
    return numbers
