"""Subjects: the algorithms to check, each with the variants that its parameters name."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin

from algorithms import Partitioner, Spec, class_of, parameters_of
from algorithms.interface.nodes import NodesLike

__all__ = ["Subject", "subjects"]


@dataclass(frozen=True)
class Subject:
    """An algorithm with some of its parameters fixed; called with nodes, it builds a partitioner.

    Parameters
    ----------
    algorithm
        The class.
    fixed
        Parameters that differ from the defaults.

    Examples
    --------
    >>> str(Subject(class_of("ring"), {"serves": "successor"}))
    'ring[serves=successor]'
    """

    algorithm: type[Partitioner[Any]]
    fixed: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def spec(self) -> Spec:
        """What the algorithm declares with these parameters."""
        return self.algorithm.spec.given(self.fixed)

    def __call__(self, nodes: NodesLike, **parameters: Any) -> Partitioner[Any]:
        """Return a partitioner over these nodes."""
        return self.algorithm(nodes, **{**self.fixed, **parameters})

    def __str__(self) -> str:
        """Return the name, and what is fixed."""
        given = ",".join(f"{name}={value}" for name, value in self.fixed.items())
        return f"{self.spec.name}[{given}]" if given else self.spec.name


def subjects(algorithm: str | type[Partitioner[Any]]) -> tuple[Subject, ...]:
    """Return an algorithm in all variants of those parameters whose values are named (``Literal``).

    One more has the smallest of the numbers that its spec varies, such as a small table.

    Parameters
    ----------
    algorithm
        A registered name, or a class.

    Returns
    -------
    tuple of Subject
        The defaults first.

    Examples
    --------
    >>> [str(subject) for subject in subjects("ring")]
    ['ring', 'ring[serves=successor]']
    """
    cls = class_of(algorithm) if isinstance(algorithm, str) else algorithm
    named = {
        parameter.name: sorted(get_args(parameter.annotation), key=lambda value: value != parameter.default)
        for parameter in parameters_of(cls).values()
        if parameter.own and get_origin(parameter.annotation) is Literal
    }
    defaults = {name: values[0] for name, values in named.items()}
    variants = tuple(
        Subject(
            cls, {name: value for name, value in zip(named, chosen, strict=True) if value != defaults[name]}
        )
        for chosen in itertools.product(*named.values())
    )
    smallest = {name: min(values) for name, values in cls.spec.vary.items() if _are_numbers(values)}
    usual = parameters_of(cls)
    changed = {name: value for name, value in smallest.items() if value != usual[name].default}
    return (*variants, Subject(cls, changed)) if changed else variants


def _are_numbers(values: Iterable[object]) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
