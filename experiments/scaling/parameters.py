"""The parameters of `scaling`."""

from __future__ import annotations

from dataclasses import dataclass

from algorithms import Nodes
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
        In how many repetitions, from the first one, events and lookups are timed as well: six are the fewest
        that give a median its interval.
    rings
        Rings of which every event is counted over all hashes, where what moves is random by their points; not
        those of the repetitions, and others for each event.
    """

    event: tuple[str, ...] = parameter(
        "scale events: " + ", ".join(kind.syntax for kind, _ in events.KINDS.values()),
        events.canonical, ("add:1",), many=True, metavar="EVENT,...",
    )  # fmt: skip
    timed: int = parameter("repetitions that are timed, too; 0 for none", integer(0), 6, metavar="R")

    rings: int = parameter(
        "rings that hold each event against its law, all hashes counted; 0 for none, else 2 to 2^20",
        integer(0, 1 << 20), 0, metavar="R",
    )  # fmt: skip

    def check(self) -> None:
        """Refuse an event that needs more nodes than there are."""
        if self.rings == 1:
            raise BadUse("--rings: one ring has no deviation; give 0, or 2 and more")
        for text in self.event:
            event = events.parse(text)
            for n in self.nodes:
                if n < event.least_nodes:
                    where = "nodes in the --cluster" if self.cluster else "--nodes"
                    raise BadUse(
                        f"--event: {text} leaves no node of {n}; give at least {event.least_nodes} {where}"
                    )
        if not self.cluster:  # whose file says which names there are, when it is read
            for n in self.nodes:
                self.check_names(Nodes.of(n))

    def check_names(self, nodes: Nodes) -> None:
        """Refuse an event that names none of the nodes."""
        try:
            events.refuse_unknown(map(events.parse, self.event), nodes)
        except BadUse as error:
            raise BadUse(f"--event: {error}") from None
