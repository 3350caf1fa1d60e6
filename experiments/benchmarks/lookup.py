"""Keys to nodes: hashes in batches, texts in batches, and one key after the other."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from algorithms import names

from .inputs import FEW_KEYS, KEYS, NODES, SINGLE_KEYS, SINGLE_NODES, Timed, hashes_for, partitioner, texts


class Batch(Timed):
    """Hashes to buckets: 131,072 of them, on one thread."""

    params = (names(), NODES)
    param_names: ClassVar = ["algorithm", "nodes"]
    version = "2"

    def setup(self, algorithm: str, nodes: int) -> None:
        """Build, and place other hashes, untimed."""
        self.partitioner = partitioner(algorithm, nodes)
        self.hashes, self.turn = hashes_for(self.partitioner, KEYS), 0
        self.out = np.zeros(KEYS, dtype=np.int32)
        self.time_assign(algorithm, nodes)
        self.renew()

    def renew(self) -> None:
        """Write other hashes into the same memory."""
        self.turn += 1
        self.hashes[:] = hashes_for(self.partitioner, KEYS, self.turn * KEYS)

    def time_assign(self, algorithm: str, nodes: int) -> None:
        """Place the hashes."""
        self.partitioner._assign(self.hashes, self.out)


class Names(Timed):
    """Texts of 21 bytes to names of nodes: 16,384 of them, hashing included."""

    params = (names(), NODES)
    param_names: ClassVar = ["algorithm", "nodes"]
    version = "2"

    def setup(self, algorithm: str, nodes: int) -> None:
        """Build, and look other texts up, untimed."""
        self.partitioner = partitioner(algorithm, nodes)
        self.keys, self.turn = texts(FEW_KEYS, 21), 0
        self.time_lookup_many(algorithm, nodes)
        self.renew()

    def renew(self) -> None:
        """Have other texts."""
        self.turn += 1
        self.keys = texts(FEW_KEYS, 21, self.turn)

    def time_lookup_many(self, algorithm: str, nodes: int) -> None:
        """Look the texts up."""
        self.partitioner.lookup_many(self.keys)


class SingleKey(Timed):
    """1000 texts, each looked up by a call of its own, among 100 nodes."""

    params = names()
    param_names: ClassVar = ["algorithm"]
    version = "2"

    def setup(self, algorithm: str) -> None:
        """Build, and look other keys up, untimed."""
        self.partitioner, self.turn = partitioner(algorithm, SINGLE_NODES), -1
        self.renew()
        self.time_lookup(algorithm)
        self.renew()

    def renew(self) -> None:
        """Have keys that nobody asked for."""
        self.turn += 1
        self.keys = [key.decode() for key in texts(SINGLE_KEYS, 21, self.turn).tolist()]

    def time_lookup(self, algorithm: str) -> None:
        """Look the keys up."""
        lookup = self.partitioner.lookup
        for key in self.keys:
            lookup(key)
