"""What the article speaks of: its letters, its rings, its tables, as several parts need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


SPLITS: Mapping[str, Sequence[str]] = {
    "two halves": ("A", "N"),
    "26 letters": tuple(LETTERS),
    "adjusted": ("A", "C", "E"),
}


def groups_of(starts: Sequence[str]) -> list[str]:
    """Return the letters of each range, as the article writes them.

    Examples
    --------
    >>> groups_of(["A", "C", "E"]), groups_of(["A", "Z"])
    (['A-B', 'C-D', 'E-Z'], ['A-Y', 'Z'])
    """
    ends = [LETTERS[LETTERS.index(start) - 1] for start in starts[1:]] + [LETTERS[-1]]
    return [start if start == end else f"{start}-{end}" for start, end in zip(starts, ends, strict=True)]


SPACE = 1 << 28


EXAMPLE = (50_000, 60_000)
"""The query of the figure: from which salary to which."""


LISTED = 2000
"""Up to this many arcs a ring's routing table is stored, and not only its shares."""


@dataclass(frozen=True)
class Printed:
    """A routing table as the article prints it, in one place or several.

    Parameters
    ----------
    titles
        What the published list calls it, in each place.
    nodes
        Of 5 points each.
    wrap
        Whether the arc below the first point is a row; the article's first tables leave it out.
    simplified
        Whether neighbouring arcs of a node are one row.
    """

    titles: tuple[str, ...]
    nodes: int
    wrap: bool
    simplified: bool


PRINTED = (
    Printed(("2 nodes with 5 partitions, without the wrap, full routing table",), 2, False, False),
    Printed(("2 nodes with 5 partitions, without the wrap, simplified routing table",), 2, False, True),
    Printed(
        (
            "2 nodes with 5 partitions, with the wrap, full routing table",
            "2 nodes with 5 partitions, full routing table",
        ),
        2,
        True,
        False,
    ),
    Printed(
        (
            "2 nodes with 5 partitions, with the wrap, simplified routing table",
            "2 nodes with 5 partitions, simplified routing table",
        ),
        2,
        True,
        True,
    ),
    Printed(("3 nodes with 5 partitions",), 3, False, True),
    Printed(("3 nodes with 5 partitions, full routing table",), 3, True, False),
    Printed(
        (
            "3 nodes with 5 partitions, simplified routing table",
            "2 -> 3 nodes, closer look, simplified routing table",
        ),
        3,
        True,
        True,
    ),
)
"""The routing tables of the article."""


SHARES = {
    "2 nodes with 5 partitions": (2, 5),
    "2 nodes with 5 partitions, stats": (2, 5),
    "3 nodes with 5 partitions, stats": (3, 5),
    "5 nodes with 5 partitions": (5, 5),
    "5 nodes with 2 partitions": (5, 2),
    "5 nodes with 3000 partitions": (5, 3000),
}
"""The article's tables of shares: nodes and points."""


TOTALS = {"2 nodes with 5 partitions": (2, 5), "3 nodes with 5 partitions": (3, 5)}
