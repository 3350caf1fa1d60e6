"""Targets of compiled loops: hashes to buckets, one thread and two; building and adding a node."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Node, Partitioner, create
from experiments.buffers import aligned
from experiments.harness.engine import Engine
from experiments.harness.parameters import available_threads
from experiments.harness.stopwatch import copy_competitor
from experiments.peers import Task, peers
from experiments.seeds import derive
from experiments.targets.goals.goal import ANY, AVX2, AVX512, Goal, Pair, Setting, faster, slower
from experiments.workloads.draws import words

__all__ = ["KERNELS", "SLOW_ROUNDS", "Fresh", "beside", "placing"]

SLOW_ROUNDS = 7
"""Rounds of what takes a second: the fewest that give a median its interval, and one."""


class Fresh:
    """Hashes in one place, which are others whenever that is asked for: the same for all targets.

    Parameters
    ----------
    setting
        Has the seed.
    count
        How many.
    """

    def __init__(self, setting: Setting, count: int) -> None:
        self.hashes = aligned(count, np.uint64)
        self._seed = derive(setting.seed, "targets")
        self._turns = itertools.count()
        self.renew()

    def renew(self) -> None:
        """Write the next ones."""
        words(self._seed, next(self._turns) * len(self.hashes), len(self.hashes), self.hashes)


def placing(partitioner: Partitioner[Any], hashes: NDArray[np.uint64]) -> Callable[[], object]:
    """Return the call that places some hashes, once made."""
    out = aligned(len(hashes), np.int32)
    partitioner._assign(hashes, out)
    return partial(partitioner._assign, hashes, out)


def _beside_copy(algorithm: str, n: int, setting: Setting) -> Pair:
    fresh, copy = Fresh(setting, setting.keys), copy_competitor(setting.keys)
    return Pair(placing(create(algorithm, n), fresh.hashes), copy.fresh(), slower, refresh=fresh.renew)


def beside(peer_name: str, partitioner: Partitioner[Any], slow: bool, setting: Setting) -> Pair | str:
    """Pair a partitioner with the peer of a name, whose placement is checked first."""
    one = next(known for known in peers(libraries=False) if known.name == peer_name)
    reason = one.missing(len(partitioner.nodes))
    if reason is not None:
        return reason
    fresh = Fresh(setting, setting.keys)
    theirs = one.calls(Task([], partitioner), fresh.hashes)(fresh.hashes)
    ours, most = placing(partitioner, fresh.hashes), SLOW_ROUNDS if slow else 10**6
    return Pair(ours, theirs, faster, most, refresh=fresh.renew)


def _beside(peer_name: str, algorithm: str, n: int, slow: bool, setting: Setting) -> Pair | str:
    return beside(peer_name, create(algorithm, n), slow, setting)


def _rendezvous(n: int, setting: Setting) -> Pair:
    keys = _fewer(n, setting).keys
    fresh = Fresh(setting, keys)
    ours = placing(create("rendezvous", n), fresh.hashes)
    return Pair(ours, None, lambda spent: spent[0] / keys / n, refresh=fresh.renew)


def _fewer(n: int, setting: Setting) -> Setting:
    """Return a setting in which the pairs of node and key are as many for any n."""
    return replace(setting, keys=max(1, setting.keys * 100 // n))


def _bidding_beside(peer_name: str, n: int, setting: Setting) -> Pair | str:
    return beside(peer_name, create("rendezvous", n), False, _fewer(n, setting))


def _spread(n: int) -> list[Node]:
    """Return nodes of weights within 1:100, equally spread on a log axis."""
    return [Node(f"node-{i}", round(100 ** (i * 7919 % n / n), 3)) for i in range(n)]


def _doubled(n: int) -> list[Node]:
    """Return nodes of weights 1, 2, 4 and 8."""
    return [Node(f"node-{i}", float(2 ** (i * 7919 % n % 4))) for i in range(n)]


def _weighing_beside(nodes: Callable[[int], list[Node]], n: int, setting: Setting) -> Pair | str:
    fewer = _fewer(10 * n, setting)  # a logarithm for each node and key takes long
    return beside("C loop of rendezvous", create("rendezvous", nodes(n)), True, fewer)


def _weighted(n: int, setting: Setting) -> Pair:
    fresh = Fresh(setting, _fewer(n, setting).keys)
    weighted, alike = (placing(create("rendezvous", nodes), fresh.hashes) for nodes in (_spread(n), n))
    return Pair(weighted, alike, slower, refresh=fresh.renew)


def _threads(algorithm: str, n: int, setting: Setting) -> Pair | str:
    if available_threads() < 2:
        return "this machine has one processor"
    partitioner, fresh = create(algorithm, n), Fresh(setting, setting.large_keys)
    hashes, out, parts = fresh.hashes, aligned(setting.large_keys, np.int32), 16
    pieces = [
        (hashes[a:b], out[a:b]) for a, b in pairwise(len(hashes) * i // parts for i in range(parts + 1))
    ]
    engine = Engine(2)

    def place(number: int) -> None:
        partitioner._assign(*pieces[number])

    def ours() -> list[None]:
        return list(engine.map(place, parts))

    return Pair(ours, placing(partitioner, hashes), faster, SLOW_ROUNDS, engine.close, fresh.renew)


def _build(setting: Setting) -> Pair:
    make = partial(create, "ring", 1000, points=160)
    make().assign(Fresh(setting, 1).hashes)
    return Pair(make, None, _milliseconds)


def _add(setting: Setting) -> Pair:
    ring = create("ring", 1000, points=160)

    def add() -> None:
        ring.copy().add_node("newcomer")

    add()
    return Pair(add, None, _milliseconds)


def _milliseconds(spent: Sequence[int]) -> float:
    return spent[0] / 1e6


KERNELS = (
    Goal("key-range", "key_range, n = 1000: times the copy loop", "×", True, {ANY: 1.3},
         partial(_beside_copy, "key_range", 1000)),
    Goal("modulo", "modulo, n = 1000: faster than a compiled % loop", "×", False, {ANY: 5},
         partial(_beside, "% loop", "modulo", 1000, False)),
    Goal("ring-160000", "ring, 160,000 points: faster than an index by top bits in C -O3", "×", False,
         {ANY: 1.8}, partial(_beside, "C loop of ring", "ring", 1000, False)),
    Goal("ring-1e7", "ring, 10,000,000 points: faster than an index by top bits in C -O3", "×", False,
         {ANY: 1.8}, partial(_beside, "C loop of ring", "ring", 62_500, True)),
    *(
        Goal(f"jump-{n}", f"jump, n = {n:,}: faster than the paper's loop in C -O3", "×", False,
             {AVX512: 8, AVX2: 4.5}, partial(_beside, "C -O3 loop", "jump", n, False))
        for n in (16, 1000, 100_000)
    ),
    *(
        Goal(f"jump-{n}-vectors", f"jump, n = {n:,}: faster than vectors by hand in C", "×", False,
             {AVX512: 1}, partial(_beside, "C vectors of jump", "jump", n, False))
        for n in (16, 1000, 100_000)
    ),
    *(
        Goal(f"rendezvous-{n}", f"rendezvous, n = {n:,}: a node and key", "ns", True, {AVX512: bound},
             partial(_rendezvous, n))
        for n, bound in ((100, 0.23), (1000, 0.17))
    ),
    *(
        Goal(f"rendezvous-{n}-{kind}", f"rendezvous, n = {n:,}: faster than {what}", "×", False, bounds,
             partial(_bidding_beside, peer_name, n))
        for kind, what, peer_name, bounds in (
            ("loop", "the same rule in C -O3", "C loop of rendezvous", {AVX512: 4, AVX2: 2}),
            ("vectors", "vectors by hand in C", "C vectors of rendezvous", {ANY: 1}),
        )
        for n in (100, 1000)
    ),
    *(
        Goal(f"weighted-{n}", f"weighted rendezvous, n = {n:,}, weights 1 to 100: times without weights", "×",
             True, {ANY: 3}, partial(_weighted, n))
        for n in (100, 1000)
    ),
    *(
        Goal(f"threads-{algorithm}", f"two threads, {algorithm}, n = {n:,}: faster than one", "×", False,
             {ANY: 1.8}, partial(_threads, algorithm, n), threads=2)
        for algorithm, n in (("ring", 100), ("jump", 1000), ("rendezvous", 100))
    ),
    *(
        Goal(f"{name}-{n}-loop", f"rendezvous, n = {n:,}, weights {what}: faster than with log() in C", "×",
             False, {ANY: bound}, partial(_weighing_beside, nodes, n))
        for name, what, nodes, bound in (
            ("weighted", "1 to 100", _spread, 5), ("doubled", "1, 2, 4, 8", _doubled, 15)
        )
        for n in (100, 1000)
    ),
    Goal("build", "building a ring of 1000 x 160", "ms", True, {ANY: 12}, _build),
    Goal("add", "adding one node to it, swap included", "ms", True, {ANY: 6}, _add),
)  # fmt: skip
