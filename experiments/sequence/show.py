"""How the numbers of `sequence` are shown: movement step by step, what it comes to, balance on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from experiments.inference.verdict import DIFFERS
from experiments.report import conclusions
from experiments.report.absent import absent_of, listed, notes_of, together
from experiments.report.presentation import Presentation, Results
from experiments.report.summary import Summary
from experiments.report.tables.formats import Percent
from experiments.report.tables.symbols import MEAN, NODES
from experiments.report.tables.table import Header, Table
from experiments.sequence.charts import charts
from experiments.sequence.part import Part, parts
from experiments.sequence.summary import summary

if TYPE_CHECKING:
    from experiments.sequence.parameters import SequenceParameters


def present(results: Results[SequenceParameters]) -> Presentation:
    """Return tables, charts and meaning of a run of `sequence`."""
    numbers = summary(results)
    tables: list[Table] = []
    meaning: list[str] = []
    cases = list(parts(numbers))
    for part in cases:
        tables += [_steps(part), _totals(part)]
        meaning += _meaning(part, several=len(cases) > 1)
    return Presentation(
        tables,
        meaning=[*meaning, *_against_laws(numbers)],
        methods=[
            "Means over repetitions have 95 % t intervals, the repetition being the unit, and are held "
            "against their laws by t-tests, corrected by Holm over all that are held at 1 %."
        ],
        summary=numbers,
        charts=charts(cases),
    )


def _steps(part: Part) -> Table:
    """Return the table of the movement of each step."""
    steps = part.sheet("asked")
    moved = part.sheet("steps").pivot(index="step", columns="label", values="movement")
    moved = moved.reindex(index=steps["step"], columns=part.labels).reset_index(drop=True)
    sizes = [_sizes(sizes) for sizes in steps["sizes"]]
    frame = pd.DataFrame({"step": steps["step"], "event": steps["title"], "n": sizes})
    return Table(
        f"steps-{part.suffix}",
        f"Keys moved by each step: {part.title}",
        pd.concat([frame, moved, steps[["ideal"]].astype(float)], axis=1),
        f"{part.facts}; means. n: after the step. Ideal: what perfect balance would have moved.",
        columns=["step", "event", "n", *part.labels, "ideal"],
        formats={label: Percent(2) for label in ["ideal", *part.labels]},
        headers={"n": NODES.header},
        notes=_reasons(part),
    )


def _sizes(sizes: list[int]) -> str:
    """Return the number of nodes, or numbers where who sat out a step has others."""
    return ", ".join(map(str, sizes)) or "–"


def _reasons(part: Part) -> list[str]:
    refused, totals = part.sheet("refused"), part.sheet("totals")
    absent = refused["label"].isin(totals[totals["absent"]]["label"])
    notes = notes_of(absent_of(refused[absent]))
    resting = together(
        ((", ".join(map(str, group["step"])), reason), label)
        for (label, reason), group in refused[~absent].groupby(["label", "cannot"], sort=False)
    )
    for (steps, reason), labels in resting.items():
        who = f"{labels[0]} sits out" if len(labels) == 1 else f"{listed(labels)} sit out"
        keeps = "keeps its" if len(labels) == 1 else "keep their"
        notes.append(f"{who} step{'s' if ',' in steps else ''} {steps} and {keeps} nodes: {reason}.")
    return notes


SHARES = ("moved_in_all", "law_in_all", "touched", "net", "net_ideal", "strays", "drift")


def _totals(part: Part) -> Table:
    """Return the table of what the steps come to at the end."""
    columns = ["label", "made", *SHARES, "cv_start", "cv_end", "max_end"]
    return Table(
        f"totals-{part.suffix}",
        f"What the steps come to: {part.title}",
        part.sheet("totals"),
        f"{part.facts}; means, ± half of the 95 % t interval. Sum: of the movement of all steps, 100 % being "
        "every key once; touched: keys that moved at least once; net: keys that are elsewhere than at the "
        "start, and what perfect balance would need; strays: the sum of stray moves; drift: keys that are "
        "elsewhere than if the nodes of the end were built at once.",
        columns=columns,
        formats=part.numbers["totals"].formats(columns),
        headers={
            "label": "algorithm",
            "made": "steps always made",
            "moved_in_all": "sum",
            "law_in_all": "law",
            "net_ideal": "net ideal",
            "cv_start": "CV at the start",
            "cv_end": "CV at the end",
            "max_end": Header("max/mean at the end", rf"$\max/{MEAN.latex}$ at the end"),
        },
    )


def _meaning(part: Part, *, several: bool) -> list[str]:
    """Return what a sequence comes to; each sentence says of which where there are several."""
    first, *others = _sentences(part)
    of = f"The sequence {part.title} ({part.case['n']} nodes, {part.case['workload']}): "
    if several:
        return [of + first, *(of + line for line in others)]
    return [of + first, *(line[:1].upper() + line[1:] for line in others)]


def _sentences(part: Part) -> list[str]:
    case, totals = part.case, part.sheet("totals")
    made = totals[~totals["absent"].astype(bool)].set_index("label")
    skipped = made[made["sat_out"] > 0]["sat_out"]
    complete = made[~made.index.isin(skipped.index)].sort_values("moved_in_all", kind="stable")
    lines = []
    if len(complete):
        sums = _grouped(
            {str(label): Percent(0).text(value, {}) for label, value in complete["moved_in_all"].items()}
        )
        lines.append(
            f"those who make all {case['steps']} steps move {sums} of the keys in all; perfect balance "
            f"{Percent(0).text(case['ideal_in_all'], {})}."
        )
        net = complete.sort_values("net", kind="stable")
        written = _grouped({str(label): Percent(1).text(value, {}) for label, value in net["net"].items()})
        lines.append(f"of the keys, at the end elsewhere than at the start: {written}.")
    if len(skipped):
        counted = ", ".join(f"{label} {count:.0f}" for label, count in skipped.items())
        lines.append(
            f"steps that an algorithm cannot make it sits out ({counted}); its sums are of the rest."
        )
    drifted = {str(label): Percent(1).text(value, {}) for label, value in made["drift"].items() if value > 0}
    if drifted:
        lines.append(
            f"drift: {_grouped(drifted)} of the keys are not where a fresh build of the same nodes puts "
            "them: a client that joins late must be given the history, or the table."
        )
    else:
        lines.append("no drift: a fresh build of the nodes at the end puts every key where it is.")
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


def _against_laws(numbers: Summary) -> list[str]:
    """Say how many means, of steps and from start to end, agree with their laws."""
    (said,) = numbers["agreement"].records()
    if not said["tested"]:
        return []
    apart = [
        f"{row['label']}, {row['quantity']} at step {row['step']} of {row['sequence']} "
        f"({row['workload']}, {row['n']} nodes)"
        for row in numbers["tests"].records()
        if row["conclusion"] == DIFFERS
    ]
    line = (
        f"Of {said['tested']} means of distinct keys held against their law {conclusions.worded(said)} "
        "(t-tests of a "
        f"difference and of equivalence to within {said['margin']:.0%}, each at {said['level']:.0%} of all)."
    )
    return [line + (f" Those are {'; '.join(apart)}." if apart else "")]
