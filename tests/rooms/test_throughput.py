"""The experiment `throughput`: what is timed, in which order and how it is told; never how long it took."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from algorithms import create
from experiments import inference, run, workloads
from experiments.buffers import PAGE
from experiments.harness import runner, selection, stopwatch
from experiments.harness.engine import Engine
from experiments.harness.fresh_keys import Stream
from experiments.harness.stopwatch import COPY, LEAST_KEYS, Competitor, copy_kernel, keys_a_call, rounds
from experiments.harness.trial import Trial
from experiments.options.errors import BadUse
from experiments.peers import peers
from experiments.report.presentation import Results
from experiments.report.tables import terminal
from experiments.storage.machine import Spent
from experiments.throughput import EXPERIMENT
from experiments.throughput.bench import Bench
from experiments.throughput.parameters import MODES, ThroughputParameters


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> runner.Outcome[Any]:
    parameters = EXPERIMENT.profile("smoke").replace({"threads": 2, "nodes": (4, 16)})
    return runner.run(EXPERIMENT, parameters, profile="smoke", out=tmp_path_factory.mktemp("smoke"))


def test_each_competitor_has_a_row_in_each_round(smoke: runner.Outcome[Any]) -> None:
    timing = smoke.results.timing
    assert timing is not None
    parameters = smoke.results.parameters
    candidates = selection.resolve()
    labels, measured = [one.label for one in candidates], {one.algorithm for one in candidates}
    assert set(timing["process"]) == {0}
    several = timing["threads"] > 1
    assert (timing["processor_ns"].isna() == several).all()
    assert (timing["page_faults"] >= 0).all()
    references = [one.name for one in peers(libraries=False) if one.beside in measured]
    for _, group in timing.groupby(["n", "round"]):
        found = list(zip(group["mode"], group["label"], strict=True))
        expected = [(mode, label) for mode in MODES for label in labels + references * (mode == "batch")]
        assert found == [(COPY, COPY), *expected]
    assert sorted(set(timing["round"])) == list(range(parameters.rounds))
    assert (timing["nanoseconds"] > 0).all()
    assert (timing["keys"] <= parameters.keys).all()
    assert (timing[~timing["peer"]]["keys"] >= LEAST_KEYS).all()


def test_each_row_is_beside_the_copy_of_its_own_round(smoke: runner.Outcome[Any]) -> None:
    timing = smoke.results.timing
    assert timing is not None
    each = timing["processor_ns"].fillna(timing["nanoseconds"]) / timing["keys"]
    assert np.allclose(timing["ns_per_key"], each)
    assert np.allclose(timing["ratio_to_copy"] * timing["copy_ns_per_key"], each)
    copies = timing[timing["mode"] == COPY]
    assert (copies["ratio_to_copy"] == 1).all()
    beside = timing.merge(copies[["n", "round", "ns_per_key"]], on=["n", "round"], suffixes=("", "_of_copy"))
    assert (beside["copy_ns_per_key"] == beside["ns_per_key_of_copy"]).all()


def test_whatever_a_clock_decided_says_timing_in_its_name(smoke: runner.Outcome[Any]) -> None:
    assert smoke.rows == []
    facts = json.loads((smoke.folder / "run.json").read_text())
    written = {name: digest for name, digest in facts["files"].items() if name != "rows.csv"}
    assert written
    assert all("timing" in name and digest is None for name, digest in written.items())
    assert {figure.name for figure in smoke.presentation.drawn()} == {"cost-nodes", "peers-nodes"}


def test_tables_fit_a_terminal_of_100_columns(smoke: runner.Outcome[Any]) -> None:
    assert [table.name for table in smoke.presentation.tables] == ["batch", "keys", "names", "peers"]
    for table in smoke.presentation.tables[:3]:
        text = terminal.write(table, 100)
        assert max(map(len, text.splitlines())) <= 100
        assert sum("algorithm  " in line for line in text.splitlines()) == 1, "the columns stand in one grid"


def test_the_batch_table_shows_medians_of_the_rounds(smoke: runner.Outcome[Any]) -> None:
    timing = smoke.results.timing
    assert timing is not None
    table = smoke.presentation.tables[0].frame.set_index(["n", "label"])
    one = timing[(timing["n"] == 16) & (timing["label"] == "ring")]
    batch, threads = (one[one["mode"] == mode] for mode in ("batch", "threads"))
    assert table.loc[(16, "ring"), "ns_per_key"] == batch["ns_per_key"].median()
    assert table.loc[(16, "ring"), "copies"] == batch["ratio_to_copy"].median()
    assert table.loc[(16, "ring"), "rate"] == pytest.approx(1e3 / batch["ns_per_key"].median())
    assert table.loc[(16, "ring"), "threads_ns"] == threads["ns_per_key"].median()
    assert pd.isna(table.loc[(16, COPY), "threads_ns"])


def competitor(label: str, fresh: Callable[[], Callable[[], object]]) -> Competitor:
    return Competitor(label, label, "", "batch", 1, fresh)


def test_rounds_go_in_turn_and_call_each_once_untimed_before() -> None:
    called: list[str] = []

    def fresh_of(name: str) -> Callable[[], Callable[[], object]]:
        def fresh() -> Callable[[], object]:
            called.append(name.lower())
            return lambda: called.append(name)

        return fresh

    spent = list(rounds([competitor(name, fresh_of(name)) for name in "ABC"], 2))
    assert "".join(called) == "aAaAbBbBcCcC" * 2, "keys are new before each call, the untimed one too"
    assert [len(one) for one in spent] == [3, 3]


class Clocks:
    """A clock on the wall and one of the processor, which stand still but for what is said to pass."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall = self.processor = 0
        monkeypatch.setattr(time, "perf_counter_ns", lambda: self.wall)
        monkeypatch.setattr(time, "thread_time_ns", lambda: self.processor)

    def passes(self, nanoseconds: int, waited: int = 0) -> None:
        self.wall += nanoseconds + waited
        self.processor += nanoseconds


