"""The parameters of `throughput`."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.harness.parameters import Parameters
from experiments.options.parameters import choice, integer, number, parameter, switch

MODES = {
    "batch": "hashes -> buckets",
    "threads": "the same, split over threads",
    "hashing": "keys -> hashes -> buckets",
    "list": "a list of keys -> names",
    "arrow": "a column of Arrow -> one of names",
    "single": "one key -> the node's name",
}
"""What is timed in rounds, in this order."""


COLD = {
    "start": "a fresh process, until its first answers",
    "install": "the same, with nothing compiled yet",
}
"""What is timed in processes of their own."""


@dataclass(frozen=True, kw_only=True)
class ThroughputParameters(Parameters):
    """The parameters of `throughput`.

    Parameters
    ----------
    mode
        What is timed, some of `MODES`.
    processes
        How many fresh processes time each case, one after the other; with 1 it is this process.
    rounds
        How often each competitor is timed in a process.
    milliseconds
        About how long one timed call may take: whoever is slow gets fewer keys a call.
    peers
        Whether libraries of others stand in the same rounds; single keys, lists and columns of Arrow are then
        of str, as theirs are.
    starts
        How many fresh processes are timed, each algorithm in turn.
    """

    without = {  # noqa: RUF012 - a ClassVar
        "repetitions": "what is repeated is the measurement; give --rounds",
        "engine": "it times this machine, and other machines are no part of that",
    }

    mode: tuple[str, ...] = parameter(
        "what is timed: " + ", ".join(f"{name} ({what})" for name, what in (MODES | COLD).items()),
        choice(*MODES, *COLD), tuple(MODES), many=True, metavar="MODE,...",
    )  # fmt: skip
    processes: int = parameter(
        "fresh processes that time each case; 1 for none but this", integer(1, 1000), 1, metavar="P"
    )
    rounds: int = parameter(
        "rounds of each process, in each of which all are timed once", integer(1, 10**6), 21, metavar="R"
    )
    milliseconds: float = parameter(
        "about how long one timed call may take", number(above=0), 5.0, metavar="MS"
    )
    peers: bool = parameter("time libraries of others on the same keys, too", switch, False, metavar="")
    starts: int = parameter("fresh processes of each algorithm", integer(1, 1000), 3, metavar="S")
