"""Which promises every algorithm keeps, by search, and the smallest counterexamples where it does not.

``python -m experiments.run properties`` runs the checks of :mod:`experiments.conformance` and shows the
matrix of algorithm and property. A counterexample comes with a command that tries it again.
"""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
