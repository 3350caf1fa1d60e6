"""How many nodes a request of several keys asks: a worked example with a parameter and a law of its own."""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
