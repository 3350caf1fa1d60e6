"""The corners of what can be asked of an experiment, by field; experiments are found by their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments import events
from experiments.harness import catalogue, experiment
from experiments.harness.experiment import Experiment
from experiments.options.parameters import fields_of
from experiments.report.figures import figure as figures

IDLE = f"{Path(__file__).with_name('idle.py')}:Idle"
"""An algorithm that can do nothing but grow."""

CLUSTER = str(Path(__file__).with_name("cluster.csv"))
"""Five nodes whose weights differ."""

TINY: Mapping[str, Any] = {
    "nodes": (3,), "keys": 300, "repetitions": 2, "simulations": 100, "rounds": 2, "milliseconds": 0.01,
    "starts": 1, "effort": 1, "claim": ("article", "envoy", "laws"), "large_keys": 2_000,
    "timed": 0, "ranges": 3, "threads": 1, "queries": 3, "selectivity": (0.1, 0.5),
    "mutant": ("modulo__sorts_first",), "longer": 1,
    "system": ("nginx-hash", "haproxy-consistent", "guava", "mongodb"),
}  # fmt: skip
"""What costs milliseconds; a field that an experiment does not have is left out."""

ANY: Mapping[str, Mapping[str, Any]] = {
    "all algorithms": {},
    "one key": {"keys": 1},
    "one repetition": {"repetitions": 1},
    "one node": {"nodes": 1},
    "one and two nodes": {"nodes": (1, 2)},
    "least of all": {"nodes": 1, "keys": 1, "repetitions": 1, "algorithms": "modulo"},
    "one algorithm": {"algorithms": "ring"},
    "another algorithm": {"algorithms": "jump"},
    "an algorithm of no weights or arcs": {"algorithms": "modulo"},
    "an algorithm that can do nothing": {"algorithms": IDLE},
    "what nobody can do": {"algorithms": "jump,modulo", "event": "weight:2"},
    "what one cannot do": {"algorithms": "jump", "event": "remove:middle"},
    "a sequence that nobody can go": {"algorithms": "jump,modulo", "sequence": ["weight:2,weight:3"]},
    "events that one cannot do, and one that it can": {"algorithms": "jump", "event": "weight:2,add:1"},
    "no event for so few nodes": {"nodes": 1, "event": "remove:last"},
    "a cluster": {"cluster": CLUSTER},
    "a cluster that nobody takes": {"cluster": CLUSTER, "algorithms": "jump,modulo"},
    "a cluster, a hash without a seed": {"cluster": CLUSTER, "set": "ring.hash=crc32"},
    "names": {"workload": "names"},
    "zipf": {"workload": "zipf:1.1:50"},
    "one key drawn again and again": {"workload": "zipf:1:1"},
    "workloads of similar names": {"workload": ["strings:A", "strings:a"], "algorithms": "ring,jump"},
    "workloads of other letters": {"workload": ["strings:é", "strings:è"], "algorithms": "ring,jump"},
    "a hash without a seed": {"hash": "crc32"},
    "a hash that is none": {"hash": "identity"},
    "a hash that takes no text": {"hash": "splitmix64", "workload": "names"},
    "a ring of one point": {"algorithms": "ring:points=1", "nodes": 2},
    "a sweep": {"algorithms": "jump,ring", "vary": ("ring.points=1,5",), "nodes": 2},
    "many points": {"algorithms": "ring:points=5,ring:points=7"},
}
"""Corners that belong to every experiment that has the fields."""


def drawn(figure: figures.Figure, formats: Sequence[str] = figures.FORMATS) -> dict[str, bytes]:
    """Draw a figure, but lay nothing out and write no pixel or path of it, which takes the time."""
    with figures.style():
        canvas = figures.blank(figure.size)
        figure.draw(canvas)
    return dict.fromkeys(formats, b"<svg/>")


def of(found: Experiment[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and values of the corners of one experiment: those of its fields, and each choice alone."""
    fields = fields_of(found.Parameters)
    tiny = {name: value for name, value in TINY.items() if name in fields}
    some = {"algorithms": "ring,jump,modulo"} if "algorithms" in fields else {}
    for corner, values in ANY.items():
        if corner == "all algorithms":
            yield corner, tiny
        elif values.keys() <= fields.keys():
            given = tiny | some | dict(values)
            if "cluster" in values:
                del given["nodes"]
            yield corner, given
    few = {"algorithms": "modulo"} if "algorithms" in fields else {}
    for name, choices in _choices(found).items():
        for value in choices:
            yield f"{name} {value} alone", tiny | few | {name: [value]}


def _choices(found: Experiment[Any]) -> dict[str, list[str]]:
    """Return what a profile of the catalogue names, by field: each must do alone."""
    choices: dict[str, list[str]] = {}
    for profile in catalogue.PROFILES:
        for name in fields_of(found.Parameters):
            values = getattr(found.profile(profile), name)
            if isinstance(values, tuple) and name != "algorithms":
                chosen = choices.setdefault(name, [])
                chosen += [value for value in values if isinstance(value, str) and value not in chosen]
    if "event" in choices:
        choices["event"] += [name for name in _events() if name not in choices["event"]]
    return {name: values for name, values in choices.items() if values}


def _events() -> list[str]:
    return [kind.syntax.replace("N", "1").replace("W", "2") for kind, _ in events.KINDS.values()]


CORNERS = [
    (name, corner, values) for name in experiment.names() for corner, values in of(experiment.find(name))
]
