"""What a partitioner holds: its nodes and what was made of them, frozen, and how many bytes that is."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing.columns import Key
from algorithms.interface.nodes import MetNames, Nodes

S = TypeVar("S")


class State(Generic[S]):
    """All that a scale event replaces, in one object, so that it is replaced at once.

    Parameters
    ----------
    nodes
        The nodes by bucket.
    structure
        What the algorithm made of them.

    Attributes
    ----------
    find
        key -> name for any key, made by the first lookup of a single key; None until then.
    quick
        (enter, address, names, keeps): ``enter(key, address)`` is the bucket of a key, or -1 for those that
        only ``find`` can place, ``names`` has the names by bucket that lookups have met, None for others, and
        ``keeps`` what the address leads to.
    kept
        What single lookups keep for later ones, in tuples, lists and mappings.
    """

    __slots__ = ("find", "kept", "nodes", "quick", "structure")

    def __init__(self, nodes: Nodes, structure: S) -> None:
        _freeze(structure)
        self.nodes = nodes
        self.structure = structure
        self.find: Callable[[Key], str] | None = None
        self.quick: tuple[Callable[[object, int], int], int, MetNames, object] = (_nowhere, 0, [], None)
        self.kept: object = None

    def __reduce__(self) -> tuple[Any, ...]:
        return State, (self.nodes, self.structure)


def _nowhere(key: object, address: int) -> int:
    return -1


def _arrays(structure: object) -> dict[int, NDArray[Any]]:
    """Return all arrays in a structure of tuples, dataclasses and arrays, each once, by its id."""
    arrays: dict[int, NDArray[Any]] = {}
    waiting = [structure]
    while waiting:
        item = waiting.pop()
        if isinstance(item, np.ndarray):
            arrays[id(item)] = item
        elif isinstance(item, tuple):
            waiting.extend(item)
        elif dataclasses.is_dataclass(item) and not isinstance(item, type):
            waiting.extend(getattr(item, part.name) for part in dataclasses.fields(item))
    return arrays


def _freeze(structure: object) -> None:
    """Make the arrays of a structure read-only: an earlier state or a copy may have them too."""
    for array in _arrays(structure).values():
        array.flags.writeable = False


def apart(state: Any) -> Any:
    """Return a state with arrays of its own."""
    if isinstance(state, np.ndarray):
        return state.copy()
    if isinstance(state, tuple):
        parts = [apart(part) for part in state]
        return type(state)(*parts) if hasattr(state, "_fields") else tuple(parts)
    if dataclasses.is_dataclass(state) and not isinstance(state, type):
        return dataclasses.replace(
            state, **{part.name: apart(getattr(state, part.name)) for part in dataclasses.fields(state)}
        )
    return state


def array_bytes(structure: object) -> int:
    """Return the bytes of the arrays in a structure, each once."""
    return sum(array.nbytes for array in _arrays(structure).values())


def object_bytes(kept: object, elsewhere: set[int]) -> int:
    """Return the bytes of Python objects, each once, but for those whose ids are counted elsewhere."""
    waiting, seen, total = [kept], set(elsewhere), 0
    while waiting:
        item = waiting.pop()
        # small ints and None are shared by all of Python
        if id(item) in seen or item is None or (isinstance(item, int) and item <= 256):
            continue
        seen.add(id(item))
        total += sys.getsizeof(item)
        if isinstance(item, dict):
            waiting.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, tuple | list):
            waiting.extend(item)
    return total
