"""Load per node, beside the law that it should follow."""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
