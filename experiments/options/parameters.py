"""The parameters of an experiment: a frozen dataclass, read from the catalogue and the command line.

Every field is declared once, by :func:`parameter`: its help text, how a text is read and what is allowed.
The command line makes a flag of it, the catalogue a key, and the constructor checks it, so a value is
checked by the same lines wherever it came from. Only the standard library is imported here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from experiments.options.errors import BadUse
from experiments.options.parsers import Parser, choice, encodable, integer, number, switch, text
from experiments.options.repeated import itself, refuse_repeated

__all__ = [
    "Field",
    "choice",
    "fields_of",
    "flag_of",
    "integer",
    "number",
    "parameter",
    "switch",
    "text",
]

T = TypeVar("T")


@dataclass(frozen=True)
class Field(Generic[T]):
    """How one parameter is read, checked and explained.

    Parameters
    ----------
    help
        One line for ``--help``.
    parse
        Reads one value, given as text or already typed; raises `BadUse` with what is allowed.
    many
        Whether the parameter is a tuple of such values; its flag may then be repeated.
    separator
        What separates the values of a tuple inside one text; None if a text is always one value.
    metavar
        What ``--help`` shows in the place of the value.
    identity
        Whether the results depend on it. A run option, such as the number of threads, is not part of
        what a result is a result of.
    least
        The smallest number of values of a tuple.
    meaning
        Returns what two spellings of one value of a tuple have in common, where that is not the value read.
    """

    help: str
    parse: Parser[T]
    many: bool
    separator: str | None
    metavar: str
    identity: bool
    least: int
    meaning: Callable[[T], object] = itself

    def read(self, value: object) -> T | tuple[T, ...]:
        """Read the value of the whole parameter."""
        if not self.many:
            return self.parse(encodable(value))
        items: Iterable[object] = value if isinstance(value, (list, tuple)) else [value]
        parts: list[object] = []
        for item in items:
            if isinstance(item, str) and self.separator is not None:
                parts += [part.strip() for part in encodable(item).split(self.separator)]
            else:
                parts.append(encodable(item))
        if "" in parts:
            raise BadUse(f"{value!r} has an empty value in it; give one or more, such as {self.metavar}")
        if len(parts) < self.least:
            raise BadUse(f"no value is given; give one or more, such as {self.metavar}")
        values = tuple(self.parse(part) for part in parts)
        refuse_repeated(values, self.meaning)
        return values


def parameter(
    help: str,
    parse: Parser[Any],
    default: object,
    *,
    many: bool = False,
    separator: str | None = ",",
    metavar: str = "",
    identity: bool = True,
    least: int = 1,
    meaning: Callable[[Any], object] = itself,
) -> Any:
    """Declare one field of a `Parameters` class.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from experiments.harness.parameters import Parameters
    >>> @dataclass(frozen=True, kw_only=True)
    ... class Mine(Parameters):
    ...     points: tuple[int, ...] = parameter("points of a node", integer(1), (160,), many=True)
    >>> Mine(points="1,1e3").points
    (1, 1000)
    """
    shown = metavar or ("VALUE,..." if many and separator else "VALUE")
    field: Field[Any] = Field(help, parse, many, separator, shown, identity, least, meaning)
    metadata = {"field": field}
    if callable(default):
        made = cast("Callable[[], object]", default)
        return dataclasses.field(default_factory=made, metadata=metadata, compare=identity)
    return dataclasses.field(default=default, metadata=metadata, compare=identity)


def fields_of(cls: type[Any], *, all_fields: bool = False) -> dict[str, Field[Any]]:
    """Return the fields of a class of parameters by name, in the order of declaration.

    Examples
    --------
    >>> from experiments.harness.parameters import Parameters
    >>> fields_of(Parameters)["seed"].help
    'from which all seeds derive'
    """
    return {
        field.name: field.metadata["field"]
        for field in dataclasses.fields(cls)
        if all_fields or field.name not in cls.without
    }


def flag_of(name: str) -> str:
    """Return the flag of a field.

    Examples
    --------
    >>> flag_of("hash_bits")
    '--hash-bits'
    """
    return "--" + name.replace("_", "-")