def test_a_call_is_timed_by_the_wall_and_by_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = Clocks(monkeypatch)
    faults = iter([5, 12])
    monkeypatch.setattr(stopwatch, "page_faults", lambda: next(faults))
    spent = stopwatch.timed(lambda: clocks.passes(70, waited=30))
    assert spent == Spent(wall=100, processor=70, faults=7)
    assert (spent.cost(), spent.cost(threads=2)) == (70, 100)


def test_a_call_that_is_made_elsewhere_is_timed_there() -> None:
    class There:
        def __call__(self) -> None:
            raise AssertionError("it must not be called from here")

        def timed(self) -> Spent:
            return Spent(3, 2, 1)

    assert stopwatch.timed(There()) == Spent(3, 2, 1)


def test_rounds_time_the_second_call_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = Clocks(monkeypatch)
    lasts = iter([1_000_000, 7, 1_000_000, 9])

    def call() -> None:
        clocks.passes(next(lasts))

    def fresh() -> Callable[[], object]:
        clocks.passes(10**9)  # what new keys take is outside the clock
        return call

    done: list[float] = []
    timed = [[one.wall for one in spent] for spent in rounds([competitor("A", fresh)], 2, done.append)]
    assert timed == [[7], [9]]
    assert done == [0.5, 1.0]


@pytest.mark.parametrize(
    ("most", "nanoseconds_a_key", "keys"),
    [
        (100_000, 1, 100_000),  # 0.1 ms in all: everything fits 1 ms
        (100_000, 100, 8192),  # 16,384 would take 1.6 ms
        (100_000, 10**6, LEAST_KEYS),  # even the fewest take too long, and are taken all the same
        (10, 10**6, 10),
    ],
)
def test_slow_ones_get_fewer_keys_a_call(
    monkeypatch: pytest.MonkeyPatch, most: int, nanoseconds_a_key: int, keys: int
) -> None:
    clocks = Clocks(monkeypatch)

    def call_of(keys: int) -> Callable[[], None]:
        return lambda: clocks.passes(keys * nanoseconds_a_key, waited=10**9)

    assert keys_a_call(call_of, most, 1.0) == keys


@pytest.mark.parametrize("text", ["uniform", "strings", "names"])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_what_is_timed_places_the_keys_rightly(text: str, threads: int) -> None:
    source, keys = workloads.parse(text), 1_001
    (candidate,) = selection.resolve(["ring"])
    with Engine(threads) as engine:
        bench = Bench(source, ThroughputParameters(seed=5, keys=keys, milliseconds=1e9), engine)
        trial = Trial(ThroughputParameters(seed=5), candidate, 9, source)
        ring = trial.start()
        assert not isinstance(ring, str)
        for mode in MODES:
            made = bench.competitor(mode, trial, ring)
            assert made.keys == keys
            stream = bench.stream(mode, trial.repetition.keys)
            for column in (0, 1, 1, 2):
                answer: Any = made.fresh()()
                expected = ring.assign(ring.hashes_of(stream.keys(column)))
                if mode in ("batch", "threads", "hashing"):
                    assert np.array_equal(answer, expected), mode
                    continue
                names = [ring.nodes[int(bucket)].name for bucket in expected]
                if mode == "arrow":
                    answer = answer.to_pylist()
                assert (answer == names[-1]) if mode == "single" else (list(answer) == names), mode


