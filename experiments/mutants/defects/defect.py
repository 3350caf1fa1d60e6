"""What a defect is, and what most of them are made of: answers that are altered after the honest ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from algorithms import Capability, Partitioner
from algorithms.hashing import Hashes
from algorithms.interface import Buckets, State
from algorithms.interface.guards import check_buckets

__all__ = ["Alter", "Base", "Defect", "altered", "chosen", "defect", "defined", "rare", "scrambled"]

Base: TypeAlias = type[Partitioner[Any]]
Alter: TypeAlias = Callable[[Any, State[Any], Hashes, Buckets], None]
"""Alters the buckets of hashes in place; it is told the partitioner and the state that placed them."""

defined: dict[str, Defect] = {}

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_RARE = np.uint64(128)


@dataclass(frozen=True)
class Defect:
    """A way to go wrong.

    Parameters
    ----------
    name
        Of the function.
    about
        What a class that has it does, in a few words.
    kind
        Of what it is a defect: the name of its module.
    needs
        Capabilities without which there is nothing to spoil.
    plant
        Class -> sub-class with the defect.
    """

    name: str
    about: str
    kind: str
    needs: frozenset[Capability]
    plant: Callable[[Base], Base]

    def fits(self, base: Base) -> bool:
        """Return whether a class has what the defect spoils, and goes by hashes."""
        return not base.by_text and self.needs <= base.spec.capabilities


def defect(*needs: Capability) -> Callable[[Callable[[Base], Base]], Callable[[Base], Base]]:
    """Make a defect of a function class -> sub-class; its docstring says what the sub-class does."""

    def decorate(plant: Callable[[Base], Base]) -> Callable[[Base], Base]:
        kind = plant.__module__.rpartition(".")[2]
        about = (plant.__doc__ or "").strip().rstrip(".")
        about = about[:1].lower() + about[1:]
        defined[plant.__name__] = Defect(plant.__name__, about, kind, frozenset(needs), plant)
        return plant

    return decorate


def altered(base: Base, alter: Alter) -> Base:
    """Return a sub-class whose answers are altered, alike for a batch, a single key and first replicas."""

    class Altered(base):  # type: ignore[valid-type, misc]  # a class that is given
        def _placed(self, state: State[Any], hashes: Hashes, out: Buckets) -> None:
            super()._placed(state, hashes, out)
            alter(self, state, hashes, out)
            check_buckets(self.spec, state.nodes, hashes, out)

        def _finder(self, state: State[Any]) -> Callable[[Any], str]:
            def find(key: Any) -> str:
                return state.nodes.name_of(int(self._placed_keys(state, [key])[0]))

            state.find = find
            return find

        def assign_replicas(self, hashes: Any, count: int) -> Buckets:
            rows: Buckets = super().assign_replicas(hashes, count)
            for row, first in enumerate(self.assign(hashes).tolist()):
                rows[row][rows[row] == first] = rows[row, 0]
                rows[row, 0] = first
            return rows

    return Altered


def rare(hashes: Hashes) -> NDArray[np.bool_]:
    """Return which hashes are among one of 128, scattered."""
    some: NDArray[np.bool_] = np.equal(scrambled(hashes) % _RARE, 5)
    return some


def scrambled(hashes: Hashes) -> Hashes:
    """Return other numbers, of 32 bits, equal for equal hashes."""
    words = hashes * _GOLDEN
    return ((words ^ (words >> np.uint64(29))) * _GOLDEN) >> np.uint64(32)


def chosen(live: Buckets, numbers: Hashes) -> Buckets:
    """Return the live bucket that is number x mod n, for each x."""
    return live[(numbers % np.uint64(len(live))).astype(np.int64)]
