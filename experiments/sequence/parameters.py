"""The parameters of `sequence`."""

from __future__ import annotations

from dataclasses import dataclass

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
                        raise BadUse(
                            f"--sequence: step {step} of {text}, {event.text}, leaves no node of {left}; "
                            f"begin with more than {n} --nodes"
                        )
                    left = event.nodes_after(left)