def test_all_algorithms_that_hash_alike_place_the_same_keys() -> None:
    source = workloads.parse("uniform")
    stream = Stream(source, 8, 300_000)
    first, second = (create(name, 4, seed=3) for name in ("jump", "modulo"))
    for column in range(3):
        assert stream.hashes(first, column) is stream.hashes(second, column)
        parts = [source.hashes(2 * column + i, seed=8, hash="xxh64", hash_seed=3) for i in range(2)]
        expected = np.concatenate([parts[0], parts[1][: 300_000 - 2**18]])
        assert np.array_equal(stream.hashes(first, column), expected)
    assert stream.buffer(first) is stream.buffer(second)
    assert stream.buffer(first).ctypes.data % PAGE == 0


def test_no_key_is_asked_for_twice_in_timed_calls_of_any_process_or_mode() -> None:
    source, parameters = workloads.parse("uniform"), ThroughputParameters(keys=500, milliseconds=0.1)
    seen: list[int] = []
    with Engine(1) as engine:
        for process in range(3):
            bench = Bench(source, parameters, engine, process)
            for mode in ("batch", "hashing", "single"):
                stream = bench.stream(mode, 7)
                seen += [key for column in range(4) for key in stream.keys(column).tolist()]
    assert len(seen) == 3 * 3 * 4 * 500
    assert len(set(seen)) == len(seen)


def test_keys_that_end_begin_anew(tmp_path: Path) -> None:
    path = tmp_path / "keys.txt"
    path.write_text("".join(f"key-{i}\n" for i in range(100)))
    stream = Stream(workloads.parse(f"file:{path}"), 0, 100)
    assert stream.texts(0) == stream.texts(1) == [f"key-{i}" for i in range(100)]


def test_the_copy_loop_reads_all_and_writes_all() -> None:
    words, out = np.array([7, 2**32 + 9, 2**31 - 1], dtype=np.uint64), np.empty(3, dtype=np.int32)
    copy_kernel(words, out)
    assert out.tolist() == [7, 9, 2**31 - 1]


def test_the_interval_of_a_median_covers_as_often_as_it_says() -> None:
    draws = np.random.default_rng(11).exponential(size=(300, 15))
    covered = 0
    for values in draws:
        interval = inference.median(values).interval
        assert interval is not None
        covered += math.log(2) in interval
    # order statistics are discrete, so it covers more: 96.5 %, give or take 1 %
    assert 0.94 < covered / 300 < 0.99


def made_up(
    ns: Callable[[int], float], *, load: float | None = 0.1, workloads: Sequence[str] = ("uniform",)
) -> Results[ThroughputParameters]:
    """Return made-up rows: two numbers of nodes, one algorithm, ten rounds; later keys take longer."""
    rows = [
        {
            "workload": workload, "n": n, "mode": mode, "algorithm": label, "label": label, "settings": None,
            "threads": 1, "round": turn, "keys": 100,
            "nanoseconds": int(100 * ns(turn) * n * place), "ns_per_key": ns(turn) * n * place,
            "copy_ns_per_key": 1.0, "ratio_to_copy": ns(turn) * n * place,
            "load_average": load, "peer": False, "process": turn, "stage": None, "cannot": None,
        }
        for place, workload in enumerate(workloads, 1)
        for n in (10, 1000)
        for turn in range(10)
        for mode, label in ((COPY, COPY), ("batch", "mine"))
    ]  # fmt: skip
    return Results(ThroughputParameters(rounds=10), pd.DataFrame(), pd.DataFrame(rows))


def present(ns: Callable[[int], float], *, load: float | None = 0.1) -> list[str]:
    """Return the meaning of made-up rows."""
    return list(EXPERIMENT.present(made_up(ns, load=load)).meaning)


