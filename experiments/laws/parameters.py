"""The parameters of `laws`."""

from __future__ import annotations

from dataclasses import dataclass

from algorithms import Nodes
from experiments import events
from experiments.harness.parameters import Parameters
from experiments.options.errors import BadUse
from experiments.options.parameters import integer, parameter


@dataclass(frozen=True, kw_only=True)
class LawsParameters(Parameters):
    """The parameters of `laws`.

    Parameters
    ----------
    event
        Scale events, see :mod:`experiments.events`; an algorithm has those that it can make.
    draws
        How often names, a hash seed and keys are drawn anew.
    """

    without = {  # noqa: RUF012 - a ClassVar
        "cluster": "laws are those of equal nodes; for nodes of your own run scaling and balance",
        "repetitions": "a draw is one; give --draws",
        "workload": "laws are those of distinct random keys; for your own run scaling and balance",
    }

    event: tuple[str, ...] = parameter(
        "scale events: " + ", ".join(kind.syntax for kind, _ in events.KINDS.values()),
        events.canonical, ("add:1", "remove:last", "remove:middle"), many=True, metavar="EVENT,...",
    )  # fmt: skip
    draws: int = parameter("draws of names, hash seed and keys", integer(2, 1 << 20), 200, metavar="D")

    def check(self) -> None:
        """Refuse an event that needs more nodes than there are, names none of them, or draws them."""
        for text in self.event:
            event = events.parse(text)
            if event.draws:
                raise BadUse(
                    f"--event: {text} draws its nodes, and the law of one draw is not that of the next; give "
                    "an event of nodes that it names, or run scaling"
                )
            for n in self.nodes:
                if n < event.least_nodes:
                    raise BadUse(
                        f"--event: {text} leaves no node of {n}; give at least {event.least_nodes} --nodes"
                    )
        for n in self.nodes:
            try:
                events.refuse_unknown(map(events.parse, self.event), Nodes.of(n))
            except BadUse as error:
                raise BadUse(f"--event: {error}") from None
