"""What a lookup costs in words, links and probes."""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
