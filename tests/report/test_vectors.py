"""What is shown has the same bytes on every processor: the width of its vectors is nobody's matter."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.lib.introspect import opt_func_info

from experiments.report.figures.charts import dots, legend, lines
from experiments.report.figures.figure import FORMATS, PAGE, Figure, render
from experiments.report.figures.rounding import on_grid
from experiments.report.figures.ticks import round_ticks

ROOT = Path(__file__).resolve().parents[2]
NARROWER = {
    "no AVX-512": ("Haswell", {"X86_V4", "AVX512_ICL", "AVX512_SPR"}),
    "no AVX2 and no fused products": ("Prescott", {"X86_V3", "X86_V4", "AVX512_ICL", "AVX512_SPR"}),
}
EXPERIMENTS = {
    "hashes": {"keys": 2_000, "nodes": 7, "workload": ["uniform", "names"], "algorithms": "ring,jump"},
    "scaling": {"keys": 2_000, "nodes": 7, "repetitions": 8, "timed": 0, "algorithms": "ring,rendezvous"},
}


def drawing(noise: float = 0.0) -> Figure:
    """Return a figure of logarithmic scales, bands, markers and texts at odd places."""
    random = np.random.default_rng(7)
    values = random.lognormal(0, 2, (3, 40)) * (1 + noise * random.uniform(-1, 1, (3, 40)))

    def draw(canvas: Any) -> None:
        upper, lower = canvas.subplots(2, 1)
        x = np.arange(1, 41) ** 2.3
        series = dict(zip(("ring", "jump", "table"), values, strict=True))
        lines(upper, x, series, bands={"ring": (values[0] * 0.9, values[0] * 1.1)}, xlabel="nodes, $n$")
        round_ticks(upper.yaxis)
        dots(lower, ["a", "b", "c"], [f"s{i}" for i in range(7)], values[:, :7], log=True)
        legend(canvas, lower)

    return Figure("noise", "", draw, (PAGE, 5))


def digests(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield a digest for each file of a drawing and of small runs, by its name."""
    from experiments.harness.experiment import find
    from experiments.harness.runner import run

    for kind, content in render(drawing()).items():
        yield kind, hashlib.sha256(content).hexdigest()
    for name, values in EXPERIMENTS.items():
        experiment = find(name)
        outcome = run(experiment, experiment.profile("smoke").replace(values), out=folder / name)
        for path in outcome.files[:-1]:
            yield f"{name}/{path.name}", hashlib.sha256(path.read_bytes()).hexdigest()


def _elsewhere(folder: Path, **settings: str) -> dict[str, str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | settings
    ran = subprocess.run(
        [sys.executable, __file__, str(folder)], capture_output=True, text=True, env=environment, cwd=ROOT
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, str] = json.loads(ran.stdout)
    return found


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the digests with all that this processor can do."""
    return _elsewhere(tmp_path_factory.mktemp("here"))


@pytest.mark.parametrize("what", NARROWER)
def test_rows_tables_and_figures_are_the_same_with_narrower_vectors(
    what: str, here: dict[str, str], tmp_path: Path
) -> None:
    kernels, features = NARROWER[what]
    disabled = " ".join(sorted(features & _dispatched()))
    other = _elsewhere(tmp_path, OPENBLAS_CORETYPE=kernels, NPY_DISABLE_CPU_FEATURES=disabled)
    assert len(here) > len(FORMATS) + len(EXPERIMENTS)
    assert {name for name in here if other[name] != here[name]} == set()


def test_noise_in_a_last_digit_does_not_show() -> None:
    assert render(drawing(1e-9)) == render(drawing())


def test_a_difference_that_can_be_seen_shows() -> None:
    assert render(drawing(1e-2), ["svg"]) != render(drawing(), ["svg"])


@given(st.lists(st.floats(-1e6, 1e6)))
def test_what_is_on_the_grid_stays_and_nothing_goes_far(coordinates: list[float]) -> None:
    placed = on_grid(coordinates)
    assert np.array_equal(on_grid(placed), placed)
    assert np.abs(placed - np.asarray(coordinates)).max(initial=0.0) < 0.0006


def test_simple_fractions_and_their_neighbours_have_one_place() -> None:
    fractions = np.outer(np.arange(1, 2_000), 1 / np.array([2, 3, 7, 10, 16, 72, 100, 1_000, 2_000])).ravel()
    assert np.array_equal(on_grid(np.nextafter(fractions, 0)), on_grid(np.nextafter(fractions, 1e9)))


def _dispatched() -> set[str]:
    """Return the features that numpy chooses its loops by on this machine, as it names them."""
    loops = opt_func_info(func_name=".*")
    return {
        word
        for by_types in loops.values()
        for loop in by_types.values()
        for word in loop["available"].replace("(", " ").replace(")", " ").split()
        if not word.startswith("baseline")
    } & set(_found())


def _found() -> list[str]:
    shown: Any = np.show_config(mode="dicts")
    found: list[str] = shown["SIMD Extensions"]["found"]
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(dict(digests(Path(sys.argv[1])))))
