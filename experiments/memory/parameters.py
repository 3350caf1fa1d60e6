"""The parameters of `memory`."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.harness.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class MemoryParameters(Parameters):
    """The parameters of `memory`: the common ones that it needs, and no other."""

    without = {  # noqa: RUF012 - a ClassVar
        "repetitions": "the bytes are the same each time",
        "workload": "no keys are placed",
        "keys": "no keys are placed",
        "engine": "it counts what one process allocates",
    }
