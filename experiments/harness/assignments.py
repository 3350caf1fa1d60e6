"""Values of algorithms' parameters as texts set them: of ``NAME:PARAM=VALUE``, ``--set`` and ``--vary``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from algorithms.errors import suggestion
from algorithms.interface import Partitioner
from algorithms.interface.signature import Parameter
from algorithms.registry import parameters_of
from experiments.options.errors import BadUse
from experiments.options.values import parse_value

__all__ = ["assignment", "parameter_of", "value_of"]


def assignment(cls: type[Partitioner[Any]], text: str, where: str) -> tuple[str, Any]:
    """Return name and value of ``PARAM=VALUE``.

    Examples
    --------
    >>> from algorithms.registry import class_of
    >>> assignment(class_of("ring"), "points=1e3", "--set")
    ('points', 1000)
    """
    name, equals, value = text.partition("=")
    if not equals:
        raise BadUse(f"{where}: {text!r} is not understood; give PARAM=VALUE, such as hash=murmur3_64")
    return name, value_of(cls, parameter_of(cls, name, where), value, where)


def parameter_of(cls: type[Partitioner[Any]], name: str, where: str) -> Parameter:
    """Return a parameter that may be set, by its name."""
    allowed: Mapping[str, Parameter] = {
        known: parameter for known, parameter in parameters_of(cls).items() if known != "seed"
    }
    if name == "seed":
        raise BadUse(f"{where}: the seed is the same for all algorithms; give --seed S")
    if name not in allowed:
        raise BadUse(f"{where}: {cls.spec.name} has no parameter {name!r}: {suggestion(name, allowed)}")
    return allowed[name]


def value_of(cls: type[Partitioner[Any]], parameter: Parameter, value: str, where: str) -> Any:
    """Return the value of a parameter that a text stands for."""
    try:
        return parse_value(parameter, value)
    except BadUse as error:
        raise BadUse(f"{where}: {cls.spec.name}.{parameter.name}: {error}") from None
