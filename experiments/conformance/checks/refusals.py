"""Bad input: the declared error, one clear sentence, and nothing changed."""

# ruff: noqa: D401 - a check's first line is the property itself

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from algorithms import (
    Capability,
    DuplicateNode,
    InvalidHash,
    InvalidKey,
    InvalidNode,
    InvalidParameter,
    InvalidWeight,
    MissingCapability,
    Node,
    NoNodes,
    Partitioner,
    ShardlabError,
    UnknownHash,
    UnknownNode,
    UnsupportedEvent,
)
from algorithms.hashing import hash_function
from algorithms.interface.signature import Parameter, limited, parameters_of
from experiments.conformance.check import Make, check, declares, refute
from experiments.conformance.events import Event, draw_event, draw_partitioner
from experiments.conformance.strategies import capacity_of, fitting, probes
from experiments.conformance.words import first, owners, told

__all__: list[str] = []

_LARGEST_FULL = 1 << 13
"""So many nodes at most are built to fill a partitioner."""

Errors = tuple[type[ShardlabError], ...]
_BAD_WEIGHTS = (float("nan"), float("inf"), float("-inf"), -1.0, 0.0, 1e101, 1e-101, True, "2", None)


def _refused(what: str, attempt: Callable[[], object], errors: Errors) -> None:
    """Refute unless an attempt raises one of these errors, with a message of one paragraph."""
    names = " or ".join(error.__name__ for error in errors)
    try:
        result = attempt()
    except errors as error:
        if not str(error) or "\n" in str(error):
            refute(f"{what} is refused by a message that is not one sentence: {str(error)!r}")
    except Exception as error:
        refute(f"{what} must raise {names}, but raises {type(error).__name__}: {error}")
    else:
        refute(f"{what} must raise {names}, but gives {result!r:.80}")


@check()
def check_bad_hashes_are_refused(make: Make, data: DataObject) -> None:
    """Hashes that are signed, floating, not one-dimensional, too large, or no array at all are refused."""
    p = draw_partitioner(data, make)
    good = np.array([0, 1], dtype=np.uint64)
    bad: list[Any] = [
        good.astype(np.int64),
        good.astype(np.float64),
        good.astype(bool),
        good.reshape(1, 2),
        np.uint64(1),
        np.array(1, dtype=np.uint64),
        [0, 1],
        0,
        None,
        "01",
        good.astype(object),
    ]
    if p.hash_bits < 64:
        bad += [good + np.uint64((1 << p.hash_bits) - 1), np.array([(1 << 64) - 1], dtype=np.uint64)]
    for hashes in bad:
        _refused(f"{told(p)}.assign({hashes!r})", partial(p.assign, hashes), (InvalidHash,))
    outs: list[Any] = [
        np.empty(2, np.int64),
        np.empty(3, np.int32),
        np.empty((1, 2), np.int32),
        np.empty(4, np.int32)[::2],
        [0, 0],
    ]
    for out in outs:
        _refused(
            f"{told(p)}.assign(hashes, out={out!r})", partial(p.assign, good, out=out), (InvalidParameter,)
        )


@check()
def check_bad_keys_are_refused(make: Make, data: DataObject) -> None:
    """Keys that are no str, bytes or int from 0 to 2^64 - 1 are refused, alone and in a column."""
    p = draw_partitioner(data, make)
    bad: list[Any] = [True, -1, 1 << 64, 1.0, None, ["a"], "\ud800", Node("a")]
    if not hash_function(p.hash).takes_text:
        bad += ["a", b"a"]
    for key in bad:
        _refused(f"{told(p)}.lookup({key!r})", partial(p.lookup, key), (InvalidKey,))
        _refused(f"{told(p)}.lookup_many([1, {key!r}])", partial(p.lookup_many, [1, key]), (InvalidKey,))
    columns: list[Any] = ["abc", b"abc", 5, None, np.zeros((2, 2), np.uint64), np.zeros(2), np.array([-1])]
    for column in columns:
        _refused(f"{told(p)}.lookup_many({column!r})", partial(p.lookup_many, column), (InvalidKey,))


