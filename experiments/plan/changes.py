"""Warnings about a change: what moves more than it had to, and what would move less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from experiments.plan.instead import CURES, cured, moves_with, percents
from experiments.plan.kinds import (
    described,
    divisor,
    ids_of,
    is_modulo,
    is_weighted_ketama,
    place_of,
    special,
)
from experiments.plan.planned import Change
from experiments.plan.pool import Pool, PoolNode, Remark

__all__ = ["remarks_of_change"]


def remarks_of_change(change: Change) -> list[Remark]:
    """Return the warnings that a change gives rise to."""
    before, after = change.before.pool, change.after.pool
    if before.system != after.system:
        return []
    found = [*_of_lists(change)]
    if after.system == "haproxy" and before.method == after.method == "consistent":
        found += _renumbered(change)
    if after.system == "haproxy" and before.method == after.method == "map-based":
        found += _divided_otherwise(before, after)
    if after.system == "envoy" and before.method == after.method == "RING_HASH":
        found += _shrunk(change)
    if is_weighted_ketama(before) and is_weighted_ketama(after):
        found += _weighed_otherwise(change)
    return found


def _names(change: Change) -> tuple[list[str], list[str]]:
    before, after = change.before.pool, change.after.pool
    return [change.renamed(node.name) for node in before.nodes], [node.name for node in after.nodes]


def _reweighted(change: Change) -> bool:
    weights = {change.renamed(node.name): node.weight for node in change.before.pool.nodes}
    return any(weights.get(node.name, node.weight) != node.weight for node in change.after.pool.nodes)


def _of_lists(change: Change) -> Iterator[Remark]:
    """Yield what is said where a node is its place in a list."""
    before, after = change.before.pool, change.after.pool
    if not (is_modulo(before) and is_modulo(after)):
        return
    old, new = _names(change)
    if set(old) != set(new):
        text = f"{described(after)} places nearly all keys anew when a node comes or goes"
        if after.system in CURES:
            other = moves_with(change, *_with_ids(change, cured(before), cured(after)))
            moved = "moves few" if other is None else f"would move {percents(other)}"
            text += f"; `{CURES[after.system][0]}` {moved}"
        yield Remark("not-consistent", text, after.file, after.line)
    kept_before = [name for name in old if name in set(new)]
    kept_after = [name for name in new if name in set(old)]
    if kept_before != kept_after:
        text = "the lines are in another order than before: in this method a node is its place in the list"
        yield Remark("order-matters", text, after.file, after.line)


def _with_ids(change: Change, before: Pool, after: Pool) -> tuple[Pool, Pool]:
    """Return both pools with the ids of the first one written down, where they are HAProxy's."""
    if before.system != "haproxy":
        return before, after
    ids = {change.renamed(name): number for name, number in ids_of(before).items()}
    free = max(ids.values(), default=0)
    nodes: list[PoolNode] = []
    for node in after.nodes:
        free += node.name not in ids
        nodes.append(replace(node, id=ids.get(node.name, free)))
    pinned = [replace(node, id=ids[change.renamed(node.name)]) for node in before.nodes]
    return before.with_nodes(pinned), after.with_nodes(nodes)


def _renumbered(change: Change) -> Iterator[Remark]:
    before, after = change.before.pool, change.after.pool
    old = {change.renamed(name): number for name, number in ids_of(before).items()}
    new = ids_of(after)
    moved = [(name, old[name], new[name]) for name in new if name in old and old[name] != new[name]]
    if not moved:
        return
    listed = ", ".join(f"{name} {a} -> {b}" for name, a, b in moved[:4]) + (" …" if len(moved) > 4 else "")
    verb = "has another id" if len(moved) == 1 else "have other ids"
    less = moves_with(change, *_with_ids(change, before, after))
    then = "" if less is None else f"; then this change moves {percents(less)}"
    text = (
        f"{len(moved)} {verb} than before ({listed}). Write the ids of now into the configuration first, "
        f"which moves nothing{then}; `disabled` instead of deleting keeps them too"
    )
    node = next(node for node in after.nodes if node.name == moved[0][0])
    yield Remark("id-by-position", text, *place_of(after, node))


def _divided_otherwise(before: Pool, after: Pool) -> Iterator[Remark]:
    old, new = divisor(before), divisor(after)
    if old != new:
        text = (
            f"the map divides all weights by {new} instead of {old}: it has another number of slots, and "
            "keys are placed modulo that"
        )
        yield Remark("table-changed", text, after.file, after.line)


def _shrunk(change: Change) -> Iterator[Remark]:
    before, after = change.before.pool, change.after.pool
    weights = [sorted(node.weight for node in pool.usable) for pool in (before, after)]
    if weights[0] == weights[1] and set(_names(change)[0]) == set(_names(change)[1]):
        return
    old, new = len(before.usable), len(after.usable)
    what = f"{old} -> {new} hosts change" if old != new else "a change of weights changes"
    strays = percents(change.stray)
    text = f"the ring keeps its size, so {what} the points of all of them: {strays} are strays"
    other = moves_with(change, cured(before), cured(after))
    moved = "moves close to the minimum" if other is None else f"would move {percents(other)}"
    text += f"; MAGLEV {moved}"
    yield Remark("ring-shrinks", text, after.file, after.line)


def _weighed_otherwise(change: Change) -> Iterator[Remark]:
    before, after = change.before.pool, change.after.pool
    unequal = any(len({node.weight for node in pool.usable}) > 1 for pool in (before, after))
    if unequal and (_reweighted(change) or set(_names(change)[0]) != set(_names(change)[1])):
        text = "points follow weight / mean weight: a change of one weight changes the points of all"
        yield Remark("relative-weights", text, after.file, after.line)
    count = len(before.usable)
    if not unequal and count != len(after.usable) and special(count):
        text = f"{count} equal servers had 156 points each instead of 160: from {count} more moves"
        yield Remark("special-count", text, after.file, after.line)
