"""The suite without asv: its benchmarks by name, each ready to be set up and called once.

asv finds classes and methods by their names, and so does this: for the comparison of two builds, and for the
tests, which need no more than that every benchmark runs.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

KINDS = ("time", "peakmem", "track")


def _nothing() -> None:
    """Have no keys."""


@dataclass(frozen=True)
class Prepared:
    """A case that is set up.

    Parameters
    ----------
    call
        What is timed, tracked or watched.
    renew
        Has other keys for the next call.
    """

    call: Callable[[], Any]
    renew: Callable[[], None]

    def __call__(self) -> Any:
        """Make the call."""
        return self.call()


@dataclass(frozen=True)
class Benchmark:
    """A method that asv would run.

    Parameters
    ----------
    name
        As asv names it, such as ``lookup.Batch.time_assign``.
    cls
        The class.
    method
        The method's name.
    """

    name: str
    cls: type[Any]
    method: str

    @property
    def kind(self) -> str:
        """One of `KINDS`: what is done with it."""
        return self.method.partition("_")[0]

    @property
    def parameters(self) -> dict[str, tuple[Any, ...]]:
        """The values of each parameter, by its name."""
        params = self.cls.params
        axes = params if isinstance(params[0], tuple) else (params,)
        return dict(zip(self.cls.param_names, axes, strict=True))

    def cases(self) -> Iterator[tuple[Any, ...]]:
        """Give all combinations of values, in asv's order."""
        return itertools.product(*self.parameters.values())

    def prepare(self, *case: Any) -> Prepared:
        """Set one case up."""
        instance = self.cls()
        instance.setup(*case)
        return Prepared(partial(getattr(instance, self.method), *case), getattr(instance, "renew", _nothing))


def suite() -> tuple[Benchmark, ...]:
    """Return all benchmarks of the package that this module is in.

    Examples
    --------
    >>> [benchmark.name for benchmark in suite()][:2]
    ['build.Build.time_create', 'hashing.Ints.time_hash_column']
    """
    package = importlib.import_module(__package__ or "")
    return tuple(
        Benchmark(f"{module.name}.{cls_name}.{method}", cls, method)
        for module in pkgutil.iter_modules(package.__path__)
        for loaded in [importlib.import_module(f"{package.__name__}.{module.name}")]
        for cls_name, cls in inspect.getmembers(loaded, inspect.isclass)
        if cls.__module__ == loaded.__name__
        for method, _ in inspect.getmembers(cls, inspect.isfunction)
        if method.startswith(tuple(f"{kind}_" for kind in KINDS))
    )


def main(arguments: Sequence[str]) -> int:
    """Say on the standard error if a pattern is found in no benchmark, and which there are; 2 if so."""
    pattern, names = "".join(arguments), [benchmark.name for benchmark in suite()]
    try:
        matching = any(re.search(pattern, name, re.IGNORECASE) for name in names)
    except re.error as error:
        sys.stderr.write(f"ONLY={pattern} is no regular expression: {error}\n")
        return 2
    if not matching:
        sys.stderr.write(f"ONLY={pattern} is found in no benchmark; there are {', '.join(names)}\n")
    return 0 if matching else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
