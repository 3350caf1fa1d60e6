"""fastring: a ring in Rust, one key a call and a list of keys a call."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from experiments.peers.peer import CallOf, Task, one_by_one, peer

POINTS = 160
"""Points a node: as many as our ring has by default; its own default is 128."""


def _ring(task: Task) -> Any:
    ring = importlib.import_module("fastring").HashRing(virtual_nodes=POINTS)
    for name in task.names:
        ring.add_node(name)
    return ring


@peer(
    "fastring",
    beside="ring", mode="single", written_in="Rust", library="fastring", module="fastring", python=(3, 13),
    most_nodes=1000,
)  # fmt: skip
def fastring(task: Task) -> CallOf:
    """Look keys up one by one."""
    return one_by_one(_ring(task).get_node, task.texts)


@peer(
    "fastring batch",
    beside="ring", mode="hashing", written_in="Rust", library="fastring", module="fastring", python=(3, 13),
    most_nodes=1000,
)  # fmt: skip
def fastring_batch(task: Task) -> CallOf:
    """Look a list of str up; the list is there before the clock starts."""
    look_up, keys = _ring(task).get_node_batch, list(task.texts)

    def call_of(count: int) -> Callable[[], object]:
        part = keys[:count]
        return lambda: look_up(part)

    return call_of
