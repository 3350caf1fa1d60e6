"""Algorithms from a file: ``FILE.py:Class``, for whoever is writing one."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import traceback
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from algorithms.interface import Partitioner
from algorithms.registry import names
from experiments.errors import BadUse

__all__ = ["UnaskedCode", "code_only_from", "load_class"]

_trusted: tuple[Path, ...] | None = None
"""Where code may lie while something stored is read; None while a person's own command is carried out."""


class UnaskedCode(BadUse):
    """Something stored names code that nobody has asked to run."""


@contextmanager
def code_only_from(*places: Path) -> Iterator[None]:
    """Inside, run no file of an algorithm but those that are, or lie below, one of some places.

    Parameters
    ----------
    places
        Files and folders that a person has named.
    """
    global _trusted
    before, _trusted = _trusted, tuple(place.resolve() for place in places)
    try:
        yield
    finally:
        _trusted = before


def load_class(path: str, name: str) -> type[Partitioner[Any]]:
    """Return an algorithm from a file; the file is imported once.

    Parameters
    ----------
    path
        A Python file.
    name
        Of a class in it, registered by ``@register``.

    Returns
    -------
    type
        The class.

    Raises
    ------
    BadUse
        If there is no such file or class, the file cannot be imported, or the class is not registered.
    UnaskedCode
        If it lies elsewhere than :func:`code_only_from` allows.

    Examples
    --------
    >>> load_class("nowhere.py", "Mine")
    Traceback (most recent call last):
        ...
    experiments.errors.BadUse: --algorithms: there is no file nowhere.py; give ...
    """
    file = Path(path)
    if not file.is_file():
        raise BadUse(f"--algorithms: there is no file {path}; give FILE.py:Class, as seen from this folder")
    if _trusted is not None and not any(file.resolve().is_relative_to(place) for place in _trusted):
        raise UnaskedCode(
            f"the stored run names code, {path}, which is not run unasked: look into it, then name the file "
            "beside the run, or give --trust"
        )
    module = _import_file(file.resolve(), path)
    registered = [
        known
        for known, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Partitioner) and "spec" in vars(value)
    ]
    if name in registered:
        found: type[Partitioner[Any]] = vars(module)[name]
        return found
    allowed = f"it has {', '.join(registered)}" if registered else "it registers none"
    if name in vars(module):
        raise BadUse(
            f"--algorithms: {name!r} in {path} is no class with @register(Spec(...)) above it; {allowed}"
        )
    raise BadUse(f"--algorithms: {path} has no class {name!r}; {allowed}")


def _import_file(file: Path, shown: str) -> types.ModuleType:
    names()  # our own algorithms come first, so that a file cannot take the name of one
    digest = hashlib.blake2b(str(file).encode(), digest_size=6).hexdigest()
    module_name = f"shardlab_file_{file.stem}_{digest}"
    if module_name in sys.modules:
        return sys.modules[module_name]
    spec = importlib.util.spec_from_file_location(module_name, file)
    if spec is None or spec.loader is None:
        raise BadUse(f"--algorithms: {shown} cannot be imported; give a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[module_name]
        lines = [at.lineno for at in traceback.extract_tb(error.__traceback__) if at.filename == str(file)]
        line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
        where = f" (line {line})" if line else ""
        what = error.msg if isinstance(error, SyntaxError) else error
        raise BadUse(
            f"--algorithms: {shown} cannot be imported: {type(error).__name__}: {what}{where}"
        ) from error
    return module
