"""Numbers that no clock decides: the same on every machine, and never to change unnoticed."""

from __future__ import annotations

import hashlib
from typing import ClassVar

import numpy as np

from algorithms import names
from experiments import events
from experiments.measures import EventShape, Flows, cv, loads, max_to_mean

from .inputs import EVENT_NODES, EVENTS, NODES, PLACEMENTS, able, hashes_for, partitioner


class Placement:
    """Where 1,048,576 hashes go."""

    params = (names(), NODES)
    param_names: ClassVar = ["algorithm", "nodes"]
    version = "1"
    unit = "as a digest"

    def setup(self, algorithm: str, nodes: int) -> None:
        """Place the hashes."""
        placing = partitioner(algorithm, nodes)
        self.buckets = placing.assign(hashes_for(placing, PLACEMENTS))

    def track_checksum(self, algorithm: str, nodes: int) -> int:
        """Return 48 bits of a digest of all placements: another number is another placement."""
        digest = hashlib.blake2b(self.buckets.astype("<i4").tobytes(), digest_size=6)
        return int.from_bytes(digest.digest(), "big")


class Balance:
    """How evenly 1,048,576 hashes are spread."""

    params = (names(), NODES)
    param_names: ClassVar = ["algorithm", "nodes"]
    version = "1"
    unit = "of the mean"

    def setup(self, algorithm: str, nodes: int) -> None:
        """Place the hashes, and count them."""
        placing = partitioner(algorithm, nodes)
        self.load = loads(placing.assign(hashes_for(placing, PLACEMENTS)), list(placing.nodes))

    def track_cv(self, algorithm: str, nodes: int) -> float:
        """Return the coefficient of variation of the loads."""
        return cv(self.load)

    def track_max_to_mean(self, algorithm: str, nodes: int) -> float:
        """Return the load of the fullest node over the mean."""
        return max_to_mean(self.load)


class Movement:
    """What moves in a scale event: 1,048,576 hashes, 16 nodes before."""

    params = (names(), EVENTS)
    param_names: ClassVar = ["algorithm", "event"]
    version = "1"
    unit = "of the hashes"

    def setup(self, algorithm: str, event: str) -> None:
        """Place the hashes before and after the event."""
        able(algorithm, event)
        before = partitioner(algorithm, EVENT_NODES)
        hashes = hashes_for(before, PLACEMENTS)
        after = before.copy()
        events.parse(event).change(before.nodes, "node-{}".format, 0).apply(after)
        shape = EventShape.between(before.nodes, after.nodes)
        self.flows = Flows.sampled(shape, before.assign(hashes), after.assign(hashes))

    def track_movement(self, algorithm: str, event: str) -> float:
        """Return the fraction of the hashes whose node is another one afterwards."""
        return float(self.flows.movement)

    def track_stray(self, algorithm: str, event: str) -> float:
        """Return the fraction moved onto a node that was not to grow, or off one that was not to shrink."""
        return float(self.flows.stray)


class Size:
    """Bytes that a partitioner owns, names included."""

    params = (names(), NODES)
    param_names: ClassVar = ["algorithm", "nodes"]
    version = "1"
    unit = "bytes"

    def setup(self, algorithm: str, nodes: int) -> None:
        """Build, and place one hash, as some parts are only made when they are needed."""
        self.partitioner = partitioner(algorithm, nodes)
        self.partitioner._assign(hashes_for(self.partitioner, 1), np.empty(1, dtype=np.int32))

    def track_nbytes(self, algorithm: str, nodes: int) -> int:
        """Return the bytes."""
        return self.partitioner.nbytes
