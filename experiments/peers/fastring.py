"""fastring: a ring in Rust; one key a call, a list of keys a call, and what a column of Arrow takes with it.

It runs on Python 3.13 alone: in a process of its own, which is asked the same keys and has its own clocks.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.peers.interpreters import CannotMake, interpreter
from experiments.peers.peer import CallOf, Task, peer
from experiments.storage.machine import Spent

POINTS = 160
"""Points a node: as many as our ring has by default; its own default is 128."""

PYTHON = (3, 13)
PACKAGES = ("fastring>=0.2", "pyarrow")

SERVER = Path(__file__).with_name("fastring_server.py")


def _python() -> Path:
    """Return a Python that has it: this one, or that of an environment for it."""
    if sys.version_info[:2] >= PYTHON and importlib.util.find_spec("fastring") is not None:
        return Path(sys.executable)
    return interpreter(PYTHON, PACKAGES)


def _why_not() -> str | None:
    try:
        _python()
    except CannotMake as error:
        return str(error)
    return None


class Ring:
    """A ring in another process.

    Parameters
    ----------
    names
        Of its nodes.
    """

    def __init__(self, names: Sequence[str]) -> None:
        # -P: beside the server lies a module of the library's name
        self._process = subprocess.Popen(
            [str(_python()), "-P", str(SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._turns = itertools.count()
        self._turn = next(self._turns)
        self.ask("build", POINTS, list(names))

    def ask(self, *request: Any) -> Any:
        """Return what it replies."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            pickle.dump(request, self._process.stdin, protocol=4)
            self._process.stdin.flush()
            return pickle.load(self._process.stdout)
        except (EOFError, BrokenPipeError):
            raise RuntimeError(f"fastring's process has ended with {self._process.wait()}") from None

    def taking(self, form: str, keys: Sequence[str]) -> AskedElsewhere:
        """Return the call on some keys, which are now there; it is the only one until the next."""
        self.ask("take", form, list(keys))
        self._turn = next(self._turns)
        return AskedElsewhere(self, self._turn)

    def check(self, turn: int) -> None:
        """Refuse a call on keys that are there no more."""
        if turn != self._turn:
            raise RuntimeError("its keys have given way to those of a later call")

    def close(self) -> None:
        """End the process."""
        with contextlib.suppress(OSError):
            self._process.communicate(timeout=10)

    def __del__(self) -> None:
        """End the process with the last of its calls."""
        if hasattr(self, "_process"):
            self.close()


class AskedElsewhere:
    """A call on keys that the other process has."""

    def __init__(self, ring: Ring, turn: int) -> None:
        self._ring = ring
        self._turn = turn

    def __call__(self) -> Any:
        """Return the names, or the last one where keys are asked for one by one."""
        self._ring.check(self._turn)
        return self._ring.ask("call")

    def timed(self) -> Spent:
        """Make the call, and return what it took there."""
        self._ring.check(self._turn)
        return Spent(*self._ring.ask("time"))


def _calls(form: str, task: Task) -> CallOf:
    ring = Ring(task.names)
    # an Arrow column travels as a list, and is one again before the clock starts
    return lambda keys: ring.taking(form, keys if isinstance(keys, list) else keys.to_pylist())


for _form, _name in (("single", "fastring"), ("list", "fastring list"), ("arrow", "fastring Arrow")):

    @peer(
        _name,
        beside="ring", mode=_form, written_in="Rust", library="fastring", needs=_why_not, most_nodes=1000,
    )  # fmt: skip
    def _fastring(task: Task, form: str = _form) -> CallOf:
        """Build the ring there."""
        return _calls(form, task)
