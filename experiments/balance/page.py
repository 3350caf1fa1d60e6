"""The charts of `balance`: spread against points and nodes, and the fullest node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from algorithms import names
from algorithms.registry import parameters_of
from experiments.balance.cluster import ring_law
from experiments.balance.summary import interval_of_largest, parts
from experiments.report.html.chart import (
    NUMBER,
    PERCENT,
    Axis,
    Chart,
    Glance,
    lines,
    measured,
    records,
)
from experiments.report.tables.formats import Percent

if TYPE_CHECKING:
    from experiments.report.document.chapter import Chapter

COLUMNS = (
    "hash", "workload", "n", "label", "algorithm", "points", "cv", "cv_low", "cv_high", "law_cv",
    "max_to_mean", "max_low", "max_high", "law_max_to_mean", "keys",
)  # fmt: skip


def charts(chapter: Chapter) -> Iterator[Chart]:
    """Yield CV against points of exact shares; then CV and max/mean of loads against nodes."""
    repetitions = chapter.results.parameters.repetitions
    shares = _rows(chapter, "exact")
    # here the points are an axis, and a line is an algorithm's
    several = [row | {"label": row["algorithm"]} for row in shares if row["points"] is not None]
    points = Axis("points", "points a node", ",", log=True, at=measured(several, "points"))
    spread = Axis("cv", "CV of the shares", PERCENT, log=True)
    if len({row["points"] for row in several}) > 1:
        yield Chart(
            "points",
            "How the spread of the shares falls with points",
            "Coefficient of variation of the nodes' shares of the hash space, exact; dotted: the law "
            f"{ring_law(chapter.results)}. {repetitions} repetitions, 95 % t intervals.",
            several,
            lines(points, spread, low="cv_low", high="cv_high", law="law_cv"),
            x=points,
            y=spread,
            choices=_choices(several, ("hash", "n")),
            replaces=["cv-points"],
        )
    loads = _rows(chapter, "sampled")
    if len({row["n"] for row in loads}) > 1:
        nodes = Axis("n", "nodes", ",", log=True, at=measured(loads, "n"))
        largest = interval_of_largest(chapter.presentation.summary)
        for name, axis, law, low, high, interval, replaced in (
            (
                "spread",
                Axis("cv", "CV of the loads", PERCENT, log=True),
                "law_cv",
                "cv_low",
                "cv_high",
                "t",
                [],
            ),
            (
                "fullest",
                Axis("max_to_mean", "largest load / mean load", NUMBER, zero=False),
                "law_max_to_mean",
                "max_low",
                "max_high",
                largest,
                ["max-nodes"],
            ),
        ):
            yield Chart(
                name,
                "How uneven the loads are" if name == "spread" else "The fullest node",
                f"Against the number of nodes; {repetitions} repetitions, 95 % {interval} intervals of the "
                "mean; dotted: the law, where one is known.",
                loads,
                lines(nodes, axis, low=low, high=high, law=law),
                x=nodes,
                y=axis,
                choices=_choices(loads, ("workload", "hash")),
                replaces=replaced,
            )


def glance(chapter: Chapter) -> Iterator[Glance]:
    """Yield the load of the fullest node at the largest number of nodes, for the first workload."""
    rows = _rows(chapter, "sampled")
    if not rows:
        return
    first, most = rows[0], max(row["n"] for row in rows)
    part = [
        row
        for row in rows
        if (row["workload"], row["hash"], row["n"]) == (first["workload"], first["hash"], most)
    ]
    yield Glance(
        "fullest node",
        f"load of the fullest of {most:,} nodes above the mean; {first['workload']} keys",
        {_plain(row): row["max_to_mean"] - 1 for row in part if row["max_to_mean"] is not None},
        Percent(1),
    )


def _plain(row: dict[str, Any]) -> str:
    """Return a row's label, or its algorithm's name where it has as many points as that has by default."""
    name, points = str(row["algorithm"]), row["points"]
    usual = parameters_of(name).get("points") if points is not None and name in names() else None
    return name if usual is not None and usual.default == points else str(row["label"])


def _rows(chapter: Chapter, method: str) -> list[dict[str, Any]]:
    loads = chapter.presentation.summary["loads"]
    return [row for _, part in parts(loads.where(method=method)) for row in records(part, COLUMNS)]


def _choices(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> dict[str, str]:
    names = {"hash": "Hash function", "workload": "Keys", "n": "Nodes"}
    return {column: names[column] for column in columns if len({row[column] for row in rows}) > 1}