def test_the_summary_names_what_a_paper_would_cite() -> None:
    stated = EXPERIMENT.summary(made_up(lambda turn: 1.0 + turn, workloads=("uniform", "strings")))
    assert stated.value("ns_per_key/batch/1000/mine").number == 5500
    assert stated.value("ns_per_key/strings/batch/1000/mine").number == 11_000
    assert stated.value("copies/batch/10/mine").number == 55
    assert stated.value("grown/mine").number == 100
    assert (stated.value("medians").number, stated.value("unsteady").number) == (8, 8)
    assert stated.value("tested").number == stated.value("not_random").number == 8, "they drift"


def test_the_page_keeps_the_times_of_two_workloads_apart() -> None:
    results = made_up(lambda turn: 5.5, workloads=("uniform", "strings"))
    shown = EXPERIMENT.present(results)
    chart, among_peers = shown.charts
    assert {"workload", "mode"} == set(chart.choices)
    assert len(chart.frame) == len(chart.frame[["workload", "mode", "n", "label"]].drop_duplicates()) == 8
    assert among_peers.is_empty
    (column,) = shown.glance
    assert column.values == {"mine": 5500}, "of the first workload, not of the last"
    busy = made_up(lambda turn: 1.0 + turn, workloads=("uniform", "strings"))
    shown = EXPERIMENT.present(busy)
    assert shown.glance == [], "times that cannot be trusted are not shown at a glance"
    told = [*(table.caption for table in shown.tables if table.name.startswith("batch"))]
    told += [chart.caption for chart in shown.charts]
    assert all("too busy to trust" in text for text in told)


def test_a_busy_machine_is_told() -> None:
    told = present(lambda turn: 1 + turn * 7 % 10)
    assert "in 4 of 4 rows the middle half of the processes spreads over more than 10%" in told[0]
    assert len(told) == 2, "nobody is ranked"
    assert "Steady: in 4 of 4 rows" in present(lambda turn: 100 + turn * 7 % 10 / 10)[0]
    assert "0.10 to 0.10 before its parts" in present(lambda turn: 1.0)[1]
    assert "before its parts" not in present(lambda turn: 1.0, load=None)[1]


def test_times_that_drift_are_not_trusted() -> None:
    assert "in 4 of 4 rows the processes are no random series" in present(lambda turn: 100 + turn / 10)[0]


def test_growth_with_the_nodes_is_told() -> None:
    said = present(lambda turn: 2.0)
    assert said[0].startswith("Steady")
    assert said[2].startswith("At n = 1,000 mine is fastest: 2e+03 ns a key")
    assert said[3] == "From n = 10 to 1,000 the cost of a key grows by a factor of: mine 100."


def test_one_thread_has_no_mode_of_threads() -> None:
    parameters = ThroughputParameters(
        algorithms="jump", nodes=(4,), keys=200, rounds=1, milliseconds=0.1, threads=1
    )
    assert runner_modes(parameters) == [COPY, "batch", "hashing", "list", "arrow", "single"]
    assert runner_modes(parameters.replace({"mode": "single"})) == [COPY, "single"]


def runner_modes(parameters: ThroughputParameters) -> list[str]:
    from experiments.harness.experiment import Context

    (case,) = EXPERIMENT.cases(parameters)
    measured = EXPERIMENT.measure(case, parameters, Context(Engine(parameters.threads)))
    assert measured.rows == []
    return [row["mode"] for row in measured.timing if not row["peer"]]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"mode": "bacth"},
            "--mode: 'bacth' is unknown; give one of batch, threads, hashing, list, arrow, single, "
            "start, install",
        ),
        ({"milliseconds": 0}, "--milliseconds: 0 is not allowed; give a number above 0"),
        ({"rounds": 0}, "--rounds: 0 is below 1"),
        ({"set": ("jump.hash=identity",), "workload": ("names",)}, "takes ints only, and the keys of names"),
    ],
)
def test_bad_use_is_told_before_anything_is_measured(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadUse, match=sentence):
        EXPERIMENT.cases(ThroughputParameters(**values))


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["--algorithms", "jump,modulo", "--nodes", "4", "--keys", "1e3", "--rounds", "2"]
    typed = ["throughput", "--profile", "smoke", *flags, "--out", str(tmp_path / "out"), "--quiet"]
    assert run.main(typed) == 0
    assert "million/s" in capsys.readouterr().out
    assert run.main(["throughput", "--repetitions", "3"]) == 2
    assert "give --rounds" in capsys.readouterr().err
