"""Plain readings of the balancers: lists, ints and fractions, from the rules as they are published.

Each has ``open(view)`` and ``close(at)``, where nodes are 0 ... n - 1 and ``view`` is what the rule sees of a
request: its hash, or the order in which the nodes prefer it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

WORD = (1 << 64) - 1


def mix(x: int) -> int:
    """Return Stafford's variant 13 of the finaliser of MurmurHash3."""
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & WORD
    return x ^ (x >> 31)


class Draws:
    """Words number 1, 2, ... of SplitMix64 begun at the mixed seed; a node by its weight from each."""

    def __init__(self, weights: Sequence[float], seed: int) -> None:
        self.weights, self.state, self.count = weights, mix(seed), 0

    def word(self) -> int:
        self.count += 1
        return mix((self.state + self.count * 0x9E3779B97F4A7C15) & WORD)

    def node(self) -> int:
        exact = [Fraction(weight) for weight in self.weights]
        word, total, below = self.word(), sum(exact), Fraction(0)
        for at, weight in enumerate(exact[:-1]):
            below += weight
            if word < int(below * (1 << 64) / total):
                return at
        return len(exact) - 1


class Oracle:
    """What all have: weights, and how many requests each node has in flight."""

    def __init__(self, weights: Sequence[float], seed: int = 0) -> None:
        self.weights = list(weights)
        self.n = len(self.weights)
        self.in_flight = [0] * self.n
        self.draws = Draws(self.weights, seed)

    def open(self, view: Any = None) -> int:
        at = self.pick(view)
        self.in_flight[at] += 1
        self.opened(at)
        return at

    def close(self, at: int) -> None:
        self.in_flight[at] -= 1
        self.closed(at)

    def pick(self, view: Any) -> int:
        raise NotImplementedError

    def opened(self, at: int) -> None:
        pass

    def closed(self, at: int) -> None:
        pass


