"""Table: who has which hashes, written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from algorithms.checks import is_int
from algorithms.errors import InvalidParameter
from algorithms.interface import Buckets, Capability, Cost, Hashes, Nodes, Partitioner, Spec, State, Step
from algorithms.interface.arcs import Arcs
from algorithms.interface.memory import must_fit
from algorithms.interface.node import NodeLike
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.exact_ranges import intervals_from, proportional_starts
from algorithms.machinery.intervals import Intervals, one_of, place
from algorithms.machinery.pairs import Pair, pair_of_intervals
from algorithms.machinery.single import One
from algorithms.machinery.steps import Steps
from algorithms.registry import register

Rows = Sequence[tuple[int, str]]

NODE_BYTES = 160
"""About what a node takes while its row is worked out, in exact fractions."""


class Entries(NamedTuple):
    """The rows of the table as intervals, and whether they are still the equal arcs of the start."""

    intervals: Intervals
    initial: bool


@register(
    Spec(
        name="table",
        title="Table",
        summary="an explicit table of (first hash, node) rows; each event moves the fewest hashes it can",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.WEIGHTED,
                Capability.MINIMAL_MOVEMENT,
                Capability.UNIFORM,
                Capability.INTERVALS,
            }
        ),
        lacks={
            Capability.REPLICAS: "the table has one node a row; replicas would be rows of their own",
        },
        reference="a baseline; the article's table of minimum hashes",
        lookup_cost=Cost("O(1)", "O(log rows) in the worst case"),
        resize_cost=Cost("O(rows)"),
        memory_cost=Cost("O(rows)", "and the rows grow with every event"),
        movement_law="bound",
        balance_law="exact",
        kind="baseline",
        steps={
            "probes": Step(),
        },
    )
)
class Table(Partitioner[Entries]):
    """The baseline that cannot be beaten: an explicit table of minimum hashes.

    Each row says from which hash on a node serves, up to the next row. Without rows of your own the arcs are
    equal at first, and every event cuts from the nodes that have too much just what the others lack: no
    partitioner with exact shares can move less. The price is the table, which grows with each event, must be
    kept, and be the same everywhere.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`; shares follow the weights to within one hash.
    rows
        (first hash, node name) pairs in any order, several a node if you like; the lowest must be 0.
        A node without a row has no keys.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For rows that are no such pairs, do not begin at 0, repeat a hash, or lie outside the hash space.
    UnknownNode
        For a row whose node is not among the nodes.

    Notes
    -----
    **Costs.** assign as for a ring of as many points; an event O(rows), in plain Python; memory 12 bytes a
    row and an index.

    **Adverse case.** A long life: every event splits arcs, up to one new row for each node and event.

    Examples
    --------
    >>> p = Table(["a", "b"], rows=[(0, "a"), (128, "b")], hash="sha1_28", hash_bits=8)
    >>> p.change(add=["c"], rows=[(0, "a"), (128, "b"), (192, "c")])
    >>> p.arcs().shares()
    {0: 128, 1: 64, 2: 64}
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        rows: Rows | None = None,
        hash: str = "xxh64",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        self._first_rows = rows
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)
        self._first_rows = self.rows  # what was given may be used up by now, or changed later

    @property
    def rows(self) -> tuple[tuple[int, str], ...] | None:
        """The table, which would build this again; None while it has the equal arcs of the start."""
        state = self._state
        if state.structure.initial:
            return None
        table = state.structure.intervals
        return tuple(
            (start, state.nodes[owner].name)
            for start, owner in zip(table.starts.tolist(), table.owners.tolist(), strict=True)
        )

    def change(
        self,
        *,
        add: Iterable[NodeLike] = (),
        remove: Iterable[str] = (),
        weights: Mapping[str, float] = {},
        rows: Rows | None = None,
    ) -> None:
        """Make one scale event, by moving the fewest hashes or to a table of your own.

        Parameters
        ----------
        add, remove, weights
            As for :meth:`Partitioner.change`.
        rows
            The whole table after the event; without it the fewest hashes move that the shares allow.

        Raises
        ------
        InvalidParameter, UnknownNode
            For rows that cannot be. Whatever is raised, nothing has changed.

        Examples
        --------
        >>> p = Table(["a", "b"], hash="sha1_28", hash_bits=8)
        >>> p.change(add=["c"])
        >>> p.arcs().shares()
        {0: 86, 1: 85, 2: 85}
        """
        self._change(add, remove, weights, rows)

    def _check_size(self, nodes: Nodes) -> None:
        must_fit(len(nodes), NODE_BYTES, "rows of a table")

    def _build(self, nodes: Nodes) -> Entries:
        self._check_size(nodes)
        if self._first_rows is not None:
            return self._from_rows(nodes, self._first_rows)
        starts = proportional_starts(nodes.weights(), self.hash_bits)
        return Entries(intervals_from(starts, nodes.buckets(), self.hash_bits), initial=True)

    def _rebuild(self, before: State[Entries], nodes: Nodes, layout: Any) -> Entries:
        if layout is not None:
            return self._from_rows(nodes, layout)
        return Entries(_rebalanced(before.structure.intervals, before.nodes, nodes), initial=False)

    def _from_rows(self, nodes: Nodes, rows: Rows) -> Entries:
        if isinstance(rows, str | bytes) or not isinstance(rows, Iterable):
            raise InvalidParameter(f"rows are (first hash, node name) pairs, not {rows!r:.60}")
        table: dict[int, int] = {}
        for row in rows:
            if not (isinstance(row, tuple | list) and len(row) == 2 and is_int(row[0])):
                raise InvalidParameter(f"a row is a pair (first hash, node name), not {row!r:.60}")
            start = int(row[0])
            if start < 0 or start >> self.hash_bits:
                raise InvalidParameter(
                    f"a row begins in the hash space, 0 <= hash < 2^{self.hash_bits}, not at {row[0]!r}"
                )
            if start in table:
                raise InvalidParameter(f"two rows begin at {start}: one hash has one node")
            table[start] = nodes.bucket_of(row[1])
        if 0 not in table:
            raise InvalidParameter("the lowest row must begin at 0, so that every hash has a node")
        starts = sorted(table)
        owners = np.array([table[start] for start in starts], dtype=np.int32)
        return Entries(intervals_from(starts, owners, self.hash_bits), initial=False)

    def _one(self, structure: Entries) -> One:
        return one_of(structure.intervals)

    def _place(self, structure: Entries, hashes: Hashes, out: Buckets) -> None:
        place(structure.intervals, hashes, out)

    def _pair(self, structure: Entries, other: Entries) -> Pair | None:
        return pair_of_intervals(structure.intervals, other.intervals)

    def _place_counting(self, structure: Entries, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        place(structure.intervals, hashes, out, steps)

    def _arcs(self, structure: Entries, nodes: Nodes) -> Arcs:
        return Arcs.from_starts(structure.intervals.starts, structure.intervals.owners, self.hash_bits, nodes)


def _rebalanced(table: Intervals, before: Nodes, nodes: Nodes) -> Intervals:
    """Return the intervals after the fewest moves that give every node its share."""
    space = 1 << table.hash_bits
    starts, owners = table.starts.tolist(), table.owners.tolist()
    ends = [*starts[1:], space]
    held = dict.fromkeys(nodes, 0)
    for start, end, owner in zip(starts, ends, owners, strict=True):
        if owner in held:
            held[owner] += end - start
    targets = _targets(before, nodes, held, space)
    surplus = {bucket: max(0, held[bucket] - targets[bucket]) for bucket in held}
    missing = [[bucket, targets[bucket] - held[bucket]] for bucket in held if targets[bucket] > held[bucket]]

    pieces: list[tuple[int, int]] = []  # (start, owner), from the top down
    for start, end, owner in reversed(list(zip(starts, ends, owners, strict=True))):
        if owner in held:
            give = min(surplus[owner], end - start)
            surplus[owner] -= give
        else:
            give = end - start
        while give:
            taker = missing[-1]
            take = min(give, taker[1])
            taker[1] -= take
            give -= take
            end -= take
            pieces.append((end, taker[0]))
            if not taker[1]:
                missing.pop()
        if end > start:
            pieces.append((start, owner))
    pieces.reverse()
    merged = [piece for at, piece in enumerate(pieces) if at == 0 or piece[1] != pieces[at - 1][1]]
    return intervals_from(
        [start for start, _ in merged],
        np.array([owner for _, owner in merged], dtype=np.int32),
        table.hash_bits,
    )


def _parts(nodes: Nodes) -> tuple[dict[int, int], int]:
    """Return the weight of each bucket as a whole number, and their sum: the shares, without fractions."""
    ratios = [weight.as_integer_ratio() for weight in nodes.weights()]
    times = max(below for _, below in ratios)  # each is a power of two, as weights are floats
    parts = {bucket: above * (times // below) for bucket, (above, below) in zip(nodes, ratios, strict=True)}
    return parts, sum(parts.values())


def _targets(before: Nodes, after: Nodes, held: Mapping[int, int], space: int) -> dict[int, int]:
    """Return how many hashes each node is to have: its quota, rounded so that none moves the wrong way.

    A node whose declared share grows keeps at least what it holds, one whose share shrinks at most that, as
    long as it holds its quota but for the rounding of all nodes (rows of one's own may be far from it).
    Quotas and what is compared with them are multiplied by the sum of the weights, which makes them whole.
    """
    (earlier, all_before), (parts, total) = _parts(before), _parts(after)
    slack = (len(before) + len(after)) * total
    quota = {bucket: space * part for bucket, part in parts.items()}
    low, high, targets = dict.fromkeys(quota, 0), dict.fromkeys(quota, space), dict.fromkeys(quota, 0)
    for bucket, wanted in quota.items():
        growth = parts[bucket] * all_before - earlier.get(bucket, 0) * total
        if growth >= 0 and held[bucket] * total <= wanted + slack:
            low[bucket] = held[bucket]
        if growth <= 0 and held[bucket] * total >= wanted - slack:
            high[bucket] = held[bucket]
        targets[bucket] = min(max(wanted // total, low[bucket]), high[bucket])
    while left := space - sum(targets.values()):
        step = 1 if left > 0 else -1
        free = [b for b in targets if low[b] <= targets[b] + step <= high[b]]
        free.sort(key=lambda bucket: (step * (targets[bucket] * total - quota[bucket]), bucket))
        for bucket in free[: abs(left)]:
            targets[bucket] += step
    return targets
