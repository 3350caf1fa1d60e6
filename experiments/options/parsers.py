"""Parsers of single values: what is given, as text or already typed, becomes what is meant, or `BadUse`."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from experiments.options.errors import BadUse, did_you_mean

__all__ = ["Parser", "choice", "encodable", "integer", "number", "shortest", "switch", "text"]

T = TypeVar("T")
Parser = Callable[[object], T]

LARGEST = 2**63 - 1


def integer(least: int = 0, most: int = LARGEST) -> Parser[int]:
    """Return a parser of whole numbers, which may be written ``1e7`` or ``10_000_000``.

    Examples
    --------
    >>> integer(1)("1e7")
    10000000
    >>> integer(1)("0")
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: '0' is below 1; give a whole number from 1, such as 1000 or 1e3
    """
    allowed = f"give a whole number from {least}" + (f" to {most}" if most != LARGEST else "")
    allowed += "" if most < 1000 else ", such as 1000 or 1e3"

    def parse(value: object) -> int:
        try:
            if isinstance(value, bool) or not isinstance(value, (int, float, str)):
                raise InvalidOperation
            exact = Decimal(value)
        except (InvalidOperation, ValueError):
            raise BadUse(f"{value!r} is not a whole number; {allowed}") from None
        if not exact.is_finite() or (exact.adjusted() < 40 and exact != exact.to_integral_value()):
            raise BadUse(f"{value!r} is not a whole number; {allowed}")
        if exact < least:
            raise BadUse(f"{value!r} is below {least}; {allowed}")
        if exact > most:
            raise BadUse(f"{value!r} is above {most}; give a whole number from {least} to {most}")
        return int(exact)

    return parse


def number(least: float = -math.inf, most: float = math.inf, *, above: float | None = None) -> Parser[float]:
    """Return a parser of finite numbers.

    Examples
    --------
    >>> number(above=0)("2.5")
    2.5
    >>> number(above=0)("0")
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: '0' is not allowed; give a number above 0
    """
    bounds = [
        *([f"above {above:g}"] if above is not None else []),
        *([f"from {least:g}"] if least > -math.inf else []),
        *([f"up to {most:g}"] if most < math.inf else []),
    ]
    allowed = " ".join(["give a number", *bounds])

    def parse(value: object) -> float:
        try:
            if isinstance(value, bool) or not isinstance(value, (int, float, str)):
                raise ValueError
            result = float(value)
        except (ValueError, OverflowError):
            raise BadUse(f"{value!r} is not a number; {allowed}") from None
        inside = least <= result <= most and (above is None or result > above)
        if not (inside and math.isfinite(result)):
            raise BadUse(f"{value!r} is not allowed; {allowed}")
        return result

    return parse


def shortest(value: float) -> str:
    """Return the shortest text that is read as this number again.

    Examples
    --------
    >>> shortest(2.0), shortest(1.0000001), shortest(1e-7)
    ('2', '1.0000001', '1e-07')
    """
    return repr(float(value)).removesuffix(".0")


def text(value: object) -> str:
    """Read a text that is not empty; what it means is checked by whoever uses it.

    Examples
    --------
    >>> text("uniform")
    'uniform'
    """
    if not isinstance(value, str) or not value.strip():
        raise BadUse(f"{value!r} is not a text; give one that is not empty")
    return value


def encodable(value: T) -> T:
    r"""Return a value as it is; refuse a text that is not UTF-8, such as the name of a file may be.

    Examples
    --------
    >>> encodable("file:caf\udce9.log")
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: 'file:caf\udce9.log' is not UTF-8; rename what it names, ...
    """
    try:
        if isinstance(value, str):
            value.encode()
    except UnicodeEncodeError:
        raise BadUse(
            f"{value!r} is not UTF-8; rename what it names, or set PYTHONUTF8=1 where just the locale is not"
        ) from None
    return value


def choice(*allowed: str) -> Parser[str]:
    """Return a parser that takes one of the given words.

    Examples
    --------
    >>> choice("sampled", "exact")("exakt")
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: 'exakt' is unknown; give one of sampled, exact; did you mean 'exact'?
    """

    def parse(value: object) -> str:
        if not isinstance(value, str) or value not in allowed:
            hint = did_you_mean(str(value), allowed)
            raise BadUse(f"{value!r} is unknown; give one of {', '.join(allowed)}{hint}")
        return value

    return parse


def switch(value: object) -> bool:
    """Read a yes or no: ``true`` or ``false``, or a bool.

    Examples
    --------
    >>> switch("true"), switch(False)
    (True, False)
    """
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    raise BadUse(f"{value!r} is neither true nor false; give one of these two")
