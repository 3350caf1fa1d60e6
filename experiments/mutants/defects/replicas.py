"""Wrong replicas: not distinct, or not stable."""

# ruff: noqa: D401 - a defect's first line is what a class that has it does

from __future__ import annotations

from typing import Any

import numpy as np

from algorithms import Capability
from algorithms.hashing import Hashes
from algorithms.interface import Buckets
from experiments.mutants.defects.defect import Base, defect, rare


@defect(Capability.REPLICAS)
def all_on_one(base: Base) -> Base:
    """Puts all replicas on the first node."""

    class AllOnOne(base):  # type: ignore[valid-type, misc]
        def _place_replicas(self, structure: Any, hashes: Hashes, out: Buckets) -> None:
            super()._place_replicas(structure, hashes, out)
            out[:] = out[:, :1]

    return AllOnOne


@defect(Capability.REPLICAS)
def twice_on_one(base: Base) -> Base:
    """Puts the last replica of one hash in 128 on the first node."""

    class TwiceOnOne(base):  # type: ignore[valid-type, misc]
        def _place_replicas(self, structure: Any, hashes: Hashes, out: Buckets) -> None:
            super()._place_replicas(structure, hashes, out)
            some = rare(hashes)
            out[some, -1] = out[some, 0]

    return TwiceOnOne


@defect(Capability.REPLICAS)
def first_is_last(base: Base) -> Base:
    """Lists the node of the key last."""

    class FirstIsLast(base):  # type: ignore[valid-type, misc]
        def _place_replicas(self, structure: Any, hashes: Hashes, out: Buckets) -> None:
            super()._place_replicas(structure, hashes, out)
            out[:] = out[:, ::-1].copy()

    return FirstIsLast


@defect(Capability.REPLICAS)
def order_turns_with_count(base: Base) -> Base:
    """Turns the list round, but for its first node."""

    class OrderTurnsWithCount(base):  # type: ignore[valid-type, misc]
        def _place_replicas(self, structure: Any, hashes: Hashes, out: Buckets) -> None:
            super()._place_replicas(structure, hashes, out)
            out[:, 1:] = out[:, :0:-1].copy()

    return OrderTurnsWithCount


@defect(Capability.REPLICAS)
def next_buckets(base: Base) -> Base:
    """Takes the next buckets for the further replicas, so that an event moves most of them."""

    class NextBuckets(base):  # type: ignore[valid-type, misc]
        def _place_replicas(self, structure: Any, hashes: Hashes, out: Buckets) -> None:
            super()._place_replicas(structure, hashes, out)
            live = self.nodes.buckets()
            at = np.searchsorted(live, out[:, :1])
            out[:] = live[(at + np.arange(out.shape[1])) % len(live)]

    return NextBuckets
