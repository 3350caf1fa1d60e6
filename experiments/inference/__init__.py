"""Intervals and tests, on scipy.

The unit of replication is the repetition: new keys and new hash seeds. Over repetitions a mean has a t
interval (`mean`). Within one repetition the keys are independent draws only where an algorithm places each
key on its own (jump, rendezvous) or on a structure that is fixed (one ring): there a fraction has the exact
binomial interval (`proportion`). Over independent rings a binomial interval would be far too narrow.

Every function returns an `Estimate` or a `TestResult`; a family of tests is corrected by `holm`.
"""

from experiments.inference.agreement import mean_agrees, proportion_agrees
from experiments.inference.comparisons import paired_difference
from experiments.inference.corrections import holm
from experiments.inference.estimates import bootstrap, mean, proportion
from experiments.inference.loads import g_statistic
from experiments.inference.samples import LEVEL, Estimate, Interval, TestResult

__all__ = [
    "LEVEL",
    "Estimate",
    "Interval",
    "TestResult",
    "bootstrap",
    "g_statistic",
    "holm",
    "mean",
    "mean_agrees",
    "paired_difference",
    "proportion",
    "proportion_agrees",
]
