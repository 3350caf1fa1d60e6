"""How long scale events take, over the number of nodes."""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
