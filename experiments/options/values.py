"""Values of an algorithm's parameters, from text, by the annotation of its signature."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from algorithms.errors import InvalidParameter
from algorithms.interface.signature import Parameter
from experiments.options.errors import BadUse
from experiments.options.parsers import choice, integer, number, switch

__all__ = ["parse_value"]


def parse_value(parameter: Parameter, value: str) -> Any:
    """Return the value of an algorithm's parameter that a text stands for, by the parameter's annotation.

    Examples
    --------
    >>> from algorithms.registry import parameters_of
    >>> parse_value(parameters_of("ring")["points"], "1e3")
    1000
    """
    try:
        return parameter.checked(_read(parameter.annotation, value))
    except InvalidParameter as error:
        raise BadUse(str(error)) from None


def _read(annotation: Any, value: str) -> Any:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return choice(*map(str, inner))(value)
    if origin in (typing.Union, types.UnionType):
        return _read_union(inner, value)
    if isinstance(origin, type) and issubclass(origin, Iterable) and not issubclass(origin, Mapping):
        return [_read(inner[0], part.strip()) for part in value.split(",")]
    readers: dict[Any, Any] = {
        bool: switch,
        int: integer(-(2**63)),
        float: number(),
        str: str,
        type(None): choice("none"),
    }
    if annotation not in readers:
        raise BadUse("it cannot be given as a text; build the partitioner in Python for that")
    return None if annotation is type(None) and readers[annotation](value) else readers[annotation](value)


def _read_union(members: Sequence[Any], value: str) -> Any:
    """Read the text as the first kind that takes it: None, truth, whole number, number, list, text."""
    order = [type(None), bool, int, float]
    ranked = sorted(members, key=lambda kind: order.index(kind) if kind in order else 5 if kind is str else 4)
    problems = []
    for member in ranked:
        try:
            return _read(member, value)
        except BadUse as error:
            problems.append(str(error))
    raise BadUse(problems[-1])
