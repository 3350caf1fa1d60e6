"""The parameters of `targets`."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.harness.parameters import Parameters
from experiments.options.parameters import choice, integer, parameter
from experiments.options.parsers import text
from experiments.targets.goals import GOALS


def _path(value: object) -> str:
    return "" if value == "" else text(value)


@dataclass(frozen=True, kw_only=True)
class TargetsParameters(Parameters):
    """The parameters of `targets`.

    Parameters
    ----------
    processes
        How many fresh processes measure the targets, but for those of whole commands; with 1 it is this one.
    rounds
        How often each pair is timed in a process.
    large_keys
        Keys of a batch that two threads share.
    event_keys
        Keys of a whole scale event; 0 leaves these rows out, with the reason.
    only
        Names of targets; none for all.
    document
        The Markdown document whose table is written anew.
    """

    without = {  # noqa: RUF012 - a ClassVar
        "repetitions": "what is repeated is the measurement; give --rounds",
        "algorithms": "each target names its own",
        "nodes": "each target names its own",
        "cluster": "each target names its own nodes",
        "workload": "each target names its own",
        "set": "each target names its own parameters",
        "vary": "each target names its own",
        "engine": "it times this machine, and other machines are no part of that",
    }

    processes: int = parameter(
        "fresh processes that measure the targets; 1 for none but this", integer(1, 1000), 1, metavar="P"
    )
    rounds: int = parameter(
        "rounds of each process, in each of which a pair is timed once", integer(1, 10**6), 15, metavar="R"
    )
    large_keys: int = parameter("keys of a batch that two threads share", integer(1), 10_000_000, metavar="K")
    event_keys: int = parameter("keys of a whole scale event; 0 for none", integer(0), 0, metavar="K")
    only: tuple[str, ...] = parameter(
        "some targets, by name; all by default",
        choice(*(goal.name for goal in GOALS)), (), many=True, metavar="NAME,...", least=0,
    )  # fmt: skip
    document: str = parameter(
        "Markdown document whose table is written anew", _path, "", metavar="FILE.md", identity=False
    )


PART = "targets"
"""The part of a document that holds the table."""
