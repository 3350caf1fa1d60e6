"""What a compiled kernel depends on: the sources and the values that its machine code was made of.

Numba takes the values of globals, of closures and of defaults for constants when it compiles. Machine code
that is kept for another process must therefore be kept under these values too, wherever they stand.
"""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

__all__ = ["digest", "names_in"]


def digest(function: FunctionType, *facts: str) -> str:
    """Return a digest of all that the machine code of a function follows from.

    Parameters
    ----------
    function
        As written; it may call kernels and functions that numba has decorated.
    *facts
        What else it follows from, such as the version of the compiler.

    Returns
    -------
    str
        Of hexadecimal digits.

    Examples
    --------
    >>> double, triple = (lambda x, factor=factor: x * factor for factor in (2, 3))
    >>> digest(double) == digest(triple)
    False
    """
    reach = _Reach()
    reach.function(function)
    whole = hashlib.blake2b(digest_size=12)
    for fact in (sys.version, np.__version__, *facts, _sources(frozenset(reach.files)), *reach.values):
        whole.update(f"{len(fact)}:{fact}".encode())
    return whole.hexdigest()


def names_in(code: CodeType) -> frozenset[str]:
    """Return the names of globals and attributes that a code uses, with those of functions inside it.

    Parameters
    ----------
    code
        Of a function.

    Returns
    -------
    frozenset of str

    Examples
    --------
    >>> sorted(names_in((lambda x: [sys.path for _ in x]).__code__))
    ['path', 'sys']
    """
    inner = [names_in(part) for part in code.co_consts if isinstance(part, CodeType)]
    return frozenset(code.co_names).union(*inner)


class _Reach:
    """Walks from a function through all that it can name."""

    def __init__(self) -> None:
        self.files: set[Path] = set()
        self.values: list[str] = []
        self._visited: set[int] = set()

    def function(self, function: FunctionType) -> None:
        if id(function) in self._visited:
            return
        self._visited.add(id(function))
        code = function.__code__
        self.files.add(Path(code.co_filename))
        self.values.append(f"{function.__module__}.{function.__qualname__} {_text(code)}")
        for label, value in self._values(function):
            self._value(label, value, names_in(code))

    def _values(self, function: FunctionType) -> Iterator[tuple[str, Any]]:
        for name in sorted(names_in(function.__code__)):
            if name in function.__globals__:
                yield name, function.__globals__[name]
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            yield f"{name} of the closure", cell.cell_contents
        yield "defaults", function.__defaults__
        yield "defaults by name", tuple(sorted((function.__kwdefaults__ or {}).items()))

    def _value(self, label: str, value: Any, names: frozenset[str]) -> None:
        written = getattr(value, "py_func", None) or getattr(value, "function", value)
        if isinstance(written, FunctionType):
            self.function(written)
        elif isinstance(value, ModuleType):
            self._module(label, value, names)
        else:
            self.values.append(f"{label}={_text(value)}")

    def _module(self, label: str, module: ModuleType, names: frozenset[str]) -> None:
        mark = hash((id(module), names))
        if mark in self._visited:
            return
        self._visited.add(mark)
        for name in sorted(names):
            if name in vars(module):
                self._value(f"{label}.{name}", vars(module)[name], names)


def _text(value: Any) -> str:
    """Return a text that differs where values do that numba can take for constants."""
    if isinstance(value, np.ndarray):
        content = hashlib.blake2b(np.ascontiguousarray(value).tobytes(), digest_size=16).hexdigest()
        return f"array {value.dtype.str} {value.shape} {value.flags.f_contiguous} {content}"
    if isinstance(value, np.generic):
        return f"{value.dtype.str} {value.tobytes().hex()}"
    if isinstance(value, tuple | list):
        return f"{type(value).__qualname__}({', '.join(map(_text, value))})"
    if isinstance(value, dict):
        return f"dict({', '.join(f'{_text(key)}: {_text(held)}' for key, held in value.items())})"
    if isinstance(value, set | frozenset):
        return f"{type(value).__qualname__}({', '.join(sorted(map(_text, value)))})"
    if isinstance(value, CodeType):
        return f"code {value.co_code.hex()} {_text(value.co_consts)} {_text(value.co_names)}"
    if isinstance(value, float | complex):
        return f"{type(value).__qualname__} {value!r}"
    if isinstance(value, bool | int | str | bytes | np.dtype | None):
        return f"{type(value).__qualname__} {value!r}"
    if isinstance(value, type):
        return f"type {value.__module__}.{value.__qualname__}"
    # an object of another kind is no constant to numba; its address must not be in the text
    return f"object {type(value).__module__}.{type(value).__qualname__}"


@functools.cache
def _package_sources() -> frozenset[Path]:
    return frozenset(Path(__file__).parent.rglob("*.py"))


@functools.cache
def _sources(files: frozenset[Path]) -> str:
    content = hashlib.blake2b(digest_size=16)
    for path in sorted(files | _package_sources()):
        text = path.read_bytes() if path.is_file() else b""
        content.update(f"{path.name}:{len(text)}:".encode() + text)
    return content.hexdigest()
