"""Plain loops in C over our words and arrays: the published lookups, one key after the other."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.buffers import aligned
from experiments.peers.compiled import library, why_not
from experiments.peers.peer import CallOf, Task, peer

LOOPS = Path(__file__).with_suffix(".c")
JUMP = LOOPS.with_name("jump.c")

Arguments = Callable[[Any], Sequence[Any]]
"""Gives what a loop takes between the hashes and the buckets: ints and arrays of a partitioner."""


def call_of(task: Task, source: Path, symbol: str, arguments: Arguments) -> CallOf:
    """Return the calls of one loop."""
    loop: Any = getattr(library(source), symbol)
    values = arguments(task.ours)
    passed = [_passed(value) for value in values]
    loop.restype = None

    def of(hashes: NDArray[np.uint64]) -> Callable[[], object]:
        if not hashes.flags.c_contiguous:
            raise ValueError("a loop in C takes hashes that stand one after the other")
        out = aligned(len(hashes), np.int32)
        call_loop = partial(loop, _passed(hashes), _passed(len(hashes)), *passed, _passed(out))

        # `values` stays here: a pointer keeps no array
        def call(_: object = (values, hashes)) -> NDArray[np.int32]:
            call_loop()
            return out

        return call

    return of


def _passed(value: Any) -> ctypes.c_void_p | ctypes.c_int64:
    if isinstance(value, np.ndarray):
        return ctypes.c_void_p(value.ctypes.data)
    return ctypes.c_int64(int(value))


def _structure(ours: Any) -> Any:
    return ours._state.structure


def _anchors(ours: Any) -> Sequence[Any]:
    history, stayed, stand_ins = _structure(ours)
    return history.size, stayed, stand_ins, len(stayed)


def _memento(ours: Any) -> Sequence[Any]:
    history, replacers = _structure(ours)
    return history.size, replacers, len(replacers)


def _choose(ours: Any) -> Sequence[Any]:
    size, live = _structure(ours)
    return size, live, len(live), np.empty(size, dtype=np.int32)


def _points(ours: Any) -> Sequence[Any]:
    """Return the points, how many they are, and what leads to them."""
    table = _structure(ours).points
    return table.hashes, len(table.hashes) - 2, table.firsts, table.shift


def _windows(ours: Any) -> Sequence[Any]:
    _, candidates, seeds, buckets = _structure(ours)
    return *_points(ours), candidates, candidates.shape[1], seeds, buckets


def _straws(ours: Any) -> Sequence[Any]:
    from algorithms.scores.crush_ln import straws

    items, weights = _structure(ours)
    return items, weights, len(items), straws()


def _double_jump(ours: Any) -> Sequence[Any]:
    live, _, compact = _structure(ours)
    return live, len(live), compact, len(compact)


def _permutation(ours: Any) -> Sequence[Any]:
    size, live, top = _structure(ours)
    rounds, crate = ours._feistel
    return size, live, len(live), top, rounds, crate


def _factors(ours: Any) -> Sequence[Any]:
    seeds, factors, buckets = _structure(ours)
    return seeds, len(seeds), factors, len(factors), buckets


def _groups(ours: Any) -> Sequence[Any]:
    groups, begins, members = _structure(ours)
    heavy, weighted = len(groups.weights), len(members.weights)
    return (groups.seeds, len(groups.seeds), groups.weights, heavy, begins,
            members.seeds, members.weights, weighted, members.buckets)  # fmt: skip


def _nodes(ours: Any) -> Sequence[Any]:
    return (len(ours.nodes),)


def _index(ours: Any) -> Sequence[Any]:
    """Return the intervals of a ring, and by leading bits of a hash the row where to begin."""
    table = _structure(ours).intervals
    bits = min(ours.hash_bits - 1, len(table.starts).bit_length() + 1)
    shift = ours.hash_bits - bits
    cells = (table.starts >> np.uint64(shift)).astype(np.int64)
    ends = np.cumsum(np.bincount(cells, minlength=1 << bits), dtype=np.int32)
    at_begin = np.flatnonzero(table.starts == cells.astype(np.uint64) << np.uint64(shift))
    rows = np.zeros(1 << bits, dtype=np.int32)
    rows[1:] = ends[:-1]
    rows -= 1
    rows[cells[at_begin]] += 1  # a row that begins with its cell is the one where to begin
    return table.starts, table.owners, len(table.starts), rows, shift


def _bidders(ours: Any) -> Sequence[Any]:
    seeds, weights, _, buckets = _structure(ours)
    return seeds, buckets, len(seeds), weights, len(weights) > 0


TAKEN: dict[str, tuple[str, Arguments]] = {
    "jumpback": ("jumpback_all", lambda ours: (len(ours.nodes), ours.generator == "xorshift")),
    "flip": ("flip_all", lambda ours: (len(ours.nodes), 64)),
    "binomial": ("binomial_all", lambda o: (len(o.nodes), o.retries, o.rehash == "authors")),
    "power": ("power_all", _nodes),
    "anchor": ("anchor_all", _anchors),
    "memento": ("memento_all", _memento),
    "jumpback_anchor": ("jumpback_anchor_all", _anchors),
    "dx": ("dx_all", lambda ours: (_structure(ours).live, len(_structure(ours).live))),
    "choose": ("choose_all", _choose),
    "maglev": ("remainder_all", lambda ours: (_structure(ours).buckets, len(_structure(ours).buckets))),
    "rendezvous_rows": ("row_all", lambda ours: (_structure(ours).owners, ours._shift)),
    "bounded": ("partition_all", lambda ours: (_structure(ours).owners, ours.partitions)),
    "multi_probe": ("multi_probe_all", lambda o: (*_points(o), _structure(o).owners, o.probes)),
    "lrh": ("lrh_all", _windows),
    "ring": ("ring_all", _index),
    "rendezvous": ("rendezvous_all", _bidders),
    "straw2": ("straw2_all", _straws),
    "hierarchical": ("hierarchical_all", _groups),
    "carp": ("carp_all", _factors),
    "icws": ("icws_all", lambda ours: (np.array(_structure(ours), dtype=np.float64),)),
    "doublejump": ("doublejump_all", _double_jump),
    "permutation": ("permutation_all", _permutation),
    "weighted_dx": (
        "weighted_dx_all",
        lambda o: (_structure(o).live, len(_structure(o).live), _structure(o).owners),
    ),
}
"""By algorithm, its loop and what that takes."""


def _loop_of(symbol: str, arguments: Arguments) -> Callable[[Task], CallOf]:
    def make(task: Task) -> CallOf:
        return call_of(task, LOOPS, symbol, arguments)

    return make


for _algorithm, (_symbol, _arguments) in TAKEN.items():
    peer(
        f"C loop of {_algorithm}",
        beside=_algorithm,
        mode="batch",
        written_in="C",
        same=True,
        needs=partial(why_not, LOOPS),
    )(_loop_of(_symbol, _arguments))


@peer("C -O3 loop", beside="jump", mode="batch", written_in="C", same=True, needs=partial(why_not, JUMP))
def paper_jump(task: Task) -> CallOf:
    """Get the loop of the jump paper ready."""
    return call_of(task, JUMP, "jump_all", _nodes)


def gather(hashes: NDArray[np.uint64], table: NDArray[np.int32]) -> Callable[[], object]:
    """Return the call that reads a place of a table for each hash, by no rule to speak of: a bound."""
    out, loop = aligned(len(hashes), np.int32), library(LOOPS).gather_all

    def call(_: object = (hashes, table)) -> NDArray[np.int32]:
        loop(_passed(hashes), _passed(len(hashes)), _passed(table), _passed(len(table)), _passed(out))
        return out

    return call
