"""What the benchmarks are given: fixed sizes, hashes and texts that depend on nothing else in the project."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Capability, Partitioner, create, spec_of
from algorithms.hashing.columns import Strings

if TYPE_CHECKING:
    from algorithms.interface.balancer import Balancer

KEYS = 1 << 17
"""Keys of a batch: one call takes 0.1 ms and more, well above what a clock resolves."""

FEW_KEYS = 1 << 14
"""Keys of a batch of texts, as some hash functions take a microsecond for one."""

SINGLE_KEYS = 1000
"""Keys that are looked up one by one."""

PLACEMENTS = 1 << 20
"""Keys whose placement is tracked."""

NODES = (16, 1000)

SINGLE_NODES = 100
"""Nodes where keys are looked up one by one."""

SERVERS = 16
"""Servers on which requests are opened, and caches."""

EVENT_NODES = 16
"""Nodes before the events whose movement is tracked."""

LENGTHS = (8, 21, 64, 200)
"""Bytes of a text: an id, a name with its prefix, a hexadecimal digest, a path."""

EVENTS = ("add:1", "double", "remove:last", "remove:middle", "replace", "weight:2")

_GAMMA, _FIRST, _SECOND = (np.uint64(x) for x in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


class Timed:
    """How long asv goes on: two rounds over the suite, in each 3 to 15 calls of a case or 0.3 s of them.

    `setup` goes before every call, and ends with an untimed one, so that none is the first of its kind; keys
    of lookups are others in each call, as caches and branch predictors know those that were asked for. What
    counts is the processor's time, so that other work on the machine does not: all of this is computing, on
    one thread.
    """

    timer = staticmethod(time.process_time)

    rounds = 2
    repeat = (3, 15, 0.3)
    warmup_time = 0.0

    def renew(self) -> None:
        """Have other keys, outside the clock; not where what is timed does not depend on which they are."""


def words(count: int, first: int = 0) -> NDArray[np.uint64]:
    """Return outputs of SplitMix64 with seed 0, from the first on: hashes of keys nobody has to hash.

    Examples
    --------
    >>> hex(words(1)[0]), hex(words(1, 2)[0])
    ('0xe220a8397b1dcdaf', '0x6c45d188009454f')
    """
    z = np.arange(first + 1, first + count + 1, dtype=np.uint64) * _GAMMA
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return z ^ (z >> np.uint64(31))


def hashes_for(placing: Partitioner[Any] | Balancer[Any], count: int, first: int = 0) -> NDArray[np.uint64]:
    """Return as many words, cut to the width that a partitioner places: `_assign` checks nothing.

    Examples
    --------
    >>> from algorithms import create
    >>> hex(hashes_for(create("jump", 2), 1)[0]), hex(hashes_for(create("jump", 2, hash_bits=32), 1)[0])
    ('0xe220a8397b1dcdaf', '0xe220a839')
    """
    return words(count, first) >> np.uint64(64 - placing.hash_bits)


def texts(count: int, length: int, turn: int = 0) -> Strings:
    """Return texts of equal length, of the letters a to p; others in each turn.

    Examples
    --------
    >>> texts(2, 5).tolist()
    [b'pnnlj', b'iacef']
    """
    size = -(-count * length // 8)
    random = words(size, turn * size).astype("<u8").view(np.uint8)[: count * length]
    return Strings(
        (random & np.uint8(15)) + np.uint8(ord("a")), np.arange(count + 1, dtype=np.int64) * length
    )


def partitioner(algorithm: str, nodes: int) -> Partitioner[Any]:
    """Return an algorithm with its default parameters.

    Examples
    --------
    >>> len(partitioner("jump", 16).nodes)
    16
    """
    known(algorithm)
    return create(algorithm, nodes)


def balancers() -> tuple[str, ...]:
    """Return the balancers of the build under test; one that it lacks where it has none."""
    try:
        from algorithms.balancing import balancer_names
    except ImportError:
        return ("round_robin",)
    return balancer_names()


def policies() -> tuple[str, ...]:
    """Return the policies of caches of the build under test; one that it lacks where it has none."""
    try:
        from experiments.caching.replay import POLICIES
    except ImportError:
        return ("lru",)
    return tuple(POLICIES)


def balancer(name: str) -> Balancer[Any]:
    """Return a balancer with its default parameters; NotImplementedError where the build does not have it.

    Examples
    --------
    >>> len(balancer("two_choices").nodes)
    16
    """
    try:
        from algorithms.balancing import create_balancer
    except ImportError as missing:
        raise NotImplementedError(f"this build has no balancers: {missing}") from missing
    if name not in balancers():
        raise NotImplementedError(f"this build has no balancer {name!r}")
    return create_balancer(name, SERVERS)


def known(algorithm: str) -> None:
    """Raise NotImplementedError when the build under test does not have an algorithm."""
    from algorithms import names

    if algorithm not in names():
        raise NotImplementedError(f"this build has no algorithm {algorithm!r}")


def able(algorithm: str, event: str) -> None:
    """Raise NotImplementedError, with the reason, when an algorithm cannot make an event.

    Examples
    --------
    >>> able("jump", "remove:last")
    >>> able("jump", "weight:2")
    Traceback (most recent call last):
        ...
    NotImplementedError: jump cannot do weight:2: ...
    """
    known(algorithm)
    needed = {
        "remove:last": (Capability.REMOVES_ANY, Capability.REMOVES_LAST),
        "remove:middle": (Capability.REMOVES_ANY,),
        "replace": (Capability.REMOVES_ANY, Capability.REMOVES_LAST),
        "weight:2": (Capability.WEIGHTED,),
    }
    anyone_of = needed.get(event, ())
    spec = spec_of(algorithm)
    if anyone_of and not spec.capabilities & set(anyone_of):
        said = (spec.lacks[one] for one in anyone_of if one in spec.lacks)
        reason = next(said, f"it does not declare {anyone_of[0].name}")
        raise NotImplementedError(f"{algorithm} cannot do {event}: {reason}")
