"""Laws: what is known of movement, balance and cost before anything is measured.

Each law is a function that says where it comes from and how far it is exact; each has a test against
exhaustion or simulation. `movement`, `stray` and `balance` evaluate the law of a family of algorithms for one
case, as a `Prediction`.
"""

from experiments.theory.balance import BalanceLaw, balance, family_and_points
from experiments.theory.cost import (
    anchor_draws,
    anchor_links,
    candidates,
    dx_draws,
    jump_iterations,
    memento_links,
)
from experiments.theory.extremes import dirichlet, dirichlet_multinomial, multinomial
from experiments.theory.fanout import even_fan_out, fewest_ranges, holding, ranges_met, slowest
from experiments.theory.fixed_rings import (
    envoy_ring,
    fixed_ring_joined,
    ketama_weighted,
    ring_by_position,
    ring_of_points,
)
from experiments.theory.history import least_without_history
from experiments.theory.loads import (
    collision,
    keys_needed,
    load_cv_squared,
    mean_to_root_mean_square,
)
from experiments.theory.movement import (
    family_of,
    minimum,
    movement,
    stray,
    weighted_rendezvous,
)
from experiments.theory.nearby import (
    bounded_max_to_mean,
    lrh_cv_squared,
    lrh_moved,
    multi_probe_cv_squared,
    multi_probe_max_to_mean,
)
from experiments.theory.needed import points_for_peak
from experiments.theory.numbered import (
    binomial_draws,
    binomial_shares,
    flip_words,
    jumpback_words,
    power_work,
)
from experiments.theory.prediction import Prediction
from experiments.theory.rings import (
    nearest_point_cv_squared,
    points_needed,
    ring_moved,
    ring_share,
    ring_share_cv_squared,
    ring_share_kurtosis,
    ring_share_variance,
    whole_points,
)
from experiments.theory.scores import first_highest, hierarchical_moved, multiples_moved
from experiments.theory.simple_events import (
    equal_ranges,
    joined,
    modulo,
    random_choice,
    removed_range,
    renumbered,
    replaced,
)
from experiments.theory.spread import cv_squared_variance, movement_variance
from experiments.theory.successive import jump_dependence

__all__ = [
    "BalanceLaw",
    "Prediction",
    "anchor_draws",
    "anchor_links",
    "balance",
    "binomial_draws",
    "binomial_shares",
    "bounded_max_to_mean",
    "candidates",
    "collision",
    "cv_squared_variance",
    "dirichlet",
    "dirichlet_multinomial",
    "dx_draws",
    "envoy_ring",
    "equal_ranges",
    "even_fan_out",
    "family_and_points",
    "family_of",
    "fewest_ranges",
    "first_highest",
    "fixed_ring_joined",
    "flip_words",
    "hierarchical_moved",
    "holding",
    "joined",
    "jump_dependence",
    "jump_iterations",
    "jumpback_words",
    "ketama_weighted",
    "keys_needed",
    "least_without_history",
    "load_cv_squared",
    "lrh_cv_squared",
    "lrh_moved",
    "mean_to_root_mean_square",
    "memento_links",
    "minimum",
    "modulo",
    "movement",
    "movement_variance",
    "multi_probe_cv_squared",
    "multi_probe_max_to_mean",
    "multinomial",
    "multiples_moved",
    "nearest_point_cv_squared",
    "points_for_peak",
    "points_needed",
    "power_work",
    "random_choice",
    "ranges_met",
    "removed_range",
    "renumbered",
    "replaced",
    "ring_by_position",
    "ring_moved",
    "ring_of_points",
    "ring_share",
    "ring_share_cv_squared",
    "ring_share_kurtosis",
    "ring_share_variance",
    "slowest",
    "stray",
    "weighted_rendezvous",
    "whole_points",
]
