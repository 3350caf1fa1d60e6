"""Recordings from real programs: what a file of ``tests/vectors/systems`` holds, a scenario a line."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from experiments.plan.placement import Placement, placement_of
from experiments.plan.pool import Pool, pool_of

FOLDER = Path(__file__).with_name("vectors") / "systems"


class Scenario(NamedTuple):
    """A configuration, and where the program that ran with it put some keys."""

    name: str
    pool: Pool
    rows: list[tuple[str, int]]

    @property
    def placement(self) -> Placement:
        """What places keys as the program did."""
        return placement_of(self.pool)

    @property
    def keys(self) -> list[bytes]:
        """The keys of all rows."""
        return [key.encode() for key, _ in self.rows]

    @property
    def nodes(self) -> list[str]:
        """The node of each row by its name; where none are listed its number."""
        names = [node.name for node in self.pool.nodes]
        return [names[node] if names else str(node) for _, node in self.rows]


@functools.cache
def scenarios(system: str) -> dict[str, Scenario]:
    """Return the scenarios of a system by name."""
    return {scenario.name: scenario for scenario in _read(system)}


def _read(system: str) -> Iterator[Scenario]:
    for line in (FOLDER / f"{system}.jsonl").read_text(encoding="utf-8").splitlines():
        content: dict[str, Any] = json.loads(line)
        name, rows = content.pop("name"), content.pop("rows")
        yield Scenario(name, pool_of(content, name=name), [(key, node) for key, node in rows])
