"""The charts of `balance`: spread against points and nodes, and the fullest node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from algorithms import names
from algorithms.registry import parameters_of
from experiments.balance.cluster import ring_law
from experiments.balance.summary import interval_of_largest, parts, plainest
from experiments.report.chart import BY_NODES, Axis, Chart, Lines
from experiments.report.figures.figure import COLUMN, PAGE
from experiments.report.glance import Glance
from experiments.report.presentation import Results
from experiments.report.summary import Summary
from experiments.report.tables.formats import Percent
from experiments.report.tables.symbols import POINTS

if TYPE_CHECKING:
    from experiments.balance.parameters import BalanceParameters

BY_POINTS = Axis("points", POINTS.meaning, "count", symbol=POINTS, log=True, measured=True)
CV = Lines(
    BY_NODES, Axis("cv", "CV of the loads", "percent", log=True), low="cv_low", high="cv_high", law="law_cv"
)
FULLEST = Lines(
    BY_NODES,
    Axis("max_to_mean", "largest load / mean load", zero=False),
    low="max_low",
    high="max_high",
    law="law_max_to_mean",
)
CHOICES = {"workload": "Keys", "hash": "Hash function"}


def charts(results: Results[BalanceParameters], numbers: Summary) -> Iterator[Chart]:
    """Yield CV against points of exact shares; then CV and max/mean of loads against nodes."""
    many, loads = results.parameters.repetitions, _loads(numbers, "sampled")
    first = {"hash": numbers["loads"].frame["hash"].iloc[0]} if len(numbers["loads"].frame) else {}
    yield _over_points(results, numbers, first)
    if loads.empty:
        return
    words = zip(loads["keys"], loads["workload"], loads["hash"], strict=True)
    facts = [f"{keys:,.0f} {workload} keys, hashed by {name}" for keys, workload, name in words]
    loads = loads.assign(facts=facts)
    of_first = plainest(numbers["loads"].where(**first))  # none, if that function takes no text
    plain = {"workload": (of_first if len(of_first) else plainest(loads))["workload"].iloc[0]}
    for name, title, mark, interval in (
        ("spread", "How uneven the loads are", CV, "t"),
        ("max-nodes", "The fullest node", FULLEST, interval_of_largest(numbers)),
    ):
        yield Chart(
            name,
            title,
            f"Against the number of nodes; {many} repetitions, 95 % {interval} intervals of the mean; "
            "dotted: the law, where one is known.",
            loads,
            mark,
            choices=CHOICES,
            facts="facts",
            only=first | plain,
            size=(0.75 * PAGE, 3.2),
            page_only=mark is CV,
        )


def glance(numbers: Summary) -> Iterator[Glance]:
    """Yield the load of the fullest node at the largest number of nodes, for the first workload."""
    loads = _loads(numbers, "sampled")
    if loads.empty:
        return
    most, (_, part) = loads["n"].max(), next(parts(loads))
    rows = part[(part["n"] == most) & part["max_to_mean"].notna()].to_dict("records")
    yield Glance(
        "fullest node",
        f"load of the fullest of {most:,} nodes above the mean; {part['workload'].iloc[0]} keys",
        {_plain(row): row["max_to_mean"] - 1 for row in rows},
        Percent(1),
    )


def _over_points(results: Results[BalanceParameters], numbers: Summary, first: dict[str, Any]) -> Chart:
    shares = _loads(numbers, "exact")
    # here the points are an axis, and a line is an algorithm's
    shares = shares[shares["points"].notna()].drop_duplicates(["hash", "n", "algorithm", "points"])
    spread = Axis("cv", "CV of the shares", "percent", log=True)
    return Chart(
        "cv-points",
        "How the spread of the shares falls with points",
        "Coefficient of variation of the nodes' shares of the hash space, exact; dotted: the law "
        f"{ring_law(results)}. {results.parameters.repetitions} repetitions, 95 % t intervals.",
        shares.astype({"points": "int64"}),
        Lines(BY_POINTS, spread, low="cv_low", high="cv_high", law="law_cv"),
        series="algorithm",
        choices={"hash": "Hash function", "n": "Nodes"},
        only=first,
        together="n",
        size=(1.25 * COLUMN, 2.6),
    )


def _loads(numbers: Summary, method: str) -> pd.DataFrame:
    loads = numbers["loads"].where(method=method)
    return pd.concat([part for _, part in parts(loads)], ignore_index=True) if len(loads) else loads


def _plain(row: dict[Any, Any]) -> str:
    """Return a row's label, or its algorithm's name where it has as many points as that has by default."""
    name, points = str(row["algorithm"]), row["points"]
    usual = parameters_of(name).get("points") if points == points and name in names() else None
    return name if usual is not None and usual.default == points else str(row["label"])
