"""What the rows of `balance` say of the nodes of a file, and what of equal nodes alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.report.presentation import Results

if TYPE_CHECKING:
    import pandas as pd

    from experiments.balance.parameters import BalanceParameters


def all_alike(results: Results[BalanceParameters]) -> bool:
    """Return whether all nodes have weight 1, as they do unless a file says otherwise."""
    cluster = results.facts.get("cluster", {"least": 1.0, "most": 1.0})
    return not results.parameters.cluster or cluster["least"] == cluster["most"] == 1.0


def ring_law(results: Results[BalanceParameters]) -> str:
    """Return the law of the CV of a ring's shares, as a formula."""
    return "√((n-1)/(n·points+1))" if all_alike(results) else "√((n-1)/(N+1)), N the points of all nodes"


def about(results: Results[BalanceParameters], loads: pd.DataFrame) -> list[str]:
    """Say how even the loads are relative to weights, and what is left out where weights are not all 1."""
    if all_alike(results):
        return []
    sampled = loads[loads["method"] == "sampled"]
    lines = []
    for (function, workload, n), group in sampled.groupby(["hash", "workload", "n"], sort=False):
        even = group.sort_values("cv")
        spreads = [
            f"{label} {100 * cv:.3g} %" for label, cv in zip(even["label"], even["cv"].tolist(), strict=True)
        ]
        lines.append(
            f"CV of the loads relative to weights ({n} nodes, {workload}, {function}): {', '.join(spreads)}."
        )
    return [
        *lines,
        "Laws of nodes of weight 1 are left out: of one node's share, and the points that a CV needs; where "
        "weights differ also the variance of the loads, and G.",
    ]
