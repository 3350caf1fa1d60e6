"""What another process, another thread, a copy or the expression that builds it sees differently."""

# ruff: noqa: D401 - a defect's first line is what a class that has it does

from __future__ import annotations

import os
import time
import zlib
from typing import Any

import numpy as np

from algorithms.hashing import Hashes
from algorithms.interface import Buckets, State
from experiments.mutants.defects.defect import Base, altered, chosen, defect, rare, scrambled


@defect()
def environment_decides(base: Base) -> Base:
    """Depends on the seed of Python's own hash function, for one hash in 128."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        # what it is elsewhere; here it counts as not set, so that rows are the same in each run
        given = os.environ.get("PYTHONHASHSEED", "")
        if given == "4321":
            some, salt = rare(hashes), np.uint64(zlib.crc32(given.encode()))
            out[some] = chosen(state.nodes.buckets(), scrambled(hashes[some] + salt))

    return altered(base, alter)


@defect()
def in_two_steps(base: Base) -> Base:
    """Changes the nodes first, and what was built for them a moment later."""

    class InTwoSteps(base):  # type: ignore[valid-type, misc]
        _state: State[Any]

        def _change(self, *given: Any) -> None:
            before = self._state
            super()._change(*given)
            after = self._state
            self._state = State(after.nodes, before.structure)
            time.sleep(0.01)
            self._state = after

    return InTwoSteps


@defect()
def copy_is_itself(base: Base) -> Base:
    """Returns itself as its copy."""

    class CopyIsItself(base):  # type: ignore[valid-type, misc]
        def copy(self) -> Any:
            return self

    return CopyIsItself


@defect()
def repr_forgets_the_order(base: Base) -> Base:
    """Shows its nodes by name, not in the order of their buckets."""

    class ReprForgetsTheOrder(base):  # type: ignore[valid-type, misc]
        def __repr__(self) -> str:
            nodes = sorted(self.nodes.values(), key=lambda node: node.name)
            return str(super().__repr__()).replace(repr(self.nodes), repr(nodes), 1)

    return ReprForgetsTheOrder


@defect()
def pickle_forgets_the_seed(base: Base) -> Base:
    """Comes back from a pickle with seed 0."""

    class PickleForgetsTheSeed(base):  # type: ignore[valid-type, misc]
        def __reduce__(self) -> Any:
            parameters = {**self.parameters, "seed": 0}
            return _built, (type(self), dict(self.nodes), parameters)

    return PickleForgetsTheSeed


def _built(cls: Any, nodes: Any, parameters: dict[str, Any]) -> Any:
    return cls(nodes, **parameters)
