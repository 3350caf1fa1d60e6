"""The parameters of `sequence`."""

from __future__ import annotations

from dataclasses import dataclass

from algorithms import Nodes
from experiments import events
from experiments.harness.parameters import Parameters
from experiments.options.errors import BadUse
from experiments.options.parameters import parameter


@dataclass(frozen=True, kw_only=True)
class SequenceParameters(Parameters):
    """The parameters of `sequence`.

    Parameters
    ----------
    sequence
        Names or lists of scale events, see :func:`experiments.events.sequence`.
    """

    sequence: tuple[str, ...] = parameter(
        f"scale events, one after the other, such as add:1,replace,double; or a name of ten: "
        f"{', '.join(events.SEQUENCES)}; may be repeated",
        events.canonical_sequence, ("life",), many=True, separator=None, metavar="EVENT,...",
        meaning=events.sequence,
    )  # fmt: skip

    def check(self) -> None:
        """Refuse a sequence with a step that needs more nodes than there are then."""
        for text in self.sequence:
            for n in self.nodes:
                left = n
                for step, event in enumerate(events.sequence(text), 1):
                    if left < event.least_nodes:
                        where = "nodes in the --cluster" if self.cluster else "--nodes"
                        raise BadUse(
                            f"--sequence: step {step} of {text}, {event.text}, leaves no node of {left}; "
                            f"begin with more than {n} {where}"
                        )
                    left = event.nodes_after(left)
        if not self.cluster:  # whose file says which names there are, when it is read
            for n in self.nodes:
                self.check_names(Nodes.of(n), "node")

    def check_names(self, nodes: Nodes, newcomer: str) -> None:
        """Refuse a step that names a node which is none of these, nor may have joined before."""
        for text in self.sequence:
            try:
                events.refuse_unknown(events.sequence(text), nodes, newcomer=newcomer)
            except BadUse as error:
                raise BadUse(f"--sequence: {error}") from None
