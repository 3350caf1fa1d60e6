"""Workloads: named, seeded sources of keys, a chunk at a time.

A chunk is a pure function of (workload, seed, chunk number): any thread may draw any chunk in any order, and
gets the same keys. What the user types is read by :func:`parse`.
"""

from experiments.workloads.base import CHUNK, Chunks, Workload, chunks_of
from experiments.workloads.census import last_names
from experiments.workloads.distinct import Distinct
from experiments.workloads.parse import FAMILIES, drawn, ends, meaning, parse
from experiments.workloads.repeats import repeats

__all__ = [
    "CHUNK",
    "FAMILIES",
    "Chunks",
    "Distinct",
    "Workload",
    "chunks_of",
    "drawn",
    "ends",
    "last_names",
    "meaning",
    "parse",
    "repeats",
]
