"""Docstrings: sections stand where users read them, and inside `experiments` a line and types suffice.

Ruff asks for a docstring everywhere, but cannot ask for sections in one place and refuse them in another.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import algorithms
from experiments import conformance

ROOT = Path(__file__).resolve().parents[1]
SECTIONS = re.compile(
    r"^ *(Parameters|Returns|Yields|Raises|Receives|Warns|Other Parameters)\n *---+$", re.MULTILINE
)
READ_BY_USERS = {("experiments/storage/store.py", "load")}
INSIDE = [
    path
    for package in ("experiments", "paper")
    for path in sorted((ROOT / package).rglob("*.py"))
    if "conformance" not in path.parts
]


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


@pytest.mark.parametrize("path", INSIDE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_function_inside_says_in_a_line_what_it_does(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    for function in functions(path):
        if (place, function.name) not in READ_BY_USERS:
            written = SECTIONS.search(ast.get_docstring(function) or "")
            assert written is None, f"{place}, line {function.lineno}: {written and written[1]}"


PUBLIC = {
    f"{package.__name__}.{name}": getattr(package, name)
    for package in (algorithms, conformance)
    for name in package.__all__
    if inspect.isfunction(getattr(package, name))
}


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_function_describes_its_parameters_and_what_it_returns(name: str) -> None:
    signature, text = inspect.signature(PUBLIC[name]), inspect.getdoc(PUBLIC[name]) or ""
    sections = {found[1] for found in SECTIONS.finditer(text)}
    if signature.parameters:
        assert "Parameters" in sections
        for parameter in signature.parameters:
            assert re.search(rf"^\**([\w*]+, )*\**{parameter}(, [\w*]+)*$", text, re.MULTILINE), parameter
    if signature.return_annotation not in ("None", None):
        assert sections & {"Returns", "Yields"}, "Returns"
