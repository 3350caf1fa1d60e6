"""Where compiled kernels are kept for the next process: a folder that nobody else can write to.

Machine code that is read from a folder is run. So a folder on whose way somebody else could put files is
not used, and neither are files that others own. A file that is damaged counts as absent, and a disk that is
full as no cache: kernels are then compiled anew, which costs time and nothing else.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

from algorithms.errors import say_once

__all__ = ["MachineCode", "folder_of", "untrusted"]

_SEAL = 16


def folder_of(*parts: str) -> Path | None:
    """Return a folder of the cache, made if need be; None where no folder can be used.

    Parameters
    ----------
    *parts
        Names of the folder and of those above it, in the cache.

    Returns
    -------
    Path or None
        In ``NUMBA_CACHE_DIR`` or the user's cache folder; where that cannot be written or is not to be
        trusted, in a folder of the user in the temporary one.
    """
    root = _root()
    if root is not None and (folder := _usable(root.joinpath(*parts))) is not None:
        return folder
    fallback = _fallback()
    return None if fallback is None else _usable(fallback.joinpath(*parts))


def untrusted(folder: Path) -> str:
    """Return why somebody else could put files into a folder, or have put some there; "" if nobody could.

    Parameters
    ----------
    folder
        It need not be there yet.

    Returns
    -------
    str
        What is wrong, with the path at which it is.
    """
    if not hasattr(os, "geteuid"):  # elsewhere, folders of users are theirs by access lists
        return ""
    mine = (0, os.geteuid())
    absolute = folder.absolute()
    for path in dict.fromkeys((*_way_to(absolute), *_way_to(folder.resolve()))):
        try:
            facts = path.stat()
        except OSError:
            continue
        if facts.st_uid not in mine:
            return f"{path} belongs to another user"
        if _others_may_write(facts) and not facts.st_mode & stat.S_ISVTX:
            return f"others may write to {path}"
    if absolute.is_dir():
        for path in absolute.rglob("*"):
            try:
                facts = path.lstat()
            except OSError:
                continue
            if facts.st_uid not in mine:
                return f"{path} belongs to another user"
            if not stat.S_ISLNK(facts.st_mode) and _others_may_write(facts):
                return f"others may write to {path}"
    return ""


class MachineCode:
    """The cache of one kernel, as numba's dispatcher asks for it: numba's own, but for what may go wrong.

    Parameters
    ----------
    function
        What is compiled.
    folder
        Where its machine code is kept.
    """

    def __init__(self, function: FunctionType, folder: Path) -> None:
        from numba.core import caching as numba_caching
        from numba.core import config as numba_config

        caching: Any = numba_caching
        config: Any = numba_config
        # numba reads the folder from its global setting while a cache is made, and at no other time
        before = config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES
        config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES = str(folder), ""
        try:
            self._inner: Any = caching.FunctionCache(function)
        finally:
            config.CACHE_DIR, config.CACHE_LOCATOR_CLASSES = before
        file = self._inner._cache_file
        dump, path_of = file._dump, file._data_path
        file._dump = lambda value: _sealed(dump(value))
        file._load_data = lambda name: _unsealed(Path(path_of(name)).read_bytes())
        # the folder is that of all constants; numba would tell closures over kernels apart in each process
        self._inner._index_key = lambda signature, codegen: (signature, codegen.magic_tuple())
        self._root, self._writable = folder.parent.parent, True

    @property
    def cache_path(self) -> str:
        """The folder that holds the files."""
        return str(self._inner.cache_path)

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        """Return the machine code for a signature; None where there is none, or none that is whole."""
        try:
            return self._inner.load_overload(signature, target_context)
        except Exception:  # pickle raises whatever a damaged file leads it to
            try:
                self._inner.flush()
            except OSError as error:
                self._cannot_write(error)
            return None

    def save_overload(self, signature: Any, result: Any) -> None:
        """Keep the machine code for a signature, if the disk takes it."""
        if not self._writable:
            return
        try:
            self._inner.save_overload(signature, result)
        except OSError as error:
            self._cannot_write(error)

    def enable(self) -> None:
        """Use the cache."""
        self._inner.enable()

    def disable(self) -> None:
        """Do not use the cache."""
        self._inner.disable()

    def flush(self) -> None:
        """Forget what is kept."""
        self._inner.flush()

    def _cannot_write(self, error: OSError) -> None:
        self._writable = False
        say_once(
            f"compiled kernels are not kept, and compiled anew in each process: {self._root} cannot be "
            f"written ({error.strerror or error})"
        )


def _sealed(data: bytes) -> bytes:
    return data + hashlib.blake2b(data, digest_size=_SEAL).digest()


def _unsealed(data: bytes) -> Any:
    import pickle

    if _sealed(data[:-_SEAL]) != data:
        raise ValueError("the file is damaged")
    return pickle.loads(data[:-_SEAL])


def _root() -> Path | None:
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        return Path(given).absolute() / "shardlab"
    import platformdirs

    try:
        root = Path(platformdirs.user_cache_dir("shardlab", appauthor=False)) / "kernels"
    except (RuntimeError, KeyError, OSError):  # a user without a home
        return None
    return root if root.is_absolute() else None


@functools.cache
def _fallback() -> Path | None:
    """Return a folder in the temporary one: the user's, or else the process' own, removed at its end."""
    own = f"-{os.geteuid()}" if hasattr(os, "geteuid") else ""
    try:
        shared = Path(tempfile.gettempdir()) / f"shardlab-kernels{own}"
        if _usable(shared) is not None:
            return shared
        private = Path(tempfile.mkdtemp(prefix="shardlab-kernels-"))
    except OSError:
        return None
    atexit.register(_removed_by, os.getpid(), private)
    return private


def _removed_by(process: int, folder: Path) -> None:
    if os.getpid() == process:  # a fork uses the folder too
        shutil.rmtree(folder, ignore_errors=True)


def _usable(folder: Path) -> Path | None:
    try:
        missing = [folder, *(path for path in folder.parents if not path.exists())]
        if folder.is_symlink() or not missing[-1].parent.is_dir():
            return None
        if reason := untrusted(folder):
            say_once(f"compiled kernels are not kept there, since {reason}; give a folder of your own")
            return None
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)
        return folder if os.access(folder, os.W_OK | os.X_OK) else None
    except OSError:
        return None


def _way_to(folder: Path) -> Iterator[Path]:
    yield from reversed(folder.parents)
    yield folder


def _others_may_write(facts: os.stat_result) -> bool:
    return bool(facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
