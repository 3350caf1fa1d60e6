"""What several scale events in a row come to."""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
