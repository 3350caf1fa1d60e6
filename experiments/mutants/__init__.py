"""Planted defects: which check of a partitioner sees which, and which of them none sees.

``python -m experiments.run mutants`` plants defects into members, by a small set of transformations, and asks
the checks of :mod:`experiments.conformance` of each.
"""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
