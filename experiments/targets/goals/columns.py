"""Targets of keys with their names: columns of strings, lists, and single ones, new in each call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from typing import Any

import numpy as np

from algorithms import create
from experiments.harness.stopwatch import Call, Spent, timed
from experiments.peers import Peer, Task, peers
from experiments.peers.peer import CallOf, one_by_one
from experiments.seeds import derive
from experiments.targets.goals.goal import ANY, Goal, Pair, Setting, faster

__all__ = ["COLUMNS"]

NODES = 100
SINGLE_KEYS = 2000

LISTED = 10
"""Of so many keys of a batch one stands in a list: a list of str takes longer."""

PREFIX = np.frombuffer(b"user:", dtype=np.uint8)
DIGITS = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
BYTES = 21

MIXED = (8, 40)
"""Lengths of mixed keys, in bytes: all from the first to the last equally often."""


def _column(keys: int, seed: int, turn: int, *, mixed: bool = False) -> Any:
    """Return an Arrow column of keys, of 21 bytes or of mixed lengths: hexadecimal digits after a prefix."""
    import pyarrow as pa

    draws = np.random.default_rng(derive(seed, "targets", "texts", turn))
    lengths = draws.integers(MIXED[0], MIXED[1] + 1, keys) if mixed else np.full(keys, BYTES)
    offsets = np.zeros(keys + 1, dtype=np.int32)
    np.cumsum(lengths, out=offsets[1:])
    data = DIGITS[draws.integers(0, 16, int(offsets[-1]), dtype=np.uint8)]
    data[offsets[:-1, None] + np.arange(len(PREFIX))] = PREFIX
    return pa.StringArray.from_buffers(keys, pa.py_buffer(offsets), pa.py_buffer(data))


class _Turns:
    """A call on keys that are others in each turn; its own clock is that of the call at hand."""

    def __init__(self, call_of: CallOf) -> None:
        self._call_of = call_of

    def take(self, keys: Any) -> None:
        """Get ready for the keys of a turn."""
        self._call: Call = self._call_of(keys)

    def __call__(self) -> object:
        """Handle them."""
        return self._call()

    def timed(self) -> Spent:
        """Handle them, and return what that took."""
        return timed(self._call)


def _pair(
    keys_of: Callable[[int], Any],
    who: Sequence[CallOf],
    value: Callable[[Sequence[int]], float],
    most_rounds: int = 10**6,
) -> Pair:
    """Pair calls on the same keys, or have one alone."""
    calls, turns = [_Turns(call_of) for call_of in who], count()

    def refresh() -> None:
        keys = keys_of(next(turns))
        for call in calls:
            call.take(keys)

    refresh()
    return Pair(calls[0], calls[1] if len(calls) > 1 else None, value, most_rounds, refresh=refresh)


def _handed(look_up: Callable[[Any], object]) -> CallOf:
    """Return calls that hand all keys over at once."""
    return lambda keys: partial(look_up, keys)


def _to_names(mixed: bool, setting: Setting) -> Pair:
    ring, keys = create("ring", NODES, points=160), setting.keys
    made = partial(_column, keys, setting.seed, mixed=mixed)
    return _pair(made, [_handed(ring.lookup_many)], lambda spent: spent[0] / keys)


def _beside(peer_name: str, algorithm: str, n: int, setting: Setting) -> Pair | str:
    """Pair an algorithm with a peer that is asked the same question in the same form."""
    one = next(known for known in peers() if known.name == peer_name)
    reason = one.missing(n)
    if reason is not None:
        return reason
    ours = create(algorithm, n)
    names = [node.name for node in ours.nodes.values()]
    theirs = one.calls(Task(names, ours), np.empty(0, dtype=np.uint64))
    keys = SINGLE_KEYS if one.mode == "single" else max(1, setting.keys // LISTED)
    if one.mode == "arrow":
        return _pair(partial(_column, keys, setting.seed), [_handed(ours.lookup_arrow), theirs], faster)
    call_of = one_by_one(ours.lookup) if one.mode == "single" else _handed(ours.lookup_many)

    def texts(turn: int) -> list[str]:
        listed: list[str] = _column(keys, setting.seed, turn).to_pylist()
        return listed

    return _pair(texts, [call_of, theirs], faster)


def _python_peers() -> list[Peer]:
    return [one for one in peers() if one.library and one.mode == "single" and one.written_in == "Python"]


COLUMNS = (
    Goal("strings-21", "column of 21-byte strings (Arrow) to names, ring: a key", "ns", True, {ANY: 25},
         partial(_to_names, False)),
    Goal("strings-mixed", "column of strings of 8 to 40 bytes to names, ring: a key", "ns", True, {ANY: 35},
         partial(_to_names, True)),
    *(
        Goal(f"fastring-list-{n}", f"list of 21-byte str to names, ring, n = {n:,}: faster than fastring",
             "×", False, {ANY: bound}, partial(_beside, "fastring list", "ring", n))
        for n, bound in ((100, 1.2), (1000, 3))
    ),
    *(
        Goal(f"fastring-arrow-{n}", f"Arrow column of them to one of names, n = {n:,}: faster than fastring",
             "×", False, {ANY: bound}, partial(_beside, "fastring Arrow", "ring", n))
        for n, bound in ((100, 6), (1000, 6))
    ),
    Goal("one-key-fastring", "one new string key, ring: faster than fastring", "×", False, {ANY: 0.9},
         partial(_beside, "fastring", "ring", NODES)),
    *(
        Goal(name, f"one new string key, ring: faster than {one.name}", "×", False,
             {ANY: 8 if one.library == "uhashring" else 1}, partial(_beside, one.name, "ring", NODES))
        for one in _python_peers()
        for name in [f"one-key-{one.name.replace(' ', '-')}"]
    ),
    Goal("one-key-emcache", "one new string key, rendezvous, n = 16: faster than emcache", "×", False,
         {ANY: 1}, partial(_beside, "emcache", "rendezvous", 16)),
    Goal("one-key-jump-consistent-hash", "one new string key, jump, n = 1,000: faster than the C extension",
         "×", False, {ANY: 0.6}, partial(_beside, "jump-consistent-hash", "jump", 1000)),
)  # fmt: skip
