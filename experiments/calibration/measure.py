"""Whether the statistics can be trusted: how often intervals hold the truth, and tests reject.

``python -m experiments.run calibration`` applies each procedure of :mod:`experiments.inference` to many
simulated data sets in which the truth is known: drawn from a law, or by real partitioners on random hashes.
It shows the measured rate beside the nominal one, and also what comes of the wrong method.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from experiments.calibration.parameters import CalibrationParameters
from experiments.harness.experiment import Case, Context, Measured
from experiments.inference.levels import FAMILY_LEVEL
from experiments.options.errors import BadUse, did_you_mean
from experiments.seeds import derive

if TYPE_CHECKING:
    from experiments.calibration.procedure import Procedure


CHUNK = 50
"""Cheap simulations of one seed."""


def cases(parameters: CalibrationParameters) -> Sequence[Case]:
    """Return one case for each procedure."""
    from experiments.calibration.procedure import procedures

    known = procedures()
    for wanted in parameters.procedure:
        if not any(name.startswith(wanted) for name in known):
            raise BadUse(
                f"--procedure: none begins with {wanted!r}; give one of {', '.join(known)}"
                f"{did_you_mean(wanted, list(known))}"
            )
    return [
        Case(name, {"procedure": one})
        for name, one in known.items()
        if not parameters.procedure or name.startswith(tuple(parameters.procedure))
    ]


def measure(case: Case, parameters: CalibrationParameters, context: Context) -> Measured:
    """Count the hits of one procedure, and judge their rate."""
    return Measured([row_of(case.arguments["procedure"], parameters, context)])


def row_of(one: Procedure, parameters: CalibrationParameters, context: Context) -> dict[str, Any]:
    """Return the row of a procedure."""
    from experiments import inference
    from experiments.calibration.procedure import procedures, verdict

    chunk = max(1, CHUNK // one.cost) * one.many
    whole, rest = divmod(max(1, parameters.simulations // one.cost) * one.many, chunk)
    sizes = [chunk] * whole + [rest] * (rest > 0)

    def hits(number: int) -> int:
        return one.simulate(derive(parameters.seed, "calibration", one.name, number), sizes[number])

    found = sum(context.engine.map(hits, len(sizes), progress=context.chunks_done))
    size = sum(sizes)
    level = 1 - FAMILY_LEVEL / len(procedures())
    judged, shown = (inference.proportion(found, size, level=each).interval for each in (level, 0.95))
    assert judged is not None
    assert shown is not None
    return {
        "procedure": one.name,
        "kind": one.kind,
        "says": one.says,
        "nominal": one.rate,
        "relation": one.relation,
        "band": one.band,
        "reason": one.reason,
        "simulations": size,
        "hits": found,
        "rate": found / size,
        "low": shown.low,
        "high": shown.high,
        "verdict": verdict(one.rate, one.relation, one.band, judged.low, judged.high),
    }
