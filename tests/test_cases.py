"""The cases of a test are the same in every process: workers that collect other cases stop the whole run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CHANGING = {
    "date": {"today"},
    "datetime": {"now", "today", "utcnow"},
    "os": {"getpid", "urandom"},
    "tempfile": {"mkdtemp", "mkstemp"},
    "time": {"monotonic", "perf_counter", "time", "time_ns"},
    "uuid": {"uuid1", "uuid4"},
}
"""Calls that answer something else each time, whatever they are given."""

SEEDED = {"gzip.compress": ("mtime", 9), "np.random.default_rng": ("seed", 0), "random.Random": ("x", 0)}
"""Calls that do so unless one argument is there: its name and its place; gzip writes the clock otherwise."""


def calls_at_import(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls made when a module is imported: not those in the bodies of functions."""
    parts: Iterable[ast.AST] = ast.iter_child_nodes(node)
    if isinstance(node, ast.Call):
        yield node
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        parts = (*node.decorator_list, node.args)
    elif isinstance(node, ast.Lambda):
        parts = ()
    for part in parts:
        yield from calls_at_import(part)


def is_changing(call: ast.Call) -> bool:
    """Return whether another process, or another second, gets another answer."""
    name = ast.unparse(call.func)
    module, _, function = name.rpartition(".")
    if name in SEEDED:
        argument, place = SEEDED[name]
        return len(call.args) <= place and argument not in {word.arg for word in call.keywords}
    return function in CHANGING.get(module.rpartition(".")[2], ())


def changing(source: str) -> list[str]:
    """Return the calls of a module, as it is imported, whose answer another process does not get."""
    calls = filter(is_changing, calls_at_import(ast.parse(source)))
    return [f"{ast.unparse(call.func)} in line {call.lineno}" for call in calls]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("@mark([gzip.compress(b'a')])\ndef test(): pass", ["gzip.compress in line 1"]),
        ("@mark([gzip.compress(b'a', mtime=0)])\ndef test(): pass", []),
        ("def test():\n    gzip.compress(b'a')\n    time.time()", []),
        ("KEYS = [time.time()]", ["time.time in line 1"]),
        ("class Keys:\n    names = uuid.uuid4().hex", ["uuid.uuid4 in line 2"]),
        ("def of(keys=os.urandom(3)): pass", ["os.urandom in line 1"]),
        ("DRAWN = np.random.default_rng().random()", ["np.random.default_rng in line 1"]),
        ("DRAWN = np.random.default_rng(1).random()", []),
        ("NOW = datetime.datetime.now()", ["datetime.datetime.now in line 1"]),
        ("PACK = {'.gz': lambda: gzip.compress(b'a')}", []),
    ],
)
def test_what_changes_is_told(source: str, names: list[str]) -> None:
    assert changing(source) == names


@pytest.mark.parametrize("module", sorted(path.relative_to(TESTS).as_posix() for path in TESTS.rglob("*.py")))
def test_no_case_depends_on_the_clock_or_the_process(module: str) -> None:
    assert changing((TESTS / module).read_text(encoding="utf-8")) == []
