"""The parameters of `throughput`."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.harness.parameters import Parameters
from experiments.options.parameters import choice, integer, number, parameter, switch

MODES = {
    "batch": "hashes -> buckets",
    "threads": "the same, split over threads",
    "hashing": "keys -> hashes -> buckets",
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
    rounds
        How often each competitor is timed.
    milliseconds
        About how long one timed call may take: whoever is slow gets fewer keys a call.
    peers
        Whether libraries of others stand in the same rounds; `lookup` then takes every key as a str, as they
        do.
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
    rounds: int = parameter("rounds, in each of which all are timed once", integer(1, 10**6), 21, metavar="R")
    milliseconds: float = parameter(
        "about how long one timed call may take", number(above=0), 5.0, metavar="MS"
    )
    peers: bool = parameter("time libraries of others on the same keys, too", switch, False, metavar="")
    starts: int = parameter("fresh processes of each algorithm", integer(1, 1000), 3, metavar="S")
