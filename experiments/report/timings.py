"""What all reports of times have in common: medians with intervals, the machine, and whether to trust it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.report.summary import Measure, Sheet
from experiments.report.tables.formats import Count, Significant

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["INTERVAL", "ROUNDS", "machine", "steadiness", "trust", "vector_width"]

WIDE = 0.1
"""A row whose middle half of rounds spreads over more than this part of its median is not steady."""

UNSTEADY = 0.25
"""With more than this part of the rows not steady, the machine was too busy."""

INTERVAL = "distribution-free interval of the median, at least 95 %"

ROUNDS = (
    "Times are medians over rounds in which all that is compared takes turns, after a warm-up; their "
    "intervals are distribution-free, from order statistics, of at least 95 %."
)
"""How times are measured, for the methods of a report."""

_WIDTHS = (("avx512f", "AVX-512"), ("avx2", "AVX2"), ("avx", "AVX"), ("sve", "SVE"), ("asimd", "NEON"))


def vector_width(facts: Mapping[str, Any]) -> str | None:
    """Return the widest vector instructions of the machine of a run.

    Examples
    --------
    >>> vector_width({"machine": {"vectors": ["avx", "avx2", "sse4_2"]}}), vector_width({})
    ('AVX2', None)
    """
    flags = facts.get("machine", {}).get("vectors") or ()
    return next((width for flag, width in _WIDTHS if flag in flags), None)


def machine(facts: Mapping[str, Any]) -> str:
    """Return the processor, its vectors, its processors and the load before a run, in a few words.

    Examples
    --------
    >>> machine({"machine": {"cpu": "AMD EPYC", "cpus": 2, "vectors": ["avx2"], "load": [0.12, 0.1, 0.0]}})
    'AMD EPYC, AVX2, 2 processors, load average 0.12 before the run'
    """
    known = facts.get("machine", {})
    load, cpus = known.get("load"), known.get("cpus")
    parts = [
        known.get("cpu"),
        vector_width(facts),
        f"{cpus} processor{'' if cpus == 1 else 's'}" if cpus else None,
        f"load average {load[0]:.2f} before the run" if load else None,
    ]
    return ", ".join(part for part in parts if part) or "a machine that tells nothing of itself"


def steadiness(timing: pd.DataFrame, spreads: NDArray[np.float64]) -> Sheet:
    """Return how many medians are steady, by the spreads of their rounds, and what the machine had to do."""
    loads = timing["load_average"].dropna()
    record = {
        "medians": len(spreads),
        "unsteady": int((spreads > WIDE).sum()),
        "least_load": float(loads.min()) if len(loads) else None,
        "most_load": float(loads.max()) if len(loads) else None,
        "most_threads": int(timing["threads"].max()),
    }
    measures = {
        "medians": Measure("medians over rounds", Count()),
        "unsteady": Measure(f"those whose middle half of rounds spreads over more than {WIDE:.0%}", Count()),
        "least_load": Measure("the least load average before a part", Significant(3)),
        "most_load": Measure("the greatest load average before a part", Significant(3)),
        "most_threads": Measure("the most threads", Count()),
    }
    return Sheet.of_records("steadiness", (), measures, [record], rows="timing")


def trust(facts: Mapping[str, Any], sheet: Sheet) -> Iterator[str]:
    """Yield what the machine was, and whether its times can be trusted: of a sheet of `steadiness`."""
    (row,) = sheet.records()
    least, most, many = row["least_load"], row["most_load"], row["most_threads"]
    during = "" if least is None else f", {least:.2f} to {most:.2f} before its parts"
    threads = f"{many} threads where so named, else one" if many > 1 else "one thread"
    yield f"Measured on {machine(facts)}{during}; {threads}."
    wide, medians = row["unsteady"], row["medians"]
    if medians and wide / medians > UNSTEADY:
        yield (
            f"The machine was too busy to trust these times: in {wide} of {medians} rows the middle "
            f"half of the rounds spreads over more than {WIDE:.0%} of the median. Run again when it is quiet."
        )
    elif medians:
        yield (
            f"Steady: in {medians - wide} of {medians} rows the middle half of the rounds spreads "
            f"over at most {WIDE:.0%} of the median."
        )
