"""The parameters of `resize`."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.harness.parameters import Parameters
from experiments.options.parameters import integer, parameter


@dataclass(frozen=True, kw_only=True)
class ResizeParameters(Parameters):
    """The parameters of `resize`.

    Parameters
    ----------
    processes
        How many fresh processes time each case, one after the other; with 1 it is this process.
    rounds
        How often each is timed in a process, all algorithms in turn.
    """

    without = {  # noqa: RUF012 - a ClassVar
        "repetitions": "what is repeated is the measurement; give --rounds",
        "workload": "a key is looked up whatever it is",
        "keys": "a batch is always 1000 hashes",
        "engine": "it times this machine, and other machines are no part of that",
    }

    processes: int = parameter(
        "fresh processes that time each case; 1 for none but this", integer(1, 1000), 1, metavar="P"
    )
    rounds: int = parameter(
        "rounds of each process, in each of which all are timed once", integer(1, 10**6), 11, metavar="R"
    )


OPERATIONS = {
    "build": "from the names of the nodes to a partitioner",
    "add": "one node joins: the new structure is built and swapped in",
    "remove": "one node leaves: the middle one, or the last where only that can go",
    "first key": "one key, right after a node has joined",
    "next key": "another key, which was not asked for before either",
    "first batch": "a batch, right after a node has joined",
    "next batch": "another batch",
}
"""What is timed."""


BATCH = 1000
"""Hashes of a batch."""
