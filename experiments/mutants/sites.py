"""Sites: where the source of an algorithm's own module can be edited, and by which small edit.

An edit replaces one node of the syntax tree: a comparison, an operator, a constant, an order of arguments, a
condition, or a statement that is left out. What only refuses, describes or counts is no site, since no key's
place depends on it.
"""

from __future__ import annotations

import ast
import copy
import functools
import hashlib
import inspect
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from algorithms.registry import class_of

__all__ = ["Site", "edited_tree", "sites_of", "targets_of", "tree_of"]

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Mod: ast.BitAnd,
    ast.FloorDiv: ast.Mod,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
_SWAPPED = {"min": "max", "max": "min"}
_ASIDE = frozenset(
    {
        "_place_counting", "_place_two", "_pair", "_check_size", "adverse_removals", "room", "numbered",
        "nbytes", "__init__", "tally",
    }
)  # fmt: skip
"""Functions on which no place of a key depends: counts of steps, pairs, sizes, and what only refuses."""


@dataclass(frozen=True)
class Site:
    """An edit of a member's module.

    Parameters
    ----------
    member
        Whose module it is.
    function
        In which function or method.
    kind
        Which transformation.
    before, after
        The text that is replaced, and by what.
    ordinal
        Which of the places where all these are the same, from 0.
    at
        The place in the walk over the tree.
    """

    member: str
    function: str
    kind: str
    before: str
    after: str
    ordinal: int
    at: int

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits of what it is, whatever else is in the file."""
        parts = (self.member, self.function, self.kind, self.before, self.after, str(self.ordinal))
        return hashlib.blake2b("\0".join(parts).encode(), digest_size=4).hexdigest()

    @property
    def about(self) -> str:
        """What is edited, in words."""
        again = f" (place {self.ordinal + 1})" if self.ordinal else ""
        return f"{self.function}: {self.before} -> {self.after}{again}"


@functools.cache
def tree_of(member: str) -> ast.Module:
    """Return the syntax tree of the module that defines a member."""
    return ast.parse(inspect.getsource(sys.modules[class_of(member).__module__]))


@functools.cache
def sites_of(member: str) -> tuple[Site, ...]:
    """Return all edits of a member's module, in the order of the source.

    Examples
    --------
    >>> [site.about for site in sites_of("jump")][:2]
    ['jump_bucket: 0 -> 1', 'jump_bucket: 0 -> 1 (place 2)']
    """
    seen: Counter[tuple[str, str, str, str]] = Counter()
    made = []
    decisive = _decisive_names(tree_of(member), class_of(member))
    for at, function, kind, node, edited in _edits(tree_of(member)):
        if function.partition(".")[0] not in decisive:
            continue
        key = (function, kind, _short(node), _short(edited))
        made.append(Site(member, *key, seen[key], at))
        seen[key] += 1
    return tuple(made)


def edited_tree(site: Site) -> tuple[ast.Module, str]:
    """Return the tree with one edit made, and the name of the top-level statement in which it is."""
    tree = copy.deepcopy(tree_of(site.member))
    for at, function, _, node, edited in _edits(tree):
        if at == site.at:
            _Replace(node, edited).visit(tree)
            ast.fix_missing_locations(tree)
            return tree, function.partition(".")[0]
    raise LookupError(f"{site.member} has no site {site.at}")


def _decisive_names(tree: ast.Module, cls: type) -> set[str]:
    """Return the class, those of the module that it derives from, and the functions that these reach."""
    mine = {one.__name__ for one in cls.__mro__ if one.__module__ == cls.__module__}
    uses: dict[str, set[str]] = {}
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef):
            parts: list[ast.stmt] = [
                part for part in statement.body if getattr(part, "name", "") not in _ASIDE
            ]
        else:
            parts = [statement]
        names = {one.id for part in parts for one in ast.walk(part) if isinstance(one, ast.Name)}
        for target in targets_of(statement):
            uses[target] = names
    reached: set[str] = set()
    waiting = [name for name in mine if name in uses]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += uses[name] & uses.keys()
    return reached


def targets_of(statement: ast.stmt) -> list[str]:
    """Return the names that a statement at the top of a module defines."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        parts = (part for target in statement.targets for part in ast.walk(target))
        return [part.id for part in parts if isinstance(part, ast.Name)]
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return [statement.target.id]
    return []


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """Return the new node for the old one."""
        return self._new if node is self._old else self.generic_visit(node)


def _edits(tree: ast.Module) -> Iterator[tuple[int, str, str, ast.AST, ast.AST]]:
    """Yield (place in the walk, function, kind, node, edited node) for each edit."""
    at = 0
    for function, body in _functions(tree):
        for node in body:
            for kind, edited in _edits_of(node):
                yield at, function, kind, node, edited
                at += 1


def _functions(tree: ast.Module) -> Iterator[tuple[str, Iterator[ast.AST]]]:
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and statement.name not in _ASIDE:
            yield statement.name, _decisive(statement)
        elif isinstance(statement, ast.ClassDef):
            for method in statement.body:
                if isinstance(method, ast.FunctionDef) and method.name not in _ASIDE:
                    yield f"{statement.name}.{method.name}", _decisive(method)


def _decisive(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield the nodes of a body in order, but for annotations, texts, refusals and counts of steps."""
    waiting: list[ast.AST] = list(reversed(function.body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Raise | ast.Assert | ast.JoinedStr | ast.FunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and any(isinstance(part, ast.Raise) for part in node.body):
            continue  # what only refuses
        if isinstance(node, ast.Expr):
            if isinstance(node.value, ast.Constant):
                continue
            if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "tally":
                continue
        yield node
        children = [
            child
            for name, value in ast.iter_fields(node)
            if name not in ("annotation", "returns", "type_comment")
            for child in (value if isinstance(value, list) else [value])
            if isinstance(child, ast.AST)
        ]
        waiting += reversed(children)


def _edits_of(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
        yield "comparison", ast.Compare(node.left, [_COMPARISONS[type(node.ops[0])]()], node.comparators)
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        yield "operator", ast.BinOp(node.left, _OPERATORS[type(node.op)](), node.right)
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield "constant", ast.Constant(node.value + 1)
    elif isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        plain = not node.keywords and not any(isinstance(one, ast.Starred) for one in node.args)
        if name in _SWAPPED:
            yield "extreme", ast.Call(ast.Name(_SWAPPED[name], ast.Load()), node.args, node.keywords)
        elif name == "len":
            yield "length", ast.BinOp(node, ast.Sub(), ast.Constant(1))
        elif plain and len(node.args) == 2 and not name.startswith("np.") and name != "range":
            yield "arguments", ast.Call(node.func, node.args[::-1], [])
    elif isinstance(node, ast.If | ast.IfExp):
        edited = copy.copy(node)
        edited.test = ast.UnaryOp(ast.Not(), node.test)
        yield "condition", edited
    elif isinstance(node, ast.AugAssign) or (
        isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript)
    ):
        yield "statement", ast.Pass()


def _short(node: ast.AST) -> str:
    """Return the text of an expression, or of the first line of a statement."""
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)}"
    return ast.unparse(node).partition("\n")[0]
