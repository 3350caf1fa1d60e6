"""Strategies: events that a partitioner can do, and partitioners that have some behind them.

Whatever shrinks, shrinks to no past, and to one node that joins or leaves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, TypeAlias

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from algorithms import Capability, Node, Partitioner
from experiments.conformance.check import Make, declares
from experiments.conformance.strategies import LETTERS, MOST_DRAWN, capacity_of, node_lists, spaces, weights

__all__ = [
    "Event",
    "draw_event",
    "draw_joiners",
    "draw_leavers",
    "draw_partitioner",
    "draw_weights",
]

Event: TypeAlias = dict[str, Any]
"""The arguments of ``Partitioner.change``."""


def draw_partitioner(data: DataObject, make: Make, *, least: int = 1, past: bool = True) -> Partitioner[Any]:
    """Return a partitioner over drawn nodes in a drawn space, after up to two events.

    Parameters
    ----------
    data
        Where to draw from.
    make
        What builds it.
    least
        How many nodes it has at least.
    past
        Whether events may come before.

    Returns
    -------
    Partitioner
    """
    spec = make(1).spec
    most = min(MOST_DRAWN, capacity_of(make))
    nodes = data.draw(
        node_lists(weighted=spec.can(Capability.WEIGHTED), whole=spec.whole_weights, least=least, most=most),
        label="nodes",
    )
    p = make(nodes, **data.draw(spaces(), label="space"))
    if past:
        for _ in range(data.draw(st.integers(0, 2), label="events before")):
            event = draw_event(data, p, least=least)
            if event is not None:
                p.change(**event)
    return p


def draw_event(data: DataObject, p: Partitioner[Any], *, least: int = 1) -> Event | None:
    """Return an event that a partitioner must be able to do, or None where there is none.

    Parameters
    ----------
    data
        Where to draw from.
    p
        The partitioner; it is not changed.
    least
        How many nodes must be left.

    Returns
    -------
    dict or None
        Arguments of ``change``: nodes that join, that leave, both at once, or new weights.
    """
    kinds = ["add"]
    if declares(p.spec, Capability.REMOVES_LAST) and len(p.nodes) > least:
        kinds += ["remove", "replace"]
    if p.spec.can(Capability.WEIGHTED):
        kinds.append("weights")
    if not p.room:
        kinds.remove("add")
    if not kinds:
        return None
    kind = data.draw(st.sampled_from(kinds), label="kind of event")
    event: Event = {}
    if kind in ("add", "replace"):
        event["add"] = draw_joiners(data, p)
    if kind in ("remove", "replace"):
        event["remove"] = draw_leavers(data, p, most=len(p.nodes) - least)
    if kind == "weights":
        event["weights"] = draw_weights(data, p)
    return event


def draw_joiners(
    data: DataObject, p: Partitioner[Any], *, most: int = 3, weighted: bool | None = None
) -> list[Node]:
    """Return nodes that may join a partitioner.

    Parameters
    ----------
    data
        Where to draw from.
    p
        The partitioner.
    most
        How many at most.
    weighted
        Whether weights differ from 1; as the partitioner can when not given.

    Returns
    -------
    list of Node
        The next free letter stands for a name that is taken; no more nodes than there is room for.
    """
    weighted = p.spec.can(Capability.WEIGHTED) if weighted is None else weighted
    taken = {node.name for node in p.nodes.values()}
    joining = []
    for node in data.draw(node_lists(weighted=weighted, whole=p.spec.whole_weights, most=most), label="join"):
        spare = (
            name for name in (node.name, *LETTERS, *map(str, range(len(taken) + 1))) if name not in taken
        )
        name = next(spare)
        taken.add(name)
        joining.append(Node(name, node.weight))
    while joining and not _fit(p, (node.weight for node in joining)):
        joining.pop()
    if not joining:
        reject()  # not assume, which warns where an example is tried again without a search
    return joining


def draw_weights(data: DataObject, p: Partitioner[Any], *, most: int | None = None) -> dict[str, float]:
    """Return new weights for some nodes of a partitioner, no more than there is room for.

    Parameters
    ----------
    data
        Where to draw from.
    p
        The partitioner, which declares WEIGHTED.
    most
        For how many nodes at most; for any number when not given.

    Returns
    -------
    dict
        Weight by name.
    """
    live = [node.name for node in p.nodes.values()]
    some = st.dictionaries(st.sampled_from(live), weights(p.spec.whole_weights), min_size=1, max_size=most)
    changed = data.draw(some, label="weights")
    if not _fit(p, changed.values()):
        reject()
    return changed


def draw_leavers(data: DataObject, p: Partitioner[Any], *, most: int) -> list[str]:
    """Return names of nodes that may leave together: any, or those in the last buckets.

    Parameters
    ----------
    data
        Where to draw from.
    p
        The partitioner, which declares REMOVES_ANY or REMOVES_LAST.
    most
        How many nodes may leave, at least 1.

    Returns
    -------
    list of str
    """
    live = [node.name for node in p.nodes.values()]
    if p.spec.can(Capability.REMOVES_ANY):
        return data.draw(
            st.lists(st.sampled_from(live), min_size=1, max_size=most, unique=True), label="leave"
        )
    count = data.draw(st.integers(1, most), label="leave from the end")
    return live[-count:]


def _fit(p: Partitioner[Any], gained: Iterable[float]) -> bool:
    """Return whether there is room for such weights, each in as many nodes of weight 1 as hold it."""
    return sum(map(math.ceil, gained)) <= p.room
