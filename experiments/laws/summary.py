"""Every number that `laws` states: means over draws with their intervals, and their tests, one family."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments import inference
from experiments.inference.tails import t_quantile
from experiments.laws.tested import MARGINS, Tested
from experiments.report import conclusions
from experiments.report.absent import taking_part
from experiments.report.frames import frame_of
from experiments.report.presentation import Results
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Count, Percent, PlusMinus, Significant

if TYPE_CHECKING:
    from experiments.laws.parameters import LawsParameters

MOVED, LOADS = ("n", "event", "label"), ("n", "label")
FLOATS = ("mean", "deviation", "least", "most", "law_mean", "law_deviation", "ideal")


def summary(results: Results[LawsParameters]) -> Summary:
    """Return the tests, what each event moves, how loads are spread, and how many agree."""
    rows = taking_part(results.rows)
    rows = rows.astype(dict.fromkeys(FLOATS, float)).assign(event=rows["event"].fillna(""))
    tested = Tested.of(rows)
    moved, loads = _moved(rows, tested), _loads(rows, tested)
    return Summary(
        [
            Sheet("tests", tested.frame, ("n", "label", "event", "quantity"), conclusions.MEASURES),
            Sheet("moved", moved, MOVED, {
                "movement": Measure("mean over draws of the part of the keys that an event moves",
                                    PlusMinus(Percent(2), "movement_half"), "movement_low", "movement_high",
                                    "movement_law"),
                "needless": Measure("mean movement over what exact shares need, less 1", Percent(1),
                                    low="needless_low"),
                "stray": Measure("mean part of the keys that move between nodes the event is not about",
                                 Percent(2), law="stray_law"),
                "most_stray": Measure("the largest such part of a draw", Percent(2)),
            }),
            Sheet("loads", loads, LOADS, {
                "cv": Measure("root of the mean over draws of CV²",
                              PlusMinus(Percent(2), "cv_half"), "cv_low", "cv_high", "cv_law"),
                "over": Measure("the same over that of random hashes on equal shares", Significant(3),
                                "over_low", "over_high", "over_law"),
                "largest": Measure("mean over draws of the largest load over the mean",
                                   PlusMinus(Significant(4), "largest_half"), "largest_low", "largest_high",
                                   "largest_law"),
            }),
            _agreement(tested.frame),
            _widest(moved, loads),
            _extent(rows, results.parameters),
            _refused(results.rows),
        ]
    )  # fmt: skip


def _moved(rows: pd.DataFrame, tested: Tested) -> pd.DataFrame:
    stray = {
        (row["n"], row["event"], row["label"]): row
        for row in rows[rows["quantity"] == "stray"].to_dict("records")
    }
    body = []
    for row in rows[rows["quantity"] == "movement"].to_dict("records"):
        key = (row["n"], row["event"], row["label"])
        astray, moves = stray[key], _mean(row, "movement")
        body.append(
            {
                **dict(zip(MOVED, key, strict=True)),
                **moves,
                "movement_law": row["law_mean"],
                "needless": row["mean"] / row["ideal"] - 1 if row["ideal"] else None,
                "needless_low": moves["movement_low"] / row["ideal"] - 1 if row["ideal"] else None,
                "stray": astray["mean"],
                "stray_law": astray["law_mean"],
                "most_stray": astray["most"],
                "says": tested.says(row),
                "stray_says": tested.says(astray),
            }
        )
    numbers = [
        *_ends("movement"),
        "movement_law",
        "needless",
        "needless_low",
        "stray",
        "stray_law",
        "most_stray",
    ]
    return frame_of(body, numbers=numbers, others=[*MOVED, "says", "stray_says"])


def _loads(rows: pd.DataFrame, tested: Tested) -> pd.DataFrame:
    largest = {
        (row["n"], row["label"]): row for row in rows[rows["quantity"] == "max_to_mean"].to_dict("records")
    }
    body = []
    for row in rows[rows["quantity"] == "cv_squared"].to_dict("records"):
        key = (row["n"], row["label"])
        square = _mean(row, "cv")
        root = {name: math.sqrt(max(0.0, square[name])) for name in ("cv", "cv_low", "cv_high")}
        root["cv_law"] = math.sqrt(row["law_mean"])
        random = math.sqrt((row["n"] - 1) / row["keys"])
        over = {f"over{name[2:]}": value / random if random else None for name, value in root.items()}
        body.append(
            {
                **dict(zip(LOADS, key, strict=True)),
                **root,
                "cv_half": (root["cv_high"] - root["cv_low"]) / 2,
                **over,
                **_mean(largest[key], "largest"),
                "largest_law": largest[key]["law_mean"],
                "says": tested.says(row),
                "largest_says": tested.says(largest[key]),
            }
        )
    numbers = [
        *_ends("cv"),
        "cv_law",
        "over",
        "over_low",
        "over_high",
        "over_law",
        *_ends("largest"),
        "largest_law",
    ]
    return frame_of(body, numbers=numbers, others=[*LOADS, "says", "largest_says"])


def _ends(name: str) -> list[str]:
    return [name, f"{name}_low", f"{name}_high", f"{name}_half"]


def _mean(row: Mapping[Any, Any], name: str) -> dict[str, float]:
    """Return a mean over draws with its 95 % t interval."""
    size, mean = int(row["draws"]), float(row["mean"])
    half = -t_quantile((1 - inference.LEVEL) / 2, size - 1) * float(row["deviation"]) / math.sqrt(size)
    return dict(zip(_ends(name), (mean, mean - half, mean + half, half), strict=True))


def _agreement(tested: pd.DataFrame) -> Sheet:
    """Return how many means agree, are open or differ, by quantity."""
    body: Iterator[dict[str, Any]] = (
        {
            "quantity": quantity,
            **conclusions.agreement(tested[tested["quantity"] == quantity]["conclusion"]),
            "margin": MARGINS[quantity],
        }
        for quantity in MARGINS
    )
    return Sheet.of_records("agreement", ("quantity",), conclusions.AGREEMENT, body)


def _widest(moved: pd.DataFrame, loads: pd.DataFrame) -> Sheet:
    """Return half of the widest interval of each kind, by n."""
    body = [
        {
            "n": n,
            "widest_movement": float(moved.loc[moved["n"] == n, "movement_half"].max()),
            "widest_cv": float(part["cv_half"].max()),
            "widest_largest": float(part["largest_half"].max()),
        }
        for n, part in loads.groupby("n", sort=False)
    ]
    measures = {
        "widest_movement": Measure("half of the widest interval of movement", Percent(2)),
        "widest_cv": Measure("half of the widest interval of a CV", Percent(2)),
        "widest_largest": Measure("half of the widest interval of the largest load", Significant(1)),
    }
    return Sheet.of_records("widest", ("n",), measures, body)


def _extent(rows: pd.DataFrame, parameters: LawsParameters) -> Sheet:
    """Return how many algorithms there are, and how many have laws; and who should move nothing astray."""
    lawful = rows[rows["law_mean"].notna()]
    never = rows[(rows["quantity"] == "stray") & (rows["law_mean"] == 0.0)]
    measures = {
        "algorithms": Measure("algorithms that take part", Count()),
        "of_movement": Measure("those whose movement has a law in some event", Count()),
        "of_loads": Measure("those whose loads have a law", Count()),
        "never": Measure("events by algorithm and n in which the law lets no key stray", Count()),
        "never_strays": Measure("of these, those in which none of any draw did", Count()),
        "placed": Measure("keys that were placed before and after events", Count()),
    }
    moved = lawful[lawful["quantity"] == "movement"]
    record = {
        "algorithms": rows["label"].nunique(),
        "of_movement": moved["label"].nunique(),
        "of_loads": lawful[lawful["quantity"] == "cv_squared"]["label"].nunique(),
        "never": len(never),
        "never_strays": int((never["most"] == 0.0).sum()),
        "placed": int((rows[rows["quantity"] == "movement"][["keys", "draws"]].prod(axis=1)).sum()),
    }
    return Sheet.of_records("extent", (), measures, [record])


def _refused(rows: pd.DataFrame) -> Sheet:
    """Return who cannot have the nodes, or make an event, and why; `nodes` where not at every n."""
    refused = rows[rows["cannot"].notna()].fillna({"event": ""})
    keys = ("label", "cannot", "event")
    every = rows["n"].nunique()
    body = [
        dict(zip(keys, key, strict=True))
        | {"nodes": "" if group["n"].nunique() == every else ", ".join(f"{n:,}" for n in group["n"].unique())}
        for key, group in refused.groupby(list(keys), sort=False)
    ]
    frame = frame_of(body, others=[*keys, "nodes"])
    return Sheet("refused", frame, keys)