def _more_than_fit(make: Make) -> None:
    """Fill a partitioner that has a limit, and ask for one node more."""
    p, most = make(1), capacity_of(make)
    said, values = p.spec.most_nodes, p.parameters
    own = [parameter for parameter in parameters_of(type(p)).values() if parameter.own]
    usual = all(parameter.default == values[parameter.name] for parameter in own)
    if said not in (None, most) and usual:
        refute(
            f"{told(p)}: its spec says that it can have {said} nodes, and its room that it can have {most}"
        )
    if most > _LARGEST_FULL or fitting(make, most + 1) > most:  # a capacity that grows with the nodes
        return
    try:
        full = make(most)
        owners(full, probes(full.hash_bits))
    except ShardlabError as error:
        refute(f"{told(p)}: its room says that it can have {most} nodes, which are refused: {error}")
    refusals = (InvalidParameter, UnsupportedEvent)
    _refused(f"{most + 1} nodes where {most} fit", partial(make, most + 1), refusals)
    _refused(f"a node added to the {most} that fit", partial(full.change, add=["one more"]), refusals)


@check(corner=_more_than_fit)
def check_bad_nodes_are_refused(make: Make, data: DataObject) -> None:
    """A partitioner is not made of no nodes, of a bare str, of names twice, or of what is no name."""
    attempts: list[tuple[Any, Errors]] = [
        ([], (NoNodes,)),
        ({}, (NoNodes,)),
        (0, (NoNodes,)),
        (-1, (NoNodes,)),
        (1 << 31, (InvalidNode,)),
        ("abc", (InvalidNode,)),
        (b"abc", (InvalidNode,)),
        (True, (InvalidNode,)),
        (2.0, (InvalidNode,)),
        (None, (InvalidNode,)),
        ([""], (InvalidNode,)),
        (["\ud800"], (InvalidNode,)),
        ([1], (InvalidNode,)),
        ([b"a"], (InvalidNode,)),
        ([["a"]], (InvalidNode,)),
        ({-1: "a"}, (InvalidNode,)),
        ({"a": 0}, (InvalidNode,)),
        ({True: "a"}, (InvalidNode,)),
        (["a", "a"], (DuplicateNode,)),
        ({0: "a", 1: "a"}, (DuplicateNode,)),
    ]
    for nodes, errors in attempts:
        _refused(f"{nodes!r} as nodes", partial(make, nodes), errors)
    if not make(1).spec.can(Capability.WEIGHTED):
        _refused("a node of weight 2", partial(make, [Node("a", 2.0)]), (InvalidWeight,))
    if not make(1).spec.can(Capability.REMOVES_ANY):
        _refused("a free bucket 0", partial(make, {1: "a"}), (UnsupportedEvent,))


@check()
def check_bad_parameters_are_refused(make: Make, data: DataObject) -> None:
    """Unknown hash functions, bits and seeds that they cannot have, and values out of bounds are refused."""
    attempts: list[tuple[dict[str, Any], Errors]] = [
        ({"hash": "no such function"}, (UnknownHash,)),
        ({"hash_bits": 0}, (InvalidParameter,)),
        ({"hash_bits": 65}, (InvalidParameter,)),
        ({"hash": "sha1_28", "hash_bits": 29}, (InvalidParameter,)),
        ({"hash_bits": 8.0}, (InvalidParameter,)),
        ({"hash_bits": True}, (InvalidParameter,)),
        ({"seed": -1}, (InvalidParameter,)),
        ({"seed": 1 << 64}, (InvalidParameter,)),
        ({"seed": 1.0}, (InvalidParameter,)),
        ({"seed": True}, (InvalidParameter,)),
        ({"hash": "murmur3_64", "seed": 1 << 32}, (InvalidParameter,)),
    ]
    attempts += [
        ({parameter.name: value}, (InvalidParameter,))
        for parameter in limited(type(make(1)))
        for value in _not_as_declared(parameter)
    ]
    for parameters, errors in attempts:
        _refused(f"{parameters!r}", partial(make, ["a"], **parameters), errors)


def _not_as_declared(parameter: Parameter) -> Iterator[object]:
    """Yield values that a parameter of an algorithm's own says that it does not take."""
    if parameter.bounds is None:
        yield from ("no such value", 0.5)
        return
    low, high, only = parameter.bounds.low, parameter.bounds.high, parameter.bounds.only
    yield from (low - 1, high + 1, float(low), True, "1", math.nan)
    if only is not None:
        yield next(value for value in range(low, high) if not only(value))


