"""What is said of times: over processes, at random or not, and whether anybody may be ranked by them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments import inference
from experiments.report import timings

QUIET = {"machine": {"cpus": 2, "cpu": "Some Processor", "huge_pages": "madvise", "load": [0.1, 0.1, 0.1]}}
STEADY = [(0.01, 0.5)] * 20


def sheet(quality: Sequence[tuple[float, float | None]] = STEADY, **columns: Any) -> Any:
    timing = pd.DataFrame(
        {
            "process": range(10), "threads": 1, "nanoseconds": 1000, "processor_ns": 990.0, "page_faults": 0,
            "load_average": 1.0, "steal": 0.001, "ghz": 3.0, **columns,
        }
    )  # fmt: skip
    return timings.steadiness(timing, [pd.DataFrame(quality, columns=["spread", "random"])])


def test_quiet_machines_are_trusted_and_told() -> None:
    assert timings.trusted(QUIET, sheet())
    first, second = timings.trust(QUIET, sheet(page_faults=3))
    assert first.startswith(
        "Steady: in 20 of 20 rows the middle half of the processes spreads over at most 10%"
    )
    for told in (
        "huge pages: madvise",
        "3.00 to 3.00 GHz",
        "0.1% of a part stolen",
        "1.0% of the timed calls",
    ):
        assert told in second
    assert "30 page faults" in second


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (sheet([(0.2, 0.5)] * 6 + [(0.01, 0.5)] * 14), "in 6 of 20 rows the middle half of the processes"),
        (
            sheet([(0.01, 0.01)] * 6 + [(0.01, 0.5)] * 14),
            "in 6 of 20 rows the processes are no random series",
        ),
        (sheet(load_average=[1.0] * 9 + [2.5]), "2.50 processes wanted to run"),
        (sheet(steal=[0.0] * 9 + [0.03]), "other machines took 3.0% of the processors' time"),
    ],
)
def test_busy_machines_rank_nobody(made: Any, told: str) -> None:
    assert not timings.trusted(QUIET, made)
    first, *_ = timings.trust(QUIET, made)
    assert first.startswith("The machine was too busy to trust these times")
    assert told in first


def test_a_quarter_of_unsteady_rows_is_borne() -> None:
    assert timings.trusted(QUIET, sheet([(0.2, 0.01)] * 5 + [(0.01, None)] * 15)) is False
    assert timings.trusted(QUIET, sheet([(0.2, 0.5)] * 5 + [(0.01, None)] * 15))


def test_rows_of_earlier_versions_are_of_one_process() -> None:
    timing = pd.DataFrame({"threads": [1, 2], "nanoseconds": [5, 6], "load_average": [None, None]})
    made = timings.steadiness(timing, [pd.DataFrame([(0.01, 0.5)], columns=["spread", "random"])])
    (row,) = made.records()
    assert (row["processes"], row["waited"], row["most_steal"], row["most_load"]) == (1, None, None, None)
    assert list(timings.with_processes(timing)["process"]) == [0, 0]


def test_of_several_processes_each_counts_once() -> None:
    values = pd.Series([1.0, 2.0, 9.0, 4.0, 5.0, 6.0])
    several = timings.series_of(values, pd.Series([0, 0, 0, 1, 1, 1]))
    assert several.estimate.value == 3.5
    assert several.estimate.interval is None, "two processes tell no interval"
    assert timings.series_of(values, pd.Series([0] * 6)).estimate.value == 4.5
    six = timings.series_of(pd.Series([3.0, 1.0, 2.0, 6.0, 5.0, 4.0]), pd.Series(range(6)))
    assert six.estimate.interval is not None
    assert (six.estimate.interval.low, six.estimate.interval.high) == (1, 6)


@pytest.mark.parametrize(("above", "below"), [(2, 2), (3, 3), (4, 4), (5, 4)])
def test_the_runs_test_counts_all_orders(above: int, below: int) -> None:
    size = above + below
    counted: dict[int, int] = {}
    for chosen in itertools.combinations(range(size), above):
        sides = [i in chosen for i in range(size)]
        runs = 1 + sum(a != b for a, b in itertools.pairwise(sides))
        counted[runs] = counted.get(runs, 0) + 1
    total = sum(counted.values())
    for chosen in itertools.islice(itertools.combinations(range(size), above), 40):
        sides = [i in chosen for i in range(size)]
        runs = 1 + sum(a != b for a, b in itertools.pairwise(sides))
        few = sum(count for known, count in counted.items() if known <= runs) / total
        many = sum(count for known, count in counted.items() if known >= runs) / total
        # one value in the middle where the sides differ, so that the median parts them
        values = [2.0 if side else 0.0 for side in sides] + [1.0] * (1 if above == below else 2)
        tested = inference.runs(values)
        assert tested is not None
        assert tested.p_value == pytest.approx(min(1.0, 2 * min(few, many)))


def test_the_runs_test_rejects_random_series_as_rarely_as_it_says() -> None:
    rng = np.random.default_rng(5)
    tested = [inference.runs(rng.exponential(size=20)) for _ in range(400)]
    rejected = sum(one is not None and not one.agrees(0.05) for one in tested)
    assert rejected / 400 < 0.08
