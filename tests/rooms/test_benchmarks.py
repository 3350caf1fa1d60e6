"""The asv suite runs, tracked numbers repeat, two builds are judged rightly; no time decides a test."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from algorithms import having, names
from algorithms.balancing import balancer_names
from algorithms.hashing import hash_names
from algorithms.interface import Capability
from experiments.benchmarks import builds, collect, compare, inputs, judgement, offline, rates, worker
from experiments.benchmarks import requests as traced
from experiments.benchmarks.collect import KINDS, Benchmark, suite
from experiments.caching.replay import POLICIES

SUITE = suite()


def smallest(benchmark: Benchmark) -> list[tuple[Any, ...]]:
    """All algorithms, functions and events, with the first of each size."""
    small = {
        name: values[:1] if name in ("nodes", "length") else values
        for name, values in benchmark.parameters.items()
    }
    return [
        case for case in benchmark.cases() if all(v in s for v, s in zip(case, small.values(), strict=True))
    ]


# ---- the suite -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("benchmark_", SUITE, ids=lambda benchmark: benchmark.name)
def test_every_benchmark_runs_and_tracked_numbers_repeat(benchmark_: Benchmark) -> None:
    ran = 0
    for case in smallest(benchmark_):
        try:
            first, second = benchmark_.prepare(*case), benchmark_.prepare(*case)
        except NotImplementedError:
            continue
        ran += 1
        values = first(), first(), second()
        if benchmark_.kind == "track":
            assert type(values[0]) in (int, float)
            assert values[0] == values[1] == values[2]
    assert ran >= len(smallest(benchmark_)) / 2


def test_all_algorithms_and_all_hash_functions_are_measured() -> None:
    axes = {name for benchmark in SUITE for name in benchmark.parameters}
    assert axes == {"algorithm", "balancer", "event", "function", "length", "nodes", "policy"}
    for benchmark in SUITE:
        if "algorithm" in benchmark.parameters:
            assert benchmark.parameters["algorithm"] == names()
        if "balancer" in benchmark.parameters:
            assert benchmark.parameters["balancer"] == balancer_names()
        if "policy" in benchmark.parameters:
            assert benchmark.parameters["policy"] == tuple(POLICIES)
        if "function" in benchmark.parameters:
            assert benchmark.parameters["function"] == hash_names()


def test_only_impossible_events_are_left_out() -> None:
    for algorithm in names():
        for event, anyone_of in {
            "remove:middle": [Capability.REMOVES_ANY],
            "weight:2": [Capability.WEIGHTED],
            "replace": [Capability.REMOVES_ANY, Capability.REMOVES_LAST],
        }.items():
            if any(algorithm in having(capability) for capability in anyone_of):
                inputs.able(algorithm, event)
            else:
                with pytest.raises(NotImplementedError, match=f"^{algorithm} cannot do {event}: ."):
                    inputs.able(algorithm, event)


def test_a_build_without_an_algorithm_is_left_out() -> None:
    with pytest.raises(NotImplementedError, match="no algorithm 'tomorrow'"):
        inputs.partitioner("tomorrow", 16)


def test_sizes_are_a_contract() -> None:
    """They may grow at their ends; a changed one makes the history compare different things."""
    assert (inputs.KEYS, inputs.FEW_KEYS, inputs.SINGLE_KEYS, inputs.PLACEMENTS) == (
        131072,
        16384,
        1000,
        1048576,
    )
    assert (inputs.SINGLE_NODES, inputs.EVENT_NODES, inputs.SERVERS) == (100, 16, 16)
    assert (traced.LONGEST, traced.CACHED_KEYS, traced.ROOM) == (128, 131072, 1024)
    assert inputs.NODES[:2] == (16, 1000)
    assert inputs.LENGTHS[:4] == (8, 21, 64, 200)
    assert inputs.EVENTS[:6] == ("add:1", "double", "remove:last", "remove:middle", "replace", "weight:2")


def test_inputs_are_a_contract() -> None:
    """SplitMix64 of seed 0, by its published outputs; texts by a digest."""
    assert inputs.words(3).tolist() == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    keys = inputs.texts(1000, 21)
    assert set(b"".join(keys.tolist())) == set(b"abcdefghijklmnop")
    assert {len(key) for key in keys.tolist()} == {21}
    assert hashlib.sha256(b"".join(keys.tolist())).hexdigest()[:16] == "29cbb274e0de6afc"


def test_a_trace_of_requests_opens_each_once_and_closes_it_later() -> None:
    closing = traced.events(5000)
    opens, closes = np.flatnonzero(closing < 0), np.flatnonzero(closing >= 0)
    assert np.array_equal(np.sort(closing[closes]), opens)
    assert (closing[closes] < closes).all()
    in_flight = np.cumsum(np.where(closing < 0, 1, -1))
    assert in_flight.min() == in_flight[-1] == 0
    assert 60 < in_flight[500:-500].mean() < 70


@pytest.mark.parametrize("name", ["requests.SingleOpen.time_open", "requests.SingleClose.time_close"])
def test_single_requests_are_opened_and_closed_in_turn(name: str) -> None:
    prepared = next(one for one in SUITE if one.name == name).prepare("least_outstanding")
    instance = prepared.call.func.__self__  # type: ignore[attr-defined]
    for _ in range(2):
        asked = list(instance.hashes)
        prepared()
        in_flight = inputs.SINGLE_KEYS if name.endswith("open") else 0
        assert sum(instance.balancer.in_flight.values()) == in_flight
        prepared.renew()
        assert not set(asked) & set(instance.hashes)


def test_rates_are_printed_for_the_cases_that_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert rates.main(["--only", r"cached|open\(round", "--rounds", "6"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(")")[0] for line in lines] == [
        "Cached.time_replay(lru",
        "Cached.time_replay(sieve",
        "SingleOpen.time_open(round_robin",
    ]
    assert all("M/s" in line and line.endswith("ns") for line in lines)
    for wrong, said in ((["--only", "nobody"], "in no case"), (["--rounds", "5"], "from 6 calls on")):
        with pytest.raises(SystemExit, match="2"):
            rates.main(wrong)
        assert said in capsys.readouterr().err


def test_no_lookup_is_timed_on_keys_that_were_asked_for() -> None:
    for name in ("lookup.Batch.time_assign", "lookup.Names.time_lookup_many", "lookup.SingleKey.time_lookup"):
        benchmark = next(one for one in SUITE if one.name == name)
        seen: list[object] = []

        def keys_of(instance: object) -> list[object]:
            keys = getattr(instance, "hashes", getattr(instance, "keys", None))
            return list(keys if isinstance(keys, list) else keys.tolist())  # type: ignore[union-attr]

        prepared = benchmark.prepare(*next(iter(benchmark.cases())))
        instance = prepared.call.func.__self__  # type: ignore[attr-defined]
        for _ in range(3):
            seen += keys_of(instance)
            prepared.renew()
        assert len(set(seen)) == len(seen) > 0
    calls: list[str] = []
    call = collect.Prepared(lambda: calls.append("call"), lambda: calls.append("renew"))
    worker.timed(call, 2)
    assert calls == ["call", "renew", "call", "renew", "call"]


def test_benchmarks_say_what_asv_must_know() -> None:
    assert len({benchmark.name for benchmark in SUITE}) == len(SUITE)
    assert {benchmark.kind for benchmark in SUITE} == set(KINDS)
    for benchmark in SUITE:
        assert benchmark.cls.version, f"{benchmark.name} would lose its history with each edit"
        assert (benchmark.kind == "time") == issubclass(benchmark.cls, inputs.Timed)


# ---- the judgement ---------------------------------------------------------------------------------------


def noisy_times(rng: np.random.Generator, ratio: float, launches: int) -> list[Any]:
    """Return times of a busy machine: shared drift, a bias a launch, and rounds that are interrupted."""
    times, rounds = [], compare.ROUNDS
    for _ in range(launches):
        bias = np.exp(rng.normal(0, 0.02, size=2))
        drift = np.exp(np.cumsum(rng.normal(0, 0.1, size=rounds)))
        noise = np.exp(rng.normal(0, 0.02, size=(rounds, 2)))
        interrupted = np.where(rng.random((rounds, 2)) < 0.1, rng.uniform(1.5, 5, (rounds, 2)), 1.0)
        times.append(1e6 * bias * drift[:, None] * noise * interrupted * [1.0, ratio])
    return times


def decided(rng: np.random.Generator, ratios: dict[str, float]) -> dict[str, str]:
    """Return what both looks together say."""
    first = {case: noisy_times(rng, ratio, compare.LAUNCHES) for case, ratio in ratios.items()}
    second = {case: noisy_times(rng, ratios[case], compare.AGAIN) for case in judgement.suspects(first)}
    return {verdict.case: verdict.word for verdict in judgement.judge(second)} if second else {}


def test_equal_builds_are_not_told_apart() -> None:
    """Of 100 comparisons of 40 cases, 1 % may have a false verdict: more than 5 has a chance of 0.05 %."""
    rng = np.random.default_rng(20260711)
    cases = dict.fromkeys(map(str, range(40)), 1.0)
    wrong = sum(set(decided(rng, cases).values()) - {judgement.SAME} != set() for _ in range(100))
    assert wrong <= 5


def test_a_slower_case_is_found_among_many() -> None:
    rng = np.random.default_rng(1)
    cases = {**dict.fromkeys(map(str, range(40)), 1.0), "slow": 1.3, "fast": 0.7}
    for _ in range(20):
        found = decided(rng, cases)
        assert (found.pop("slow"), found.pop("fast")) == (judgement.SLOWER, judgement.FASTER)
        assert set(found.values()) <= {judgement.SAME}


def test_what_is_within_the_tolerance_is_no_regression() -> None:
    clean = {"a": [[[100.0, 104.0]], [[100.0, 104.1]], [[100.0, 103.9]]]}
    assert judgement.suspects(clean) == []
    assert judgement.judge(clean)[0].word == judgement.SAME
    assert judgement.suspects(clean, tolerance=0.02) == ["a"]
    assert judgement.judge(clean, tolerance=0.02)[0].word == judgement.SLOWER


def test_launches_are_what_is_repeated_and_not_rounds() -> None:
    """Two launches that disagree prove nothing, however many rounds each has."""
    times = [np.tile([100.0, 130.0], (1000, 1)), np.tile([100.0, 101.0], (1000, 1))]
    assert judgement.judge({"a": times})[0].word == judgement.SAME


def test_one_wild_round_decides_nothing() -> None:
    launch = np.array([[100.0, 100.0]] * 4 + [[100.0, 9000.0]])
    assert judgement.log_ratios([launch, launch]).tolist() == [0.0, 0.0]


def test_interval_and_medians_are_those_of_the_launches() -> None:
    ratios = np.array([1.5, 1.6, 1.4, 1.55])
    verdict = judgement.judge({"a": [[[200.0, 200.0 * ratio]] for ratio in ratios]})[0]
    logs = np.log(ratios)
    half = 3.182446 * logs.std(ddof=1) / 2  # Student's t, 3 degrees of freedom, 97.5 %
    assert verdict.ratio == pytest.approx(np.exp(logs.mean()))
    assert (verdict.low, verdict.high) == pytest.approx(
        tuple(np.exp([logs.mean() - half, logs.mean() + half])), rel=1e-5
    )
    assert (verdict.base, verdict.this) == (200.0, pytest.approx(305.0))


def test_the_widest_noise_is_said() -> None:
    rng = np.random.default_rng(2)
    quiet = {"a": [np.full((5, 2), 100.0)] * 5}
    assert judgement.resolution(quiet) == 0.0
    assert judgement.resolution({"a": noisy_times(rng, 1.0, 5)}) > 0.005


@pytest.mark.parametrize("times", [[[]], [[[1.0]]], [[[1.0, 0.0]]], [[1.0, 2.0]]])
def test_times_that_cannot_be_are_refused(times: Any) -> None:
    with pytest.raises(ValueError, match="positive times"):
        judgement.log_ratios(times)


# ---- the comparison --------------------------------------------------------------------------------------


@pytest.fixture
def two_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository whose working tree differs from its last commit."""
    root = tmp_path / "project"
    (root / "experiments").mkdir(parents=True)
    (root / "algorithms").mkdir()
    for package in builds.PACKAGES:
        (root / package / "__init__.py").write_text("VALUE = 1\n")
    for command in (
        ["init", "-q", "-b", "main"],
        ["add", "."],
        ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "-m", "before"],
    ):
        subprocess.run(["git", *command], cwd=root, check=True)
    (root / "algorithms" / "__init__.py").write_text("VALUE = 2\n")
    monkeypatch.setattr(builds, "ROOT", root)
    return root


