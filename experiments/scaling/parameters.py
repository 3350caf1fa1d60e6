"""The parameters of `scaling`."""

from __future__ import annotations

from dataclasses import dataclass

from experiments import events
from experiments.harness.parameters import Parameters
from experiments.options.errors import BadUse
from experiments.options.parameters import integer, parameter


@dataclass(frozen=True, kw_only=True)
class ScalingParameters(Parameters):
    """The parameters of `scaling`.

    Parameters
    ----------
    event
        Scale events, see :mod:`experiments.events`.
    timed
        In how many repetitions, from the first one, events and lookups are timed as well.
    """

    event: tuple[str, ...] = parameter(
        "scale events: " + ", ".join(kind.syntax for kind, _ in events.KINDS.values()),
        events.canonical, ("add:1",), many=True, metavar="EVENT,...",
    )  # fmt: skip
    timed: int = parameter("repetitions that are timed, too; 0 for none", integer(0), 3, metavar="R")

    def check(self) -> None:
        """Refuse an event that needs more nodes than there are."""
        for text in self.event:
            event = events.parse(text)
            for n in self.nodes:
                if n < event.least_nodes:
                    raise BadUse(
                        f"--event: {text} leaves no node of {n}; give at least {event.least_nodes} --nodes"
                    )
