"""One decorator for all compiled functions.

A kernel is written as a plain Python function over arrays and numbers, and reads like the algorithm. The
first call imports numba and compiles it, with the interpreter's lock released and in strict IEEE arithmetic
(no ``fastmath``, but in a `contracting_kernel`), so ``--help`` and ``create`` never wait for a compiler.
Kernels may call each other across modules: the machine code is cached on disk under a digest of the sources
of *all* the files that can reach it and of the values of all constants that it names, where numba by itself
would look only at the file that holds the outermost function and go on serving stale code after an edit
elsewhere.

With ``SHARDLAB_DEBUG=1`` in the environment, kernels check the bounds of their arrays; with
``SHARDLAB_DEBUG=python`` they run as plain Python, in which a debugger can stop.
"""

from __future__ import annotations

import functools
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CellType, FunctionType
from typing import Any, Generic, ParamSpec, TypeVar, cast

import numpy as np

from algorithms.errors import InvalidParameter
from algorithms.machinery.kernel_cache import MachineCode, folder_of
from algorithms.machinery.kernel_reach import digest, names_in
from algorithms.machinery.kernel_width import widest

P = ParamSpec("P")
R = TypeVar("R")

DEBUG = "SHARDLAB_DEBUG"
"""The environment variable that has kernels checked: "1" for bounds, "python" for no compiler at all."""

_lock = threading.RLock()
_listener: Callable[[str], None] | None = None
_kernels: weakref.WeakSet[Kernel[Any, Any]] = weakref.WeakSet()


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
    contracts
        As for :func:`contracting_kernel`.

    Attributes
    ----------
    function
        The function as written, for reading and for tests without a compiler.
    """

    def __init__(self, function: Callable[P, R], *, contracts: bool = False, nogil: bool = True) -> None:
        self.function = cast(FunctionType, function)
        self._contracts, self._nogil = contracts, nogil
        self._dispatcher: Callable[P, R] | None = None
        self._part: Callable[..., Any] | None = None
        functools.update_wrapper(self, function)
        with _lock:
            _kernels.add(self)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the compiled function, compiling it first if need be."""
        return (self._dispatcher or self.compiled)(*args, **kwargs)

    # faulthandler shows this name where a kernel has left its arrays, which ends the process
    __call__.__code__ = __call__.__code__.replace(
        co_name=f"kernel; {DEBUG}=1 checks the bounds of its arrays"
    )

    @property
    def compiled(self) -> Callable[P, R]:
        """The numba dispatcher itself, for tight loops of Python that save the wrapper's 60 ns."""
        with _lock:
            if self._dispatcher is None:
                self._dispatcher = self.plain if _debug() == "python" else self._compile()
            return self._dispatcher

    @functools.cached_property
    def plain(self) -> Callable[P, R]:
        """The function as written, in which integers wrap and divisions by zero give no warning."""
        return cast("Callable[P, R]", _silenced(self._as_written))

    @functools.cached_property
    def _as_written(self) -> FunctionType:
        return self._twin({name: callee._as_written for name, callee in self._callees().items()})

    def _callees(self) -> dict[str, Kernel[Any, Any]]:
        """Return the kernels that the function calls, by the names of globals and of its closure."""
        function = self.function
        used = {name: function.__globals__.get(name) for name in names_in(function.__code__)}
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            used[name] = cell.cell_contents
        return {
            name: value for name, value in used.items() if isinstance(value, Kernel) and value is not self
        }

    def _twin(self, callees: dict[str, Any]) -> FunctionType:
        """Return the function with other functions in place of the kernels that it calls."""
        function = self.function
        cells = tuple(
            CellType(callees.get(name, cell.cell_contents))
            for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        )
        scope = {**function.__globals__, **callees}
        twin = FunctionType(function.__code__, scope, function.__name__, function.__defaults__, cells)
        twin.__kwdefaults__ = function.__kwdefaults__
        twin.__qualname__ = function.__qualname__
        twin.__module__ = function.__module__
        return twin

    def _compile(self) -> Callable[P, R]:
        import numba

        numba_config: Any = numba.config
        twin = self._twin({name: callee.part for name, callee in self._callees().items()})
        if numba_config.DISABLE_JIT:
            return cast("Callable[P, R]", _silenced(twin))
        checked = "bounds" if _debug() == "1" else ""
        folder = self._folder(f"numba {numba.__version__}", checked, "widest vectors", "parts")
        shown = self.function.__qualname__.replace("<", "").replace(">", "")  # as in names of files
        kept = folder is not None and any(folder.glob(f"*/*{shown}-*.nbi"))
        if _listener is not None and not kept:
            _listener(self.function.__qualname__)
        dispatcher = self._dispatcher_of(twin)
        if folder is not None:
            dispatcher._cache = MachineCode(twin, folder)
        return cast("Callable[P, R]", dispatcher)

    @property
    def part(self) -> Callable[..., Any]:
        """What callers compile into themselves: without a way in from Python, and kept by them."""
        with _lock:
            if self._part is None:
                twin = self._twin({name: callee.part for name, callee in self._callees().items()})
                self._part = self._dispatcher_of(twin, no_cpython_wrapper=True)
            return self._part

    def _dispatcher_of(self, twin: FunctionType, **more: bool) -> Any:
        import numba

        options: dict[str, Any] = {
            "nogil": self._nogil,
            "error_model": "numpy",
            "boundscheck": _debug() == "1" or None,
            "fastmath": {"contract"} if self._contracts else False,
            "pipeline_class": widest(),
            "no_cfunc_wrapper": True,
            **more,
        }
        return numba.njit(**options)(twin)

    def _folder(self, *facts: str) -> Path | None:
        if not Path(self.function.__code__.co_filename).is_file():  # typed in, or from an archive
            return None
        # machine code names its module, and a file may be imported under more names than one
        return folder_of(digest(self.function, *facts), self.function.__module__)


