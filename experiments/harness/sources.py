"""Which files decide the rows of an experiment, and which only decide how they are shown."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from experiments.harness import catalogue
from experiments.storage import provenance

__all__ = ["deciding", "project"]

MEASURING = ("parameters", "measure")
"""The modules of a room with which its rows begin."""

SHOWING = ("benchmarks", "commands", "report", "run.py")
"""What stands beside the rooms and has no part in any row."""


@cache
def project() -> tuple[Path, ...]:
    """Return all files of the project's packages, ascending."""
    root = provenance.root()
    files = (path for package in provenance.PACKAGES for path in (root / package).rglob("*"))
    return tuple(sorted(path for path in files if path.is_file() and "__pycache__" not in path.parts))


def deciding(room: Path) -> tuple[Path, ...]:
    """Return the files on which the rows of a room depend, ascending.

    They are those of the algorithms, the tools and the harness; of the room itself what its measuring
    imports, and its data; of other rooms nothing, but where the room asks one by its name. The profiles are
    not among them: parameters are compared by value.
    """
    rooms = {folder.name for folder in catalogue.FOLDER.iterdir() if (folder / catalogue.FILE).is_file()}
    elsewhere = {catalogue.FOLDER / name for name in (*rooms, *SHOWING)}
    shared = [path for path in project() if not elsewhere.intersection((path, *path.parents))]
    own = set(_own(room))
    asked = {name for path in own if path.suffix == ".py" for name in _asked(path)} & rooms - {room.name}
    others = {path for name in asked for path in _own(catalogue.FOLDER / name)}
    return tuple(sorted({*shared, *own, *others}))


def _asked(path: Path) -> Iterator[str]:
    """Yield the names that a file gives to ``find``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "find":
            yield from (str(one.value) for one in node.args if isinstance(one, ast.Constant))


def _own(room: Path) -> Iterator[Path]:
    """Yield what the measuring of a room imports from it, directly or not, and the data of the room."""
    package = f"experiments.{room.name}"
    seen: set[Path] = set()
    waiting = [room / f"{name}.py" for name in MEASURING]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        for name in _imported(path, package):
            place = room.joinpath(*name.split("."))
            waiting += [place.with_suffix(".py"), place / "__init__.py", place.parent / "__init__.py"]
            if place.is_dir():  # found by walking it, such as recipes and procedures
                waiting += place.glob("*.py")
    yield from seen
    data = (path for path in room.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc"))
    yield from (path for path in data if path.name != catalogue.FILE)


def _imported(path: Path, package: str) -> Iterator[str]:
    """Yield the names below a package that a file imports anywhere, or names in a text."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            names = [f"{package}.{node.module or ''}.{alias.name}".replace("..", ".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names] + [str(node.module)]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names = [node.value]
        else:
            continue
        for name in names:
            if name.startswith(f"{package}.") and name.replace(".", "").isidentifier():
                yield name.removeprefix(f"{package}.")
