"""The parameters of `cost`."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.harness.parameters import Parameters
from experiments.options.parameters import parameter
from experiments.options.parsers import choice, integer, number

ORDERS = ("random", "last", "adverse")
"""In which nodes leave: drawn, the last bucket first, or as an algorithm says that it costs it the most."""


@dataclass(frozen=True, kw_only=True)
class CostParameters(Parameters):
    """The parameters of `cost`.

    Parameters
    ----------
    start
        Numbers of nodes of which some leave.
    removed
        Which part of them.
    order
        In which order.
    """

    without = {  # noqa: RUF012 - a ClassVar
        "cluster": "steps are those of nodes of equal weight; give --nodes",
    }

    start: tuple[int, ...] = parameter(
        "numbers of nodes of which some then leave",
        integer(2, 2**31 - 1),
        (1000,),
        many=True,
        metavar="N,...",
    )
    removed: tuple[float, ...] = parameter(
        "which part of the nodes leaves", number(0, 1), (0.5, 0.9), many=True, metavar="P,..."
    )
    order: tuple[str, ...] = parameter(
        "the order in which nodes leave: random, last (the last one first), or adverse (as an algorithm says "
        "that it costs it the most, where one does)",
        choice(*ORDERS), ORDERS, many=True, metavar="ORDER,...",
    )  # fmt: skip
