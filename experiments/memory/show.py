"""How the rows of `memory` are shown: bytes by n, what a partitioner says beside what was counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from experiments.memory.summary import summary
from experiments.report.absent import notes_of
from experiments.report.chart import BY_NODES, Axis, Chart, Lines
from experiments.report.glance import Glance
from experiments.report.presentation import Presentation, Results
from experiments.report.tables.formats import Count
from experiments.report.tables.symbols import NODES
from experiments.report.tables.table import Table

if TYPE_CHECKING:
    from experiments.memory.parameters import MemoryParameters


def present(results: Results[MemoryParameters]) -> Presentation:
    """Return tables, a chart and meaning of a run of `memory`."""
    numbers = summary(results)
    structure, counted = numbers["structure"].frame, numbers["counted"]
    by_nodes = structure.pivot_table(index=["label"], columns="n", values="structure", sort=False)
    nodes = [int(n) for n in by_nodes.columns]
    frame = by_nodes.reset_index()
    frame.columns = pd.Index(["label", *(f"at {n}" for n in nodes)])
    frame = frame.astype({f"at {n}": "Int64" if frame[f"at {n}"].isna().any() else "int64" for n in nodes})
    tables = [
        Table(
            "structure",
            "Bytes of the structure, by number of nodes, without the names of the nodes",
            frame,
            "The arrays that lookups of batches read, as the partitioner says itself.",
            headers={"label": "algorithm", **{f"at {n}": NODES.is_value(n) for n in nodes}},
            formats={f"at {n}": Count() for n in nodes},
            notes=notes_of(numbers["absent"]),
        ),
        Table(
            "counted",
            "Bytes that a partitioner says, and that the allocator counted",
            counted.frame,
            "Names and all; once built, at the peak of building, and after a first single key.",
            columns=[
                "n", "label", "nbytes", "built", "off", "peak",
                "nbytes_looked_up", "looked_up", "off_looked_up",
            ],
            headers={
                "n": NODES.header, "label": "algorithm", "nbytes": "says", "built": "counted",
                "off": "says more", "peak": "peak", "nbytes_looked_up": "after a key, says",
                "looked_up": "counted ", "off_looked_up": "says more ",
            },
            formats={name: measure.format for name, measure in counted.measures.items()},
            groups=["n"],
            notes=[
                "Counted: Python's and numpy's allocations (tracemalloc), among them about a thousand bytes "
                "of the object itself and of what is kept for all."
            ],
            timing=True,
        ),
    ]  # fmt: skip
    most = counted.where(n=max(nodes)).sort_values("nbytes", kind="stable")
    parts = [f"{row.label} {row.nbytes:,}" for row in most.itertuples()]
    meaning = [f"At n = {max(nodes):,}, bytes: {', '.join(parts)}."]
    held = Axis("built", "bytes", "size", log=True)
    chart = Chart(
        "bytes-nodes",
        "What a partitioner holds in memory",
        "Bytes once it is built, against the number of nodes.",
        counted.frame,
        Lines(BY_NODES, held),
        timing=True,
    )
    glance = Glance(
        "bytes",
        f"of all that it owns, names included, {max(nodes):,} nodes",
        dict(zip(most["label"], most["nbytes"], strict=True)),
        counted.measures["nbytes"].format,
    )
    return Presentation(tables, meaning=meaning, summary=numbers, charts=[chart], glance=[glance])
