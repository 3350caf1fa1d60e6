"""What several runs come to: at how many commits they were made, and how long they took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def totals(facts: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return the number of commits of some runs, and their minutes, of what each run.json says.

    Examples
    --------
    >>> totals([{"commit": "a", "seconds": 100.0}, {"commit": "b", "seconds": 200.0}])
    {'commits': 2, 'minutes': 5}
    """
    return {
        "commits": len({run["commit"] for run in facts}),
        "minutes": round(sum(run["seconds"] for run in facts) / 60),
    }
