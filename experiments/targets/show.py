"""How the numbers of `targets` are shown: measured beside the target, and whether it is met."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from experiments.inference.verdict import NOT_MET
from experiments.report.presentation import First, Presentation, Results
from experiments.report.tables import markdown
from experiments.report.tables.formats import is_missing
from experiments.report.tables.table import Table
from experiments.report.telling import rows_where
from experiments.report.timings import interval_of, trust
from experiments.storage.documents import Part
from experiments.targets.parameters import PART
from experiments.targets.summary import summary

if TYPE_CHECKING:
    from experiments.report.summary import Summary
    from experiments.targets.parameters import TargetsParameters


def present(results: Results[TargetsParameters]) -> Presentation:
    """Return the table and its meaning, and the part of the document that a run option named."""
    numbers, parameters = summary(results), results.parameters
    sheet = numbers["targets"]
    rows = sheet.records()
    missing = [
        f"Not measured, {reason}: {'; '.join(row['what'] for row in rows if row['cannot'] == reason)}."
        for reason in dict.fromkeys(row["cannot"] for row in rows if not is_missing(row["cannot"]))
    ]
    columns = ["what", "measured", "unit", "bound", "verdict"]
    table = Table(
        "targets",
        "Measured beside the target",
        sheet.frame,
        f"{interval_of(parameters.processes, parameters.rounds)}; of whole commands, of what they are run. "
        f"{parameters.keys:,} keys (rendezvous at n = 1000, and beside log() in C, a tenth), one thread, "
        "unless it says otherwise; new ones in each call, which is done once untimed just before. "
        f"{_large(parameters)}× are ratios of the two times of the same round.",
        columns=columns,
        headers={"what": "", "bound": "target", "unit": ""},
        formats=sheet.formats(columns),
        notes=missing,
        timing=True,
    )
    *verdict, measured = trust(results.facts, numbers["steadiness"])
    meaning = [*verdict, _counts(numbers), measured]
    document = parameters.document
    text = f"{' '.join(meaning)}\n\n{markdown.write(table)}"
    parts = [Part(Path(document), PART, text)] if document else []
    missed = sheet.frame["verdict"].str.startswith(NOT_MET)
    first = First(rows=rows_where(missed, ~missed))
    return Presentation([table], [], meaning, documents=parts, summary=numbers, first=first)


def _large(parameters: TargetsParameters) -> str:
    event = f"; a scale event has {parameters.event_keys:,}" if parameters.event_keys else ""
    return f"Two threads share {parameters.large_keys:,} keys{event}. "


def _counts(numbers: Summary) -> str:
    (row,) = numbers["counts"].records()
    failed = [goal["what"] for goal in numbers["targets"].records() if goal["verdict"].startswith(NOT_MET)]
    tail = f", and {row['open']} cannot be judged here" if row["open"] else ""
    return f"Of {row['targets']} targets {row['met']} are met and {row['not_met']} are not{tail}." + (
        f" Not met: {'; '.join(failed)}." if failed else ""
    )
