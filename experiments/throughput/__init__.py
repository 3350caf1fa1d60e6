"""Lookups per second, beside a copy of memory and other libraries."""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
