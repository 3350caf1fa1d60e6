"""One decorator for all compiled functions.

A kernel is written as a plain Python function over arrays and numbers, and reads like the algorithm. The
first call imports numba and compiles it, with the interpreter's lock released and in strict IEEE
arithmetic (no ``fastmath``), so ``--help`` and ``create`` never wait for a compiler. Kernels may call each
other across modules: the machine code is cached on disk under a digest of the sources of *all* the files
that can reach it, where numba by itself would look only at the file that holds the outermost function and
go on serving stale code after an edit elsewhere.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any, Generic, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")

_lock = threading.RLock()
_listener: Callable[[str], None] | None = None


def set_compile_listener(listener: Callable[[str], None] | None) -> None:
    """Have a function called with a kernel's name whenever no cached machine code exists for it.

    Parameters
    ----------
    listener
        Called just before the first compilation of each kernel; None to be told no more.

    Examples
    --------
    >>> set_compile_listener(None)
    """
    global _listener
    _listener = listener


class Kernel(Generic[P, R]):
    """A function that is compiled when it is first called.

    Parameters
    ----------
    function
        A function in the part of Python that numba compiles; it may call other kernels.

    Attributes
    ----------
    function
        The function as written, for reading and for tests without a compiler.
    """

    def __init__(self, function: Callable[P, R]) -> None:
        self.function = cast(FunctionType, function)
        self._dispatcher: Callable[P, R] | None = None
        functools.update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the compiled function, compiling it first if need be."""
        return (self._dispatcher or self.compiled)(*args, **kwargs)

    @property
    def compiled(self) -> Callable[P, R]:
        """The numba dispatcher itself, for tight loops of Python that save the wrapper's 60 ns."""
        with _lock:
            if self._dispatcher is None:
                self._dispatcher = self._compile()
            return self._dispatcher

    def _compile(self) -> Callable[P, R]:
        import numba
        from numba.core import config as numba_config

        config: Any = numba_config

        callees = {
            name: value for name, value in self.function.__globals__.items() if isinstance(value, Kernel)
        }
        used = {name: callees[name] for name in self.function.__code__.co_names if name in callees}
        scope = {**self.function.__globals__, **{name: kernel.compiled for name, kernel in used.items()}}
        twin = FunctionType(self.function.__code__, scope, self.function.__name__, self.function.__defaults__)
        twin.__qualname__ = self.function.__qualname__
        twin.__module__ = self.function.__module__
        # machine code names its module, and a file may be imported under more names than one
        folder = _cache_folder(self._sources()) / self.function.__module__
        if _listener is not None and not any(folder.glob(f"*/*{self.function.__qualname__}-*.nbi")):
            _listener(self.function.__qualname__)
        # numba reads the folder from its global setting while it decorates, and at no other time
        before, config.CACHE_DIR = config.CACHE_DIR, str(folder)
        try:
            compiler: Any = numba.njit(nogil=True, error_model="numpy", cache=True)
            return cast("Callable[P, R]", compiler(twin))
        finally:
            config.CACHE_DIR = before

    def _sources(self) -> frozenset[Path]:
        own = {Path(self.function.__code__.co_filename)}
        for name in self.function.__code__.co_names:
            callee = self.function.__globals__.get(name)
            if isinstance(callee, Kernel) and callee is not self:
                own |= callee._sources()
        return frozenset(own)


def kernel(function: Callable[P, R]) -> Kernel[P, R]:
    """Make a compiled function of a plain one; it is compiled at its first call.

    Parameters
    ----------
    function
        Loops over arrays and numbers; kernels that it calls are compiled into it. Integers that meet
        unsigned ones must be unsigned themselves: numba adds ``int64`` and ``uint64`` as floats.

    Returns
    -------
    Kernel
        Called like the function.

    Raises
    ------
    numba.core.errors.TypingError
        At the first call, when numba cannot compile the function.

    Examples
    --------
    >>> @kernel
    ... def double(values, out):
    ...     for i in range(len(values)):
    ...         out[i] = 2 * values[i]
    >>> double.function([1, 2], out := [0, 0])
    >>> out
    [2, 4]
    """
    return Kernel(function)


def _cache_folder(sources: frozenset[Path]) -> Path:
    folder = _cache_root() / _digest(sources | _package_sources())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    return _fallback_folder()


def _cache_root() -> Path:
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        return Path(given) / "shardlab"
    import platformdirs

    return Path(platformdirs.user_cache_dir("shardlab", appauthor=False)) / "kernels"


@functools.cache
def _fallback_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="shardlab-kernels-"))


@functools.cache
def _package_sources() -> frozenset[Path]:
    return frozenset(Path(__file__).parent.rglob("*.py"))


@functools.cache
def _digest(sources: frozenset[Path]) -> str:
    digest = hashlib.blake2b(sys.version.encode(), digest_size=12)
    for path in sorted(sources):
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.name}:{len(content)}:".encode() + content)
    return digest.hexdigest()