def kernel(function: Callable[P, R]) -> Kernel[P, R]:
    """Make a compiled function of a plain one; it is compiled at its first call.

    Parameters
    ----------
    function
        Loops over arrays and numbers; kernels that it calls are compiled into it. An integer that meets a
        ``uint64`` must be unsigned itself, as ``np.uint64(m)`` is: of ``uint64`` and ``int64`` numba makes
        signed integers, so that hashes of 2^63 and more are negative in ``hashes[i] % m``.

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


def contracting_kernel(function: Callable[P, R]) -> Kernel[P, R]:
    """Make a kernel in which a product and a sum may be one instruction, which rounds once.

    Parameters
    ----------
    function
        As for :func:`kernel`. Machines differ in the last bits of its results, so these may decide nothing.

    Returns
    -------
    Kernel
        Called like the function.

    Examples
    --------
    >>> @contracting_kernel
    ... def line(a, b, x):
    ...     return a * x + b
    >>> line.function(2.0, 1.0, 3.0)
    7.0
    """
    return Kernel(function, contracts=True)


@contextmanager
def plain_kernels() -> Iterator[None]:
    """Have all kernels run as plain Python meanwhile, on all threads.

    Yields
    ------
    None
        Inside, numbers are those of numpy, whose integers wrap where those of kernels do.

    Examples
    --------
    >>> from algorithms import create
    >>> hashes = np.arange(3, dtype=np.uint64) << np.uint64(62)
    >>> with plain_kernels():
    ...     create("jump", 5).assign(hashes).tolist()
    [0, 3, 4]
    """
    with _lock:
        before = {one: one._dispatcher for one in _kernels}
        for one in before:
            one._dispatcher = one.plain
    try:
        yield
    finally:
        with _lock:
            for one in _kernels:
                one._dispatcher = before.get(one)


def _silenced(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(*args, **kwargs)

    return call


def _debug() -> str:
    given = os.environ.get(DEBUG, "")
    if given not in ("", "0", "1", "python"):
        raise InvalidParameter(
            f"{DEBUG}={given} means nothing: set 1 to check bounds, or python for no compiler"
        )
    return "" if given == "0" else given
