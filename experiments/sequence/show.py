"""How the rows of `sequence` are shown: movement step by step, what it comes to, balance on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from experiments import events, inference
from experiments.inference.levels import FAMILY_LEVEL
from experiments.report.absent import notes_of
from experiments.report.figures import charts
from experiments.report.figures.figure import PAGE, Figure
from experiments.report.figures.ticks import round_ticks
from experiments.report.presentation import Presentation, Results
from experiments.report.slugs import slug
from experiments.report.tables.formats import Count, Percent, PlusMinus, Significant
from experiments.report.tables.symbols import MEAN, NODES
from experiments.report.tables.table import Header, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from experiments.sequence.parameters import SequenceParameters


@dataclass(frozen=True)
class _Part:
    """The rows of one sequence, workload and number of nodes."""

    sequence: str
    workload: str
    n: int
    suffix: str
    rows: pd.DataFrame

    @property
    def labels(self) -> list[str]:
        return list(dict.fromkeys(self.rows["label"]))

    @property
    def absent(self) -> list[str]:
        """The labels of those who cannot take the nodes of a cluster."""
        start = self.rows[self.rows["step"] == 0]
        return list(dict.fromkeys(start[start["cannot"].notna()]["label"]))

    @property
    def steps(self) -> list[str]:
        """The events, as a user writes them."""
        return [event.text for event in events.sequence(self.sequence)]

    @property
    def last(self) -> pd.DataFrame:
        """The rows after the last step."""
        return self.rows[self.rows["step"] == len(self.steps)]

    @property
    def facts(self) -> str:
        many = int(self.rows["repetition"].nunique())
        keys = int(self.rows["keys"].max())
        plural = "s" if many > 1 else ""
        return f"{self.n} nodes at the start, {keys:,} keys ({self.workload}), {many} repetition{plural}"

    @property
    def title(self) -> str:
        named = self.sequence in events.SEQUENCES
        return self.sequence if named else f"{len(self.steps)} events"


def present(results: Results[SequenceParameters]) -> Presentation:
    """Return tables, figures and meaning of a run of `sequence`."""
    tables: list[Table] = []
    figures: list[Figure] = []
    meaning: list[str] = []
    for part in _parts(results.rows):
        tables += [_steps(part), _totals(part)]
        figures.append(_figure(part))
        meaning += _meaning(part)
    return Presentation(
        tables,
        figures,
        meaning + _against_laws(results.rows),
        methods=[
            "Means over repetitions have 95 % t intervals, the repetition being the unit, and are held "
            "against their laws by t-tests, corrected by Holm over all that are held at 1 %."
        ],
    )


def _parts(rows: pd.DataFrame) -> Iterator[_Part]:
    several = [name for name in ("workload", "n") if rows[name].nunique() > 1]
    for number, (key, group) in enumerate(rows.groupby(["sequence", "workload", "n"], sort=False), 1):
        sequence, workload, n = cast("tuple[str, str, int]", key)
        words = [sequence if sequence in events.SEQUENCES else f"list-{number}"]
        words += [slug(str(workload))] if "workload" in several else []
        words += [f"n{n}"] if "n" in several else []
        yield _Part(str(sequence), str(workload), int(n), "-".join(words), group)


def _mean(rows: pd.DataFrame, column: str) -> float:
    values = rows[column].dropna()
    return float(values.astype(float).mean()) if len(values) else np.nan


def _steps(part: _Part) -> Table:
    """Return the table of the movement of each step."""
    lines: list[dict[str, Any]] = []
    for step, event in enumerate(part.steps, 1):
        of_step = part.rows[part.rows["step"] == step]
        by_label = of_step.groupby("label", sort=False)
        moved = {str(label): _mean(group, "movement") for label, group in by_label}
        did = of_step[of_step["cannot"].isna()]
        line = {"step": step, "event": events.parse(event).title, "n": _sizes(did), **moved}
        lines.append({**line, "ideal": _mean(did[did["n_after"] == did["n_after"].min()], "ideal")})
    every = ["ideal", *part.labels]
    return Table(
        f"steps-{part.suffix}",
        f"Keys moved by each step: {part.title}",
        pd.DataFrame(lines),
        f"{part.facts}; means. n: after the step. Ideal: what perfect balance would have moved.",
        columns=["step", "event", "n", *part.labels, "ideal"],
        formats={label: Percent(2) for label in every},
        headers={"n": NODES.header},
        notes=_reasons(part),
    )


def _sizes(rows: pd.DataFrame) -> str:
    """Return the number of nodes, or numbers where who sat out a step has others."""
    sizes = sorted({int(n) for n in rows["n_after"]})
    return ", ".join(map(str, sizes)) or "–"


def _reasons(part: _Part) -> list[str]:
    absent = part.rows["label"].isin(part.absent)
    notes = notes_of(part.rows[absent])
    refused = part.rows[part.rows["cannot"].notna() & ~absent]
    for (label, reason), group in refused.groupby(["label", "cannot"], sort=False):
        steps = ", ".join(str(step) for step in dict.fromkeys(group["step"]))
        plural = "s" if "," in steps else ""
        notes.append(f"{label} sits out step{plural} {steps} and keeps its nodes: {reason}.")
    return notes


TOTALS = ("moved_in_all", "law_in_all", "touched", "net", "net_ideal", "strays", "drift")


def _totals(part: _Part) -> Table:
    """Return the table of what the steps come to at the end."""
    lines: list[dict[str, Any]] = []
    for label in part.labels:
        rows = part.rows[part.rows["label"] == label]
        last = part.last[part.last["label"] == label]
        if label in part.absent:
            lines.append({"label": label})
            continue
        moved = inference.mean(last["moved_in_all"])
        laws = rows[rows["step"] > 0].groupby("repetition")["law_movement"].sum(min_count=1)
        known = rows[(rows["step"] > 0) & rows["cannot"].isna()]["law_movement"].notna().all()
        interval = moved.interval
        lines.append(
            {
                "label": label,
                "made": int(rows[(rows["step"] > 0) & rows["cannot"].isna()]["step"].nunique()),
                "n": ", ".join(str(n) for n in sorted({int(n) for n in last["n_after"]})),
                "moved_in_all": moved.value,
                "half": None if interval is None else (interval.high - interval.low) / 2,
                "law_in_all": float(laws.mean()) if known and len(laws) else None,
                "strays": float(rows.groupby("repetition")["stray"].sum().mean()),
                **{name: _mean(last, name) for name in ("touched", "net", "net_ideal", "drift")},
                "cv_start": _mean(rows[rows["step"] == 0], "cv"),
                "cv_end": _mean(last, "cv"),
                "max_end": _mean(last, "max_to_mean"),
            }
        )
    columns = ["label", "made", *TOTALS, "cv_start", "cv_end", "max_end"]
    return Table(
        f"totals-{part.suffix}",
        f"What the steps come to: {part.title}",
        pd.DataFrame(lines),
        f"{part.facts}; means, ± half of the 95 % t interval. Sum: of the movement of all steps, 100 % being "
        "every key once; touched: keys that moved at least once; net: keys that are elsewhere than at the "
        "start, and what perfect balance would need; strays: the sum of stray moves; drift: keys that are "
        "elsewhere than if the nodes of the end were built at once.",
        columns=columns,
        formats={
            "made": Count(),
            **{name: Percent(2) for name in TOTALS},
            "moved_in_all": PlusMinus(Percent(1), half="half"),
            "law_in_all": Percent(1),
            "cv_start": Percent(2),
            "cv_end": Percent(2),
            "max_end": Significant(4),
        },
        headers={
            "label": "algorithm",
            "made": "steps made",
            "moved_in_all": "sum",
            "law_in_all": "law",
            "net_ideal": "net ideal",
            "cv_start": "CV at the start",
            "cv_end": "CV at the end",
            "max_end": Header("max/mean at the end", rf"$\max/{MEAN.latex}$ at the end"),
        },
    )


def _figure(part: _Part) -> Figure:
    places = list(range(len(part.steps) + 1))
    grid: dict[str, dict[str, Any]] = {
        column: {
            label: part.rows[part.rows["label"] == label]
            .groupby("step")[column]
            .mean()
            .reindex(places)
            .to_numpy()
            for label in part.labels
        }
        for column in ("moved_in_all", "cv")
    }
    ideal = np.cumsum(_ideals(part))

    def draw(canvas: Canvas) -> None:
        left, right = canvas.subplots(1, 2)
        sums = {label: values[1:] for label, values in grid["moved_in_all"].items()}
        charts.lines(
            left, places[1:], sums, laws={"ideal": ideal},
            xlabel="step", ylabel="keys moved so far", logx=False,
        )  # fmt: skip
        charts.lines(right, places, grid["cv"], xlabel="step", ylabel="CV of the loads", logx=False)
        left.set_title("movement")
        right.set_title("balance")
        for axes, ticks in ((left, places[1:]), (right, places)):
            axes.set_xticks(ticks)
            round_ticks(axes.yaxis, percent=True)

    return Figure(
        f"steps-{part.suffix}",
        f"The sequence {part.title} ({', '.join(part.steps)}): the sum of all movement, 100 % being every "
        "key once, beside the sum of the ideal (dotted); and the coefficient of variation of the loads, "
        f"relative to weights. {part.facts}; means.",
        draw,
        (PAGE, 3.0),
    )


def _ideals(part: _Part) -> Sequence[float]:
    """Return the ideal movement of each step, of those who made all."""
    complete = part.rows.groupby("label")["cannot"].count()
    who = complete[complete == complete.min()].index
    rows = part.rows[part.rows["label"].isin(who)]
    return [_mean(rows[rows["step"] == step], "ideal") for step in range(1, len(part.steps) + 1)]


def _meaning(part: _Part) -> list[str]:
    last = part.last
    made = last.groupby("label", sort=False)[["moved_in_all", "touched", "net", "drift"]].mean()
    made = made.drop(index=part.absent)
    sat_out = part.rows[part.rows["cannot"].notna() & ~part.rows["label"].isin(part.absent)]
    skipped = sat_out.groupby("label", sort=False)["step"].nunique()
    complete = made[~made.index.isin(skipped.index)].sort_values("moved_in_all")
    lines = []
    if len(complete):
        sums = _grouped(
            {str(label): f"{100 * value:.0f} %" for label, value in complete["moved_in_all"].items()}
        )
        ideal = 100 * float(np.sum(_ideals(part)))
        lines.append(
            f"{part.title} ({part.n} nodes, {part.workload}): those who make all {len(part.steps)} steps "
            f"move {sums} of the keys in all; perfect balance {ideal:.0f} %."
        )
        net = complete.sort_values("net")
        written = _grouped({str(label): f"{100 * value:.1f} %" for label, value in net["net"].items()})
        lines.append(f"Of the keys, at the end elsewhere than at the start: {written}.")
    if len(skipped):
        counted = ", ".join(f"{label} {count}" for label, count in skipped.items())
        lines.append(
            f"Steps that an algorithm cannot make it sits out ({counted}); its sums are of the rest."
        )
    drifted = {str(label): f"{100 * value:.1f} %" for label, value in made["drift"].items() if value > 0}
    if drifted:
        lines.append(
            f"Drift: {_grouped(drifted)} of the keys are not where a fresh build of the same nodes puts "
            "them: a client that joins late must be given the history, or the table."
        )
    else:
        lines.append("No drift: a fresh build of the nodes at the end puts every key where it is.")
    return lines


def _grouped(written: dict[str, str]) -> str:
    """Return "ring, table 54 %; modulo 700 %": neighbours with the same written value share it."""
    groups: list[tuple[list[str], str]] = []
    for label, value in written.items():
        if groups and groups[-1][1] == value:
            groups[-1][0].append(label)
        else:
            groups.append(([label], value))
    return "; ".join(f"{', '.join(labels)} {value}" for labels, value in groups)


def _against_laws(rows: pd.DataFrame) -> list[str]:
    """Say how many means, of steps and from start to end, agree with their laws; corrected for how many."""
    names, p_values = [], []
    where = ["sequence", "workload", "n", "step", "label"]
    for (sequence, workload, n, step, label), group in rows.groupby(where, sort=False):
        for column, law in (("movement", "law_movement"), ("net", "law_net")):
            both = group[[column, law]].dropna().astype(float)
            gaps = (both[column] - both[law]).to_numpy()
            if len(gaps) < 2 or np.ptp(gaps) == 0.0:
                continue
            names.append(f"{label}, {column} at step {step} of {sequence} ({workload}, {n} nodes)")
            p_values.append(inference.mean_agrees(gaps, 0).p_value)
    if not names:
        return []
    adjusted = inference.holm(p_values)
    apart = [name for name, p in zip(names, adjusted, strict=True) if p < FAMILY_LEVEL]
    line = (
        f"{len(names) - len(apart)} of {len(names)} measured means agree with their law (t-tests, Holm, 1 %)."
    )
    return [line + (f" Not so: {'; '.join(apart)}." if apart else "")]
