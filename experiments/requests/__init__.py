"""Requests over servers: what each balancer makes of their response times."""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
