"""A hash space cut into pieces: who has which, and what changes hands, exactly, in integers.

A `Cut` is plain values - starts and the names of their owners - so that the arcs of any partitioner, ranges,
and tables written by hand are the same to whoever draws them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from experiments.report.figures.palette import node_colours

if TYPE_CHECKING:
    from algorithms.interface.arcs import Arcs

__all__ = ["Cut", "Move", "colours_of", "natural", "short_names"]


@dataclass(frozen=True)
class Move:
    """A piece of the hash space that changed hands.

    Parameters
    ----------
    start, end : int
        The hashes ``start <= hash < end``.
    source, target : str
        The nodes that had and have it.
    """

    start: int
    end: int
    source: str
    target: str


@dataclass(frozen=True)
class Cut:
    """A hash space and who has which piece of it.

    Parameters
    ----------
    space : int
        The number of hashes: the space is ``[0, space)``.
    starts : Sequence[int]
        The first hash of each piece, ascending. What lies below the first belongs to the owner of the last.
    owners : Sequence[str]
        The node of each piece, by name.

    Raises
    ------
    ValueError
        If the starts do not ascend within the space, or do not match the owners.

    Examples
    --------
    >>> cut = Cut(16, [4, 8], ["a", "b"])
    >>> cut.pieces()
    [(0, 4, 'b'), (4, 8, 'a'), (8, 16, 'b')]
    >>> cut.moves(Cut(16, [4, 8, 12], ["a", "b", "c"]))
    [Move(start=0, end=4, source='b', target='c'), Move(start=12, end=16, source='b', target='c')]
    """

    space: int
    starts: Sequence[int]
    owners: Sequence[str]

    def __post_init__(self) -> None:
        edges = [int(start) for start in self.starts]
        ascending = all(low < high for low, high in pairwise(edges))
        if (
            not edges
            or not ascending
            or edges[0] < 0
            or edges[-1] >= self.space
            or len(edges) != len(self.owners)
        ):
            raise ValueError(
                f"{len(edges)} starts, {len(self.owners)} owners cannot cut a space of {self.space} hashes: "
                f"give one owner for each start, and ascending starts from 0 to {self.space - 1}"
            )

    @classmethod
    def of_arcs(cls, arcs: Arcs) -> Cut:
        """Return the cut that a partitioner's arcs make.

        Examples
        --------
        >>> from algorithms import create
        >>> Cut.of_arcs(create("key_range", ["a", "b"], hash="sha1_28").arcs()).pieces()
        [(0, 134217728, 'a'), (134217728, 268435456, 'b')]
        """
        owners = [arcs.nodes[int(bucket)].name for bucket in arcs.bucket]
        return cls(1 << arcs.hash_bits, arcs.start.tolist(), owners)

    def pieces(self) -> list[tuple[int, int, str]]:
        """Return ``(start, end, owner)`` of each piece, ascending, the one that wraps split at 0."""
        edges = [*map(int, self.starts), self.space]
        pieces = [(edges[i], edges[i + 1], owner) for i, owner in enumerate(self.owners)]
        return ([(0, edges[0], self.owners[-1])] if edges[0] else []) + pieces

    def merged(self) -> Cut:
        """Return the same with neighbouring pieces of one owner made one."""
        pieces = self.pieces()
        kept = [i for i, piece in enumerate(pieces) if i == 0 or pieces[i - 1][2] != piece[2]]
        return Cut(self.space, [pieces[i][0] for i in kept], [pieces[i][2] for i in kept])

    def nodes(self) -> list[str]:
        """Return the owners, each once, in the order in which they appear."""
        return list(dict.fromkeys(owner for _, _, owner in self.pieces()))

    def shares(self) -> dict[str, Fraction]:
        """Return the exact part of the space that each node has."""
        shares = dict.fromkeys(self.nodes(), Fraction(0))
        for start, end, owner in self.pieces():
            shares[owner] += Fraction(end - start, self.space)
        return shares

    def moves(self, after: Cut) -> list[Move]:
        """Return what changed hands, ascending, neighbouring pieces of the same move made one."""
        if after.space != self.space:
            raise ValueError(
                f"spaces of {self.space} and {after.space} hashes: before and after must be the same"
            )
        moves: list[Move] = []
        old, new = self.pieces(), after.pieces()
        i = j = start = 0
        while start < self.space:
            end = min(old[i][1], new[j][1])
            source, target = old[i][2], new[j][2]
            if source != target:
                last = moves[-1] if moves else None
                if last and (last.end, last.source, last.target) == (start, source, target):
                    start = moves.pop().start
                moves.append(Move(start, end, source, target))
            i, j = i + (old[i][1] == end), j + (new[j][1] == end)
            start = end
        return moves


def colours_of(*cuts: Cut) -> dict[str, str]:
    """Return a colour for each node of one or more cuts, in natural order of the names.

    >>> list(colours_of(Cut(4, [0, 2], ["node-10", "node-2"])))
    ['node-2', 'node-10']
    """
    names = {name for cut in cuts for name in cut.nodes()}
    ordered = sorted(names, key=natural)
    return dict(zip(ordered, node_colours(ordered), strict=True))


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Return names without what they all begin with, up to a separator or a number.

    >>> short_names(["node-1", "node-16"]), short_names(["server-a", "server-b"]), short_names(["a"])
    ({'node-1': '1', 'node-16': '16'}, {'server-a': 'a', 'server-b': 'b'}, {'a': 'a'})
    """
    common = 0
    if len(names) > 1:
        while all(len(name) > common and name[common] == names[0][common] for name in names):
            common += 1
    cut = max(names[0].rfind(separator, 0, common) for separator in "-_.:/ ") + 1 if names else 0
    return {name: name[cut:] or name for name in names}


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return what to sort names by, so that numbers in them count as numbers.

    >>> sorted(["node-10", "node-9"], key=natural)
    ['node-9', 'node-10']
    """
    return tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part
    )