class RoundRobin(Oracle):
    """In turn through a cycle, in which a node stands as often as its weight says: HAProxy's static map."""

    def __init__(self, weights: Sequence[float], seed: int = 0, start: int = 0) -> None:
        super().__init__(weights, seed)
        whole = [int(weight) for weight in weights]
        common = math.gcd(*whole)
        parts = [weight // common for weight in whole]
        scores = [0] * self.n
        self.cycle = []
        for _ in range(sum(parts)):
            best, highest = -1, 0
            for at, part in enumerate(parts):
                scores[at] += part
                value = int((scores[at] + sum(parts)) / sum(parts))
                if best < 0 or value > highest:
                    best, highest = at, value
            scores[best] -= sum(parts)
            self.cycle.append(best)
        self.turn = start

    def pick(self, view: Any) -> int:
        self.turn += 1
        return self.cycle[(self.turn - 1) % len(self.cycle)]


class SmoothWeighted(Oracle):
    """nginx: all gain their weight, the greatest is taken and pays what all have gained."""

    def __init__(self, weights: Sequence[float], seed: int = 0) -> None:
        super().__init__(weights, seed)
        self.current = [0.0] * self.n

    def step(self, among: Sequence[int]) -> int:
        for at in among:
            self.current[at] += self.weights[at]
        best = max(among, key=lambda at: (self.current[at], -at))
        self.current[best] -= sum(self.weights[at] for at in among)
        return best

    def pick(self, view: Any) -> int:
        return self.step(range(self.n))


class LeastConn(SmoothWeighted):
    """nginx: the fewest in flight for the weight; of several one step of smooth weighted round robin."""

    def pick(self, view: Any) -> int:
        load = [
            Fraction(count) / Fraction(weight)
            for count, weight in zip(self.in_flight, self.weights, strict=True)
        ]
        among = [at for at in range(self.n) if load[at] == min(load)]
        return among[0] if len(among) == 1 else self.step(among)


class LongestIdle(Oracle):
    """HAProxy's leastconn: the smallest key, and of equal keys the one that has had it for longest."""

    def __init__(self, weights: Sequence[float], seed: int = 0) -> None:
        super().__init__(weights, seed)
        self.queue = [(0, at) for at in range(self.n)]

    def pick(self, view: Any) -> int:
        return min(self.queue, key=lambda entry: entry[0])[1]

    def opened(self, at: int) -> None:
        count, parts = self.in_flight[at], 16 * int(self.weights[at])
        self.queue = [entry for entry in self.queue if entry[1] != at]
        self.queue.append(((count + 1) * 4096 // parts if count else 0, at))

    closed = opened


class EarliestDeadline(Oracle):
    """Envoy: deadlines in doubles, 1/weight apart; of equal deadlines the one that was set first."""

    def __init__(self, weights: Sequence[float], seed: int = 0, picks: int = 0) -> None:
        super().__init__(weights, seed)
        total, self.entries, self.now = sum(weights), [], 0.0
        done = 0
        for at, weight in enumerate(weights):
            count = math.floor((weight + 1e-13) * picks / total)
            if count / weight >= picks / total and count > 0:
                count -= 1
            self.entries.append(((count + 1) / (weight + 1e-13), at, at))
            if count:
                self.now = max(self.now, count / weight)
            done += count
        self.order = self.n
        for _ in range(picks - done):
            self.pick(None)

    def pick(self, view: Any) -> int:
        first = min(self.entries)
        self.entries.remove(first)
        self.now = first[0]
        self.entries.append((self.now + 1 / self.weights[first[2]], self.order, first[2]))
        self.order += 1
        return first[2]


class WholeDeadline(Oracle):
    """HAProxy's roundrobin: positions in whole numbers with a remainder, and three trees of servers."""

    def __init__(self, weights: Sequence[float], seed: int = 0) -> None:
        super().__init__(weights, seed)
        self.parts = [16 * int(weight) for weight in weights]
        self.total = sum(self.parts)
        self.next_position, self.remainder = [0] * self.n, [0] * self.n
        self.position = self.total
        self.init = [(4096 - part, at) for at, part in enumerate(self.parts)]
        self.current: list[tuple[int, int]] = []
        self.later: list[tuple[int, int]] = []

    @staticmethod
    def head(tree: list[tuple[int, int]]) -> tuple[int, int]:
        return min(tree, key=lambda entry: entry[0])  # the first of equal keys

    def pick(self, view: Any) -> int:
        if not self.init and not self.current:
            self.init, self.later = self.later, []
            self.position = self.total
        if self.current and self.next_position[self.head(self.current)[1]] <= self.position:
            tree = self.current
        elif self.init:
            tree = self.init
            chosen = self.head(tree)[1]
            self.next_position[chosen] = self.remainder[chosen] = 0
        else:
            tree = self.current
        entry = self.head(tree)
        tree.remove(entry)
        at = entry[1]
        if not self.next_position[at]:
            self.next_position[at] = self.position
        self.next_position[at] += self.total // self.parts[at]
        self.remainder[at] += self.total % self.parts[at]
        if self.remainder[at] >= self.parts[at]:
            self.remainder[at] -= self.parts[at]
            self.next_position[at] += 1
        self.position += 1
        if self.next_position[at] >= 2 * self.total:
            self.next_position[at] -= self.total
            self.later.append((4096 - self.parts[at], at))
        else:
            key = 256 * self.next_position[at] + (4096 + self.remainder[at] - self.parts[at]) // 16
            self.current.append((key, at))
        return at


class RandomDraw(Oracle):
    """A node by its weight, drawn for each request."""

    def pick(self, view: Any) -> int:
        return self.draws.node()


class Choices(Oracle):
    """The least loaded for its weight of several that are drawn, the first or the last of equal ones."""

    def __init__(self, weights: Sequence[float], seed: int = 0, choices: int = 2, last: bool = False) -> None:
        super().__init__(weights, seed)
        self.choices, self.last = choices, last

    def pick(self, view: Any) -> int:
        best = self.draws.node()
        for _ in range(self.choices - 1):
            other = self.draws.node()
            ours = Fraction(self.in_flight[other]) / Fraction(self.weights[other])
            theirs = Fraction(self.in_flight[best]) / Fraction(self.weights[best])
            if ours < theirs or (self.last and ours == theirs):
                best = other
        return best


class JoinIdle(Oracle):
    """The node that has been idle for longest; where none is, one that is drawn."""

    def __init__(self, weights: Sequence[float], seed: int = 0) -> None:
        super().__init__(weights, seed)
        self.idle = list(range(self.n))

    def pick(self, view: Any) -> int:
        return self.idle.pop(0) if self.idle else self.draws.node()

    def closed(self, at: int) -> None:
        if not self.in_flight[at]:
            self.idle.append(at)


class Hashed(Oracle):
    """The first of the preferred nodes."""

    def pick(self, view: Any) -> int:
        return int(view[0])


class Bounded(Oracle):
    """The first of the preferred nodes that has fewer than ceil(c m w / W) in flight, m with this one."""

    def __init__(self, weights: Sequence[float], seed: int = 0, factor: str = "1.25") -> None:
        super().__init__(weights, seed)
        self.factor = Fraction(factor)

    def full(self, at: int) -> bool:
        share = Fraction(self.weights[at]) / sum(map(Fraction, self.weights))
        return self.in_flight[at] >= math.ceil(self.factor * (sum(self.in_flight) + 1) * share)

    def pick(self, view: Any) -> int:
        return next(int(at) for at in view if not self.full(int(at)))


class BoundedByHAProxy(Bounded):
    """HAProxy's hash-balance-factor: the slots are dealt along the servers in whole numbers."""

    def full(self, at: int) -> bool:
        percent = int(self.factor * 100)
        parts = [16 * int(weight) for weight in self.weights]
        total, before = sum(parts), sum(parts[:at])
        slots = ((sum(self.in_flight) + 1) * percent + 99) // 100
        rest = slots % total
        own = parts[at] * (slots // total) + (before + parts[at]) * rest // total - before * rest // total
        return self.in_flight[at] >= max(own, 1)


class Twister:
    """mt19937 as Matsumoto and Nishimura give it, begun with one number of 32 bits."""

    def __init__(self, seed: int) -> None:
        words = [seed & 0xFFFFFFFF]
        for i in range(1, 624):
            words.append((1812433253 * (words[-1] ^ (words[-1] >> 30)) + i) & 0xFFFFFFFF)
        self.words, self.at = words, 624

    def word(self) -> int:
        if self.at == 624:
            for i in range(624):
                y = (self.words[i] & 0x80000000) | (self.words[(i + 1) % 624] & 0x7FFFFFFF)
                self.words[i] = self.words[(i + 397) % 624] ^ (y >> 1) ^ (0x9908B0DF if y & 1 else 0)
            self.at = 0
        y = self.words[self.at]
        self.at += 1
        y ^= y >> 11
        y ^= (y << 7) & 0x9D2C5680
        y ^= (y << 15) & 0xEFC60000
        return y ^ (y >> 18)


class BoundedByEnvoy(Bounded):
    """Envoy's hash_balance_factor: past a full host a shuffle of all that the hash begins decides."""

    def load(self, at: int) -> float:
        percent = int(self.factor * 100)
        share = self.weights[at] / sum(self.weights)
        slots = max(math.ceil(float(((sum(self.in_flight) + 1) * percent + 99) // 100) * share), 1)
        return self.in_flight[at] / slots

    def pick(self, view: Any) -> int:
        home, value = int(view[0]), int(view[1])
        if self.load(home) <= 1:
            return home
        order, twister = list(range(self.n)), Twister(value)
        least, lowest = home, self.load(home)
        for i in range(self.n):
            left = self.n - i
            j = left
            while j >= left:
                j = twister.word() // ((1 << 32) // left)
            order[i], order[i + j] = order[i + j], order[i]
            host = order[i]
            if host == home:
                continue
            load = self.load(host)
            if load <= 1:
                return host
            if load < lowest:
                least, lowest = host, load
        return least


def replay(oracle: Oracle, events: Sequence[tuple[int, Any]]) -> list[int]:
    """Return the node of each event: (-1, view) opens a request, (j, ...) closes that of event j."""
    out: list[int] = []
    for before, view in events:
        if before < 0:
            out.append(oracle.open(view))
        else:
            oracle.close(out[before])
            out.append(out[before])
    return out
