"""Movement: which keys an event may move. Keys are followed by the name of their node, never by bucket."""

# ruff: noqa: D401 - a check's first line is the property itself

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from numpy.typing import NDArray

from algorithms import Capability, Partitioner, ShardlabError
from algorithms.hashing import Hashes
from experiments.conformance.check import Make, check, refute
from experiments.conformance.events import Event, draw_event, draw_joiners, draw_leavers, draw_partitioner
from experiments.conformance.strategies import (
    capacity_of,
    draw_hashes,
    node_lists,
    spaces,
    spread_hashes,
    weights,
)
from experiments.conformance.words import among, first, listed, owners, sizes, told

__all__: list[str] = []

_MANY, _HASHES_OF_LARGE = 998, 4096
_NODES_IN_ORDERS, _HASHES_IN_ORDERS = 20, 1 << 17
_JOINING = ["joins first", "joins second"]


def _followed(
    p: Partitioner[Any], event: Event, hashes: Hashes
) -> tuple[str, NDArray[np.object_], NDArray[np.object_]]:
    """Make an event; return it in words, and the nodes of the hashes before and after it."""
    words, n, before = told(p, event), len(p.nodes), owners(p, hashes)
    p.change(**event)
    return f"{words}: {sizes(n, len(p.nodes))}", before, owners(p, hashes)


