"""How many bytes each algorithm's structure takes."""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
