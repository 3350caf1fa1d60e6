"""What balance takes: the points that a ring needs, and the keys that equal shares need, by law."""

from __future__ import annotations

import math
from collections.abc import Sequence

from experiments import theory
from experiments.report.tables.formats import Count
from experiments.report.tables.symbols import NODES
from experiments.report.tables.table import Table

CVS = (0.05, 0.01)
PEAKS = (1.05, 1.01)


def needed(nodes: Sequence[int]) -> Table | None:
    """Return the table of what it takes to have loads of 5 % and of 1 %."""
    lines: list[list[object]] = []
    for n in sorted({n for n in nodes if n > 1}):
        for cv in CVS:
            points = theory.points_needed(cv, n)
            lines.append([n, f"CV {100 * cv:g} %", points, n * points, theory.keys_needed(cv, n)])
        for peak in PEAKS:
            # the search stops at 1 in 1000, so the digits behind are not known
            points = _three_digits(theory.points_for_peak(peak, n))
            lines.append([n, f"max/mean {peak:g}", points, n * points, None])
    if not lines:
        return None
    return Table.of_rows(
        "needed",
        "What it takes to be so even, by law",
        ["n", "wanted", "points", "entries", "keys"],
        lines,
        caption="Points a node that a ring needs for shares of the hash space of this CV, or whose largest "
        "is on average so many means; the entries of that ring; and the keys at which equal shares have "
        "loads of this CV. A ring's loads have both errors.",
        formats={name: Count() for name in ("points", "entries", "keys")},
        headers={"n": NODES.header, "points": "points a node", "keys": "keys for equal shares"},
        groups=["n"],
        notes=["700 ln n points a node, a rule for max/mean 1.05: " + "; ".join(_rule(nodes)) + "."],
    )


def _rule(nodes: Sequence[int]) -> list[str]:
    return [f"{700 * math.log(n):,.0f} at n = {n:,}" for n in sorted({n for n in nodes if n > 1})]


def _three_digits(value: int) -> int:
    return int(float(f"{value:.3g}"))
