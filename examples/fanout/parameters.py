"""The parameters of `fanout`."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.harness.parameters import Parameters
from experiments.options.parameters import integer, parameter


@dataclass(frozen=True, kw_only=True)
class FanoutParameters(Parameters):
    """The common parameters, and one of its own."""

    request: tuple[int, ...] = parameter(
        "keys of a request", integer(1, 1000), (5, 20), many=True, metavar="K,..."
    )
