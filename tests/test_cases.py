"""The cases of a test are the same in every process: workers that collect other cases stop the whole run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
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

SEEDED = {"gzip.compress": "mtime", "np.random.default_rng": "seed", "random.Random": "x"}
"""Calls that do so unless an argument is given, and its name; gzip puts the clock into its header."""


def calls_at_import(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls made when a module is imported: not those in the bodies of functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for part in (*child.decorator_list, child.args):
                yield from calls_at_import(ast.Expression(part))  # type: ignore[arg-type]
        elif not isinstance(child, ast.Lambda):
            if isinstance(child, ast.Call):
                yield child
            yield from calls_at_import(child)


def changing(source: str) -> list[str]:
    """Return the calls of a module, as it is imported, whose answer another process does not get."""
    names = []
    for call in calls_at_import(ast.parse(source)):
        name = ast.unparse(call.func)
        module, _, function = name.rpartition(".")
        if function in CHANGING.get(module.rpartition(".")[2], ()) or (
            name in SEEDED
            and SEEDED[name] not in {word.arg for word in call.keywords}
            and (name == "gzip.compress" or not call.args)
        ):
            names.append(f"{name} in line {call.lineno}")
    return names


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
