"""Sweeps over parameters of algorithms: ``--vary ring.points=40,160`` makes two candidates of one.

The values are read by the parameter's annotation; without ``=`` they are those of the algorithm's spec. Of
several parameters of one algorithm every combination is a candidate.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import UnionType
from typing import Any, Union, get_args, get_origin

from algorithms.errors import suggestion
from algorithms.interface import Partitioner
from experiments.harness.assignments import parameter_of, value_of
from experiments.harness.candidate import Candidate
from experiments.options.errors import BadUse

__all__ = ["swept", "written"]

Sweep = Mapping[str, Sequence[Any]]
"""The values of each parameter of one algorithm."""


def swept(candidates: Sequence[Candidate], texts: Sequence[str]) -> list[Candidate]:
    """Return the candidates, with those that a sweep is about in all its values.

    A parameter that a candidate was given already stays as it is.

    Examples
    --------
    >>> from experiments.harness.selection import resolve
    >>> [c.label for c in swept(resolve(["jump", "ring"]), ["ring.points=40,160"])]
    ['jump', 'ring:points=40', 'ring:points=160']
    """
    classes = {candidate.algorithm: candidate.cls for candidate in candidates}
    sweeps: dict[str, dict[str, Sequence[Any]]] = {}
    for text in texts:
        name, parameter, values = _sweep(text, classes)
        open_to_it = (one for one in candidates if one.algorithm == name)
        if all(parameter in one.parameters for one in open_to_it):
            raise BadUse(
                f"--vary: every {name} of this run is given its {parameter} by --algorithms or --set; "
                "give it in one place"
            )
        sweeps.setdefault(name, {})[parameter] = values
    return [
        one for candidate in candidates for one in _all_of(candidate, sweeps.get(candidate.algorithm, {}))
    ]


def written(value: object) -> str:
    """Return a value as a selection takes it.

    Examples
    --------
    >>> written(160), written(True), written(None)
    ('160', 'true', 'none')
    """
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def _sweep(text: str, classes: Mapping[str, type[Partitioner[Any]]]) -> tuple[str, str, Sequence[Any]]:
    target, equals, listed = text.partition("=")
    name, dot, attribute = target.strip().partition(".")
    if not dot:
        raise BadUse(f"--vary: {text!r} is not understood; give NAME.PARAM=V1,V2, such as ring.points=40,160")
    if name not in classes:
        raise BadUse(f"--vary: {name!r} is not among the algorithms of this run: {suggestion(name, classes)}")
    cls = classes[name]
    parameter = parameter_of(cls, attribute, "--vary")
    if not equals:
        usual = cls.spec.vary.get(attribute)
        if not usual:
            raise BadUse(
                f"--vary: the spec of {name} names no values of {attribute}; give some: {target}=V1,V2"
            )
        return name, attribute, usual
    if _is_list(parameter.annotation):
        raise BadUse(
            f"--vary: a value of {target} is a list itself; give candidates instead: "
            f"--algorithms {name}:{attribute}=V1,V2 and so on"
        )
    return name, attribute, [value_of(cls, parameter, part.strip(), "--vary") for part in listed.split(",")]


def _is_list(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return any(_is_list(member) for member in get_args(annotation))
    return isinstance(origin, type) and issubclass(origin, Iterable)


def _all_of(candidate: Candidate, sweep: Sweep) -> list[Candidate]:
    """Return a candidate with every combination of the values of those parameters that it was not given."""
    left = {name: values for name, values in sweep.items() if name not in candidate.parameters}
    found = []
    for chosen in itertools.product(*left.values()):
        own = dict(zip(left, chosen, strict=True))
        added = "".join(f":{name}={written(value)}" for name, value in own.items())
        found.append(
            replace(
                candidate,
                label=candidate.label + added,
                selection=candidate.selection + added,
                parameters={**candidate.parameters, **own},
            )
        )
    return found
