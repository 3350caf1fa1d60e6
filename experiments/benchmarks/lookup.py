"""Keys to nodes: hashes in batches, texts in batches, and one key after the other."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from algorithms import names

from .inputs import FEW_KEYS, KEYS, NODES, SINGLE_KEYS, SINGLE_NODES, Timed, partitioner, texts, words


class Batch(Timed):
    """Hashes to buckets: 131,072 of them, on one thread."""

    params = (names(), NODES)
    param_names: ClassVar = ["algorithm", "nodes"]
    version = "1"

    def setup(self, algorithm: str, nodes: int) -> None:
        """Build, and place all hashes once, untimed."""
        self.partitioner = partitioner(algorithm, nodes)
        self.hashes = words(KEYS)
        self.out = np.empty(KEYS, dtype=np.int32)
        self.time_assign(algorithm, nodes)

    def time_assign(self, algorithm: str, nodes: int) -> None:
        """Place the hashes."""
        self.partitioner._assign(self.hashes, self.out)


class Names(Timed):
    """Texts of 21 bytes to names of nodes: 16,384 of them, hashing included."""

    params = (names(), NODES)
    param_names: ClassVar = ["algorithm", "nodes"]
    version = "1"

    def setup(self, algorithm: str, nodes: int) -> None:
        """Build, and look all texts up once, untimed."""
        self.partitioner = partitioner(algorithm, nodes)
        self.keys = texts(FEW_KEYS, 21)
        self.time_lookup_many(algorithm, nodes)

    def time_lookup_many(self, algorithm: str, nodes: int) -> None:
        """Look the texts up."""
        self.partitioner.lookup_many(self.keys)


class SingleKey(Timed):
    """1000 texts, each looked up by a call of its own, among 100 nodes."""

    params = names()
    param_names: ClassVar = ["algorithm"]
    version = "1"

    def setup(self, algorithm: str) -> None:
        """Build, and look all keys up once, untimed."""
        self.partitioner = partitioner(algorithm, SINGLE_NODES)
        self.keys = [key.decode() for key in texts(SINGLE_KEYS, 21).tolist()]
        self.time_lookup(algorithm)

    def time_lookup(self, algorithm: str) -> None:
        """Look the keys up."""
        lookup = self.partitioner.lookup
        for key in self.keys:
            lookup(key)
