"""Caches on many nodes: what scale events cost in misses, under each partitioner."""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
