"""Intervals, tests, effect sizes and power, on scipy.

The unit of replication is the repetition: new keys and new hash seeds. Over repetitions a mean has a t
interval (`mean`). Within one repetition the keys are independent draws only where an algorithm places each
key on its own (jump, rendezvous) or on a structure that is fixed (one ring): there a fraction has the exact
binomial interval (`proportion`). Over independent rings a binomial interval would be far too narrow.

==================  =======================================================================================
module              what is asked
==================  =======================================================================================
`estimates`         how large is it, and how sure is that
`agreement`         can chance alone explain its difference from the law
`distributions`     does it follow the law as a whole, and spread as the law says
`loads`             do keys fall on nodes by their shares: one by one (G), or on a ring
`equivalence`       is its difference from the law shown to be too small to matter
`comparisons`       does one algorithm differ from another over the same keys
`effects`           how large is a difference, whatever the size of the sample
`power`             what could a run of this size have seen, and what would it take
`series`            did values that came one after the other come at random
`corrections`       what is left of many tests together
`levels`            the levels of significance and confidence
`verdict`           the words of all judges
==================  =======================================================================================

``python -m experiments.run calibration`` shows how often each is right.
"""

from experiments.inference.agreement import mean_agrees, proportion_agrees
from experiments.inference.comparisons import Comparison, compare, paired_difference
from experiments.inference.corrections import holm
from experiments.inference.distributions import counts_agree, dispersion_agrees, law_agrees
from experiments.inference.effects import cohen_d, relative_excess
from experiments.inference.equivalence import Equivalence, mean_equivalent, of_mean, squares_equivalent
from experiments.inference.estimates import (
    bootstrap,
    cv_by_law,
    law_interval,
    mean,
    mean_by_law,
    median,
    middle_half,
    proportion,
    skewed_mean,
)
from experiments.inference.levels import FAMILY_LEVEL, LEVEL
from experiments.inference.loads import (
    degrees_of,
    g_statistic,
    loads_agree,
    ring_loads_agree,
    squares_agree,
    squares_so_near,
)
from experiments.inference.power import (
    cv_of_excess,
    fraction_power,
    keys_needed,
    keys_needed_for_cv,
    loads_power,
    mean_power,
    repetitions_needed,
    shares_power,
    smallest_cv,
    smallest_difference,
    smallest_difference_by_law,
    smallest_square,
    squares_needed,
)
from experiments.inference.samples import Estimate, Interval, TestResult, differences
from experiments.inference.series import runs
from experiments.inference.verdict import conclusion

__all__ = [
    "FAMILY_LEVEL",
    "LEVEL",
    "Comparison",
    "Equivalence",
    "Estimate",
    "Interval",
    "TestResult",
    "bootstrap",
    "cohen_d",
    "compare",
    "conclusion",
    "counts_agree",
    "cv_by_law",
    "cv_of_excess",
    "degrees_of",
    "differences",
    "dispersion_agrees",
    "fraction_power",
    "g_statistic",
    "holm",
    "keys_needed",
    "keys_needed_for_cv",
    "law_agrees",
    "law_interval",
    "loads_agree",
    "loads_power",
    "mean",
    "mean_agrees",
    "mean_by_law",
    "mean_equivalent",
    "mean_power",
    "median",
    "middle_half",
    "of_mean",
    "paired_difference",
    "proportion",
    "proportion_agrees",
    "relative_excess",
    "repetitions_needed",
    "ring_loads_agree",
    "runs",
    "shares_power",
    "skewed_mean",
    "smallest_cv",
    "smallest_difference",
    "smallest_difference_by_law",
    "smallest_square",
    "squares_agree",
    "squares_equivalent",
    "squares_needed",
    "squares_so_near",
]
