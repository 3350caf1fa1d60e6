"""The ring as it is drawn: real arcs of real partitioners, and what an added node takes.

Every algorithm that has arcs is drawn, with 2 to 7 nodes. What moves is counted exactly, over the whole hash
space, by laying the arcs before and after the event over each other.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from algorithms import Capability, create, having, spec_of
from algorithms.registry import parameters_of
from experiments.report.figures.palette import node_colours

if TYPE_CHECKING:
    from algorithms.interface.arcs import Arcs

__all__ = ["MOST_NODES", "POINTS", "drawn"]

NAMES = tuple("abcdefg")
MOST_NODES = len(NAMES)
POINTS = (1, 2, 4, 8, 16, 32, 64, 160)
"""Points a node, for those algorithms that have such a parameter and take all of these."""

FINE = 1 << 20
"""An arc's beginning is told to the page in parts of this: finer than a pixel."""


MOST_ARCS = 1200
"""So many arcs can be told apart on the page."""


def drawn(among: Container[str] | None = None) -> dict[str, Any]:
    """Return what the page draws, of some algorithms or of all: plain values."""
    names = [name for name in having(Capability.INTERVALS) if among is None or name in among]
    return {
        "nodes": [
            {"name": name, "colour": colour}
            for name, colour in zip(NAMES, node_colours(MOST_NODES), strict=True)
        ],
        "points": list(POINTS),
        "fine": FINE,
        "algorithms": [_algorithm(name) for name in sorted(names, key=_interesting)],
    }


def _interesting(name: str) -> tuple[bool, bool, int, str]:
    """Algorithms with points before others, the oldest first, baselines last."""
    spec = spec_of(name)
    return spec.baseline, not _has_points(name), spec.year or 9999, name


def _has_points(name: str) -> bool:
    """Return whether nodes have a number of points that may be any of `POINTS`."""
    points = parameters_of(name).get("points")
    if points is None or points.bounds is None:
        return points is not None
    return points.bounds.low <= POINTS[0] and POINTS[-1] <= points.bounds.high


def _algorithm(name: str) -> dict[str, Any]:
    spec = spec_of(name)
    several = _has_points(name)
    return {
        "name": name,
        "title": spec.title,
        "summary": spec.summary,
        "points": several,
        "rings": [_grown(name, {"points": points}) for points in POINTS] if several else [_grown(name, {})],
    }


def _grown(name: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rings of one partitioner that grows node by node."""
    partitioner = create(name, NAMES[:1], **parameters)
    before, rings = partitioner.arcs(), []
    for node in NAMES[1:]:
        partitioner.add_node(node)
        after = partitioner.arcs()
        rings.append(_ring(before, after))
        before = after
    return rings


def _ring(before: Arcs, after: Arcs) -> dict[str, Any]:
    space = 1 << after.hash_bits
    nodes = {name: i for i, name in enumerate(NAMES)}
    moved, needless = _moved(before, after)
    shares = after.shares()
    return {
        "arcs": [
            value
            for start, bucket in _seen(after)
            for value in (start * FINE // space, nodes[after.nodes[bucket].name])
        ],
        "shares": [
            round(shares[bucket] / space, 6)
            for bucket, node in sorted(after.nodes.items(), key=lambda item: nodes[item[1].name])
        ],
        "moved": round(moved / space, 6),
        "needless": round(needless / space, 6),
    }


def _seen(arcs: Arcs) -> Iterator[tuple[int, int]]:
    """Yield where arcs begin and whose they are; of more than can be told apart, those at even places."""
    if len(arcs.start) <= MOST_ARCS:
        yield from zip(arcs.start.tolist(), arcs.bucket.tolist(), strict=True)
        return
    places = [place * (1 << arcs.hash_bits) // MOST_ARCS for place in range(MOST_ARCS)]
    owners = arcs.bucket[np.searchsorted(arcs.start, np.array(places, dtype=np.uint64), side="right") - 1]
    last = -1
    for place, owner in zip(places, owners.tolist(), strict=True):
        if owner != last:
            yield place, owner
        last = owner


def _moved(before: Arcs, after: Arcs) -> tuple[int, int]:
    """Return how many hashes have another node after, and how many of them went to one that was there."""
    starts = np.union1d(before.start, after.start)
    old = before.bucket[np.searchsorted(before.start, starts, side="right") - 1]
    new = after.bucket[np.searchsorted(after.start, starts, side="right") - 1]
    ends = [*starts.tolist()[1:], 1 << after.hash_bits]
    stayed = {node.name for node in before.nodes.values()}
    moved = needless = 0
    for start, end, was, now in zip(starts.tolist(), ends, old.tolist(), new.tolist(), strict=True):
        here = after.nodes[now].name
        if before.nodes[was].name != here:
            moved += end - start
            needless += end - start if here in stayed else 0
    return moved, needless
