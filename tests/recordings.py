"""Recordings of databases and logs in ``tests/vectors/systems``: a JSON a scenario, and a CSV of its rows."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

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
