"""Partitioners that break a promise, each in one way: the named checks must catch them.

None is registered. Most are made by the transformations of the experiment `mutants`, of an algorithm of the
suite or of the honest `Remainder`; what no transformation makes stands in `by_hand`.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from algorithms import Capability, Partitioner

C = TypeVar("C", bound=type[Partitioner[Any]])

_caught_by: dict[type[Partitioner[Any]], tuple[str, ...]] = {}

REMAINDER = {
    "one_too_far": "total_and_in_range",
    "eight_bits": "sizes_around_powers_of_two",
    "takes_turns": "deterministic",
    "no_twins": "deterministic",
    "repr_forgets_the_order": "rebuilt_by_copy_pickle_and_repr",
    "copy_is_itself": "copies_are_apart",
    "one_is_special": "batch_equals_single",
    "row_counts": "order_of_keys_does_not_matter",
    "sorts_first": "order_of_keys_does_not_matter",
    "lookup_of_another_hash": "one_key_as_a_column",
    "stale_lookups": "one_key_as_a_column",
    "counted_are_other": "same_by_name_or_by_node",
    "in_two_steps": "events_are_atomic",
    "bias_of_2_percent": "uniform",
    "bias_of_a_thousandth": "uniform",
    "loses_a_bucket": "uniform",
    "casts_hashes": "bad_hashes_are_refused",
    "takes_any_key": "bad_keys_are_refused",
    "spells_names": "bad_nodes_are_refused",
    "any_seed": "bad_parameters_are_refused",
    "one_by_one": "refused_events_change_nothing",
    "ignores_weights_of_events": "refused_events_change_nothing",
    "arcs_undeclared": "missing_capabilities_are_refused",
}
"""The check that must catch each defect of the honest one."""

MEMBERS = {
    "key_range": {
        "arcs_one_short": ("arcs_tile_the_space", "shares_sum_to_the_space"),
        "arcs_a_hash_late": ("arcs_agree_with_assign",),
        "descends": ("ordered",),
        "squares_weights": ("shares_follow_weights_exactly",),
    },
    "rendezvous": {
        "weights_are_salt": ("one_weight_moves_one_node",),
        "weights_are_salt_when_large": ("one_weight_moves_one_node",),
        "events_are_salt": ("add_then_remove_is_identity",),
        "renumbers": ("events_keep_buckets",),
        "keeps_who_leaves": ("removes_last", "removes_any"),
        "modulo_when_large": ("growth_onto_new_only", "removal_from_removed_only"),
        "order_decides_few": ("independent_of_naming_order",),
        "all_on_one": ("replicas_distinct",),
        "first_is_last": ("replicas_distinct",),
        "order_turns_with_count": ("more_replicas_go_on",),
        "next_buckets": ("replicas_lose_only_removed", "replicas_gain_only_new"),
        "ignores_weights": ("shares_follow_weights",),
        "ignores_new_weights": ("changed_weights_count",),
    },
    "ring": {"ignores_weights": ("shares_follow_weights",)},
}
"""The checks that must catch each defect of members of the suite."""


def caught_by(*checks: str, declares: tuple[Capability, ...] = ()) -> Callable[[C], C]:
    """Say which checks must catch a class, and what it declares beyond the one that it spoils."""

    def decorate(cls: C) -> C:
        capabilities = cls.spec.capabilities | set(declares)
        lacks = {
            capability: why for capability, why in cls.spec.lacks.items() if capability not in capabilities
        }
        cls.spec = replace(cls.spec, name=cls.__name__, capabilities=capabilities, lacks=lacks)
        _caught_by[cls] = checks
        return cls

    return decorate


def broken() -> list[tuple[type[Partitioner[Any]], str]]:
    """Return each class with each check that must catch it."""
    importlib.import_module(f"{__name__}.by_hand")  # which others may have done before
    _plant()
    return [(cls, check) for cls, checks in _caught_by.items() for check in checks]


@functools.cache
def _plant() -> None:
    from experiments.mutants.defects import defects
    from experiments.mutants.planted import planted

    honest = importlib.import_module(f"{__name__}.remainder").Remainder
    for name, check in REMAINDER.items():
        cls: Any = defects()[name].plant(honest)
        cls.__name__ = cls.__qualname__ = f"Remainder__{name}"
        cls.__module__, cls.__doc__ = __name__, defects()[name].about
        globals()[cls.__name__] = cls  # where a pickle finds it
        caught_by(check)(cls)
    for member, caught in MEMBERS.items():
        for name, checks in caught.items():
            cls = planted(f"{member}__{name}")
            cls.__doc__ = defects()[name].about
            _caught_by[cls] = checks
