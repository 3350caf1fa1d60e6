"""YAML and JSON with the line of every value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from experiments.plan.source import Source, needs

__all__ = ["Marked", "documents"]

MOST_DEPTH = 200
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

    def plain(self) -> Any:
        """Return the value without lines."""
        if isinstance(self.value, dict):
            return {key: value.plain() for key, value in self.value.items()}
        if isinstance(self.value, list):
            return [value.plain() for value in self.value]
        return self.value

    def walk(self) -> Iterator[Marked]:
        """Yield all mappings, outer ones first."""
        if isinstance(self.value, dict):
            yield self
            for value in self.value.values():
                yield from value.walk()
        for item in self.items():
            yield from item.walk()


def documents(source: Source, *, snake: bool = False) -> list[Marked]:
    """Return the documents of a YAML text; an error names its line."""
    needs("yaml", source.path)
    import yaml

    try:
        nodes = list(yaml.compose_all(source.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
        constructor = yaml.SafeLoader("")
        return [_marked(node, constructor, snake, source, 0) for node in nodes if node is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise source.refuse(min(line, len(source.lines)), f"no YAML ({error.problem})") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise source.refuse(1, f"no YAML ({str(error).splitlines()[0]})") from None


def _marked(node: Any, constructor: Any, snake: bool, source: Source, depth: int) -> Marked:
    import yaml

    line = node.start_mark.line + 1
    if depth > MOST_DEPTH:
        raise source.refuse(line, "too deep: an anchor in itself, or no configuration")
    if isinstance(node, yaml.MappingNode):
        made = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            name = _CAPITAL.sub(r"_\1", name).lower() if snake and "." not in name else name
            made[name] = _marked(value, constructor, snake, source, depth + 1)
        return Marked(made, line)
    if isinstance(node, yaml.SequenceNode):
        return Marked([_marked(item, constructor, snake, source, depth + 1) for item in node.value], line)
    try:
        return Marked(constructor.construct_object(node), line)
    except (yaml.YAMLError, ValueError) as error:
        raise source.refuse(line, f"{node.value!r} cannot be read ({str(error).splitlines()[0]})") from None
