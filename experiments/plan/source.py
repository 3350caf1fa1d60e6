"""A configuration as it is read: the file's text, what the command line adds, and what a reader finds."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field

from experiments.options.errors import BadUse
from experiments.plan.pool import Pool, refuse

__all__ = ["Contents", "Refused", "Source", "names", "needs"]


@dataclass(frozen=True)
class Source:
    """A file: as typed, its text, and what ``--set`` says."""

    path: str
    text: str
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        """The lines of the text, as editors count them."""
        return self.text.split("\n")

    def refuse(self, line: int, sentence: str) -> BadUse:
        """Return the error of a line, or of the file where the line is 0."""
        return refuse(self.path, line, sentence)


@dataclass(frozen=True)
class Refused:
    """A pool that is not placed, and why; ``unmodelled`` where it may hash, by rules that `plan` has not."""

    name: str
    file: str
    line: int
    text: str
    unmodelled: bool = False

    def __str__(self) -> str:
        return str(refuse(self.file, self.line, self.text))


@dataclass(frozen=True)
class Contents:
    """What a reader found in a file."""

    pools: tuple[Pool, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()


def needs(module: str, path: str) -> None:
    """Raise where a module of the extra ``plan`` is not installed."""
    if importlib.util.find_spec(module) is None:
        raise BadUse(f"{path}: reading it takes the extra `plan`; pip install 'shardlab[plan]'")


def names(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())
