"""The page's first table: who can do what a reader chooses, on so many nodes, best first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from experiments.report.chooser import Chooser

if TYPE_CHECKING:
    import pandas as pd

    from experiments.report.tables.table import Table

COLUMNS = ["label", "n", "agrees_by", "needless", "peak", "ns", "one_key", "event_ms", "bytes"]

RATES = {"a million": 1e6, "10 million": 1e7, "100 million": 1e8, "300 million": 3e8, "a billion": 1e9}
"""Keys a second that one thread has to place."""


def choosing(table: Table, frame: pd.DataFrame, trust: Sequence[str], *, doubted: bool) -> Chooser:
    """Return the whole table with the choices: a row is shown if it passes each one."""
    whole = replace(
        table,
        title="Who can, best first",
        frame=frame,
        columns=COLUMNS,
        notes=["Order: baselines last; then fewest needless moves, evenest nodes, and time."],
        groups=[],
    )
    choices = {title: dict(options) for title, options in _choices(frame)}
    return Chooser(whole, choices, tuple(trust), doubted)


def _choices(frame: pd.DataFrame) -> Iterator[tuple[str, Mapping[str, pd.Series[bool]]]]:
    all_rows = frame["n"] > 0
    yield "Nodes", {f"{n:,}": frame["n"] == n for n in frame["n"].unique()}
    yield (
        "Who may leave",
        {
            "any node": frame["removes"] == "any",
            "the last one": frame["removes"] != "none",
            "nobody": all_rows,
        },
    )
    yield "Weights", {"alike": all_rows, "different": frame["takes_weights"]}
    yield "Nodes a key", {"one": all_rows, "several": frame["takes_replicas"]}
    within = {words: frame["ns"] * rate <= 1e9 for words, rate in RATES.items()}
    yield "Keys a second and thread", {"any": all_rows, **within}
