"""Every number that `memory` states: bytes of a structure, and of a partitioner, said and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.report.absent import absent_of, taking_part
from experiments.report.presentation import Results
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Bytes, Count, Percent

if TYPE_CHECKING:
    from experiments.memory.parameters import MemoryParameters

KEYS = ("n", "label")


def summary(results: Results[MemoryParameters]) -> Summary:
    """Return the structures, the partitioners as the allocator counted them, and who takes no part."""
    assert results.timing is not None, "memory has timing rows: what an allocator counts differs by machine"
    counted = results.timing.copy()
    counted["off"] = counted["nbytes"] / counted["built"] - 1
    counted["off_looked_up"] = counted["nbytes_looked_up"] / counted["looked_up"] - 1
    rows = results.rows
    structure = taking_part(rows).astype({"structure": "int64"})
    held = Measure("bytes of the arrays that lookups of batches read, without names of nodes", Bytes())
    return Summary(
        [
            Sheet("structure", structure, KEYS, {"structure": held}),
            Sheet(
                "counted",
                counted,
                KEYS,
                {
                    "nbytes": Measure("bytes that a partitioner says it has, names and all", Count()),
                    "built": Measure("bytes that the allocator counted once it was built", Count()),
                    "off": Measure("nbytes / built - 1", Percent(1)),
                    "peak": Measure("the most bytes that the allocator counted while it was built", Count()),
                    "nbytes_looked_up": Measure("nbytes after a first single key", Count()),
                    "looked_up": Measure("bytes that the allocator counted after a single key", Count()),
                    "off_looked_up": Measure("nbytes_looked_up / looked_up - 1", Percent(1)),
                },
                rows="timing",
            ),
            absent_of(rows),
        ]
    )
