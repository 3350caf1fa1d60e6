"""Requests on servers and on caches: balancers over whole traces and one by one, policies of caches."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from .inputs import KEYS, SERVERS, SINGLE_KEYS, Timed, balancer, balancers, hashes_for, policies, words

LONGEST = 128
"""Requests that are opened while one is in flight, at most: some 64 at a time are."""

CACHED_KEYS, ROOM = 1 << 17, 1024
"""Different keys, and entries of each cache."""


def events(requests: int) -> NDArray[np.int64]:
    """Return of each event whose request it closes, -1 where it opens one; each is opened and closed.

    Examples
    --------
    >>> closing = events(1000)
    >>> len(closing), int((closing < 0).sum()), bool((closing < np.arange(2000)).all())
    (2000, 1000, True)
    """
    first = np.arange(requests)
    lasts = (words(requests) % np.uint64(LONGEST)).astype(np.int64) + 1
    order = np.argsort(np.concatenate([2 * first, 2 * (first + lasts) - 1]), kind="stable")
    place = np.empty(2 * requests, dtype=np.int64)
    place[order] = np.arange(2 * requests)
    closing = np.full(2 * requests, -1, dtype=np.int64)
    closing[place[requests:]] = place[:requests]
    return closing


def cached_keys(turn: int) -> NDArray[np.int32]:
    """Return requests of which few keys have most: each is the fourth power of a uniform number.

    Examples
    --------
    >>> round(float((cached_keys(0) < CACHED_KEYS // 16).mean()), 2)
    0.5
    """
    uniform = words(KEYS, turn * KEYS) / 2.0**64
    return np.minimum(CACHED_KEYS * uniform**4, CACHED_KEYS - 1).astype(np.int32)


class Requests(Timed):
    """131,072 requests opened and closed by a trace, some 64 in flight, on 16 servers."""

    params = balancers()
    param_names: ClassVar = ["balancer"]
    version = "1"
    number_of = KEYS

    def setup(self, name: str) -> None:
        """Build, and run other requests, untimed."""
        self.balancer, self.turn, self.closing = balancer(name), 0, events(KEYS)
        self.out = np.zeros(len(self.closing), dtype=np.int32)
        self.hashes = np.zeros(len(self.closing), dtype=np.uint64)
        self.renew()
        self.time_open_many(name)
        self.renew()

    def renew(self) -> None:
        """Have other hashes."""
        self.hashes[self.closing < 0] = hashes_for(self.balancer, KEYS, self.turn * KEYS)
        self.turn += 1

    def time_open_many(self, name: str) -> None:
        """Run the trace."""
        self.balancer.open_many(self.hashes, closing=self.closing, out=self.out)


class _Single(Timed):
    params = balancers()
    param_names: ClassVar = ["balancer"]
    version = "1"
    number_of = SINGLE_KEYS

    def setup(self, name: str) -> None:
        """Build, and open and close other requests, untimed."""
        self.balancer, self.turn = balancer(name), 0
        self.opened: list[int] = []
        for _ in range(2):
            self.renew()

    def renew(self) -> None:
        """Close what is open, and have other hashes."""
        self._close()
        self.hashes = hashes_for(self.balancer, SINGLE_KEYS, self.turn * SINGLE_KEYS).tolist()
        self.turn += 1

    def _open(self) -> None:
        opens, put = self.balancer.open, self.opened.append
        for one in self.hashes:
            put(opens(one))

    def _close(self) -> None:
        closes = self.balancer.close
        for bucket in self.opened:
            closes(bucket)
        self.opened = []


class SingleOpen(_Single):
    """1000 requests, each opened by a call of its own, on 16 servers."""

    def setup(self, name: str) -> None:
        """Build, and open and close other requests, untimed."""
        super().setup(name)
        self._open()
        self.renew()

    def time_open(self, name: str) -> None:
        """Open them."""
        self._open()


class SingleClose(_Single):
    """1000 requests, each closed by a call of its own, on 16 servers."""

    def renew(self) -> None:
        """Have other requests open."""
        super().renew()
        self._open()

    def time_close(self, name: str) -> None:
        """Close them."""
        self._close()


class Cached(Timed):
    """131,072 requests of 131,072 keys through 16 caches of 1,024 entries."""

    params = policies()
    param_names: ClassVar = ["policy"]
    version = "1"
    number_of = KEYS

    def setup(self, policy: str) -> None:
        """Fill the caches by other requests, untimed."""
        try:
            from experiments.caching.replay import POLICIES, replay
        except ImportError as missing:
            raise NotImplementedError(f"this build has no caches: {missing}") from missing
        self.replay: Any = replay
        self.caches, self.turn = POLICIES[policy].make(SERVERS, CACHED_KEYS), 0
        self.placed = (words(CACHED_KEYS) % np.uint64(SERVERS)).astype(np.int32)
        self.room = np.full(SERVERS, ROOM, dtype=np.int64)
        self.hits = np.zeros(KEYS, dtype=np.bool_)
        self.renew()
        self.time_replay(policy)
        self.renew()

    def renew(self) -> None:
        """Have other requests."""
        self.keys = cached_keys(self.turn)
        self.turn += 1

    def time_replay(self, policy: str) -> None:
        """Send them."""
        self.replay(policy, self.caches, self.keys, self.placed, self.room, self.hits)
