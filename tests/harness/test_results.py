"""The results in the repository: complete, small, of a clean commit, and what the code computes and shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.harness import catalogue
from experiments.harness.committed import choose
from experiments.harness.experiment import find
from experiments.harness.verify import NOT_KEPT, stored_runs, verify
from experiments.storage import store

RESULTS = Path(__file__).resolve().parents[2] / "results"
FOLDERS = [folder for folder in stored_runs([RESULTS]) if folder.name == "full"]

UNTIMED = [folder for folder in FOLDERS if catalogue.kind(find(folder.parent.name).catalogue) == "rows"]

LARGEST_FILE = 1_000_000
LARGEST_TIMING = 3_000_000  # every round of ten processes is kept, so that intervals can be computed anew
LARGEST_ROWS = 5_000_000
LARGEST_SHOWN = 8_000_000  # the matrix of all published members and their laws among them


def kept(folder: Path) -> list[Path]:
    """Return the files of a run that git keeps."""
    return [folder / name for name in store.run_facts(folder)["files"] if Path(name).suffix not in NOT_KEPT]


def test_every_experiment_that_belongs_is_there_if_no_clock_decides_it() -> None:
    wanted = {experiment.name for experiment in choose(find, ["rows"])}
    assert {folder.parent.name for folder in FOLDERS} >= wanted


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_they_are_of_the_profile_and_of_a_clean_commit(folder: Path) -> None:
    facts = store.run_facts(folder)
    assert facts["experiment"] == folder.parent.name
    assert facts["profile"] == "full"
    assert catalogue.kind(find(facts["experiment"]).catalogue) is not None
    assert len(facts["commit"]) == 40
    assert facts["dirty"] is False
    assert facts["failures"] == []


@pytest.mark.parametrize("folder", UNTIMED, ids=lambda folder: folder.parent.name)
def test_one_case_is_measured_again_and_all_tables_and_figures_are_made_again(folder: Path) -> None:
    assert verify(folder, find, cases=1).differences == []


def test_they_are_small() -> None:
    sizes = {path: path.stat().st_size for folder in FOLDERS for path in kept(folder)}
    timing = {path: size for path, size in sizes.items() if path.stem == "timing"}
    assert max(timing.values()) <= LARGEST_TIMING
    sizes = {path: size for path, size in sizes.items() if path not in timing}
    assert max(sizes.values()) <= LARGEST_FILE
    rows = sum(size for path, size in sizes.items() if path.suffix in (".csv", ".parquet"))
    assert rows <= LARGEST_ROWS
    assert sum(sizes.values()) - rows <= LARGEST_SHOWN
