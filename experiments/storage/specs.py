"""What algorithms say of themselves, as it stands in ``run.json``: reports need none of their code.

>>> from algorithms.registry import spec_of
>>> spec_from(plain(spec_of("ring"))) == spec_of("ring")
True
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from algorithms import Capability, Cost, Publication, Spec, registry
from algorithms.interface import Step
from algorithms.machinery.steps import STEPS
from experiments.options.errors import BadUse

__all__ = ["plain", "spec_from", "specs_of"]

COSTS = ("lookup_cost", "resize_cost", "memory_cost")


def plain(spec: Spec) -> dict[str, Any]:
    """Return a spec ready for JSON."""
    values = {field.name: getattr(spec, field.name) for field in dataclasses.fields(spec)}
    return {
        **values,
        "capabilities": sorted(capability.name for capability in spec.capabilities),
        "lacks": {capability.name: reason for capability, reason in sorted(spec.lacks.items())},
        "lawless": dict(spec.lawless),
        "vary": {name: list(values) for name, values in spec.vary.items()},
        "loses": {
            name: {
                value: {each.name: why for each, why in without.items()} for value, without in values.items()
            }
            for name, values in spec.loses.items()
        },
        "steps": {name: dataclasses.asdict(step) for name, step in spec.steps.items()},
        **{name: dataclasses.asdict(getattr(spec, name)) for name in COSTS},
        "publications": [
            {field.name: getattr(publication, field.name) for field in dataclasses.fields(publication)}
            | {"fields": dict(publication.fields)}
            for publication in spec.publications
        ],
    }


def spec_from(facts: Mapping[str, Any]) -> Spec:
    """Return the spec that was stored; capabilities and parts that this version does not know are left out.

    Raises BadUse if it is none.
    """
    known = {field.name for field in dataclasses.fields(Spec)}
    values = {name: value for name, value in facts.items() if name in known}
    try:
        return Spec(
            **{
                **values,
                "capabilities": frozenset(
                    Capability[name] for name in values["capabilities"] if name in Capability.__members__
                ),
                "lacks": _reasons(values.get("lacks", {})),
                "whole_weights": tuple(ends) if (ends := values.get("whole_weights")) is not None else None,
                "vary": {name: tuple(each) for name, each in values.get("vary", {}).items()},
                "loses": {
                    name: {value: _reasons(without) for value, without in each.items()}
                    for name, each in values.get("loses", {}).items()
                },
                "steps": {
                    name: Step(**step) for name, step in values.get("steps", {}).items() if name in STEPS
                },
                **{name: Cost(**values[name]) for name in COSTS if name in values},
                "publications": tuple(Publication(**each) for each in values.get("publications", ())),
            }
        )
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise BadUse(f"what the run says of an algorithm cannot be understood ({error}); run again") from None


def _reasons(facts: Mapping[str, str]) -> dict[Capability, str]:
    return {Capability[name]: str(why) for name, why in facts.items() if name in Capability.__members__}


def specs_of(runs: Iterable[Mapping[str, Any]] = ()) -> dict[str, Spec]:
    """Return the specs of all algorithms that some runs name, by name, and of all that are registered."""
    stored: dict[str, Spec] = {}
    for facts in runs:
        for name, spec in facts.get("algorithms", {}).items():
            if name not in stored:
                stored[name] = spec_from(spec)
    return {**{name: registry.spec_of(name) for name in registry.names()}, **stored}
