"""What moves when a cluster changes size."""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
