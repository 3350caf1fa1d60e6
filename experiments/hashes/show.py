"""How the rows of `hashes` are shown: what each hash function does to each algorithm, by workload."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from algorithms.hashing import hash_function
from experiments import inference
from experiments.inference.levels import FAMILY_LEVEL
from experiments.report.figures import charts
from experiments.report.figures.figure import PAGE, Figure
from experiments.report.frames import frame_of
from experiments.report.presentation import Presentation, Results
from experiments.report.slugs import slug
from experiments.report.tables.formats import Significant
from experiments.report.tables.table import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


MOST = 3
"""So many algorithms are named in a sentence."""

KEYS = {
    "sequential": "0, 1, 2, ...",
    "strings": "user:0, user:1, ...",
    "names": "last names, by their frequencies",
    "uniform": "random integers",
}


def present(results: Results[Any]) -> Presentation:
    """Return tables, figures and meaning of a run of `hashes`."""
    summary = _summary(results.rows[results.rows["method"] == "sampled"])
    several = summary["n"].nunique() > 1
    tables: list[Table] = []
    figures: list[Figure] = []
    for n, part in summary.groupby("n", sort=False):
        suffix = f"-n{n}" if several else ""
        tables += _tables(results, part, suffix)
        figures += _figures(results, part, suffix)
    return Presentation(
        tables,
        figures,
        _meaning(summary),
        methods=[
            "The square of the CV is held against that of random hashes by a chi-square test, corrected by "
            "Holm over all rows at 1 %."
        ],
    )


def _summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each workload, n, algorithm and hash function: over the repetitions."""
    found: list[dict[str, Any]] = []
    by = ["n", "workload", "label", "hash"]
    for key, group in rows.groupby(by, sort=False):
        one: dict[str, Any] = dict(zip(by, key, strict=True))
        refused = "cannot" in group and bool(group["cannot"].notna().all())
        if not refused:
            one |= _compared(group, seeded=hash_function(one["hash"]).seeded)
        found.append(
            {**dict.fromkeys(("ratio", "peak", "p_value", "keys", "cannot")), **one} | {"refused": refused}
        )
        if refused:
            found[-1]["cannot"] = str(group["cannot"].iloc[0])
    summary = frame_of(found, numbers=["ratio", "peak", "p_value", "keys"], others=by)
    tested = summary["p_value"].notna()
    summary["corrected"] = np.nan
    if tested.any():
        p_values = summary.loc[tested, "p_value"].to_numpy(dtype=float)
        summary.loc[tested, "corrected"] = inference.holm(p_values)
    return summary


def _compared(group: pd.DataFrame, *, seeded: bool) -> dict[str, Any]:
    """Return the root of mean CV² over the law's, the fullest node, and how likely random hashes do the same.

    (n - 1) CV²/law² is chi-square with n - 1 degrees of freedom for distinct keys; the repetitions of a
    function with a seed are independent, and all those of one without are a single draw.
    """
    from scipy import stats

    squares = group["cv"].to_numpy(dtype=float) ** 2
    laws = group["law_cv"].to_numpy(dtype=float) ** 2
    known = bool(np.isfinite(laws).all()) and float(laws.min()) > 0
    relative = float(np.mean(squares / laws)) if known else math.nan
    distinct = bool((group["distinct"] == group["keys"]).all())
    freedom = (int(group["n"].iloc[0]) - 1) * (len(group) if seeded else 1)
    p_value = None
    if known and distinct and freedom:
        law = stats.chi2(freedom)
        p_value = float(min(1.0, 2 * min(law.cdf(freedom * relative), law.sf(freedom * relative))))
    return {
        "ratio": math.sqrt(relative) if known else None,
        "peak": float(group["max_to_mean"].mean()),
        "p_value": p_value,
        "keys": float(group["keys"].mean()),
    }


def _functions(summary: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(summary["hash"]))


def _facts(results: Results[Any], summary: pd.DataFrame) -> str:
    many = results.parameters.repetitions
    plural = "s" if many > 1 else ""
    n, keys = int(summary["n"].iloc[0]), float(summary["keys"].dropna().max())
    return f"{n:,} nodes, {keys:,.0f} keys, {many} repetition{plural}"


