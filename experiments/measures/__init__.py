"""Measures of balance and movement: pure functions on arrays of buckets, loads and arcs.

Whatever is counted is counted in integers, and every ratio of counts is a `Fraction` or the float nearest to
one, so that a measure has the same bits on every machine. Nodes are told apart by name, never by bucket.
"""

from experiments.measures.balance import cv, loads, max_to_mean, min_to_mean, relative_loads
from experiments.measures.digits import rounded
from experiments.measures.flows import Counts, EventShape, Flows
from experiments.measures.shares import total_variation, whole_numbers, whole_weights
from experiments.measures.tally import Tally, mark_moved

__all__ = [
    "Counts",
    "EventShape",
    "Flows",
    "Tally",
    "cv",
    "loads",
    "mark_moved",
    "max_to_mean",
    "min_to_mean",
    "relative_loads",
    "rounded",
    "total_variation",
    "whole_numbers",
    "whole_weights",
]
