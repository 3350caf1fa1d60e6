"""The dictionary of columns, `docs/columns.md`, has every column that an experiment stores."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from experiments.harness.experiment import names
from experiments.harness.verify import stored_runs
from experiments.storage import store

ROOT = Path(__file__).resolve().parents[2]
ALIKE = {"hashes": "balance"}
"""Experiments with the columns of another one."""


def documented() -> dict[str, set[str]]:
    """Return the columns of each section."""
    text = (ROOT / "docs" / "columns.md").read_text(encoding="utf-8")
    sections = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)[1:]
    return {
        title: {
            name
            for line in body.splitlines()
            if line.startswith("| `")
            for name in re.findall(r"`([^`]+)`", line.split("|")[1])
        }
        for title, body in zip(sections[::2], sections[1::2], strict=True)
    }


def missing(folder: Path) -> list[str]:
    """Return the columns of a run that the dictionary does not have."""
    facts, known = store.run_facts(folder), documented()
    name = facts["experiment"]
    there = known["All experiments"] | known.get(ALIKE.get(name, name), set())
    stored = [column for rows in facts["rows"].values() for column in rows["columns"]]
    return [f"{name}: {column}" for column in stored if column not in there]


def test_every_experiment_has_a_section_and_every_section_an_experiment() -> None:
    assert set(documented()) == {"All experiments", *names()}


@pytest.mark.parametrize("folder", stored_runs([ROOT / "results"]), ids=lambda folder: folder.parent.name)
def test_every_column_of_the_committed_results_is_in_the_dictionary(folder: Path) -> None:
    assert missing(folder) == []
