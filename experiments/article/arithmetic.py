"""The article's integer division: a hash space of 32 bits cut into equal ranges, and one range more.

From n to n + 1 ranges every boundary shifts: node i hands i parts in n (n + 1) of the space to node i + 1,
which is 1/2 in all, whatever n is. The same ripple runs back when a range is given up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from algorithms import Partitioner, create
from experiments.article.part import Answer, Part
from experiments.article.rings import arc_rows, event_rows
from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.article.parameters import ArticleParameters
    from experiments.article.published import Question
    from experiments.harness.experiment import Context

__all__ = ["BITS", "Arithmetic", "floored_movement", "modulo_movement", "ranges"]

BITS = 32
SIZES = (1, 2, 3, 4, 8, 16, 32, 100, 1000)
FACTORS = (
    Fraction(9, 8),
    Fraction(5, 4),
    Fraction(3, 2),
    Fraction(2),
    Fraction(3),
    Fraction(10),
    Fraction(100),
)


def ranges(nodes: int, bits: int = BITS) -> Partitioner[Any]:
    """Return equal ranges of a hash space.

    Examples
    --------
    >>> ranges(16).arcs().last[:2].tolist()
    [268435455, 536870911]
    """
    return create("key_range", nodes, hash="xxh64", hash_bits=bits)


def modulo_movement(before: int, after: int) -> Fraction:
    """Return the movement of hash mod n, by assigning every hash of a whole period of both sides.

    Examples
    --------
    >>> modulo_movement(16, 17)
    Fraction(16, 17)
    """
    hashes = np.arange(np.lcm(before, after), dtype=np.uint64)
    old, new = (create("modulo", nodes, hash="identity").assign(hashes) for nodes in (before, after))
    return Fraction(int(np.count_nonzero(old != new)), len(hashes))


def floored_movement(nodes: int, bits: int = BITS) -> tuple[int, int]:
    """Return what moves from n to n + 1 where the space is divided by floored sizes, as the article does.

    Examples
    --------
    >>> floored_movement(16)
    (2147483656, 1)
    """
    space = 1 << bits
    old, new = space // nodes, space // (nodes + 1)
    stays = sum(max(0, min((i + 1) * old, (i + 1) * new) - max(i * old, i * new)) for i in range(nodes + 1))
    return space - stays, space - (nodes + 1) * new


class Arithmetic(Part):
    """Integer division, modulo, and what each moves."""

    name = "arithmetic"

    def units(self, parameters: ArticleParameters) -> Sequence[Mapping[str, Any]]:
        """Return the ripple, one node more for several n, more nodes at once, and modulo."""
        return [{"what": what} for what in ("ripple", "sizes", "factors", "modulo")]

    def measure(
        self, unit: Mapping[str, Any], parameters: ArticleParameters, context: Context
    ) -> Iterable[Record]:
        """Return exact movements beside their laws."""
        from experiments import theory

        n = parameters.ranges
        if unit["what"] == "ripple":
            yield from _cut_rows(n)
            yield from _cut_rows(n + 1)
            yield from _ripple_rows(n, n + 1)
            yield from _ripple_rows(n + 1, n)
        elif unit["what"] == "sizes":
            for size in dict.fromkeys((*SIZES, n)):
                yield from (
                    _moved(kind, *pair)
                    for kind, pair in (("grow", (size, size + 1)), ("shrink", (size + 1, size)))
                )
        elif unit["what"] == "factors":
            larger = dict.fromkeys((n + 1, n + 2, *(max(n + 1, int(n * factor)) for factor in FACTORS)))
            yield from (_moved("more", n, after) for after in larger)
        else:
            for size in dict.fromkeys((*SIZES, n)):
                share = modulo_movement(size, size + 1)
                law = theory.modulo(size, size + 1)
                yield {"kind": "modulo", "n": size, "after": size + 1, "share": share, "law": law}

    def answers(self) -> Mapping[Question, Answer]:
        """Answer for sizes, boundaries, and what moves under integer division and modulo."""
        table = "integer division, 32 bits"
        sixteen, seventeen = ranges(16).arcs(), ranges(17).arcs()
        sizes = seventeen.sizes()
        answers: dict[Question, Answer] = {
            ("space", table, "hash values"): Answer(
                str(sum(sixteen.sizes())), note="and printed once as 4,294,967,295"
            ),
            ("space", table, "hashes of each of 16 partitions"): Answer(
                " or ".join(map(str, sorted(set(sixteen.sizes()))))
            ),
            ("space", table, "hashes of each of 17 partitions"): Answer(
                str(min(sizes)), note=f"of {sizes.count(min(sizes))}; the other has {max(sizes)}"
            ),
        }
        for partition in (0, 1):
            key = f"last hash of partition {partition}"
            answers["boundary", "integer division, 16 partitions", key] = Answer(str(sixteen.last[partition]))
        floored = (1 << BITS) // 17 - 1
        answers["boundary", "integer division, 17 partitions", "last hash of partition 0"] = Answer(
            str(seventeen.last[0]), str(floored), "floored", "where the size is floored"
        )
        return answers | _ripple_answers() | _movement_answers()


def _cut_rows(nodes: int) -> Iterable[Record]:
    yield from ({"kind": "cut", "n": nodes, **row} for row in arc_rows(ranges(nodes).arcs()))


def _ripple_rows(before: int, after: int) -> Iterable[Record]:
    """Return flows between neighbours beside their law, i parts in n (n + 1) for the i-th, and the sum."""
    from experiments import theory

    fewer = min(before, after)
    label = f"{before} -> {after}"
    for row in event_rows(label, ranges(before), ranges(after)):
        law = theory.equal_ranges(before, after)
        if row["kind"] == "flow":
            upper = max(int(row[side].removeprefix("node-")) for side in ("node", "target"))
            law = Fraction(upper, fewer * (fewer + 1))
        yield {**row, "law": law}


def _moved(kind: str, before: int, after: int) -> Record:
    from experiments import theory

    *_, row = event_rows(f"{before} -> {after}", ranges(before), ranges(after))
    return {**row, "kind": kind, "law": theory.equal_ranges(before, after)}


def _ripple_answers() -> dict[Question, Answer]:
    *flows, moved = _ripple_rows(16, 17)
    table = "integer division 16 -> 17"
    space = 1 << BITS
    neighbours = [(f"node-{i - 1}", f"node-{i}") for i in range(1, 17)]
    lawful = [(row["node"], row["target"]) for row in flows] == neighbours and all(
        abs(row["hashes"] - row["law"] * space) < 1 for row in flows
    )
    form = "i/272" if lawful else "another ripple"
    exact = f"{moved['hashes']}/{space}"
    parts = sum(row["law"] for row in flows) * 272
    return {
        ("moved", table, "node i to node i+1, i = 1..16"): Answer(
            form, note="in the continuum; of 2^32 hashes each flow is within one"
        ),
        ("moved", table, "in all"): Answer(
            exact, f"{parts}/272", "half", f"{space // 2 - moved['hashes']} hashes short of half"
        ),
    }


def _movement_answers() -> dict[Question, Answer]:
    grown = {round(100 * _moved("grow", n, n + 1)["share"]) for n in range(1, 65)}
    many = _moved("more", 16, 16_000)["share"]
    modulos = {n: modulo_movement(n, n + 1) for n in range(1, 65)}
    least = min(modulos.values())
    where = ", ".join(str(n) for n, share in modulos.items() if share == least)
    return {
        ("moved", "integer division, any n -> n+1", "in all"): Answer(
            " or ".join(map(str, sorted(grown))), note="n = 1..64, to the digits printed"
        ),
        ("moved", "integer division, more nodes at once", "limit"): Answer(
            str(round(100 * many)),
            note=f"16 -> 16,000 moves {100 * float(many):.3f} %; never all: node-0 keeps 1/k",
        ),
        ("moved", "modulo", "n -> n+1"): Answer(
            f"at least {round(100 * least)}",
            note=f"n/(n+1) of all hashes, n = 1..64; just half at n = {where}",
        ),
    }
