"""Plain readings of cache policies, and of caches on nodes that keys are sent to."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Protocol

__all__ = ["PLAIN", "PlainLru", "PlainSieve", "plain_hits"]


class PlainCache(Protocol):
    def __init__(self, room: int) -> None: ...

    def ask(self, key: Hashable) -> bool: ...


class PlainLru:
    """Least recently used goes first: an OrderedDict whose end is the newest."""

    def __init__(self, room: int) -> None:
        self.room, self.entries = room, OrderedDict[Hashable, None]()

    def ask(self, key: Hashable) -> bool:
        if key in self.entries:
            self.entries.move_to_end(key)
            return True
        if len(self.entries) == self.room:
            self.entries.popitem(last=False)
        self.entries[key] = None
        return False


class PlainSieve:
    """SIEVE: a list whose end is the newest, and a hand that goes from old to new and begins again."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.order: list[Hashable] = []
        self.asked: dict[Hashable, bool] = {}
        self.hand: Hashable | None = None

    def ask(self, key: Hashable) -> bool:
        if key in self.asked:
            self.asked[key] = True
            return True
        if len(self.order) == self.room:
            self._evict()
        self.order.append(key)
        self.asked[key] = False
        return False

    def _evict(self) -> None:
        place = 0 if self.hand is None else self.order.index(self.hand)
        while self.asked[self.order[place]]:
            self.asked[self.order[place]] = False
            place = (place + 1) % len(self.order)
        self.hand = self.order[place + 1] if place + 1 < len(self.order) else None
        del self.asked[self.order.pop(place)]


PLAIN: Mapping[str, Callable[[int], PlainCache]] = {"lru": PlainLru, "sieve": PlainSieve}


def plain_hits(
    policy: str,
    requests: Sequence[Hashable],
    phases: Sequence[tuple[int, Mapping[Hashable, str]]],
    room: int,
) -> list[bool]:
    """Return which requests are hits: each phase says from which request on which node has which key.

    A node that no key of the phase before could be sent to is empty, since nobody else has its name.
    """
    caches: dict[str, PlainCache] = {}
    hits = []
    for number, (first, nodes) in enumerate(phases):
        names = set(nodes.values())
        caches = {name: caches.get(name) or PLAIN[policy](room) for name in sorted(names)}
        end = phases[number + 1][0] if number + 1 < len(phases) else len(requests)
        hits += [caches[nodes[key]].ask(key) for key in requests[first:end]]
    return hits
