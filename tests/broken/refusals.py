"""Bad input that is taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from algorithms import Arcs
from algorithms.interface.node import NodeLike
from algorithms.interface.nodes import Nodes
from broken import caught_by
from broken.remainder import Remainder


@caught_by("bad_hashes_are_refused")
class CastsHashes(Remainder):
    """Takes for hashes whatever can be cast."""

    def _checked_hashes(self, hashes: Any) -> Any:
        return np.atleast_1d(np.asarray(hashes)).astype(np.uint64).ravel()


@caught_by("bad_keys_are_refused")
class TakesAnyKey(Remainder):
    """Takes for a key whatever has a str."""

    def lookup(self, key: Any) -> str:
        return super().lookup(key if isinstance(key, str | bytes | int) else str(key))


@caught_by("bad_nodes_are_refused")
class SpellsNames(Remainder):
    """Takes a str for the list of its letters."""

    def __init__(
        self, nodes: Any, *, hash: str = "xxh64", hash_bits: int | None = None, seed: int = 0
    ) -> None:
        super().__init__(
            list(nodes) if isinstance(nodes, str) else nodes, hash=hash, hash_bits=hash_bits, seed=seed
        )


@caught_by("bad_parameters_are_refused")
class AnySeed(Remainder):
    """Makes something of any seed."""

    def __init__(
        self, nodes: Any, *, hash: str = "xxh64", hash_bits: int | None = None, seed: int = 0
    ) -> None:
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=int(seed) % 2**32)


@caught_by("refused_events_change_nothing")
class OneByOne(Remainder):
    """Makes an event of several nodes one by one, and stops where one is refused."""

    def _change(
        self, add: Iterable[NodeLike], remove: Iterable[str], weights: Mapping[str, float], layout: Any
    ) -> None:
        if isinstance(add, list):
            for node in add:
                super()._change([node], [], {}, layout)
            add = []
        super()._change(add, remove, weights, layout)


@caught_by("refused_events_change_nothing")
class AnyWeightOnce(Remainder):
    """Ignores new weights that it cannot follow."""

    def _change(
        self, add: Iterable[NodeLike], remove: Iterable[str], weights: Mapping[str, float], layout: Any
    ) -> None:
        super()._change(add, remove, {}, layout)


@caught_by("missing_capabilities_are_refused")
class ArcsUndeclared(Remainder):
    """Gives arcs, which it does not declare."""

    def arcs(self) -> Arcs:
        zero = np.zeros(1, np.uint64)
        return Arcs.from_starts(zero, zero.astype(np.int32), self.hash_bits, Nodes.of(1))
