"""What `nbytes` says is what is held: against the arrays themselves, and against the allocator."""

from __future__ import annotations

import gc
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from algorithms import Partitioner, create, names
from experiments.conformance.strategies import fitting
from experiments.harness import runner, selection
from experiments.memory import EXPERIMENT
from experiments.memory.measure import traced

SLACK = 4096
"""Bytes of the object itself, its dict and its few numbers, which `nbytes` leaves out."""


def arrays_of(partitioner: Partitioner[Any]) -> int:
    """Return the bytes of all arrays that can be reached from a structure: by the collector, not by us."""
    waiting, seen, total = [partitioner._state.structure], set(), 0
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, type):
            continue
        seen.add(id(item))
        if isinstance(item, np.ndarray):
            total += item.nbytes
        else:
            waiting.extend(gc.get_referents(item))
    return total


@pytest.mark.parametrize("n", [1, 7, 300])
@pytest.mark.parametrize("name", names())
def test_the_arrays_of_a_structure_are_counted_once_each(name: str, n: int) -> None:
    n = fitting(partial(create, name), n)
    partitioner = create(name, [f"server-{i}" for i in range(n)])
    assert partitioner.nbytes - partitioner.nodes.nbytes == arrays_of(partitioner)


@pytest.mark.parametrize("name", names())
def test_nbytes_is_what_the_allocator_counts(name: str) -> None:
    n = fitting(partial(create, name), 400)

    def make() -> Partitioner[Any]:
        return create(name, [f"server-{i}" for i in range(n)])

    make().lookup(0)
    held = traced(make)
    # nodes share a weight that is given nowhere, and `nbytes` counts it for each
    assert abs(make().nbytes - held.built) <= 0.1 * held.built + SLACK
    assert held.peak >= held.built - SLACK


def test_rows_are_the_same_everywhere_and_counts_are_not(tmp_path: Path) -> None:
    first, second = (
        runner.run(EXPERIMENT, EXPERIMENT.profile("smoke"), out=tmp_path / name) for name in "ab"
    )
    assert (first.folder / "rows.csv").read_bytes() == (second.folder / "rows.csv").read_bytes()
    labels = [candidate.label for candidate in selection.resolve()]
    assert [row["label"] for row in first.rows] == 2 * labels
    assert all(set(row) == {"n", "algorithm", "label", "settings", "structure"} for row in first.rows)
    by_name = {table.name: table for table in first.presentation.tables}
    assert not by_name["structure"].timing
    assert by_name["counted"].timing


def test_the_summary_names_the_bytes_that_a_paper_would_state(tmp_path: Path) -> None:
    outcome = runner.run(EXPERIMENT, EXPERIMENT.profile("smoke"), out=tmp_path)
    stated = outcome.presentation.summary
    (row,) = (row for row in outcome.rows if (row["n"], row["label"]) == (64, "ring"))
    assert stated.value("structure/64/ring").number == row["structure"]
    assert stated.value("structure/64/ring").text == f"{row['structure'] / 1000:,.0f} kB"
    assert stated.value("off/64/ring").number == (
        stated.value("nbytes/64/ring").number / stated.value("built/64/ring").number - 1
    )
