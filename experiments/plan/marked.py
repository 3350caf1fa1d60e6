"""YAML and JSON with the line of every value."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.options.errors import BadUse
from experiments.plan.source import Source, needs

__all__ = ["Marked", "documents"]

MOST_DEPTH = 200
MOST_VALUES = 250_000
"""Of one file: an anchor that is repeated counts each time."""

_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")


@dataclass(frozen=True)
class Marked:
    """A value and its line; mappings have keys in snake case, as protobuf reads both spellings."""

    value: Any
    line: int

    def get(self, *path: str) -> Marked | None:
        """Return what is below some keys; None where there is nothing."""
        found: Marked | None = self
        for key in path:
            if found is None or not isinstance(found.value, dict):
                return None
            found = found.value.get(key)
        return found if found is None or found.value is not None else None

    def items(self) -> list[Marked]:
        """Return the items of a list; of anything else none."""
        return self.value if isinstance(self.value, list) else []

    def fields(self) -> list[tuple[str, Marked]]:
        """Return the keys and values of a mapping; of anything else none."""
        return list(self.value.items()) if isinstance(self.value, dict) else []

    def plain(self) -> Any:
        """Return the value without lines."""
        if isinstance(self.value, dict):
            return {key: value.plain() for key, value in self.value.items()}
        if isinstance(self.value, list):
            return [value.plain() for value in self.value]
        return self.value

    def walk(self, without: Sequence[str] = ()) -> Iterator[Marked]:
        """Yield all mappings, outer ones first; not what is below some keys."""
        if isinstance(self.value, dict):
            yield self
            for key, value in self.value.items():
                if key not in without:
                    yield from value.walk(without)
        for item in self.items():
            yield from item.walk(without)


def documents(source: Source, *, snake: bool = False) -> list[Marked]:
    """Return the documents of a YAML text; an error names its line."""
    needs("yaml", source.path)
    import yaml

    lines = _Lines(source)
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        _check_depth(lines, yaml.parse(source.text, Loader=loader))
        nodes = list(yaml.compose_all(source.text, Loader=loader))
        marking = _Marking(lines, snake, yaml.SafeLoader(""))
        return [marking.of(node, 0) for node in nodes if node is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise source.refuse(lines.at(mark) if mark else 1, f"no YAML ({error.problem})") from None
    except yaml.reader.ReaderError as error:
        line = source.text.count("\n", 0, error.position) + 1
        raise source.refuse(line, f"no YAML ({error.reason})") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise source.refuse(1, f"no YAML ({str(error).splitlines()[0]})") from None


class _Lines:
    """The lines of a file, as editors count them: YAML ends lines by other signs, too."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.ends = [at for at, sign in enumerate(source.text) if sign == "\n"]
        self.last = len(self.ends) + (not source.text.endswith("\n"))

    def at(self, mark: Any) -> int:
        """Return the line of a mark, the last one that has something at most."""
        return max(1, min(bisect_left(self.ends, mark.index) + 1, self.last))

    def refuse(self, mark: Any, sentence: str) -> BadUse:
        """Return the error of a mark."""
        return self.source.refuse(self.at(mark), sentence)


def _check_depth(lines: _Lines, events: Iterable[Any]) -> None:
    """Refuse what is nested so deeply that composing it takes more stack than there is."""
    from yaml.events import CollectionEndEvent, CollectionStartEvent

    depth = 0
    for event in events:
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MOST_DEPTH:
            raise lines.refuse(event.start_mark, f"nested more than {MOST_DEPTH} deep: no configuration")


class _Marking:
    """Values with lines, of the nodes of a YAML text."""

    def __init__(self, lines: _Lines, snake: bool, constructor: Any) -> None:
        self.lines, self.snake, self.constructor = lines, snake, constructor
        self.count = 0

    def of(self, node: Any, depth: int) -> Marked:
        """Return a node as it is once its anchors are followed."""
        import yaml

        line = self.lines.at(node.start_mark)
        self.count += 1
        if depth > MOST_DEPTH:
            raise self.lines.source.refuse(line, "too deep: an anchor in itself, or no configuration")
        if self.count > MOST_VALUES:
            raise self.lines.source.refuse(
                line, f"more than {MOST_VALUES:,} values, with its anchors followed"
            )
        if isinstance(node, yaml.MappingNode):
            return Marked(self._mapping(node, depth), line)
        if isinstance(node, yaml.SequenceNode):
            return Marked([self.of(item, depth + 1) for item in node.value], line)
        try:
            return Marked(self.constructor.construct_object(node), line)
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            why = str(error).splitlines()[0]
            raise self.lines.source.refuse(line, f"{node.value[:80]!r} cannot be read ({why})") from None

    def _mapping(self, node: Any, depth: int) -> dict[str, Marked]:
        import yaml

        made: dict[str, Marked] = {}
        for key, value in node.value:
            line = self.lines.at(key.start_mark)
            if not isinstance(key, yaml.ScalarNode):
                raise self.lines.source.refuse(line, "a list or mapping stands for a name")
            name = str(key.value)
            if self.snake and "." not in name:
                name = _CAPITAL.sub(r"_\1", name).lower()
            if name in made:
                raise self.lines.source.refuse(line, f'"{name}" stands twice, in line {made[name].line} too')
            made[name] = self.of(value, depth + 1)
        return made