def _bad_events(p: Partitioner[Any]) -> Iterator[tuple[Event, Errors]]:
    live = [node.name for node in p.nodes.values()]
    one = live[0]
    yield {"add": [one]}, (DuplicateNode,)
    yield {"add": ["new", "new"]}, (DuplicateNode,)
    yield {"add": ["new", one]}, (DuplicateNode,)
    yield {"add": ["new", ""]}, (InvalidNode,)
    yield {"add": ["new", "\ud800"]}, (InvalidNode,)
    yield {"add": ["new", 7]}, (InvalidNode,)
    yield {"add": "new"}, (InvalidParameter,)
    yield {"add": None}, (InvalidParameter,)
    yield {"remove": one}, (InvalidParameter, UnsupportedEvent)
    yield {"remove": None}, (InvalidParameter, UnsupportedEvent)
    yield {"remove": ["nobody"]}, (UnknownNode, UnsupportedEvent)
    yield {"add": ["new"], "remove": ["nobody"]}, (UnknownNode, UnsupportedEvent)
    yield {"remove": [one, one]}, (DuplicateNode, UnsupportedEvent)
    yield {"remove": [["a list"]]}, (UnknownNode, InvalidParameter, UnsupportedEvent)
    yield {"remove": live}, (NoNodes, UnsupportedEvent)
    yield {"weights": {"nobody": 2.0}}, (UnknownNode,)
    yield {"weights": 3}, (InvalidParameter,)
    yield {"weights": [one]}, (InvalidParameter,)
    yield (
        {"remove": [live[-1]], "weights": {live[-1]: 2.0}, "add": ["new"]},
        (InvalidParameter, UnsupportedEvent),
    )
    for weight in _BAD_WEIGHTS:
        yield {"add": ["new"], "weights": {one: weight}}, (InvalidWeight,)
    if not p.spec.can(Capability.WEIGHTED):
        yield {"weights": {one: 2.0}}, (InvalidWeight,)
        yield {"add": [Node("new", 2.0)]}, (InvalidWeight,)
    if not declares(p.spec, Capability.REMOVES_LAST):
        yield {"remove": [live[-1]]}, (UnsupportedEvent, NoNodes)
    if not p.spec.can(Capability.REMOVES_ANY) and len(live) > 1:
        yield {"remove": [one]}, (UnsupportedEvent,)


@check()
def check_refused_events_change_nothing(make: Make, data: DataObject) -> None:
    """An event that makes no sense raises its error, and nodes and placements are as before."""
    p = draw_partitioner(data, make)
    hashes = probes(p.hash_bits)
    nodes, shown, placed = dict(p.nodes), repr(p), owners(p, hashes)
    bad = list(_bad_events(p))
    for event, errors in data.draw(st.permutations(bad), label="events"):
        words = told(p, event)
        _refused(words, partial(p.change, **event), errors)
        if dict(p.nodes) != nodes or repr(p) != shown:
            refute(f"{words}: the event was refused, but the nodes are now {dict(p.nodes)}")
        after = owners(p, hashes)
        if (after != placed).any():
            row = first(after != placed)
            refute(
                f"{words}: the event was refused, but hash {hashes[row]} was on {placed[row]} and is now on "
                f"{after[row]}"
            )
    event = draw_event(data, p) or {}
    p.change(**event)


@check()
def check_missing_capabilities_are_refused(make: Make, data: DataObject) -> None:
    """A question that needs a capability which is not declared is refused, and says so."""
    p = draw_partitioner(data, make)
    hashes = np.array([0, 1], dtype=np.uint64)
    if p.spec.can(Capability.REPLICAS):
        counts: list[Any] = [0, -1, len(p.nodes) + 1, True, 1.0, None]
        for count in counts:
            _refused(
                f"{told(p)}.assign_replicas(hashes, {count!r})",
                partial(p.assign_replicas, hashes, count),
                (InvalidParameter,),
            )
    else:
        _refused(f"{told(p)}.assign_replicas", partial(p.assign_replicas, hashes, 1), (MissingCapability,))
    if not p.spec.can(Capability.INTERVALS):
        _refused(f"{told(p)}.arcs()", p.arcs, (MissingCapability,))