def test_both_builds_lie_side_by_side(two_builds: Path, tmp_path: Path) -> None:
    base, this = builds.lay_out("main", tmp_path / "folder")
    assert (base.sources / "algorithms" / "__init__.py").read_text() == "VALUE = 1\n"
    assert (this.sources / "algorithms" / "__init__.py").read_text() == "VALUE = 2\n"
    assert base.name.startswith("main (")


def test_a_revision_that_is_not_there(two_builds: Path, tmp_path: Path) -> None:
    with pytest.raises(builds.CannotCompare, match="no commit 'mian' here"):
        builds.lay_out("mian", tmp_path / "folder")


def test_a_build_that_cannot_be_imported_says_so(tmp_path: Path) -> None:
    sources = tmp_path / "broken"
    (sources / "algorithms").mkdir(parents=True)
    (sources / "algorithms" / "__init__.py").write_text("raise RuntimeError('half written')\n")
    with (
        builds.Side("the broken build", sources) as side,
        pytest.raises(builds.CannotCompare, match="half written"),
    ):
        side.ask("prepare", benchmark="build.Build.time_create", case=["jump", 16])


def test_both_workers_set_up_time_and_track(tmp_path: Path) -> None:
    root = Path(inputs.__file__).parents[2]
    here = builds.Side("here", root)
    there = builds.Side("there", root)
    comparison = compare.Comparison(here, there, lambda line: None)
    timed = compare.cases_of("time", r"Batch.*\(modulo, 16\)")
    comparison.compile(timed)
    assert list(comparison.numbers) == ["lookup.Batch.time_assign(modulo, 16)"]
    times = comparison.time(timed, 2)
    assert [len(launch[0]) for launch in times["lookup.Batch.time_assign(modulo, 16)"]] == [2, 2]
    comparison.track(
        compare.cases_of("track", r"Size.*\((modulo|jump), 16\)|Movement.*\(jump, (add:1|weight:2)\)")
    )
    assert not comparison.changes
    assert not comparison.failures
    assert not comparison.left_out


