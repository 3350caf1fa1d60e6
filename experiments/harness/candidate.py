"""A candidate: an algorithm with its parameters, as a run compares it with others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, TypeVar

from algorithms.errors import BrokenAlgorithm, ShardlabError
from algorithms.interface import Capability, Partitioner, Spec
from algorithms.interface.nodes import NodesLike
from algorithms.registry import parameters_of

__all__ = ["Candidate", "attempt"]

T = TypeVar("T")

SURELY_SMALL = 10_000
"""So many nodes fit into any memory, with the default parameters of any algorithm."""


@dataclass(frozen=True)
class Candidate:
    """An algorithm with its parameters, ready to be built for any nodes.

    Parameters
    ----------
    label
        What rows and tables call it: its name, with the parameters that its selection gave.
    algorithm
        The registered name.
    cls
        The class.
    parameters
        What was set, by name; all else has its default.
    selection
        The text that selects it, without what ``--set`` adds; "" where none does.
    """

    label: str
    algorithm: str
    cls: type[Partitioner[Any]]
    parameters: Mapping[str, Any]
    selection: str = ""

    @property
    def spec(self) -> Spec:
        """What the algorithm declares with these parameters."""
        return self.cls.spec.given(self.parameters)

    @property
    def hash(self) -> str:
        """The name of the hash function: what was set, or the algorithm's default."""
        return str(self.value("hash"))

    @property
    def hash_bits(self) -> int | None:
        """How many bits of hash: what was set, or the algorithm's default."""
        bits = self.value("hash_bits")
        return None if bits is None else int(bits)

    @property
    def settings(self) -> str:
        """The values of the algorithm's own parameters, such as ``points=160``; none that is empty."""
        own = {name: self.value(name) for name, parameter in parameters_of(self.cls).items() if parameter.own}
        return " ".join(f"{name}={value}" for name, value in own.items() if value not in (None, (), ""))

    @property
    def points(self) -> int | None:
        """How many points a node of weight 1 has, as laws of rings take them; None where it has none."""
        return int(self.value(self.spec.points)) if self.spec.points else None

    @property
    def rows(self) -> int | None:
        """How many rows are placed whole, as laws of spread take them; None where each hash is on its own."""
        return int(self.value(self.spec.rows)) if self.spec.rows else None

    def value(self, name: str) -> Any:
        """Return the value of a parameter: what was set, or the default."""
        return self.parameters[name] if name in self.parameters else parameters_of(self.cls)[name].default

    def build(
        self, nodes: NodesLike, *, seed: int = 0, hash: str | None = None, hash_bits: int | None = None
    ) -> Partitioner[Any]:
        """Return a partitioner of these nodes.

        Examples
        --------
        >>> from algorithms import class_of
        >>> Candidate("ring:points=5", "ring", class_of("ring"), {"points": 5}).build(3).points
        5
        """
        chosen = {"hash": hash, "hash_bits": hash_bits}
        given = {name: value for name, value in chosen.items() if value is not None}
        return self.cls(nodes, seed=seed, **{**given, **self.parameters})

    def lacks(self, *capabilities: Capability) -> str | None:
        """Return why the algorithm cannot do something.

        Examples
        --------
        >>> from algorithms import class_of
        >>> candidate = Candidate("jump", "jump", class_of("jump"), {})
        >>> candidate.lacks(Capability.REMOVES_LAST) is None, bool(candidate.lacks(Capability.REMOVES_ANY))
        (True, True)
        """
        for capability in capabilities:
            if capability not in self.spec.capabilities:
                return self.spec.lacks.get(capability, f"does not declare {capability.name.lower()}")
        return None

    def refusal(self, n: int) -> str | None:
        """Return why it cannot have n nodes, as far as that is known without building them.

        Examples
        --------
        >>> from algorithms import class_of
        >>> ring = Candidate("ring", "ring", class_of("ring"), {})
        >>> ring.refusal(16), ring.refusal(10**9)
        (None, '160000000000 points on one ring are too many: at most ...')
        >>> anchor = class_of("anchor")
        >>> Candidate("anchor", "anchor", anchor, {"hash": "crc32"}).refusal(1000) is None
        True
        >>> Candidate("anchor", "anchor", anchor, {"capacity": 256}).refusal(1000)
        'it can have 256 nodes at most'
        """
        most = self.spec.most_nodes
        own = [name for name, parameter in parameters_of(self.cls).items() if parameter.own]
        if most is not None and n > most and not self.parameters.keys() & set(own):
            return f"it can have {most:,} nodes at most"
        if n < SURELY_SMALL and not self.parameters:
            return None
        smallest = self._smallest
        if smallest is None:
            return None
        too_large = attempt(partial(smallest.check_size, n))
        if too_large is not None:
            return too_large
        most = len(smallest.nodes) + smallest.room
        if n > most and not self._grows:
            return f"it can have {most:,} nodes at most"
        return None

    @cached_property
    def _smallest(self) -> Partitioner[Any] | None:
        """It on one node; None if it cannot have just one."""
        built = attempt(lambda: self.build(1))
        return None if isinstance(built, str) else built

    @cached_property
    def _grows(self) -> bool:
        """Whether it has more nodes than one of them leaves room for, if it is built for more."""
        smallest = self._smallest
        if smallest is None:
            return False
        return not isinstance(attempt(partial(self.build, len(smallest.nodes) + smallest.room + 1)), str)


def attempt(make: Callable[[], T]) -> T | str:
    """Return what is made, or the sentence by which an algorithm refuses; what is a bug in it is raised.

    Examples
    --------
    >>> from algorithms import create
    >>> attempt(lambda: create("jump", 2)), attempt(lambda: create("jump", 0))
    (Jump(2), 'a partitioner needs at least one node, not 0')
    """
    try:
        return make()
    except BrokenAlgorithm:
        raise
    except ShardlabError as error:
        return str(error)