def _tables(results: Results[Any], summary: pd.DataFrame, suffix: str) -> Iterator[Table]:
    facts = _facts(results, summary)
    functions = _functions(summary)
    refused = summary[summary["refused"]]
    if results.parameters.cluster:  # whose nodes an algorithm may refuse
        by_reason = refused.groupby("cannot", sort=False)["label"]
        notes = [f"{', '.join(dict.fromkeys(labels))}: {reason}." for reason, labels in by_reason]
    else:
        refused = refused.drop_duplicates(["hash", "workload"])
        notes = [f"{row.cannot}." for row in refused.itertuples()]
    keys = [
        f"{workload}: {KEYS[family]}"
        for workload in dict.fromkeys(summary["workload"])
        if (family := str(workload).partition(":")[0]) in KEYS
    ]
    notes = ["; ".join(keys) + ".", *notes] if keys else notes
    for column, name, title, caption in (
        (
            "ratio", "ratio", "CV of the loads over the CV that random hashes would give",
            "1 is as good as random; above, less even; below, more even than chance.",
        ),
        ("peak", "peak", "Load of the fullest node over the mean load", "1 is perfect balance."),
    ):  # fmt: skip
        cells = {(row.workload, row.label, row.hash): getattr(row, column) for row in summary.itertuples()}
        lines = [
            [workload, label, *(cells.get((workload, label, function)) for function in functions)]
            for workload in dict.fromkeys(summary["workload"])
            for label in dict.fromkeys(summary["label"])
        ]
        yield Table.of_rows(
            f"{name}{suffix}",
            title,
            ["workload", "label", *functions],
            lines,
            caption=f"{facts}. {caption}",
            formats={function: Significant(3) for function in functions},
            headers={"label": "algorithm", **{function: function for function in functions}},
            groups=["workload"],
            notes=notes,
        )


def _figures(results: Results[Any], summary: pd.DataFrame, suffix: str) -> Iterator[Figure]:
    facts = _facts(results, summary)
    for workload, part in summary.groupby("workload", sort=False):
        taken = part[~part["refused"].astype(bool)]
        functions, labels = _functions(taken), list(dict.fromkeys(taken["label"]))
        grid = taken.pivot(index="hash", columns="label", values="ratio").reindex(
            index=functions, columns=labels
        )
        values = grid.to_numpy(dtype=float)
        if not np.isfinite(values).any():
            continue

        def draw(
            canvas: Canvas,
            functions: list[str] = functions,
            labels: list[str] = labels,
            values: Any = values,
        ) -> None:
            axes = canvas.subplots()
            charts.dots(
                axes, functions, labels, values, log=True, label="CV / CV of random hashes", missing="no law"
            )
            axes.axvline(1.0, color="#888888", linewidth=0.6, zorder=0)
            charts.legend(canvas, axes)

        yield Figure(
            f"ratio-{slug(str(workload))}{suffix}",
            f"What hash functions make of {workload} keys: CV of the loads over the CV that random hashes "
            f"would give. {facts}.",
            draw,
            (PAGE, 0.9 + 0.42 * len(functions)),
        )


def _meaning(summary: pd.DataFrame) -> list[str]:
    lines = []
    tested = summary[summary["corrected"].notna()]
    apart = tested[tested["corrected"] < FAMILY_LEVEL]
    if len(tested):
        lines.append(
            f"{len(tested) - len(apart)} of {len(tested)} loads of distinct keys are as uneven as those of "
            "random hashes (χ² tests of CV², Holm, 1 %)."
        )
    for key, group in apart.groupby(["hash", "workload"], sort=False):
        function, workload = cast("tuple[str, str]", key)
        worse, better = group[group["ratio"] > 1], group[group["ratio"] < 1]
        parts = []
        if len(worse):
            worst = worse.sort_values("ratio", ascending=False)
            named = [
                f"{row.label} × {row.ratio:.3g} (fullest node {row.peak:.3g} means)"
                for row in worst.itertuples()
            ]
            more = f" and {len(named) - MOST} more" if len(named) > MOST else ""
            parts.append(f"less even than chance: {', '.join(named[:MOST])}{more}")
        if len(better):
            parts.append(f"more even: {', '.join(better.sort_values('ratio')['label'])}")
        lines.append(f"{function} on {workload} keys, {'; '.join(parts)}.")
    return lines
