"""The article's "at most 1/n": how much a ring hands to a new node, on average and at worst.

From n to n + 1 nodes with v points each the new share is Beta(v, n v): 1/(n + 1) on average, below 1/n, but
with no bound below 1. Random rings show how often it is more than 1/n; node names with a prefix of their own
make a ring random.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from algorithms import create
from experiments.article.part import Answer, Part
from experiments.article.rings import HASH, event_rows, prefix_of, server, servers, the_ring
from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.article.parameters import ArticleParameters
    from experiments.article.published import Question
    from experiments.harness.experiment import Context

__all__ = ["Bound", "Counterexample", "counterexample", "new_share"]

SIZES = (2, 5, 16)
POINTS = (1, 5, 20, 80)


class Counterexample(NamedTuple):
    """A newcomer by name, and the part of all hashes that it takes.

    Parameters
    ----------
    newcomer
        Its name.
    share
        What moves to it.
    """

    newcomer: str
    share: Fraction


@lru_cache(maxsize=16)
def counterexample(nodes: int, points: int) -> Counterexample:
    """Return the first newcomer, by name, that takes more than 1/n of the article's ring of n nodes.

    Examples
    --------
    >>> newcomer, share = counterexample(2, 1)
    >>> newcomer, round(float(share), 4), share > Fraction(1, 2)
    ('server-e', 0.5574, True)
    """
    for index in count(nodes):
        before = the_ring(nodes, points)
        after = before.copy()
        after.add_node(server(index))
        *_, moved = event_rows("", before, after)
        if moved["share"] > Fraction(1, nodes):
            return Counterexample(server(index), moved["share"])
    raise AssertionError("the names never end")


def new_share(nodes: int, points: int, prefix: str) -> Fraction:
    """Return what a new node takes of a ring of nodes whose names begin with a prefix.

    Examples
    --------
    >>> new_share(2, 5, "") == counterexample(2, 5).share
    False
    """
    names = [prefix + name for name in servers(nodes + 1)]
    arcs = create("ring", names, points=points, hash=HASH).arcs()
    mine = arcs.bucket == nodes
    hashes = int((arcs.last[mine] - arcs.start[mine]).sum()) + int(mine.sum())
    return Fraction(hashes, 1 << arcs.hash_bits)


class Bound(Part):
    """How often a new node takes more than 1/n."""

    name = "at most 1/n"

    def units(self, parameters: ArticleParameters) -> Sequence[Mapping[str, Any]]:
        """Return one unit for each number of nodes and of points."""
        return [{"n": n, "points": points} for n in SIZES for points in POINTS]

    def measure(
        self, unit: Mapping[str, Any], parameters: ArticleParameters, context: Context
    ) -> Iterable[Record]:
        """Return how many random rings exceed 1/n, with a 95 % interval and the law beside it."""
        from experiments import inference, theory

        n, points, rings = unit["n"], unit["points"], parameters.repetitions

        def one(repetition: int) -> Fraction:
            return new_share(n, points, prefix_of(parameters.seed, repetition))

        taken = list(context.engine.map(one, rings, progress=context.chunks_done))
        above = sum(share > Fraction(1, n) for share in taken)
        # each ring is one independent trial, so a binomial interval is right here
        chance = inference.proportion(above, rings)
        yield {
            "kind": "study",
            "n": n,
            "points": points,
            "repetitions": rings,
            "above": above,
            "chance": chance.value,
            "low": chance.interval.low if chance.interval else None,
            "high": chance.interval.high if chance.interval else None,
            "law_chance": float(theory.ring_share(points, n * points).sf(1 / n)),
            "mean": float(sum(taken) / rings),
            "most": float(max(taken)),
        }
        if (n, points) in ((2, 1), (2, 5)):
            newcomer, share = counterexample(n, points)
            yield {"kind": "counterexample", "n": n, "points": points, "node": newcomer, "share": share}

    def answers(self) -> Mapping[Question, Answer]:
        """Answer for "at most 1/n" in its three places."""
        answers: dict[Question, Answer] = {}
        newcomer, share = counterexample(2, 5)
        answers["moved", "2 -> 3 nodes", "expected at most"] = Answer(
            f"{100 * float(share):.2f}",
            f"{100 * Fraction(1, 2)}",
            "bound",
            f"1/2 bounds the mean, 1/3; {newcomer} as third node takes {100 * float(share):.2f} %",
        )
        newcomer, share = counterexample(2, 1)
        answers["moved", "consistent hashing, n -> n+1", "worst case"] = Answer(
            "any part below 1",
            "1/n",
            "bound",
            f"1/(n+1) on average; with 1 point each, {newcomer} takes {100 * float(share):.2f} % from "
            "2 nodes",
        )
        newcomer, share = counterexample(100, 5)
        answers["moved", "consistent hashing, 100 nodes", "worst case of adding one"] = Answer(
            f"{100 * float(share):.2f}/100",
            f"1/{100}",
            "bound",
            f"1/101 on average; with 5 points each, {newcomer} takes {100 * float(share):.2f} %",
        )
        return answers
