"""The parameters of an algorithm, which have one home: the signature of its ``__init__``.

Values that are named stand there as a ``Literal``, bounds as ``Annotated[int, Whole(1, 64)]``. Constructor,
command line, lists and the checks of conformance read them there.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from algorithms.checks import one_of, whole_number
from algorithms.errors import BrokenAlgorithm, InvalidParameter

__all__ = ["REST", "Parameter", "Whole", "limited", "parameters_of"]

_COMMON: dict[str, Any] = {"hash": str, "hash_bits": int | None, "seed": int}
"""What every algorithm takes, with its type."""

REST = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
"""The kinds of parameters that have no name of their own."""


@dataclass(frozen=True)
class Whole:
    """Which whole numbers a parameter takes.

    Parameters
    ----------
    low, high
        The least and the greatest.
    only
        Which of those between; all when not given.
    kind
        What these are called, such as ``a prime``.
    reason
        Why it must be one.

    Examples
    --------
    >>> Whole(1, 64).checked("retries", 65)
    Traceback (most recent call last):
        ...
    algorithms.errors.InvalidParameter: retries must be a whole number from 1 to 64, not 65
    """

    low: int
    high: int
    only: Callable[[int], bool] | None = None
    kind: str = "a whole number"
    reason: str = ""

    def __str__(self) -> str:
        """Return which, in words."""
        return f"{self.kind} from {self.low} to {self.high}"

    def checked(self, name: str, value: object) -> int:
        """Return a value as an int, or raise InvalidParameter under the parameter's name."""
        number = whole_number(name, value, self.low, self.high)
        if self.only is not None and not self.only(number):
            raise InvalidParameter(f"{name} must be {self.kind}, not {number}: {self.reason}")
        return number


@dataclass(frozen=True)
class Parameter:
    """A parameter of an algorithm, as its signature declares it.

    Parameters
    ----------
    name
        The keyword.
    annotation
        Its type, resolved, without bounds.
    default
        Its default; ``inspect.Parameter.empty`` where it must be given.
    own
        Whether it is the algorithm's own, and not one that all algorithms take.
    bounds
        Which whole numbers it takes; None where that is not declared.
    """

    name: str
    annotation: Any
    default: Any
    own: bool
    bounds: Whole | None = None

    @property
    def named(self) -> tuple[Any, ...]:
        """The values that it takes, where they are named."""
        return get_args(self.annotation) if get_origin(self.annotation) is Literal else ()

    def checked(self, value: object) -> Any:
        """Return a value as it is kept, or raise InvalidParameter where it is not as declared."""
        if self.bounds is not None and not (value is None and type(None) in get_args(self.annotation)):
            return self.bounds.checked(self.name, value)
        if self.named:
            one_of(self.name, value, self.named)
        return value


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
    # mypy fears the __init__ of a sub-class, but it is this class's own signature that is read
    return dict(_taken_by(cls.__init__))  # type: ignore[misc]


@cache
def _taken_by(constructor: Any) -> dict[str, Parameter]:
    hints = {**_COMMON, **_hints(constructor)}
    return {
        name: Parameter(name, *_parted(hints.get(name, Any), parameter.default, name not in _COMMON))
        for name, parameter in inspect.signature(constructor).parameters.items()
        if name not in ("self", "nodes") and parameter.kind not in REST
    }


@cache
def limited(cls: type) -> tuple[Parameter, ...]:
    """Return the parameters of its own whose values a class declares.

    Examples
    --------
    >>> from algorithms import class_of
    >>> [parameter.name for parameter in limited(class_of("ring"))]
    ['points', 'serves']
    """
    declared = (parameter for parameter in parameters_of(cls).values() if parameter.own)
    return tuple(parameter for parameter in declared if parameter.bounds is not None or parameter.named)


def _hints(function: Any) -> dict[str, Any]:
    """Return annotations, resolved, but for those with a name that is imported for type checkers only."""
    hints: dict[str, Any] = {}
    for name, annotation in getattr(function, "__annotations__", {}).items():
        alone: Any = SimpleNamespace(__annotations__={name: annotation})
        try:
            hints |= get_type_hints(alone, getattr(function, "__globals__", {}), include_extras=True)
        except NameError as error:
            if "Annotated" in str(annotation):
                raise BrokenAlgorithm(
                    f"the bounds of {name} cannot be read: {error}; import it, and not for type checkers only"
                ) from None
    return hints


def _parted(annotation: Any, default: Any, own: bool) -> tuple[Any, Any, bool, Whole | None]:
    """Return a parameter's type without bounds, its default, whose it is, and its bounds."""
    if get_origin(annotation) is not Annotated:
        return annotation, default, own, None
    bare, *said = get_args(annotation)
    return bare, default, own, next((part for part in said if isinstance(part, Whole)), None)
