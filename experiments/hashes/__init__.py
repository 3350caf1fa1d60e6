"""What poor hash functions do to each algorithm."""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
