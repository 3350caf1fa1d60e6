"""Recordings of real programs: a JSON a scenario, and a CSV of its rows.

Those of databases and logs are in ``tests/vectors/systems``. ``python tests/recordings.py FOLDER`` takes all
scenarios of a folder through `plan`, and says of each system how many rows there are and how many are wrong.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from experiments.plan.placement import placement_of
from experiments.plan.pool import neutral_pool

VECTORS = Path(__file__).with_name("vectors") / "systems"


def scenarios(system: str, **wanted: Any) -> list[str]:
    names = [path.stem for path in sorted((VECTORS / system).glob("*.json"))]
    facts = {name: about(system, name) for name in names}
    said = {name: {"kind": facts[name].get("kind"), **facts[name]["options"]} for name in names}
    return [name for name in names if wanted.items() <= {key: said[name].get(key) for key in wanted}.items()]


def about(system: str, scenario: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((VECTORS / system / f"{scenario}.json").read_text(encoding="utf-8"))
    return loaded


def recorded(system: str, scenario: str) -> list[dict[str, str]]:
    with (VECTORS / system / f"{scenario}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def names_of(facts: dict[str, Any]) -> list[str]:
    return [node["name"] for node in facts["nodes"]]


def as_oracle(names: list[str]) -> dict[int, tuple[str, float]]:
    return {bucket: (name, 1.0) for bucket, name in enumerate(names)}


class Answer(NamedTuple):
    """A recorded row, the nodes that it has, and those that `plan` gives its key."""

    row: dict[str, str]
    recorded: list[str]
    planned: list[str]
    any_order: bool

    @property
    def right(self) -> bool:
        """Whether both are the same nodes, in the same order where that counts."""
        if self.any_order:
            return sorted(self.recorded) == sorted(self.planned)
        return self.recorded == self.planned


def answers(path: Path) -> Iterator[Answer]:
    """Yield what `plan` says of each recorded row of a scenario."""
    pool = neutral_pool(path)
    with path.with_suffix(".csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = [node.name for node in pool.nodes]
    for row, placed in zip(rows, placement_of(pool).which([_key(row) for row in rows]), strict=True):
        nodes = [names[int(node)] if names else node for node in row["node"].split("|")]
        planned = [placed] if isinstance(placed, str) else list(placed or ())
        yield Answer(row, nodes, planned, bool(pool.options.get("sets")))


def _key(row: dict[str, str]) -> bytes:
    if row.get("bytes"):
        return bytes.fromhex(row["bytes"])
    return "\t".join(row[part] for part in ("key", "key2", "id", "type") if part in row).encode()


def main(folder: str) -> int:
    """Print how many rows each system has, and how many are wrong; return 1 if any is."""
    rows: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for path in sorted(Path(folder).glob("*/*.json")):
        if not json.loads(path.read_text(encoding="utf-8")).get("kind"):
            for answer in answers(path):
                rows[path.parent.name] += 1
                wrong[path.parent.name] += not answer.right
    counts = [
        *((system, rows[system], wrong[system]) for system in rows),
        ("all", rows.total(), wrong.total()),
    ]
    sys.stdout.writelines(f"{system:15}{many:9,} rows{few:6,} wrong\n" for system, many, few in counts)
    return int(wrong.total() > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
