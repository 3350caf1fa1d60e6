"""Edited algorithms: a class made of one edit of its module, beside the class that stays as it is.

Only what the edit reaches is made anew: the function that holds it, what calls that, and the class. All else
is the module's own. Kernels that are made anew are compiled in memory and with bounds checks, so that one
that leaves its arrays ends in an error and not in whatever lies there; loops that do not end are counted out.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from algorithms import Partitioner
from algorithms.hashing import Hashes
from algorithms.interface import Buckets
from algorithms.machinery.kernel import Kernel
from algorithms.machinery.kernel_width import widest
from algorithms.machinery.single import _NO_OWNERS, Entry, One
from algorithms.registry import class_of
from experiments.mutants.sites import Site, edited_tree, targets_of

__all__ = ["Endless", "edited"]

FUEL = 1 << 18
"""Rounds that a loop may make, each time that it begins: four times those that any needs."""


class Endless(RuntimeError):
    """A loop that is not seen to end."""


class _InMemory(Kernel[..., Any]):
    """A kernel with bounds checks, in it and in those that it calls, of which the disk keeps nothing."""

    def _compile(self) -> Callable[..., Any]:
        compiled: Callable[..., Any] = _checked(self)
        return compiled


def _checked(one: Kernel[..., Any]) -> Any:
    if type(one) not in (Kernel, _InMemory):  # a part of compiled code only
        return one.part
    import numba

    twin = one._twin({name: _checked(callee) for name, callee in one._callees().items()})
    options: dict[str, Any] = {
        "nogil": True,
        "error_model": "numpy",
        "boundscheck": True,
        "fastmath": {"contract"} if one._contracts else False,
        "pipeline_class": widest(),
        "no_cfunc_wrapper": True,
    }
    return numba.njit(**options)(twin)


class _PlainEntry(Entry):
    """Places single keys as plain Python: compiled code reads what it needs by its address, unchecked."""

    def of(self, *needs: Any, owners: Any = _NO_OWNERS) -> One:
        """Return how one hash is placed."""
        values = (owners, *needs)
        return One(self._plainly(needs, owners), None, [], values)


def _scratch(rows: int, *kinds: Any) -> tuple[Any, ...]:
    """Return room as `kept_scratch` does, but new and zero, whoever was there before."""
    return tuple(np.zeros(rows, kind) for kind in kinds)


class _Safe(ast.NodeTransformer):
    """Counts the rounds of loops, and makes arrays of zeros where they would not be initialised."""

    def visit_While(self, node: ast.While) -> list[ast.stmt]:
        self.generic_visit(node)
        rounds = f"_rounds_{node.lineno}"  # loops in loops have counters of their own
        node.body[:0] = ast.parse(
            f"{rounds} += 1\nif {rounds} > {FUEL}:\n    raise _Endless('a loop does not end')"
        ).body
        return [*ast.parse(f"{rounds} = 0").body, node]

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if (
            node.attr in ("empty", "empty_like")
            and isinstance(node.value, ast.Name)
            and node.value.id == "np"
        ):
            node.attr = node.attr.replace("empty", "zeros")
        return node


def edited(site: Site, *, name: str, module: str) -> type[Partitioner[Any]]:
    """Return the class of a member with one edit, under a name of its own."""
    honest = class_of(site.member)
    tree, where = edited_tree(site)
    scope: dict[str, Any] = dict(vars(sys.modules[honest.__module__]))
    kept = _reached(tree, where, honest.__name__)
    scope |= {
        "kernel": _InMemory,
        "contracting_kernel": lambda function: _InMemory(function, contracts=True),
        "entry": _PlainEntry,
        "kept_scratch": _scratch,
        "_Endless": Endless,
    }
    for statement in kept:
        if isinstance(statement, ast.ClassDef):
            statement.decorator_list = []
    made = _Safe().visit(ast.Module(kept, []))
    exec(compile(ast.fix_missing_locations(made), f"<{name}>", "exec"), scope)
    cls: type[Partitioner[Any]] = _settled(scope[honest.__name__])
    cls.__name__ = cls.__qualname__ = name
    cls.__module__ = module
    cls.spec = replace(honest.spec, name=name)
    return cls


def _reached(tree: ast.Module, where: str, cls: str) -> list[ast.stmt]:
    """Return the statements at the top that an edit reaches, and the class."""
    named = {
        target: statement
        for statement in tree.body
        for target in targets_of(statement)
        if not isinstance(statement, ast.Import | ast.ImportFrom)
    }
    uses = {
        target: {part.id for part in ast.walk(statement) if isinstance(part, ast.Name)} - {target}
        for target, statement in named.items()
    }
    reached = {where, cls}
    while more := {target for target, names in uses.items() if names & (reached - {cls})} - reached:
        reached |= more
    return [
        statement
        for statement in tree.body
        if any(named.get(t) is statement and t in reached for t in targets_of(statement))
    ]


def _settled(base: Any) -> Any:
    """Return a class that finds no answers of earlier calls in what it does not write."""

    class Settled(base):  # type: ignore[misc]  # a class that is made
        def _place(self, structure: Any, hashes: Hashes, out: Buckets) -> None:
            out.fill(-1)
            super()._place(structure, hashes, out)

        def _place_replicas(self, structure: Any, hashes: Hashes, out: Buckets) -> None:
            out.fill(-1)
            super()._place_replicas(structure, hashes, out)

    return Settled
