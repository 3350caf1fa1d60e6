"""The article's rings: points, full and simplified routing tables, shares, a lookup, and 2 -> 3 nodes.

The hash space has 28 bits (``sha1_28``), nodes are server-a, server-b, ..., and a point serves the hashes
from itself up to the next point; the last point serves the wrap, below the first point, as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from algorithms import Arcs, Partitioner, create
from algorithms.hashing import hash_key
from experiments.article.part import Answer, Part
from experiments.article.subjects import LISTED, PRINTED, SHARES, TOTALS, Printed
from experiments.seeds import repetition_of
from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.article.parameters import ArticleParameters
    from experiments.article.published import Question
    from experiments.harness.experiment import Context

__all__ = [
    "HASH",
    "Rings",
    "arc_rows",
    "event_rows",
    "prefix_of",
    "ring_rows",
    "server",
    "servers",
    "the_ring",
]

HASH = "sha1_28"
LOOKED_UP = 79_249_022
RINGS = ((2, 5), (3, 5), (5, 5), (5, 2), (5, 3000))


def server(index: int) -> str:
    """Return the article's name of a node, counted from 0.

    Examples
    --------
    >>> server(0), server(25), server(26)
    ('server-a', 'server-z', 'server-aa')
    """
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return f"server-{letters}"


def servers(count: int) -> list[str]:
    """Return the names of the first `count` nodes.

    Examples
    --------
    >>> servers(2)
    ['server-a', 'server-b']
    """
    return [server(index) for index in range(count)]


def prefix_of(seed: int, repetition: int) -> str:
    """Return what names of nodes begin with in a repetition: it makes a ring random.

    Examples
    --------
    >>> prefix_of(0, 1) == prefix_of(0, 1) != prefix_of(0, 2)
    True
    """
    return repetition_of(seed, "", repetition, seed_bits=0).prefix


def the_ring(nodes: int, points: int) -> Partitioner[Any]:
    """Return a ring as the article builds it.

    Examples
    --------
    >>> the_ring(2, 5).hash_bits
    28
    """
    return create("ring", servers(nodes), points=points, hash=HASH)


def ring_rows(label: str, ring: Partitioner[Any]) -> Iterable[Record]:
    """Return a ring's arcs, full and simplified, and its shares, as rows."""
    arcs = ring.arcs()
    space = 1 << ring.hash_bits
    facts = {"table": label, "n": len(ring.nodes), "points": int(ring.parameters["points"])}
    if len(arcs) <= LISTED:
        for kind, listed in (("full", arcs), ("simplified", arcs.merged())):
            yield from ({**facts, "kind": kind, **row} for row in _arc_rows(listed, _wraps(arcs)))
    for bucket, hashes in arcs.shares().items():
        yield {
            **facts,
            "kind": "share",
            "node": ring.nodes[bucket].name,
            "hashes": hashes,
            "share": Fraction(hashes, space),
        }


def arc_rows(arcs: Arcs) -> Iterable[Record]:
    """Return whose each arc is, and from where to where it goes, as rows."""
    for bucket, start, last, hashes in zip(
        arcs.bucket.tolist(), arcs.start.tolist(), arcs.last.tolist(), arcs.sizes(), strict=True
    ):
        yield {"node": arcs.nodes[bucket].name, "start": start, "last": last, "hashes": hashes}


def _arc_rows(arcs: Arcs, wraps: bool) -> Iterable[Record]:
    for place, row in enumerate(arc_rows(arcs)):
        share = Fraction(row["hashes"], 1 << arcs.hash_bits)
        yield {**row, "point": arcs.point_name(place), "share": share, "wrap": wraps and place == 0}


def _wraps(arcs: Arcs) -> bool:
    """Return whether the arc at 0 is the continuation of the last one."""
    return len(arcs) > 1 and arcs.point_name(0) == arcs.point_name(len(arcs) - 1)


def event_rows(label: str, before: Partitioner[Any], after: Partitioner[Any]) -> Iterable[Record]:
    """Return what moves between two partitioners over one hash space, exactly, as rows."""
    from experiments.measures import EventShape, Flows

    flows = Flows.exact(EventShape.between(before.nodes, after.nodes), before.arcs(), after.arcs())
    facts = {"table": label, "n": len(before.nodes), "after": len(after.nodes)}
    for source, target, hashes in flows.named():
        share = Fraction(hashes, flows.total)
        yield {**facts, "kind": "flow", "node": source, "target": target, "hashes": hashes, "share": share}
    yield {
        **facts,
        "kind": "moved",
        "hashes": flows.moved,
        "total": flows.total,
        "share": flows.movement,
        "minimum": flows.minimum,
        "stray": flows.stray,
    }


