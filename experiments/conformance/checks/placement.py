"""Placement: what holds of every partitioner that assigns hashes."""

# ruff: noqa: D401 - a check's first line is the property itself

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from algorithms import Capability, Node, Partitioner, ShardlabError
from algorithms.hashing import Hashes, hash_function
from algorithms.machinery.kernel import plain_kernels
from experiments.conformance.check import Make, Refuted, check, refute
from experiments.conformance.events import draw_event, draw_partitioner
from experiments.conformance.strategies import capacity_of, draw_hashes, keys, node_lists, probes, spaces
from experiments.conformance.words import first, listed, owners, told

__all__ = ["rebuilt"]

_IN_PYTHON = 48
_SINGLE = 48
_PLAIN_ROWS = 1 << 10
"""Of a table, filled by plain Python in an example; the 65,536 of a usual one are, once, after the search."""

_MISREAD = "an integer that meets a hash must be unsigned, as np.uint64(m) is"


@check()
def check_total_and_in_range(make: Make, data: DataObject) -> None:
    """Every hash has a live node, also at both ends of the hash space."""
    p = draw_partitioner(data, make)
    buckets = p.assign(draw_hashes(data, p.hash_bits))
    if buckets.dtype != np.int32:
        refute(f"{told(p)}: buckets are int32, but these are {buckets.dtype}")
    owners(p, draw_hashes(data, p.hash_bits))


@check()
def check_sizes_around_powers_of_two(make: Make, data: DataObject) -> None:
    """With one node it has every hash; 2^k - 1, 2^k and 2^k + 1 nodes are all numbered from 0."""
    power = data.draw(st.integers(0, 9), label="k")
    n = max(1, (1 << power) + data.draw(st.sampled_from((0, 1, -1)), label="off by"))
    n = min(n, capacity_of(make))
    p = make(n, **data.draw(spaces(), label="space"))
    if list(p.nodes) != list(range(n)) or len(p.nodes) != n:
        refute(f"{told(p)}: {n} nodes must have the buckets 0 to {n - 1}, not {listed(p.nodes)}")
    placed = owners(p, draw_hashes(data, p.hash_bits))
    if n == 1 and set(placed) != {"node-0"}:
        refute(f"{told(p)}: the only node must have every hash")


def _whole_table(make: Make) -> None:
    p = make(3)
    if _few_rows(p, make):
        hashes = probes(p.hash_bits)
        _same_without_compiler(p, hashes, owners(p, hashes), make, {})


@check(corner=_whole_table)
def check_deterministic(make: Make, data: DataObject) -> None:
    """The same hash has the same node when asked again, whatever was asked in between, or of a twin."""
    p = draw_partitioner(data, make, past=False)
    twin = make(list(p.nodes.values()), **_space(p))
    hashes = draw_hashes(data, p.hash_bits)
    expected = owners(p, hashes)
    p.assign(hashes[::-1])
    p.lookup_many(["another key", "and another"] if hash_function(p.hash).takes_text else [1, 2])
    for what, again in (("is asked again", owners(p, hashes)), ("is asked of a twin", owners(twin, hashes))):
        _same(p, hashes, expected, again, what)
    if smaller := _few_rows(p, make):
        p = make(list(p.nodes.values()), **_space(p), **smaller)
        expected = owners(p, hashes)
    _same_without_compiler(p, hashes, expected, make, smaller)


def _few_rows(p: Partitioner[Any], make: Make) -> dict[str, int]:
    """Return the parameter of a table that plain Python fills quickly; nothing where this one is as small."""
    name = p.spec.rows
    if not name or min(getattr(p, name), 1 << p.hash_bits) <= _PLAIN_ROWS:
        return {}
    try:
        make(1, **_space(p), **{name: _PLAIN_ROWS})
    except ShardlabError:  # it takes no such size
        return {}
    return {name: _PLAIN_ROWS}


