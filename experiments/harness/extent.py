"""How much of each workload with an end a run uses: facts of the run, since a file may be gone tomorrow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from experiments.harness.parameters import Parameters
from experiments.workloads.parse import parse

__all__ = ["extents"]


def extents(parameters: Parameters) -> Mapping[str, Any]:
    """Return how many keys each workload with an end has, and how many of them are used.

    Parameters
    ----------
    parameters
        Those of a run.

    Returns
    -------
    mapping
        ``{"extents": {text: {"keys": ..., "used": ...}}}``; empty where no workload has an end.
    """
    known = {}
    for text in parameters.ending:
        source = parse(text)
        known[text] = {
            "keys": source.total,
            "used": source.available(parameters.keys),
            **source.remarks,
        }
    return {"extents": known} if known else {}
