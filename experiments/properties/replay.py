"""Examples as text: what a check drew, so that it can be read by hand and tried again without a search.

A text names an algorithm and a property, and then lists what is drawn, in order, as Python literals and
nodes: ``modulo growth_onto_new_only [[Node("a"), Node("b")], {"hash_bits": 8}, 0, [Node("c")]]``. It does not
depend on Hypothesis' version, and line breaks between the values do no harm, so that it may be folded.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from algorithms import Node
from experiments.options.errors import BadUse

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject

__all__ = ["Example", "Player", "Recorder", "read", "write"]

SHOWN = 'modulo growth_onto_new_only [[Node("a"), Node("b")], {"hash_bits": 8}, 0, [Node("c")]]'


@dataclass(frozen=True)
class Example:
    """An example of a property of an algorithm.

    Parameters
    ----------
    selection
        Of the algorithm, as for ``--algorithms``.
    check
        The name of the property.
    values
        What the check draws, in order.
    """

    selection: str
    check: str
    values: Sequence[Any]


class Recorder:
    """Hypothesis' ``data()``, with a memory.

    Parameters
    ----------
    data
        Where the draws come from.
    """

    def __init__(self, data: DataObject) -> None:
        self._data = data
        self.drawn: list[Any] = []

    def draw(self, strategy: Any, label: object = None) -> Any:
        """Draw a value, and remember it."""
        value = self._data.draw(strategy, label)
        self.drawn.append(value)
        return value


class Player:
    """Gives a check the values that another one drew, in their order.

    Parameters
    ----------
    values
        As `read` returns them.
    """

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = list(values)
        self._next = 0

    def draw(self, strategy: Any, label: object = None) -> Any:
        """Return the next value; raise `BadUse` when there is none."""
        if self._next == len(self._values):
            raise BadUse(
                f"--replay: the property asks for more than the {len(self._values)} values given"
                f"{f' (next: {label})' if label else ''}; give the text that was printed for it"
            )
        value = self._values[self._next]
        self._next += 1
        return value


def write(values: Sequence[Any]) -> str | None:
    r"""Write what a check drew.

    Examples
    --------
    >>> write([[Node("a"), Node("b", 2.0)], {"hash_bits": 8}, 0])
    '[[Node("a"), Node("b", 2.0)], {"hash_bits": 8}, 0]'
    >>> write([" "]), write([ValueError])
    ('["\\u0020"]', None)
    """
    try:
        return _written(list(values))
    except TypeError:
        return None


def _written(value: Any) -> str:
    if isinstance(value, Node):
        weight = "" if value.weight == 1.0 else f", {value.weight!r}"
        return f"Node({_written(value.name)}{weight})"
    if type(value) is str:
        # whoever folds the text may break it at any space
        return "".join(
            f"\\u{ord(c):04x}" if c.isspace() else c for c in json.dumps(value, ensure_ascii=False)
        )
    if type(value) is bytes:
        return 'b"' + "".join(f"\\x{byte:02x}" for byte in value) + '"'
    if type(value) in (int, float, bool, type(None)):
        return repr(value)
    if type(value) is list:
        return f"[{', '.join(map(_written, value))}]"
    if type(value) is dict:
        return f"{{{', '.join(f'{_written(key)}: {_written(held)}' for key, held in value.items())}}}"
    raise TypeError(type(value).__name__)


def read(text: str) -> Example:
    """Read an example.

    Examples
    --------
    >>> read('modulo ordered [[Node("a"), Node("b", 2.0)], {"hash_bits": 8}, 0]').values
    [[Node(name='a', weight=1.0), Node(name='b', weight=2.0)], {'hash_bits': 8}, 0]
    >>> read("modulo ordered [open('x')]")
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: --replay: "modulo ordered [open('x')]" is no example; give the text ...
    """
    head, bracket, rest = text.partition("[")
    selection, _, check = head.strip().rpartition(" ")
    try:
        values = _value(ast.parse(bracket + rest, mode="eval").body)
    except (SyntaxError, ValueError, TypeError):
        values = None
    if not selection or not check or not isinstance(values, list):
        raise BadUse(
            f"--replay: {text!r:.80} is no example; give the text that was printed, such as '{SHOWN}'"
        )
    return Example(selection.strip(), check, values)


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.List):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.Dict) and None not in node.keys:
        return {_value(key): _value(held) for key, held in zip(node.keys, node.values, strict=True) if key}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Node":
        if node.keywords:
            raise ValueError
        return Node(*map(_value, node.args))
    return ast.literal_eval(node)
