"""A cluster of Redis itself: who has which slots when redis-cli is done, and which keys."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from algorithms import Partitioner, create
from experiments.plan import read
from experiments.plan.pool import PoolNode
from experiments.plan.systems.redis import SLOTS, rebalanced
from live.asking import NASTY, planned
from live.place import Place
from live.servers import Redis

TAGS = [b"x{user:%d}y" % number for number in range(50)]
KEYS = [*NASTY, b"", b"a\r\nb", b"\0", *TAGS, *(b"user:%d" % number for number in range(150))]


def owners(partitioner: Partitioner[Any]) -> list[str]:
    """Return the master of each slot."""
    return partitioner.nodes.names_of(partitioner.assign(np.arange(SLOTS, dtype=np.uint64))).tolist()


def test_slots_and_keys_are_where_plan_says(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    redis = Redis(place)
    nodes = redis.start(6)
    redis.cluster("create", *nodes)

    def dumped(name: str) -> Path:
        path = place.write(name, redis.nodes(redis.ports[0]))
        assert planned(capsys, path, KEYS, folder=place.directory) == redis.master(redis.ports[0], KEYS)
        return path

    before = read(str(dumped("before.txt"))).pool()
    assert owners(before.partitioner) == owners(create("redis_cluster", nodes))

    (newcomer,) = redis.start(1)
    redis.cluster("add-node", newcomer, nodes[0])
    redis.cluster("rebalance", nodes[0], "--cluster-use-empty-masters")
    after = read(str(dumped("after.txt"))).pool()
    shards = read(str(place.write("shards.json", redis.shards(redis.ports[0])))).pool()
    assert after.to(shards).moved == 0
    assert shards.which(KEYS) == after.which(KEYS)
    edited = replace(before.pool, nodes=(*before.nodes, PoolNode(newcomer)))
    predicted: Counter[str] = Counter()
    for first, last, name in rebalanced(before.pool, edited, {}):
        predicted[name] += last - first + 1
    assert Counter(owners(after.partitioner)) == predicted
    change = before.to(after, keys=KEYS)
    assert change.moved == change.minimum == Fraction(predicted[newcomer], SLOTS)
    assert predicted[newcomer] == SLOTS - 6 * (SLOTS // 7)