def _large(make: Make) -> Partitioner[Any] | None:
    """Return a partitioner of about a thousand nodes that takes two more; of fewer where it has a limit."""
    for n in (_MANY, _MANY // 2, _MANY // 4, _MANY // 10):
        try:
            p = make(n)
            p.copy().change(add=_JOINING)
        except ShardlabError:
            continue
        return p
    return None


def _of_large(p: Partitioner[Any]) -> Hashes:
    return spread_hashes(_HASHES_OF_LARGE, p.hash_bits)


def _grows_large(make: Make) -> None:
    if (p := _large(make)) is None:
        return
    words, before, after = _followed(p, {"add": _JOINING}, _of_large(p))
    _stray(words, (before != after) & ~among(after, _JOINING), p, before, after)


def _shrinks_large(make: Make) -> None:
    if (p := _large(make)) is None:
        return
    live = [node.name for node in p.nodes.values()]
    leaving = live[len(live) // 2 :][:2] if p.spec.can(Capability.REMOVES_ANY) else live[-2:]
    words, before, after = _followed(p, {"remove": leaving}, _of_large(p))
    _stray(words, (before != after) & ~among(before, leaving), p, before, after)


def _reweighs_large(make: Make) -> None:
    if (p := _large(make)) is None:
        return
    name = list(p.nodes.values())[len(p.nodes) // 2].name
    words, before, after = _followed(p, {"weights": {name: 3.0}}, _of_large(p))
    _stray(words, (before != after) & ~among(after, [name]), p, before, after)


def _stray(
    words: str,
    stray: NDArray[np.bool_],
    p: Partitioner[Any],
    before: NDArray[np.object_],
    after: NDArray[np.object_],
) -> None:
    if stray.any():
        row = first(stray)
        refute(
            f"{words}: hash {_of_large(p)[row]} strayed from {before[row]} to {after[row]}, and so did "
            f"{int(stray.sum()) - 1} others of {len(stray)}"
        )


def _order_of_many(make: Make) -> None:
    """Ask many hashes: an order may decide few of them, such as those that fall on the same slot."""
    names = [f"server-{i}" for i in range(_NODES_IN_ORDERS)]
    try:
        p, other = make(names), make(names[::-1])
    except ShardlabError:
        return
    hashes = spread_hashes(_HASHES_IN_ORDERS, p.hash_bits)
    placed, there = owners(p, hashes), owners(other, hashes)
    if (placed != there).any():
        row = first(placed != there)
        refute(
            f"hash {hashes[row]} is on {placed[row]} by {told(p)}, and on {there[row]} when the nodes "
            f"are named in the reverse order; so {int((placed != there).sum())} of {len(hashes)} differ"
        )


@check(promise=Capability.MINIMAL_MOVEMENT, corner=_grows_large)
def check_growth_onto_new_only(make: Make, data: DataObject) -> None:
    """Growth moves keys onto the new nodes only."""
    p = draw_partitioner(data, make)
    hashes = draw_hashes(data, p.hash_bits)
    joining = draw_joiners(data, p)
    words, before, after = _followed(p, {"add": joining}, hashes)
    stray = (before != after) & ~among(after, {node.name for node in joining})
    if stray.any():
        row = first(stray)
        refute(
            f"{words}: hash {hashes[row]} was on {before[row]}, is now on {after[row]}, and neither is new "
            f"(new: {listed(joining)})"
        )


@check(promise=Capability.MINIMAL_MOVEMENT, needs=(Capability.REMOVES_LAST,), corner=_shrinks_large)
def check_removal_from_removed_only(make: Make, data: DataObject) -> None:
    """Removal moves the keys of the removed nodes only."""
    p = draw_partitioner(data, make, least=2)
    hashes = draw_hashes(data, p.hash_bits)
    leaving = draw_leavers(data, p, most=len(p.nodes) - 1)
    words, before, after = _followed(p, {"remove": leaving}, hashes)
    stray = (before != after) & ~among(before, leaving)
    if stray.any():
        row = first(stray)
        refute(
            f"{words}: hash {hashes[row]} was on {before[row]}, is now on {after[row]}, and neither "
            f"was removed (removed: {listed(leaving)})"
        )


@check(promise=Capability.MINIMAL_MOVEMENT, needs=(Capability.WEIGHTED,), corner=_reweighs_large)
def check_one_weight_moves_one_node(make: Make, data: DataObject) -> None:
    """A node that gets heavier only gains keys, one that gets lighter only loses them; no other key moves."""
    p = draw_partitioner(data, make)
    hashes = draw_hashes(data, p.hash_bits)
    node = data.draw(st.sampled_from(list(p.nodes.values())), label="node")
    weight = data.draw(weights(p.spec.whole_weights), label="new weight")
    words, before, after = _followed(p, {"weights": {node.name: weight}}, hashes)
    side, end = (after, "onto") if weight >= node.weight else (before, "off")
    stray = (before != after) & ~among(side, {node.name})
    if stray.any():
        row = first(stray)
        refute(
            f"{words}: hash {hashes[row]} was on {before[row]}, is now on {after[row]}, but keys may "
            f"move only {end} {node.name}, whose weight went from {node.weight:g} to {weight:g}"
        )


@check(promise=Capability.REVERSIBLE, needs=(Capability.REMOVES_LAST,))
def check_add_then_remove_is_identity(make: Make, data: DataObject) -> None:
    """Adding a node and removing it again restores every placement."""
    p = draw_partitioner(data, make)
    hashes = draw_hashes(data, p.hash_bits)
    words, before, nodes = told(p), owners(p, hashes), dict(p.nodes)
    joining = draw_joiners(data, p, most=1)[0]
    p.change(add=[joining])
    p.change(remove=[joining.name])
    if dict(p.nodes) != nodes:
        refute(f"{words}: after {joining.name} came and went the nodes are {dict(p.nodes)}, not {nodes}")
    after = owners(p, hashes)
    if (before != after).any():
        row = first(before != after)
        refute(
            f"{words}: hash {hashes[row]} was on {before[row]}, and is on {after[row]} after {joining.name} "
            "was added and removed again"
        )


@check(promise=Capability.ORDER_INDEPENDENT, corner=_order_of_many)
def check_independent_of_naming_order(make: Make, data: DataObject) -> None:
    """The order in which nodes are named, at once or one by one, makes no difference."""
    spec = make(1).spec
    weighted, most = spec.can(Capability.WEIGHTED), min(5, capacity_of(make))
    some = node_lists(weighted=weighted, whole=spec.whole_weights, least=2, most=most)
    nodes = data.draw(some, label="nodes")
    space = data.draw(spaces(), label="space")
    other_order = data.draw(st.permutations(nodes), label="other order")
    p, other = make(nodes, **space), make(other_order, **space)
    grown = make(other_order[:1], **space)
    for node in other_order[1:]:
        grown.change(add=[node])
    hashes = draw_hashes(data, p.hash_bits)
    placed = owners(p, hashes)
    for q, how in ((other, "named at once"), (grown, "added one by one")):
        placed_there = owners(q, hashes)
        if (placed != placed_there).any():
            row = first(placed != placed_there)
            refute(
                f"hash {hashes[row]} is on {placed[row]} by {told(p)}, and on {placed_there[row]} when "
                f"the nodes are {how} in the order {listed(other_order)}"
            )


@check()
def check_events_keep_buckets(make: Make, data: DataObject) -> None:
    """A node keeps its bucket as long as it lives, and an event changes just the nodes it names."""
    p = draw_partitioner(data, make)
    event = draw_event(data, p)
    if event is None:
        return
    words, before, earlier = told(p, event), dict(p.nodes), p.nodes
    p.change(**event)
    after = dict(p.nodes)
    gone, joined = set(event.get("remove", ())), {node.name: node for node in event.get("add", ())}
    for bucket, node in before.items():
        if node.name in gone:
            continue
        weight = event.get("weights", {}).get(node.name, node.weight)
        if bucket not in after or after[bucket].name != node.name:
            refute(f"{words}: {node.name} had bucket {bucket}, which is now {after.get(bucket, 'free')}")
        if after[bucket].weight != weight:
            refute(f"{words}: {node.name} must have weight {weight:g}, not {after[bucket].weight:g}")
    names = {node.name for node in after.values()}
    expected = ({node.name for node in before.values()} - gone) | set(joined)
    if names != expected:
        refute(f"{words}: the nodes are {listed(sorted(names))}, but must be {listed(sorted(expected))}")
    if any(joined[node.name] != node for node in after.values() if node.name in joined):
        refute(f"{words}: a node that joined is not the one that was given")
    if list(after) != sorted(after):
        refute(f"{words}: the buckets do not ascend: {listed(after)}")
    if dict(earlier) != before:
        refute(f"{words}: the nodes that were read before the event have changed with it")


@check(promise=Capability.REMOVES_LAST)
def check_removes_last(make: Make, data: DataObject) -> None:
    """The node in the last bucket can be removed."""
    p = draw_partitioner(data, make, least=2)
    _removed(p, list(p.nodes.values())[-1].name)


@check(promise=Capability.REMOVES_ANY)
def check_removes_any(make: Make, data: DataObject) -> None:
    """Any node can be removed, whatever was removed before."""
    p = draw_partitioner(data, make, least=2)
    _removed(p, data.draw(st.sampled_from([node.name for node in p.nodes.values()]), label="leave"))


def _removed(p: Partitioner[Any], name: str) -> None:
    words = told(p, {"remove": [name]})
    p.remove_node(name)
    if p.nodes.has(name):
        refute(f"{words}: {name} is still there")
    owners(p, np.arange(2, dtype=np.uint64))