def verdict(case: str, ratio: float, word: str) -> judgement.Verdict:
    return judgement.Verdict(case, 1500.0, 1500.0 * ratio, ratio, ratio - 0.1, ratio + 0.1, 0.001, word)


@pytest.mark.parametrize(
    ("verdicts", "changes", "failures", "code"),
    [
        ([], {}, {}, 0),
        ([verdict("a", 1.0, judgement.SAME), verdict("b", 0.5, judgement.FASTER)], {}, {}, 0),
        ([verdict("a", 1.5, judgement.SLOWER)], {}, {}, 1),
        ([], {"a": (1, 2)}, {}, 1),
        ([], {}, {"a": "ValueError: no"}, 1),
    ],
)
def test_exit_code_follows_what_was_found(
    verdicts: list[judgement.Verdict], changes: dict[str, Any], failures: dict[str, str], code: int
) -> None:
    side = builds.Side("main", Path())
    lines: list[str] = []
    comparison = compare.Comparison(side, side, lines.append, changes=changes, failures=failures)
    assert compare.report(verdicts, comparison, lines.append) == code
    said = "\n".join(lines)
    assert all(one.case in said for one in verdicts if one.word != judgement.SAME)
    assert all(label in said for label in {**changes, **failures})
    if any(one.word == judgement.SLOWER for one in verdicts):
        assert "slower: a: 1.5 us before, 2.25 us now: 1.50 times" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--launches", "1"], "at least 2 launches"),
        (["--tolerance", "nan"], "a tolerance from 0"),
        (["--only", "("], "no regular expression"),
        (["--only", "nothing like this"], "is found in no case"),
    ],
)
def test_bad_use_says_what_to_do(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare.main(arguments) == 2
    assert message in capsys.readouterr().err


# ---- the page --------------------------------------------------------------------------------------------

PAGE = """<script src="https://a.org/jquery-3.3.1.min.js" integrity="sha256-x" onerror="f()"></script>
<link rel="stylesheet" href="//b.org/x/bootstrap.min.css" crossorigin="anonymous">
<script src="asv.js"></script> <a href="https://c.org/">project</a>"""


def test_the_page_loads_what_lies_beside_it() -> None:
    assert offline.localised(PAGE) == (
        '<script src="libraries/jquery/dist/jquery.min.js" onerror="f()"></script>\n'
        '<link rel="stylesheet" href="libraries/bootstrap/dist/css/bootstrap.min.css">\n'
        '<script src="asv.js"></script> <a href="https://c.org/">project</a>'
    )


def test_an_address_that_nobody_knows_is_refused() -> None:
    with pytest.raises(offline.CannotServe, match=r"loads https://a\.org/new\.js, which is not known"):
        offline.localised('<script src="https://a.org/new.js"></script>')


def test_an_archive_that_is_another_one_is_refused(tmp_path: Path) -> None:
    library = offline.LIBRARIES[0]
    (tmp_path / library.archive).write_bytes(b"something else")
    with pytest.raises(offline.CannotServe, match="checksum"):
        offline.fetch(library, tmp_path)
    assert not (tmp_path / library.archive).exists()


def test_a_pattern_is_found_whatever_its_capitals_or_the_names_are_listed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert collect.main(["single"]) == collect.main([""]) == collect.main(["lookup.SINGLE"]) == 0
    assert compare.cases_of("time", "single") == compare.cases_of("time", "Single") != []
    assert capsys.readouterr().err == ""
    assert collect.main(["nothing like this"]) == collect.main(["("]) == 2
    errors = capsys.readouterr().err
    assert "there are build.Build.time_create, " in errors
    assert "no regular expression" in errors


def test_the_page_is_served_by_the_command_that_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index.html").write_text("<p>asv</p>", encoding="utf-8")
    monkeypatch.setattr(offline, "LIBRARIES", ())
    assert offline.main(tmp_path) == 0
    assert f"python -m http.server --bind 127.0.0.1 --directory {tmp_path}" in capsys.readouterr().out


def test_without_a_page_it_says_what_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert offline.main(tmp_path) == 2
    assert "run asv publish first" in capsys.readouterr().err


def test_the_suite_needs_no_asv(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['asv'] = sys.modules['asv_runner'] = None\n"
        "from experiments.benchmarks.collect import suite; print(len(suite()))"
    )
    root = Path(inputs.__file__).parents[2]
    ran = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert int(ran.stdout) == len(SUITE)
