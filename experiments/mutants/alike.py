"""Whether a mutant answers as the honest member does, over a set that is stated, and where it first does not.

In spaces of 2^8 and 2^12 hashes all of them are asked, in those of 2^28 and 2^64 (or of all bits that the
hash function has) the corners and 8192 more; of 1 to 9, 16, 33 and 257 nodes, of weight 1 and where these can
be of mixed ones from 1/64 to 4, after each of six events, in each variant that parameters name; and with them
replicas, arcs, single keys, names of nodes and the expression that builds it.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from algorithms import Capability, Node, Partitioner, Spec
from algorithms.hashing import hash_function
from experiments.conformance import Subject, subjects
from experiments.conformance.check import declares
from experiments.conformance.strategies import probes, spread_hashes

__all__ = ["Comparison", "compared"]

_SPACES: tuple[dict[str, Any], ...] = (
    {"hash_bits": 8},
    {"hash_bits": 12, "seed": 7},
    {"hash": "sha1_28"},
    {},
)
_SIZES = (*range(1, 10), 16, 33, 257)
_HASHES, _EVENTS, _LARGEST_REPLICATED = 8192, 6, 16
_LARGEST_MIXED = 33
_WEIGHTS, _WHOLE = (1 / 64, 1 / 16, 0.1, 1 / 3, 0.5, 1.0, 2.0, 3.0, 4.0), (1.0, 2.0, 3.0, 4.0)


@dataclass(frozen=True)
class Comparison:
    """What came of it.

    Parameters
    ----------
    placements
        How many answers were compared.
    difference
        The first that differs, in words; "" where none does.
    """

    placements: int
    difference: str


def compared(mutant: type[Partitioner[Any]], honest: type[Partitioner[Any]], seed: int) -> Comparison:
    """Return whether two classes answer alike, in all their variants."""
    placements = 0
    for mine, its in zip(subjects(mutant), subjects(honest), strict=True):
        variant = f"{', '.join(f'{name}={value}' for name, value in its.fixed.items())}: " * bool(its.fixed)
        answers, difference = _compared(mine, its, seed)
        placements += answers
        if difference:
            return Comparison(placements, variant + difference)
    return Comparison(placements, "")


def _compared(mutant: Subject, honest: Subject, seed: int) -> tuple[int, str]:
    placements = 0
    mixtures = (False, True) if honest.spec.can(Capability.WEIGHTED) else (False,)
    for space, n, mixed in itertools.product(_SPACES, _SIZES, mixtures):
        if mixed and n > _LARGEST_MIXED:
            continue
        draw = random.Random(seed + n)
        for step, (mine, its) in enumerate(_lives(mutant, honest, n, space, mixed, draw)):
            where = f"{n} nodes{' of mixed weights' * mixed}, {space or 'all bits'}, after {step} events"
            if not isinstance(mine, Partitioner) or not isinstance(its, Partitioner):
                if mine != its:
                    return placements, f"{where}: {mine}, and not {its}"
                break
            answers, difference = _differ(mine, its)
            placements += answers
            if difference:
                return placements, f"{where}: {difference}"
    return placements, ""


def _lives(
    mutant: Any, honest: Any, n: int, space: dict[str, Any], mixed: bool, draw: random.Random
) -> Iterator[tuple[Any, Any]]:
    """Yield both after each event; the words of an error in place of who raised one."""
    some = _weights(honest.spec) if mixed else (1.0,)
    nodes = [Node(f"server-{i}", draw.choice(some)) for i in range(n)]
    pair = [_attempt(partial(cls, nodes, **space)) for cls in (mutant, honest)]
    yield pair[0], pair[1]
    for number in range(_EVENTS):
        if any(isinstance(p, str) for p in pair):
            return
        event = _event(pair[1], number, draw)
        said = [_attempt(partial(p.change, **event)) for p in pair]
        yield said[0] or pair[0], said[1] or pair[1]


def _weights(spec: Spec) -> tuple[float, ...]:
    return _WEIGHTS if spec.whole_weights is None else _WHOLE


def _event(p: Any, number: int, draw: random.Random) -> dict[str, Any]:
    live = [node.name for node in p.nodes.values()]
    if number % 3 == 1 and declares(p.spec, Capability.REMOVES_LAST) and len(live) > 2:
        some = draw.sample(live, min(2, len(live) - 1)) if p.spec.can(Capability.REMOVES_ANY) else live[-1:]
        return {"remove": some}
    if number % 3 == 2 and p.spec.can(Capability.WEIGHTED):
        return {"weights": {draw.choice(live): draw.choice(_weights(p.spec))}}
    return {"add": [f"joins-{number}"]} if p.room else {}


def _attempt(make: Any) -> Any:
    try:
        return make()
    except Exception as error:
        return f"{type(error).__name__}"


def _differ(mine: Partitioner[Any], its: Partitioner[Any]) -> tuple[int, str]:
    bits = its.hash_bits
    hashes = probes(bits) if bits <= 10 else np.union1d(probes(bits), spread_hashes(_HASHES, bits))
    if bits == 12:
        hashes = np.arange(1 << bits, dtype=np.uint64)
    if dict(mine.nodes) != dict(its.nodes):
        return 0, f"the nodes are {dict(mine.nodes)}"
    answers = [_attempt(partial(p.assign, hashes)) for p in (mine, its)]
    if isinstance(answers[0], str):
        return 0, answers[0]
    differ = answers[0] != answers[1]
    if differ.any():
        row = int(np.argmax(differ))
        return len(hashes), (
            f"hash {hashes[row]} is in bucket {answers[0][row]}, and not {answers[1][row]}; so are "
            f"{int(differ.sum())} of {len(hashes)}"
        )
    for what, ask in _questions(its, hashes):
        first, second = (_attempt(partial(ask, p)) for p in (mine, its))
        if first != second:
            return len(hashes), f"{what} differ"
    return len(hashes), ""


def _questions(its: Partitioner[Any], hashes: Any) -> Iterator[tuple[str, Any]]:
    some = hashes[:: max(1, len(hashes) // 500)]
    if its.spec.can(Capability.REPLICAS):
        count = min(3, len(its.nodes))
        yield "replicas", lambda p: p.assign_replicas(some, count).tolist()
        if len(its.nodes) <= _LARGEST_REPLICATED:
            yield "all replicas", lambda p: p.assign_replicas(some[:64], len(p.nodes)).tolist()
    if its.spec.can(Capability.INTERVALS):
        yield "arcs", lambda p: (p.arcs().start.tolist(), p.arcs().bucket.tolist(), p.arcs().point.tolist())
    keys: list[Any] = (
        [f"key-{i}" for i in range(16)] if hash_function(its.hash).takes_text else list(range(16))
    )
    yield "single keys", lambda p: [p.lookup(key) for key in keys]
    yield "columns of keys", lambda p: p.lookup_many(keys).tolist()
    yield "free places", lambda p: p.room
    yield "expressions", lambda p: repr(p).partition("(")[2]
