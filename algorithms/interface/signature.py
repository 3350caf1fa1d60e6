"""The parameters of an algorithm, which have one home: the signature of its ``__init__``."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any, get_type_hints

__all__ = ["REST", "Parameter", "parameters_of"]

_COMMON: dict[str, Any] = {"hash": str, "hash_bits": int | None, "seed": int}
"""What every algorithm takes, with its type."""

REST = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
"""The kinds of parameters that have no name of their own."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of an algorithm, as its signature declares it.

    Parameters
    ----------
    name
        The keyword.
    annotation
        Its type, resolved.
    default
        Its default; ``inspect.Parameter.empty`` where it must be given.
    own
        Whether it is the algorithm's own, and not one that all algorithms take.
    """

    name: str
    annotation: Any
    default: Any
    own: bool


def parameters_of(cls: type) -> dict[str, Parameter]:
    """Return the parameters of a class of partitioners.

    Parameters
    ----------
    cls
        The class.

    Returns
    -------
    dict
        Parameter by name, its own first; ``nodes`` is not among them.

    Examples
    --------
    >>> from algorithms import class_of
    >>> list(parameters_of(class_of("jump")))
    ['hash', 'hash_bits', 'seed']
    """
    try:
        hints = get_type_hints(cls.__init__)  # type: ignore[misc]  # of the class as it is
    except NameError:  # a name that is imported for type checkers only
        hints = {}
    hints = {**_COMMON, **hints}
    return {
        name: Parameter(name, hints.get(name, Any), parameter.default, name not in _COMMON)
        for name, parameter in inspect.signature(cls.__init__).parameters.items()  # type: ignore[misc]  # as above
        if name not in ("self", "nodes") and parameter.kind not in REST
    }
