"""How full the fullest node is: a worked example of an experiment."""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
