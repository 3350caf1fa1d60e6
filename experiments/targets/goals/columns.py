"""Targets of keys with their names: columns of strings, and single ones, on a ring of 100 x 160."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle
from typing import Any

import numpy as np

from algorithms import create
from experiments.peers import Peer, Task, peers
from experiments.peers.peer import one_by_one
from experiments.seeds import derive
from experiments.targets.goals.goal import ANY, Goal, Pair, Setting, faster

__all__ = ["COLUMNS"]

NODES = 100
SINGLE_KEYS = 2000

TURNS = 16
"""So many times single keys are looked up before any of them is asked for again."""

MIXED = (8, 40)
"""Lengths of mixed keys, in bytes: all from the first to the last equally often."""


def _texts(count: int, seed: int, *, mixed: bool) -> list[str]:
    """Return keys of 21 bytes, or of mixed lengths: hexadecimal digits after a prefix."""
    draws = np.random.default_rng(derive(seed, "targets", "texts"))
    digits = draws.bytes(20 * count).hex()
    lengths = draws.integers(MIXED[0], MIXED[1] + 1, count).tolist() if mixed else [21] * count
    return [f"user:{digits[40 * i : 40 * i + length - 5]}" for i, length in enumerate(lengths)]


def _column(mixed: bool, setting: Setting) -> Pair:
    import pyarrow as pa

    ring, keys = create("ring", NODES, points=160), setting.keys
    column = pa.array(_texts(keys, setting.seed, mixed=mixed))
    ring.lookup_many(column)
    return Pair(partial(ring.lookup_many, column), None, lambda spent: spent[0] / keys)


def _beside_fastring(setting: Setting) -> Pair | str:
    import pyarrow as pa

    one = _peer("fastring batch")
    reason = one.missing(NODES)
    if reason is not None:
        return reason
    texts = _texts(setting.keys, setting.seed, mixed=False)
    theirs = _calls(one, texts)(len(texts))
    ring, column = create("ring", NODES, points=160), pa.array(texts)
    ring.lookup_many(column)
    return Pair(partial(ring.lookup_many, column), theirs, faster, 7)


def _one_key(peer_name: str, setting: Setting) -> Pair | str:
    one = _peer(peer_name)
    reason = one.missing(NODES)
    if reason is not None:
        return reason
    texts = _texts(SINGLE_KEYS * TURNS, setting.seed, mixed=False)
    parts = [texts[first : first + SINGLE_KEYS] for first in range(0, len(texts), SINGLE_KEYS)]
    ring = create("ring", NODES, points=160)
    ours = [one_by_one(ring.lookup, part)(SINGLE_KEYS) for part in parts]
    theirs = [_calls(one, part)(SINGLE_KEYS) for part in parts]
    return Pair(_in_turn(ours), _in_turn(theirs), faster)


def _in_turn(calls: Sequence[Callable[[], object]]) -> Callable[[], object]:
    """Return a call that makes another of these each time."""
    turns = cycle(calls)
    return lambda: next(turns)()


def _peer(name: str) -> Peer:
    return next(one for one in peers() if one.name == name)


def _calls(one: Peer, texts: Sequence[str]) -> Callable[[int], Callable[[], Any]]:
    ours = create(one.beside, NODES)
    names = [node.name for node in ours.nodes.values()]
    return one.calls(Task(names, np.empty(0, dtype=np.uint64), texts, ours))


_PYTHON = [one for one in peers() if one.library and one.mode == "single" and one.written_in == "Python"]

COLUMNS = (
    Goal("strings-21", "column of 21-byte strings (Arrow) to names, ring: a key", "ns", True, {ANY: 25},
         partial(_column, False)),
    Goal("strings-mixed", "column of strings of 8 to 40 bytes to names, ring: a key", "ns", True, {ANY: 35},
         partial(_column, True)),
    Goal("fastring", "column of 21-byte strings to names: faster than fastring's batch", "×", False, {ANY: 6},
         _beside_fastring),
    *(
        Goal(name, f"one string key not asked for lately, ring: faster than {one.name}", "×", False,
             {ANY: 5 if one.library == "uhashring" else 1}, partial(_one_key, one.name))
        for one in _PYTHON
        for name in [f"one-key-{one.name.replace(' ', '-')}"]
    ),
)  # fmt: skip
