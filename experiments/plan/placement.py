"""What a system's module gives for a pool: which node has each key, and the structure that says so.

``experiments/plan/systems/SYSTEM.py`` has one function, ``placement(pool) -> Placement``; a pool that it
cannot place it refuses with `experiments.plan.pool.refuse`.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from experiments.options.errors import BadUse
from experiments.plan.pool import Pool, refuse

__all__ = ["Answer", "Placed", "Placement", "details_of", "placement_of"]

Placed = str | tuple[str, ...]
"""A node's name; several where there are replicas, the first first."""

Answer = Placed | None
"""None for a key that is not hashed."""


@runtime_checkable
class Placement(Protocol):
    """Which node has a key, by the rules of one system.

    Attributes
    ----------
    partitioner
        A :class:`algorithms.Partitioner` of the usable nodes by their names; with INTERVALS its arcs make
        shares and movement exact. None where no single one stands for the pool.

    Optional attributes, read by ``getattr``:

    - ``modulus`` (int): the node of a hash h is that of ``h % modulus``;
    - ``space`` (int): how many values the hash has, where not ``2**hash_bits``;
    - ``folded`` (bool): a hash is the absolute value of a signed word of one bit more;
    - ``structure``: a `experiments.plan.structure.Structure` in place of what the partitioner's arcs say;
    - ``details`` (``keys -> list[Mapping[str, object]]``): ``hash`` and ``slot`` or ``point`` of each key,
      or the ``reason`` why it has none;
    - ``points`` (mapping of node names to numbers): how many points or slots each has;
    - ``blocks`` (mapping of texts or ids to a node's name and a number): of what the points of a ring are
      made, and ``nearest`` (bool), whether the nearest point has a hash or the next one;
    - ``copies`` (int): how many nodes have each key;
    - ``values`` (bool): keys are placed by their values, so that all hashes mean nothing.
    """

    @property
    def partitioner(self) -> Any:
        """See the class."""
        ...

    def which(self, keys: Sequence[bytes]) -> Sequence[Answer]:
        """Return the node of each key, as the program places the bytes that its configuration hashes."""
        ...


def placement_of(pool: Pool) -> Placement:
    """Return the placement of a pool by its system's module."""
    module = f"experiments.plan.systems.{pool.system}"
    if importlib.util.find_spec(module) is None:
        raise BadUse(f"{pool.file}: this version cannot place keys as {pool.system} does")
    from algorithms import ShardlabError

    try:
        made: Placement = importlib.import_module(module).placement(pool)
    except ShardlabError as error:
        raise refuse(pool.file, pool.line, str(error)) from None
    return made


def details_of(placement: Placement, keys: Sequence[bytes]) -> list[Mapping[str, object]]:
    """Return what is told of each key beside its node; empty where the system tells nothing."""
    tell = getattr(placement, "details", None)
    return [{} for _ in keys] if tell is None else list(tell(keys))
