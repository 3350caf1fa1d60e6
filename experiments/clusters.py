"""Clusters from files: the names and weights of nodes, as a CSV or TOML file gives them."""

from __future__ import annotations

import csv
import os
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from algorithms import Node, ShardlabError
from experiments.options.errors import BadUse
from experiments.workloads.lines import BYTE_ORDER_MARK, refuse_what_is_no_text

__all__ = ["Cluster", "read"]

MOST_BYTES = 1 << 26
"""A file of more is none of nodes."""

SEPARATORS = (",", ";", "\t", "|")
TABLES = ("node", "nodes")
SYNTAX = "give a CSV file with the columns name and weight, or TOML with name = weight"


@dataclass(frozen=True)
class Cluster:
    """The nodes of a file, in its order.

    Parameters
    ----------
    nodes
        At least one, with names that differ.

    Examples
    --------
    >>> cluster = Cluster((Node("a", 2.0), Node("b", 4.0), Node("c", 3.0), Node("new-1", 9.0)))
    >>> cluster.usual, cluster.newcomer
    (3.0, 'newcomer')
    """

    nodes: tuple[Node, ...]

    def __len__(self) -> int:
        return len(self.nodes)

    @cached_property
    def equal_weights(self) -> bool:
        """Whether all nodes have the same weight."""
        return len({node.weight for node in self.nodes}) == 1

    @cached_property
    def usual(self) -> float:
        """The weight of a newcomer: the median; of two in the middle the lower one, which a node has."""
        return sorted(node.weight for node in self.nodes)[(len(self.nodes) - 1) // 2]

    @cached_property
    def newcomer(self) -> str:
        """What names of newcomers begin with, which none of the file's does."""
        stem, number = "new", 1
        while any(node.name.startswith(f"{stem}-") for node in self.nodes):
            stem, number = "newcomer" if number == 1 else f"newcomer{number}", number + 1
        return stem

    @cached_property
    def unweighted(self) -> Cluster:
        """The same for an algorithm that takes weight 1 alone, where all weights are equal."""
        return Cluster(tuple(Node(node.name) for node in self.nodes)) if self.equal_weights else self

    def prefixed(self, prefix: str) -> list[Node]:
        """Return the nodes with a prefix before each name."""
        return [replace(node, name=prefix + node.name) for node in self.nodes] if prefix else [*self.nodes]


def read(path: str) -> Cluster:
    """Return the cluster of a file; one that has not changed is not read again."""
    try:
        state = os.stat(path)  # noqa: PTH116 - of what was typed, which may be no path
        if stat.S_ISDIR(state.st_mode):
            raise BadUse(f"{path} is a directory; give a file")
        if not stat.S_ISREG(state.st_mode) or os.path.realpath(path).startswith(("/proc/", "/sys/")):
            raise BadUse(f"{path} is no regular file; write the nodes to one first, which can be read again")
        if state.st_size > MOST_BYTES:
            raise BadUse(f"{path} has more than 64 MiB, and a node takes a line; {SYNTAX}")
        return _read(path, str(Path.cwd()), state.st_size, state.st_mtime_ns)
    except FileNotFoundError:
        raise BadUse(f"there is no file {path}; {SYNTAX}") from None
    except (OSError, ValueError) as error:
        if isinstance(error, BadUse):
            raise
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise BadUse(f"{path} cannot be read ({reason}); give a file that can") from None


@lru_cache(maxsize=8)
def _read(path: str, folder: str, size: int, changed: int) -> Cluster:
    text = _text(Path(path).read_bytes(), path)
    listed = _toml(text, path) if path.lower().endswith(".toml") else _csv(text, path)
    lines: dict[str, str] = {}
    nodes = []
    for where, name, weight in listed:
        if not name.strip():
            raise BadUse(f"{path}: {where} has no name; give every node one")
        if name in lines:
            raise BadUse(f"{path}: {where} names {name!r} again, as {lines[name]} does; names must differ")
        lines[name] = where
        try:
            nodes.append(Node(name, _number(weight)))
        except (ValueError, ShardlabError):
            raise BadUse(
                f"{path}: {where} gives {name!r} the weight {weight!r}; a weight is a finite number above 0, "
                "from 1e-100 to 1e100"
            ) from None
    if not nodes:
        raise BadUse(f"{path} has no node; {SYNTAX}")
    return Cluster(tuple(nodes))


def _number(weight: object) -> float:
    if isinstance(weight, bool) or not isinstance(weight, int | float | str):
        raise ValueError(weight)
    try:
        return float(weight)
    except OverflowError:
        raise ValueError(weight) from None


def _text(content: bytes, path: str) -> str:
    refuse_what_is_no_text(content[:4096], path)
    try:
        return content.removeprefix(BYTE_ORDER_MARK).decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = error.object[error.start]
        raise BadUse(
            f"{path}: line {line} is not UTF-8 (byte 0x{byte:02x}); convert the file to UTF-8"
        ) from None


def _csv(text: str, path: str) -> Iterator[tuple[str, str, object]]:
    """Yield where each node stands, its name and its weight."""
    rows = _rows(text, path)
    line, first = next(rows, (0, []))
    names = [field.lower() for field in first]
    header = "name" in names and not any(map(_is_number, first))
    if header:
        for column in ("name", "weight"):
            if names.count(column) > 1:
                raise BadUse(f"{path}: line {line} has two columns named {column}; give them different names")
        place, weight = names.index("name"), names.index("weight") if "weight" in names else None
    else:
        place, weight = 0, 1 if len(first) == 2 else None
        if len(first) > 2:
            raise BadUse(
                f"{path}: line {line} has {len(first)} fields and is no header, since none is called name; "
                "name the columns in the first line, such as name,weight"
            )
        if len(first) == 2 and not _is_number(first[1]):
            raise BadUse(
                f"{path}: line {line} gives {first[0]!r} the weight {first[1]!r}, which is no number, and is "
                "no header, since no field is called name; begin with the line name,weight, or with a node"
            )
        if first:
            yield f"line {line}", first[0], 1.0 if weight is None else first[weight]
    for line, row in rows:
        if len(row) != len(first):
            raise BadUse(
                f"{path}: line {line} has {_fields(len(row))} where the first line has {len(first)}; give "
                "every line as many"
            )
        yield f"line {line}", row[place], 1.0 if weight is None else row[weight]


def _rows(text: str, path: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, each with the number of its last line; fields without blanks."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    first = next((line for line in lines if line.strip()), "")
    reader = csv.reader(
        (f"{line}\n" for line in lines),
        delimiter="\t" if path.lower().endswith(".tsv") else _separator(first),
        strict=True,
    )
    try:
        for row in reader:
            fields = [field.strip() for field in row]
            if fields not in ([], [""]):
                yield reader.line_num, fields
    except csv.Error as error:
        raise BadUse(
            f"{path}: line {reader.line_num} is no CSV ({error}); put fields with quotes, line ends or "
            "separators in double quotes"
        ) from None


def _separator(line: str) -> str:
    """Return what stands between the fields of the first line: what gives it a name, or the most fields."""
    fields = {}
    for separator in SEPARATORS:
        try:
            fields[separator] = next(csv.reader([line], delimiter=separator), [])
        except csv.Error:
            fields[separator] = []
        if len(fields[separator]) > 1 and "name" in [field.strip().lower() for field in fields[separator]]:
            return separator
    return max(SEPARATORS, key=lambda separator: len(fields[separator]))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _fields(count: int) -> str:
    return f"{count} field" + ("" if count == 1 else "s")


def _toml(text: str, path: str) -> Iterator[tuple[str, str, object]]:
    """Yield where each node stands, its name and its weight."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadUse(f"{path} is no TOML: {error}") from None
    if len(tables) == 1 and (named := next(iter(tables))) in TABLES and isinstance(tables[named], dict):
        tables = tables[named]
    for named in TABLES:
        if isinstance(tables.get(named), list):
            if len(tables) > 1:
                other = next(name for name in tables if name != named)
                raise BadUse(f"{path} has [[{named}]] and beside it {other!r}; give nodes in one way alone")
            yield from _listed(tables[named], named, path)
            return
    for number, (name, weight) in enumerate(tables.items(), 1):
        where = _line(text, name) or f"node {number}"
        if isinstance(weight, dict | list):
            raise BadUse(
                f"{path}: {where}, {name!r}, is no weight; give [[node]] tables with name and weight, or "
                f'name = weight, and put a name with a dot in double quotes, such as "{name}.local" = 1'
            )
        yield where, name, weight


def _listed(nodes: list[Any], table: str, path: str) -> Iterator[tuple[str, str, object]]:
    for number, node in enumerate(nodes, 1):
        where = f"node {number}"
        if not isinstance(node, Mapping):
            raise BadUse(f"{path}: {where} is no table; give [[{table}]] with name and weight")
        name = node.get("name", "")
        if not isinstance(name, str):
            raise BadUse(f"{path}: the name of {where} is {name!r}, no text; put it in double quotes")
        yield where, name, node.get("weight", 1.0)


def _line(text: str, key: str) -> str | None:
    """Return the line on which a key of TOML stands, where it is plain to see."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.partition("=")[0].strip().strip("\"'") == key:
            return f"line {number}"
    return None
