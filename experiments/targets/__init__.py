"""Targets of speed, and whether they are met."""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
