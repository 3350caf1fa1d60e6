"""PostgreSQL: declarative partitioning by hash, a modulus and a remainder for each partition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from algorithms.checks import is_int
from algorithms.deployed.remainders import Remainders, one_of, place
from algorithms.errors import InvalidParameter, UnsupportedEvent
from algorithms.interface import (
    Buckets,
    Capability,
    Cost,
    Hashes,
    Nodes,
    Partitioner,
    Publication,
    Spec,
    State,
)
from algorithms.interface.memory import must_fit
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.single import One
from algorithms.registry import register

__all__ = ["Parts", "PostgresqlHash", "combined", "owners_of"]

Parts: TypeAlias = Sequence[tuple[int, int]]

MOST_MODULUS = 1 << 26


def owners_of(parts: Parts) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Return which part has each remainder of the largest modulus.

    Parameters
    ----------
    parts
        (modulus, remainder) of each partition.

    Returns
    -------
    ndarray
        (largest modulus,) int32: the place of the part, -1 where none has the remainder.

    Raises
    ------
    InvalidParameter
        For what PostgreSQL refuses: a modulus that does not divide the next larger one, a remainder that is
        not below its modulus, two partitions for the same rows; and for a modulus above 2^26.

    Examples
    --------
    >>> owners_of([(2, 0), (4, 1), (4, 3)]).tolist()
    [0, 1, 0, 2]
    """
    for part in parts:
        if not (isinstance(part, tuple | list) and len(part) == 2 and all(map(is_int, part))):
            raise InvalidParameter(f"a part is a pair (modulus, remainder), not {part!r:.60}")
        if not 0 <= part[1] < part[0] <= MOST_MODULUS:
            raise InvalidParameter(
                f"modulus {part[0]} and remainder {part[1]} cannot be: use 0 <= remainder < modulus <= 2^26"
            )
    moduli = sorted({int(modulus) for modulus, _ in parts})
    for smaller, larger in pairwise(moduli):
        if larger % smaller:
            raise InvalidParameter(f"modulus {smaller} does not divide {larger}, the next larger one")
    owners = np.full(moduli[-1], -1, dtype=np.int32)
    for number, (modulus, remainder) in enumerate(parts):
        held = owners[remainder::modulus]
        if (held >= 0).any():
            other = parts[int(held.max())]
            raise InvalidParameter(
                f"modulus {modulus}, remainder {remainder} overlaps modulus {other[0]}, remainder {other[1]}"
            )
        held[:] = number
    return owners


def combined(columns: Sequence[Hashes]) -> Hashes:
    """Return the hashes of rows of several columns.

    Parameters
    ----------
    columns
        (k,) uint64 of each column in the order of the key: its values under "pg_row", as if it were alone.

    Returns
    -------
    ndarray
        (k,) uint64.

    Examples
    --------
    >>> from algorithms.hashing import hash_column
    >>> user, group = hash_column("pg_row", ["user:1"]), hash_column("pg_row", [4])
    >>> (combined([user, group]) % np.uint64(16)).tolist()
    [1]
    """
    rows = columns[0]
    for column in columns[1:]:
        # a column alone has the constant of its place in it already
        rows = rows ^ (column + (rows << np.uint64(54)) + (rows >> np.uint64(7)))
    return rows


