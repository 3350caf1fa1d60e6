"""Which algorithms can do what is needed, best first, and why not the others."""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
