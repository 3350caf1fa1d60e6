"""Algorithms from a file: ``FILE.py:Class``, for whoever is writing one."""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.util
import io
import site
import sys
import sysconfig
import traceback
import types
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from algorithms.interface import Partitioner
from algorithms.registry import names, whole_or_none
from experiments.options.errors import BadUse
from experiments.storage import provenance

__all__ = ["UnaskedCode", "code_only_from", "load_class", "sources_of"]

_trusted: tuple[Path, ...] | None = None
"""Where code may lie while something stored is read; None while a person's own command is carried out."""


class UnaskedCode(BadUse):
    """Something stored names code that nobody has asked to run."""


@contextmanager
def code_only_from(*places: Path) -> Iterator[None]:
    """Inside, run no file of an algorithm but those that are, or lie below, one of some places."""
    global _trusted
    before, _trusted = _trusted, tuple(place.resolve() for place in places)
    try:
        yield
    finally:
        _trusted = before


def load_class(path: str, name: str) -> type[Partitioner[Any]]:
    """Return an algorithm from a file; the file is imported once.

    Examples
    --------
    >>> load_class("nowhere.py", "Mine")
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: --algorithms: there is no file nowhere.py; give ...
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
        # what it prints is no result, which alone goes to the standard output
        with whole_or_none(), redirect_stdout(sys.stderr or io.StringIO()):
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


def sources_of(cls: type[Partitioner[Any]]) -> list[Path]:
    """Return the files outside the project that a class is made of.

    Examples
    --------
    >>> from algorithms import class_of
    >>> sources_of(class_of("ring"))
    []
    """
    own = {base.__module__ for base in cls.__mro__}
    packages = {module.partition(".")[0] for module in own if not module.startswith("shardlab_file_")}
    outside = [*_installed(), *(provenance.root() / package for package in provenance.PACKAGES)]
    if packages <= _NOT_TOLD and all(
        any(path.is_relative_to(folder) for folder in outside) for path in _files_of(own)
    ):
        return []  # without a look at the files of all modules, which are some hundreds
    modules = _loaded_files()
    waiting = [path for path, module in modules.items() if module.__name__ in own]
    found: list[Path] = []
    while waiting:
        path = waiting.pop(0)
        name = modules[path].__name__
        known = any(path.is_relative_to(folder) for folder in outside)
        # of what is installed, the class' own package counts
        if path in found or (known and (name.partition(".")[0] not in packages - _NOT_TOLD)):
            continue
        found.append(path)
        waiting += [other for other in _imported_by(path, modules[path]) if other in modules]
    return found


_NOT_TOLD = frozenset({*provenance.PACKAGES, *sys.stdlib_module_names})


def _files_of(names: Iterable[str]) -> Iterator[Path]:
    for name in names:
        file = getattr(sys.modules.get(name), "__file__", None)
        if isinstance(file, str):
            yield _resolved(file)


@functools.cache
def _resolved(file: str) -> Path:
    return Path(file).resolve()


def _loaded_files() -> dict[Path, types.ModuleType]:
    loaded = [(module, getattr(module, "__file__", None)) for module in list(sys.modules.values())]
    return {_resolved(file): module for module, file in loaded if isinstance(file, str)}


def _installed() -> list[Path]:
    """Return the folders of Python's own modules and of installed ones."""
    paths = sysconfig.get_paths()
    folders = [paths[kind] for kind in ("stdlib", "platstdlib", "purelib", "platlib")]
    folders += [*site.getsitepackages(), site.getusersitepackages()]
    return [_resolved(folder) for folder in folders]


def _imported_by(path: Path, module: types.ModuleType) -> Iterator[Path]:
    """Yield the files of the loaded modules that a file imports, also those inside its functions."""
    package = module.__package__ or ""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            wanted = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in wanted:
            parts = name.split(".")
            for end in range(1, len(parts) + 1):
                file = getattr(sys.modules.get(".".join(parts[:end])), "__file__", None)
                if isinstance(file, str):
                    yield _resolved(file)
