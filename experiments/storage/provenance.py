"""Where a result comes from: the code, the versions and the machine. Only ``run.json`` holds these."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from experiments.options.errors import BadUse
from experiments.storage import machine
from experiments.storage.git import output_of

__all__ = [
    "changed_inputs",
    "deciding_versions",
    "describe",
    "digests",
    "input_digests",
    "root",
    "source_digest",
    "versions",
]

PACKAGES = ("algorithms", "experiments")
"""The packages of this project."""

DECIDING = ("numpy", "numba", "scipy", "xxhash", "mmh3", "names")
"""Libraries that have a part in the rows."""

DRAWING = ("pandas", "pyarrow", "matplotlib", "rich")
"""Libraries that have a part in how rows are stored and shown."""


@functools.cache
def root() -> Path:
    """Return the folder that holds the packages of this project.

    Examples
    --------
    >>> (root() / "experiments" / "storage" / "provenance.py").is_file()
    True
    """
    return Path(__file__).resolve().parents[2]


def source_digest(sources: Iterable[Path], extra: Iterable[Path] = ()) -> str:
    """Return a digest of some sources of the project, of files outside it, and of what computes.

    Examples
    --------
    >>> here = Path(__file__)
    >>> source_digest([here]) == source_digest([here]) != source_digest([here], [here])
    True
    """
    digest = hashlib.blake2b(digest_size=32)
    for named in digests(sources, extra).items():
        digest.update(repr(named).encode())
    digest.update(repr(sorted(deciding_versions().items())).encode())
    return digest.hexdigest()


def digests(sources: Iterable[Path], extra: Iterable[Path] = ()) -> dict[str, str]:
    """Return the digest of each source of the project, by its path below the root, and of files outside it.

    Examples
    --------
    >>> list(digests([Path(__file__)]))
    ['experiments/storage/provenance.py']
    """
    named = {}
    for path in sorted(set(sources)):
        inside = path.is_relative_to(root())
        named[(path.relative_to(root()) if inside else path).as_posix()] = path
    named |= {str(path): path for path in sorted(set(extra))}
    return {name: _digest(path) for name, path in named.items()}


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()
    except OSError as error:
        raise _gone(path, error) from None


def _gone(path: Path, error: OSError) -> BadUse:
    return BadUse(f"{path} can be read no more ({error.strerror}): leave the files of a run as they are")


def input_digests(paths: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 of some files by their paths, as seen from this folder where they lie below it."""
    here = Path.cwd()
    named = {}
    for path in paths:
        whole = here / path
        named[str(whole.relative_to(here) if whole.is_relative_to(here) else whole)] = whole
    try:
        return {name: _sha256(named[name]) for name in sorted(named)}
    except OSError as error:
        raise _gone(Path(str(error.filename)), error) from None


def changed_inputs(known: Mapping[str, str]) -> list[str]:
    """Return the paths of those inputs that are no more, or no longer what they were."""
    changed = []
    for name, digest in known.items():
        try:
            same = Path(name).is_file() and _sha256(Path(name)) == digest
        except OSError:
            same = False
        if not same:
            changed.append(name)
    return changed


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def deciding_versions() -> dict[str, str | None]:
    """Return the versions of what computes the rows: Python and libraries, by name; None if not installed.

    Examples
    --------
    >>> deciding_versions()["python"].count(".")
    2
    """
    return {"python": platform.python_version(), **{name: _version(name) for name in DECIDING}}


def versions() -> dict[str, str | None]:
    """Return the versions of all that has a part in a result, this project's own among them."""
    return {
        "shardlab": _version("shardlab"),
        **deciding_versions(),
        **{name: _version(name) for name in DRAWING},
    }


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def describe(threads: int) -> dict[str, Any]:
    """Return the facts of this run that its parameters do not tell.

    Examples
    --------
    >>> sorted(describe(1))
    ['commit', 'dirty', 'machine', 'threads', 'versions']
    """
    commit, dirty = _commit(root())
    return {
        "commit": commit,
        "dirty": dirty,
        "versions": versions(),
        "threads": threads,
        "machine": machine.described(),
    }


def _commit(folder: Path) -> tuple[str | None, bool | None]:
    """Return the commit checked out at a folder, and whether anything but results differs from it."""
    top = output_of(folder, "rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() != folder:
        return None, None
    commit = output_of(folder, "rev-parse", "HEAD")
    changed = output_of(folder, "status", "--porcelain", "--", ".", ":!results")
    return commit, None if commit is None or changed is None else bool(changed)
