"""Typing `plan`, for the tests: a command line as users write it, and what it prints."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from experiments import run

Typed = Callable[[str], "Said"]


class Said(NamedTuple):
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[list[str]]:
        """The lines of `plan which`, their cells."""
        return [line.split("\t") for line in self.out.splitlines()]

    @property
    def objects(self) -> list[dict[str, Any]]:
        """What ``--format json`` printed."""
        made: list[dict[str, Any]] = json.loads(self.out)
        return made


def typing(capsys: pytest.CaptureFixture[str]) -> Typed:
    """Return what types a line behind ``plan``."""

    def typed(line: str) -> Said:
        capsys.readouterr()
        code = run.main(["plan", *shlex.split(line)])
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return typed
