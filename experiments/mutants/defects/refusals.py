"""Bad input that is taken, and events that are not whole."""

# ruff: noqa: D401 - a defect's first line is what a class that has it does

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any, get_type_hints

import numpy as np

from algorithms import Arcs, Capability
from algorithms.interface import Nodes
from algorithms.interface.node import NodeLike
from experiments.mutants.defects.defect import Base, defect


@defect()
def casts_hashes(base: Base) -> Base:
    """Takes for hashes whatever can be cast."""

    class CastsHashes(base):  # type: ignore[valid-type, misc]
        def _checked_hashes(self, hashes: Any) -> Any:
            return np.atleast_1d(np.asarray(hashes)).astype(np.uint64).ravel()

    return CastsHashes


@defect()
def takes_any_key(base: Base) -> Base:
    """Takes for a key whatever has a str."""

    class TakesAnyKey(base):  # type: ignore[valid-type, misc]
        def lookup(self, key: Any) -> str:
            return str(super().lookup(key if isinstance(key, str | bytes | int) else str(key)))

    return TakesAnyKey


@defect()
def spells_names(base: Base) -> Base:
    """Takes a str for the list of its letters."""

    class SpellsNames(base):  # type: ignore[valid-type, misc]
        def __init__(self, nodes: Any, **given: Any) -> None:
            super().__init__(list(nodes) if isinstance(nodes, str) else nodes, **given)

    return _signed(SpellsNames, base)


@defect()
def any_seed(base: Base) -> Base:
    """Makes something of any seed."""

    class AnySeed(base):  # type: ignore[valid-type, misc]
        def __init__(self, nodes: Any, **given: Any) -> None:
            seed = int(given.pop("seed", 0)) % 2**32
            super().__init__(nodes, seed=seed, **given)

    return _signed(AnySeed, base)


@defect()
def one_by_one(base: Base) -> Base:
    """Makes an event of several nodes one by one, and stops where one is refused."""

    class OneByOne(base):  # type: ignore[valid-type, misc]
        def _change(
            self, add: Iterable[NodeLike], remove: Iterable[str], weights: Mapping[str, float], layout: Any
        ) -> None:
            if isinstance(add, list):
                for node in add:
                    super()._change([node], [], {}, layout)
                add = []
            super()._change(add, remove, weights, layout)

    return OneByOne


@defect()
def ignores_weights_of_events(base: Base) -> Base:
    """Ignores new weights."""

    class IgnoresWeightsOfEvents(base):  # type: ignore[valid-type, misc]
        def _change(
            self, add: Iterable[NodeLike], remove: Iterable[str], weights: Mapping[str, float], layout: Any
        ) -> None:
            super()._change(add, remove, {}, layout)

    return IgnoresWeightsOfEvents


@defect()
def arcs_undeclared(base: Base) -> Base:
    """Gives arcs to whoever asks, declared or not."""

    class ArcsUndeclared(base):  # type: ignore[valid-type, misc]
        def arcs(self) -> Arcs:
            zero = np.zeros(1, np.uint64)
            return Arcs.from_starts(zero, zero.astype(np.int32), self.hash_bits, Nodes.of(1))

    return ArcsUndeclared


@defect(Capability.REPLICAS)
def replicas_of_too_many(base: Base) -> Base:
    """Answers as for all nodes where more replicas are asked for than there are nodes."""

    class ReplicasOfTooMany(base):  # type: ignore[valid-type, misc]
        def assign_replicas(self, hashes: Any, count: Any) -> Any:
            most = len(self.nodes)
            return super().assign_replicas(hashes, min(count, most) if isinstance(count, int) else count)

    return ReplicasOfTooMany


def _signed(cls: Any, base: Base) -> Base:
    """Return a class whose constructor says that it takes what another one's does."""
    cls.__init__.__signature__ = inspect.signature(base.__init__)
    cls.__init__.__annotations__ = get_type_hints(base.__init__, include_extras=True)
    signed: Base = cls
    return signed
