"""Whether the statistics can be trusted: how often intervals hold the truth, and tests reject.

``python -m experiments.run calibration`` applies each procedure of :mod:`experiments.inference` to many
simulated data sets in which the truth is known: drawn from a law, or by real partitioners on random hashes.
It shows the measured rate beside the nominal one, and also what comes of the wrong method.
"""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