@register(
    Spec(
        name="postgresql_hash",
        title="PostgreSQL hash",
        summary="the partition whose remainder the row's hash has modulo the partition's modulus",
        capabilities=frozenset({Capability.UNIFORM}),
        lacks={
            Capability.REMOVES_ANY: "a partition that is gone leaves rows without any: a table is made anew",
            Capability.REMOVES_LAST: "a partition that is gone leaves rows without any",
            Capability.REVERSIBLE: "nothing can be removed, so nothing can be undone",
            Capability.WEIGHTED: "a partition has one part in its modulus; parts= says which",
            Capability.INTERVALS: "neighbouring hashes go to different partitions: arcs would be single ones",
            Capability.REPLICAS: "a partition is a table; servers keep replicas of all of them",
        },
        reference="PostgreSQL documentation, Table Partitioning and CREATE TABLE",
        year=2018,
        publications=(
            Publication(
                "postgresql-hash",
                "misc",
                "{The PostgreSQL Global Development Group}",
                "PostgreSQL documentation: table partitioning",
                2018,
                {"howpublished": "Documentation of the program"},
            ),
        ),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(n)", "and nearly all rows move, unless one partition is split"),
        memory_cost=Cost("O(m)", "for the largest modulus m"),
        movement_law="modulo",
        balance_law="multinomial",
        kind="deployed",
        by_default=False,
    )
)
class PostgresqlHash(Partitioner[Remainders]):
    """The partition of a row by ``PARTITION BY HASH``: the one whose remainder the row's hash leaves.

    Each partition has a modulus and a remainder; a modulus divides the next larger one, so that a partition
    can be split alone. The hash of a row puts together those of its columns, each by its type under a fixed
    seed: "pg_row" is that of one column, a text by its bytes and an integer of any width by its value.

    Parameters
    ----------
    nodes
        The partitions.
    parts
        (modulus, remainder) of each partition, in the order of the nodes; None for n and 0 ... n - 1. Rows of
        all remainders must have a partition. An event is then refused: build it anew with other parts.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For parts that the program refuses, that leave rows without a partition, or are not one a node.

    Notes
    -----
    **Sources.** PostgreSQL's documentation and behaviour; partitions and hashes recorded from 15.18.

    **Done otherwise.** The server takes a negative integer; a key here is its two's complement, 64 bits. It
    may lack a partition, and then refuses the row.

    **Costs.** assign O(1): a remainder and a look at the table; an event O(m) for the largest modulus m, and
    from n to n + 1 partitions n in n + 1 rows move. Splitting one of n by k moves (k - 1) / k of its rows.
    Memory 4 m bytes.

    **Adverse case.** Few values: of 0 ... 10 modulo 2, three are on one side.

    Examples
    --------
    >>> PostgresqlHash(["p0", "p1", "p2"]).lookup_many([1, 2]).tolist()
    ['p2', 'p0']
    >>> PostgresqlHash(["a", "b"], parts=[(2, 0), (4, 1)])
    Traceback (most recent call last):
        ...
    algorithms.errors.InvalidParameter: no partition has remainder 3 modulo 4: every row must have one
    """

    def __init__(
        self,
        nodes: NodesLike,
        *,
        parts: Parts | None = None,
        hash: str = "pg_row",
        hash_bits: int | None = None,
        seed: int = 0,
    ) -> None:
        if parts is not None:
            if isinstance(parts, str | bytes) or not isinstance(parts, Iterable):
                raise InvalidParameter(f"parts are (modulus, remainder) pairs, not {parts!r:.60}")
            parts = tuple(tuple(part) if isinstance(part, list) else part for part in parts)
        self.parts = parts
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _check_size(self, nodes: Nodes) -> None:
        must_fit(len(nodes), 4, "entries of a table of remainders")

    def _build(self, nodes: Nodes) -> Remainders:
        self._check_size(nodes)
        if self.parts is None:
            return Remainders(np.arange(len(nodes), dtype=np.int32))
        if len(self.parts) != len(nodes):
            raise InvalidParameter(f"{len(self.parts)} parts cannot be those of {len(nodes)} partitions")
        owners = owners_of(self.parts)
        if (owners < 0).any():
            raise InvalidParameter(
                f"no partition has remainder {int(np.argmin(owners))} modulo {len(owners)}: "
                "every row must have one"
            )
        return Remainders(owners)

    def _rebuild(self, before: State[Remainders], nodes: Nodes, layout: Any) -> Remainders:
        if self.parts is not None and len(nodes) != len(before.nodes):
            raise UnsupportedEvent(
                "the parts of this postgresql_hash were given, so it cannot tell those of other partitions: "
                "build it anew with parts="
            )
        return self._build(nodes)

    def _one(self, structure: Remainders) -> One:
        return one_of(structure)

    def _place(self, structure: Remainders, hashes: Hashes, out: Buckets) -> None:
        place(structure, hashes, out)
