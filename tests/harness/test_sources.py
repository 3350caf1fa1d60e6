"""What decides the rows of an experiment: its measuring and what that stands on, not what shows them."""

from __future__ import annotations

import pytest

from experiments.harness import catalogue
from experiments.harness.experiment import find, names
from experiments.harness.sources import deciding, project

ROOMS = [name for name in names() if catalogue.rows_of(catalogue.FOLDER / name / catalogue.FILE) is None]


def places(name: str) -> set[str]:
    return {path.relative_to(catalogue.FOLDER.parent).as_posix() for path in find(name).sources()}


@pytest.mark.parametrize("name", ROOMS)
def test_what_is_measured_with_decides_and_what_only_shows_does_not(name: str) -> None:
    files = places(name)
    assert {f"experiments/{name}/measure.py", f"experiments/{name}/parameters.py"} <= files
    assert {"algorithms/rings/ring.py", "experiments/harness/engine.py", "experiments/seeds.py"} <= files
    assert not {f"experiments/{name}/show.py", f"experiments/{name}/charts.py", "experiments/run.py"} & files
    assert not [file for file in files if file.startswith(("experiments/report/", "experiments/commands/"))]


def test_a_room_that_shows_the_rows_of_another_depends_on_what_that_measures_with() -> None:
    assert places("hashes") == places("balance")


def test_data_and_what_is_asked_by_name_decide_too() -> None:
    assert {"experiments/claims/sources/jump.toml", "experiments/article/published.csv"} <= places("claims")
    assert "experiments/claims/profiles.toml" not in places("claims")
    assert not [file for file in places("scaling") if file.startswith("experiments/balance/")]


def test_what_a_room_imports_of_itself_decides() -> None:
    assert {"experiments/properties/cells.py", "experiments/properties/replay.py"} <= places("properties")
    assert set(deciding(catalogue.FOLDER / "article")) <= set(project())
