"""Clusters in files, for the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from experiments.harness.engine import Engine
from experiments.harness.experiment import Context, find, names
from experiments.options.parameters import fields_of

TAKING = [name for name in names() if "cluster" in fields_of(find(name).Parameters)]
UNEQUAL = "name,weight,rack\na,1,x\nb,2,x\nc,4,y\nd,1,y\n"
TINY: dict[str, Any] = {
    "keys": 500, "repetitions": 2, "rounds": 2, "milliseconds": 0.01, "starts": 1, "threads": 1,
}  # fmt: skip


def write(folder: Path, text: str | bytes, name: str = "nodes.csv") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def parameters_of(name: str, cluster: str, **values: Any) -> Any:
    cls = find(name).Parameters
    tiny = {field: value for field, value in TINY.items() if field in fields_of(cls)}
    return cls.build({**tiny, "cluster": cluster, **values})


def measured(name: str, parameters: Any) -> tuple[list[Any], list[Any]]:
    experiment = find(name)
    with Engine(1) as engine:
        parts = [
            experiment.measure(case, parameters, Context(engine)) for case in experiment.cases(parameters)
        ]
    return [row for part in parts for row in part.rows], [row for part in parts for row in part.timing]
