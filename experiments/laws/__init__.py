"""What every published algorithm moves, and how evenly its keys fall, beside the laws of both."""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