def _same_without_compiler(
    p: Partitioner[Any], hashes: Hashes, expected: Any, make: Make, smaller: Mapping[str, int]
) -> None:
    """Compare machine code with what its source says, which it may misread or not be made of at all."""
    rows = np.arange(0, len(hashes), max(1, len(hashes) // _IN_PYTHON))
    some = hashes[rows]
    try:
        with plain_kernels():
            twin = make(list(p.nodes.values()), **_space(p), **smaller)
            placed = owners(twin, some)
            further = _replicas(twin, some)
    except Refuted:
        raise
    except Exception as error:
        refute(f"{told(p)}: run as plain Python, a kernel raises {type(error).__name__}: {error}; {_MISREAD}")
    differ = expected[rows] != placed
    if differ.any():
        row = first(differ)
        refute(
            f"{told(p)}: hash {some[row]} is on {expected[rows][row]} by machine code, but on {placed[row]} "
            f"when its kernels run as plain Python; {_MISREAD}"
        )
    if further is not None and (differ := (_replicas(p, some) != further).any(axis=1)).any():
        refute(
            f"{told(p)}: the replicas of hash {some[first(differ)]} are others by machine code than when its "
            f"kernels run as plain Python; {_MISREAD}"
        )


def _replicas(p: Partitioner[Any], hashes: Hashes) -> Any:
    return p.assign_replicas(hashes, min(3, len(p.nodes))) if p.spec.can(Capability.REPLICAS) else None


@check()
def check_rebuilt_by_copy_pickle_and_repr(make: Make, data: DataObject) -> None:
    """A copy, a pickled one and what its repr builds place every hash as the partitioner does."""
    p = draw_partitioner(data, make)
    hashes = draw_hashes(data, p.hash_bits)
    expected = owners(p, hashes)
    for what, other in (
        ("copy()", p.copy()),
        ("copy.deepcopy", copy.deepcopy(p)),
        ("pickle", pickle.loads(pickle.dumps(p))),
        ("eval(repr())", rebuilt(p)),
    ):
        if dict(other.nodes) != dict(p.nodes):
            refute(f"{told(p)}: after {what} the nodes are {dict(other.nodes)}, no longer {dict(p.nodes)}")
        _same(p, hashes, expected, owners(other, hashes), f"is asked after {what}")
        if repr(other) != repr(p):
            refute(f"{told(p)}: after {what} it is shown as {told(other)}")


@check()
def check_copies_are_apart(make: Make, data: DataObject) -> None:
    """An event on a copy leaves the partitioner as it is, and the other way round."""
    p = draw_partitioner(data, make)
    hashes = draw_hashes(data, p.hash_bits)
    expected, nodes = owners(p, hashes), dict(p.nodes)
    if not p.room:
        reject()
    other = p.copy()
    other.change(add=["joins the copy"])
    if dict(p.nodes) != nodes:
        refute(f"{told(p)}: a node that joined a copy joined this one too")
    _same(p, hashes, expected, owners(p, hashes), "is asked after an event on a copy")
    before = owners(other, hashes)
    p.change(add=["joins the first"])
    _same(other, hashes, before, owners(other, hashes), "is asked after an event on what it was copied from")


@check()
def check_batch_equals_single(make: Make, data: DataObject) -> None:
    """A batch, its parts, each hash alone, a narrower dtype, a stride and ``out=`` all give the same."""
    p = draw_partitioner(data, make)
    hashes = draw_hashes(data, p.hash_bits)
    whole = p.assign(hashes)
    cut = data.draw(st.integers(0, len(hashes)), label="cut")
    parts = np.concatenate([p.assign(hashes[:cut]), p.assign(hashes[cut:])])
    _same(p, hashes, whole, parts, f"is in the part before or after row {cut}")
    some = hashes[:: max(1, len(hashes) // 40)]
    alone = np.array([p.assign(some[i : i + 1])[0] for i in range(len(some))], dtype=np.int32)
    _same(p, some, p.assign(some), alone, "is asked alone")
    _same(p, hashes[::3], whole[::3], p.assign(hashes[::3]), "is in a strided array")
    out = np.full(len(hashes), -1, dtype=np.int32)
    if p.assign(hashes, out=out) is not out:
        refute(f"{told(p)}: assign(hashes, out=out) must return out itself")
    _same(p, hashes, whole, out, "is written to out")
    for width in (np.uint8, np.uint16, np.uint32):
        narrow = hashes[hashes <= np.iinfo(width).max]
        _same(p, narrow, p.assign(narrow), p.assign(narrow.astype(width)), f"comes as {width.__name__}")
    frozen = hashes.copy()
    frozen.flags.writeable = False
    _same(p, hashes, whole, p.assign(frozen), "is read-only")
    if len(p.assign(hashes[:0])):
        refute(f"{told(p)}: no hashes must give no buckets")


@check()
def check_order_of_keys_does_not_matter(make: Make, data: DataObject) -> None:
    """Where a hash stands among others, and how often it does, makes no difference."""
    p = draw_partitioner(data, make)
    hashes = draw_hashes(data, p.hash_bits)
    expected = p.assign(hashes)
    order = np.array(data.draw(st.permutations(range(min(len(hashes), 40)))), dtype=np.int64)
    _same(p, hashes[order], expected[order], p.assign(hashes[order]), "stands elsewhere")
    _same(p, hashes[::-1], expected[::-1], p.assign(hashes[::-1]), "stands in the reverse order")
    _same(p, hashes, expected, p.assign(np.repeat(hashes, 2))[::2], "stands there twice")


@check()
def check_one_key_as_a_column(make: Make, data: DataObject) -> None:
    """lookup, lookup_many, and assign of the hashes of the keys give the same nodes."""
    p = draw_partitioner(data, make)
    text = hash_function(p.hash).takes_text
    kind = keys() if text else st.integers(0, (1 << 64) - 1)
    some = data.draw(st.lists(kind, max_size=6), label="keys")
    some += [*range(_SINGLE), *(f"key-{i}" for i in range(_SINGLE if text else 0))]
    _each_alone(p, some)
    # what places single keys is kept from one to the next: an event must end it
    event = draw_event(data, p)
    if event is not None:
        p.change(**event)
        _each_alone(p, some)


def _each_alone(p: Partitioner[Any], some: list[Any]) -> None:
    """Compare each key alone with the column that it stands in, and with its hash."""
    column = p.lookup_many(some)
    if column.dtype != object or column.shape != (len(some),):
        refute(
            f"{told(p)}: lookup_many must return ({len(some)},) objects, not {column.dtype} {column.shape}"
        )
    hashes = p.hashes_of(some)
    by_hashes, placed = owners(p, hashes), list(column)
    if p.by_text:  # a hash is placed as the key that is its digits, if there can be such a key
        takes_text = hash_function(p.hash).takes_text
        digits = [f"{value:016x}" for value in hashes.tolist()]
        placed = list(p.lookup_many(digits) if takes_text else by_hashes)
    for key, by_column, by_hash, same in zip(some, column, by_hashes, placed, strict=True):
        if by_column != p.lookup(key) or by_hash != same:
            refute(
                f"{told(p)}: key {key!r} is on {p.lookup(key)} by lookup, on {by_column} by lookup_many, "
                f"on {by_hash} by assign of its hash"
            )


@check()
def check_same_by_name_or_by_node(make: Make, data: DataObject) -> None:
    """A name, a Node of weight 1, a mapping by bucket and counted nodes mean the same."""
    given = [node.name for node in data.draw(node_lists(weighted=False), label="nodes")]
    space = data.draw(spaces(), label="space")
    p = make(given, **space)
    hashes = probes(p.hash_bits)
    expected = owners(p, hashes)
    _same(p, hashes, expected, owners(make(list(map(Node, given)), **space), hashes), "is asked with Nodes")
    _same(p, hashes, expected, owners(make(dict(enumerate(given)), **space), hashes), "is asked with a dict")
    spelled = [f"node-{i}" for i in range(len(given))]
    counted = make(len(given), **space)
    _same(counted, hashes, owners(make(spelled, **space), hashes), owners(counted, hashes), "is counted")


def rebuilt(p: Partitioner[Any]) -> Partitioner[Any]:
    """Return what the repr of a partitioner builds.

    Parameters
    ----------
    p
        A partitioner.

    Returns
    -------
    Partitioner

    Examples
    --------
    >>> from algorithms import create
    >>> rebuilt(create("jump", 3))
    Jump(3)
    """
    made: Partitioner[Any] = eval(repr(p), {"Node": Node, type(p).__name__: type(p)})
    return made


def _space(p: Partitioner[Any]) -> dict[str, Any]:
    return {"hash": p.hash, "hash_bits": p.hash_bits, "seed": p.seed}


def _same(p: Partitioner[Any], hashes: Hashes, expected: Any, got: Any, when: str) -> None:
    differ = np.not_equal(expected, got)
    if differ.any():
        row = first(differ)
        raise Refuted(
            f"{told(p)}: hash {hashes[row]} is on {expected[row]}, but on {got[row]} when it {when}"
        )
