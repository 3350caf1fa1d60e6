"""The parameters of `calibration`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from experiments.harness.parameters import Parameters
from experiments.options.parameters import integer, parameter, text


@dataclass(frozen=True, kw_only=True)
class CalibrationParameters(Parameters):
    """The parameters of `calibration`.

    Parameters
    ----------
    procedure
        Names of procedures, or how they begin; empty for all.
    simulations
        Data sets of a cheap procedure; of others fewer, by their cost.
    """

    without: ClassVar[Mapping[str, str]] = {
        "algorithms": "a procedure says what it is applied to",
        "nodes": "a procedure says what it is applied to",
        "cluster": "a procedure says what it is applied to",
        "keys": "a procedure says what it is applied to",
        "workload": "hashes are random",
        "set": "a procedure says what it is applied to",
        "repetitions": "give --simulations",
        "vary": "a procedure says what it is applied to",
    }

    procedure: tuple[str, ...] = parameter(
        "procedures by name, or by how it begins; all by default", text, (), many=True, metavar="NAME,...",
        least=0,
    )  # fmt: skip
    simulations: int = parameter(
        "simulated data sets of a cheap procedure", integer(100, 10**7), 2_000, metavar="S"
    )
