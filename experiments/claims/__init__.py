"""Published numbers, recomputed and judged: confirmed, refuted, or undecided.

``python -m experiments.run claims`` reads the claims that stand beside this file as data, recomputes each by
its recipe, and says whether it holds. A verdict other than the one that is expected is a failure.
"""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