class Rings(Part):
    """The article's rings, and rings of your own."""

    name = "rings"

    def units(self, parameters: ArticleParameters) -> Sequence[Mapping[str, Any]]:
        """Return the article's rings and, apart, each ring of your own."""
        if parameters.own_rings:
            parameters.ring().build(servers(1))  # a setting that the ring refuses is told of at once
        return [{}, *({"own": size} for size in parameters.own_rings)]

    def measure(
        self, unit: Mapping[str, Any], parameters: ArticleParameters, context: Context
    ) -> Iterable[Record]:
        """Return arcs, shares and flows."""
        if "own" not in unit:
            yield from _point_rows()
            for nodes, points in RINGS:
                yield from ring_rows(_label(nodes, points), the_ring(nodes, points))
            yield from event_rows("2 -> 3", the_ring(2, 5), the_ring(3, 5))
            return
        size, ring = unit["own"], parameters.ring()
        before, after = ring.build(servers(size)), ring.build(servers(size + 1))
        label = f"own: {_label(size, int(ring.value('points')))}, {ring.value('serves')}, {ring.hash}"
        yield from ring_rows(label, before)
        yield from event_rows(f"own: {size} -> {size + 1}", before, after)

    def answers(self) -> Mapping[Question, Answer]:
        """Answer for points, arcs, shares, totals, the lookup and what moves from 2 to 3 nodes."""
        answers: dict[Question, Answer] = {
            ("point", "points of server-a", name): Answer(str(value))
            for name, value in ((row["point"], row["start"]) for row in _point_rows())
        }
        for table in PRINTED:
            answers |= _arc_answers(table)
        for title, (nodes, points) in SHARES.items():
            answers |= _share_answers(title, the_ring(nodes, points).arcs())
        for title, (nodes, points) in TOTALS.items():
            total = sum(the_ring(nodes, points).arcs().sizes())
            answers["total", title, "total"] = _counted(total)
        return answers | _lookup_answer() | _ratio_answer() | _moved_answers()


def _label(nodes: int, points: int) -> str:
    return f"{nodes} node{'s' if nodes > 1 else ''}, {points} point{'s' if points > 1 else ''}"


def _point_rows() -> Iterable[Record]:
    for name in (f"{server(0)}-{number}" for number in range(5)):
        yield {"kind": "point", "node": server(0), "point": name, "start": hash_key(HASH, name)}


def _counted(hashes: int, note: str = "") -> Answer:
    """Answer with a number of hashes up to the end of the space, which the article counts one short."""
    return Answer(str(hashes), str(hashes - 1), "space", note)


def _arc_answers(table: Printed) -> dict[Question, Answer]:
    arcs = the_ring(table.nodes, 5).arcs()
    wraps = _wraps(arcs)
    answers = {}
    for row in _arc_rows(arcs.merged() if table.simplified else arcs, wraps):
        if row["wrap"] and not table.wrap:
            continue
        ends = row["last"] == (1 << arcs.hash_bits) - 1
        answer = _counted(row["hashes"], "the last arc") if ends else Answer(str(row["hashes"]))
        name = row["node"] if table.simplified else row["point"]
        for title in table.titles:
            answers["arc", title, f"{row['start']} {name}"] = answer
    return answers


def _share_answers(title: str, arcs: Arcs) -> dict[Question, Answer]:
    last = int(arcs.bucket[-1])
    return {
        ("share", title, arcs.nodes[bucket].name): _counted(hashes, "has the last arc")
        if bucket == last
        else Answer(str(hashes))
        for bucket, hashes in arcs.shares().items()
    }


def _lookup_answer() -> dict[Question, Answer]:
    ring = the_ring(2, 5)
    arcs = ring.arcs()
    row = int(np.searchsorted(arcs.start, LOOKED_UP, side="right")) - 1
    bucket = int(ring.assign(np.array([LOOKED_UP], dtype=np.uint64))[0])
    note = f"on {ring.nodes[bucket].name}, from {arcs.start[row]} to {arcs.last[row]}"
    return {
        ("lookup", "2 nodes with 5 partitions", f"hash {LOOKED_UP}"): Answer(arcs.point_name(row), note=note)
    }


def _ratio_answer() -> dict[Question, Answer]:
    ring = the_ring(5, 5)
    shares = {ring.nodes[bucket].name: hashes for bucket, hashes in ring.arcs().shares().items()}
    ratio = Fraction(shares["server-e"], shares["server-b"])
    note = f"{100 * float(ratio):.4f} %, to the digits printed"
    return {
        ("ratio", "5 nodes with 5 partitions", "load of server-e over server-b"): Answer(
            _percent(ratio), note=note
        )
    }


def _moved_answers() -> dict[Question, Answer]:
    *flows, moved = event_rows("2 -> 3", the_ring(2, 5), the_ring(3, 5))
    table = "2 -> 3 nodes"
    answers: dict[Question, Answer] = {
        ("moved", table, f"{row['node']} to {row['target']}"): Answer(str(row["hashes"])) for row in flows
    }
    exact = f"{100 * float(moved['share']):.2f}"
    answers["moved", table, "fraction of all hashes"] = Answer(
        exact, str(round(100 * moved["share"], -1)), "thirty", "30 to one digit only"
    )
    return answers


def _percent(value: Fraction) -> str:
    return str(round(100 * value))
