"""The experiment `database`: queries beside a plain reading of each record, laws, files, and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from corners import drawn
from numpy.typing import NDArray

from algorithms.hashing.columns import Strings
from experiments import run, theory
from experiments.database import EXPERIMENT
from experiments.database import measure as measured
from experiments.database.parameters import LACKING
from experiments.database.queries import Model, Query, answered, queries_of
from experiments.database.records import Records, values_of
from experiments.database.schemes import Compound, Hashed, Ranges, Sharding
from experiments.database.splitting import split_when_full
from experiments.harness import runner
from experiments.report.figures import elsewhere
from experiments.report.figures import figure as figures
from experiments.report.tables import terminal
from experiments.storage import store

WIDTH, HEIGHT = 120, 34


@pytest.fixture(scope="module", autouse=True)
def _undrawn() -> Iterator[None]:
    """Draw figures, and write no pixel of them, which takes most of the time."""
    with pytest.MonkeyPatch.context() as patched:
        for place in (figures, elsewhere):
            patched.setattr(place, "render", drawn)
        yield


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> runner.Outcome[Any]:
    parameters = EXPERIMENT.profile("smoke").replace({"threads": 1})
    return runner.run(EXPERIMENT, parameters, profile="smoke", out=tmp_path_factory.mktemp("database"))


def rows_of(outcome: runner.Outcome[Any], **chosen: Any) -> list[dict[str, Any]]:
    return [row for row in outcome.rows if all(row[name] == value for name, value in chosen.items())]


@pytest.fixture(scope="module", params=["salaries:48000:0.1", "times", "names"])
def placed(request: pytest.FixtureRequest) -> tuple[Records, list[Sharding]]:
    parameters = EXPERIMENT.profile("smoke").replace(
        {"keys": 600, "repetitions": 1, "workload": request.param, "groups": 7, "timed": 0}
    )
    (case,) = measured.cases(parameters)
    records = measured.records_of_trial(case.arguments["trials"][0], parameters)
    made = measured.shardings(case.arguments["trials"], records, parameters)
    shardings = [sharding for _, _, sharding in made if not isinstance(sharding, str)]
    assert len(shardings) == 6
    return records, shardings


def wanted(query: Query, records: Records) -> list[int]:
    """Return the records that a query wants, by looking at each."""
    rows = [
        row
        for row, (value, group) in enumerate(
            zip(records.values.tolist(), records.groups.tolist(), strict=True)
        )
        if query.low <= value <= query.high and query.group in (-1, group)
    ]
    return rows[: query.limit or len(rows)]


def read_by(sharding: Sharding, query: Query, rows: Sequence[int]) -> list[int]:
    """Return the records that each shard reads, by walking over them."""
    records, shards = sharding.records, sharding.shards.tolist()
    inside = [row for row in range(len(records)) if query.low <= records.values[row] <= query.high]
    read = [0] * sharding.n
    if isinstance(sharding, Compound):
        if query.group < 0:
            return sharding.loads.tolist()
        for row in rows:
            read[shards[row]] += 1
    elif isinstance(sharding, Hashed):
        if query.low != query.high and not sharding.ordered:
            return sharding.loads.tolist()
        found = [0] * sharding.n
        for row in inside:
            if query.low != query.high and query.limit and found[shards[row]] == query.limit:
                continue
            read[shards[row]] += 1
            found[shards[row]] += query.group in (-1, records.groups[row])
    else:
        found_in_all = 0
        for row in inside:
            if query.limit and found_in_all == query.limit:
                break
            read[shards[row]] += 1
            found_in_all += query.group in (-1, records.groups[row])
    return read


@pytest.mark.parametrize("kind", ["point", "range", "first", "first of group"])
def test_queries_are_answered_as_by_looking_at_each_record(
    placed: tuple[Records, list[Sharding]], kind: str
) -> None:
    records, shardings = placed
    queries = queries_of(kind, records, 12, 5, matching=40, limit=6)
    for sharding in shardings:
        answers = answered(sharding, queries)
        for row, query in enumerate(queries):
            rows = wanted(query, records)
            holding = np.bincount(sharding.shards[rows], minlength=sharding.n)
            assert answers.matching[row].tolist() == holding.tolist(), (sharding, query)
            assert answers.read[row].tolist() == read_by(sharding, query, rows), (sharding, query)
            # nobody is left out who has an answer or reads, and there are answers at all
            assert not (answers.asked[row] < ((holding > 0) | (answers.read[row] > 0))).any()
            assert kind == "first of group" or holding.sum() >= {"point": 1, "range": 40, "first": 6}[kind]


def test_who_is_asked(placed: tuple[Records, list[Sharding]]) -> None:
    records, shardings = placed
    low, high = (int(records.values[row]) for row in (100, 200))
    for sharding in shardings:
        met = sharding.asked(low, high).tolist()
        assert len(set(met)) == len(met)
        inside = sharding.shards[(records.values >= low) & (records.values <= high)]
        if isinstance(sharding, Hashed):
            assert met == list(range(sharding.n))
            single = sharding.asked(low, low).tolist()
            assert single == (met if isinstance(sharding, Compound) else [sharding.shards[100]])
        else:
            # ranges without a record between those with one are asked too
            assert set(inside.tolist()) <= set(met)
            if isinstance(sharding, Ranges):
                assert met == list(range(inside.min(), inside.max() + 1))


def slowly_split(
    arrivals: Sequence[int], shards: int, most: int
) -> tuple[list[tuple[int, int]], int, list[int]]:
    """Insert record by record into lists."""
    ranges: list[tuple[int, int, list[int]]] = [(0, 0, [])]  # first key, shard, keys
    written, moved, waiting = [], 0, {0: most}
    for key in arrivals:
        at = max(number for number, (start, _, _) in enumerate(ranges) if start <= key)
        start, owner, keys = ranges[at]
        keys.append(key)
        written.append(owner)
        if len(keys) <= waiting[start]:
            continue
        cuts = sorted({key for key in keys if key > min(keys)})
        if not cuts:
            waiting[start] = len(keys) + max(1, most // 2) - 1
            continue
        # the best cut is the one next to the middle, and of two the one at the key in the middle
        middle = sorted(keys)[len(keys) // 2]
        cut = min(cuts, key=lambda key: (abs(2 * sum(k < key for k in keys) - len(keys)), key != middle))
        upper = [key for key in keys if key >= cut]
        counts = [sum(owner == shard for _, owner, _ in ranges) for shard in range(shards)]
        to = counts.index(min(counts))
        if counts[to] >= counts[owner]:
            to = owner
        moved += len(upper) if to != owner else 0
        ranges[at] = (start, owner, [key for key in keys if key < cut])
        ranges.insert(at + 1, (cut, to, upper))
        waiting |= {start: most, cut: most}
    return [(start, owner) for start, owner, _ in ranges], moved, written


@pytest.mark.parametrize("order", ["ascending", "random", "descending", "few keys"])
@pytest.mark.parametrize(("shards", "most"), [(1, 3), (3, 5), (4, 8)])
def test_ranges_split_as_record_by_record(order: str, shards: int, most: int) -> None:
    draws = np.random.default_rng(most)
    arrivals: NDArray[np.int64] = {
        "ascending": np.arange(60),
        "random": draws.permutation(60),
        "descending": np.arange(60)[::-1],
        "few keys": np.unique(draws.integers(0, 9, 60), return_inverse=True)[1],
    }[order]
    done = split_when_full(arrivals, shards, most)
    ranges, moved, written = slowly_split(arrivals.tolist(), shards, most)
    assert list(zip(done.starts.tolist(), done.owners.tolist(), strict=True)) == ranges
    assert (done.splits, done.moved) == (len(ranges) - 1, moved)
    assert done.written.tolist() == written


def test_a_million_of_one_key_cannot_be_split() -> None:
    done = split_when_full(np.zeros(1000, dtype=np.int64), 4, 10)
    assert (done.starts.tolist(), done.splits, set(done.written.tolist())) == ([0], 0, {0})


def test_laws_hold(outcome: runner.Outcome[Any]) -> None:
    """Of shards that hold an answer, of ranges that are asked, and of movement."""
    compared = {"law_holding": 0, "law_asked": 0}
    for row in rows_of(outcome, kind="range"):
        for law, column in (("law_holding", "holding"), ("law_asked", "asked")):
            if row[law] is not None:
                # 50 queries of at most half a shard's deviation each
                assert row[column] == pytest.approx(row[law], abs=0.45), row
                compared[law] += 1
    assert min(compared.values()) >= 20
    for row in rows_of(outcome, kind="range", scheme="explicit"):
        wanted = max(1, round(row["selectivity"] * 4000))
        assert row["asked"] >= theory.fewest_ranges(4, 4000, wanted) * (1 - 1e-12)
    for row in rows_of(outcome, kind="add", scheme="hash") + rows_of(outcome, kind="add", scheme="split"):
        assert row["movement"] == pytest.approx(row["law_movement"], abs=0.03)
        assert row["law_movement"] == pytest.approx(1 / 5)
    times = rows_of(outcome, kind="add", scheme="explicit", workload="times")
    assert {row["movement"] for row in times} == {0.5}  # half of all, as of equal ranges of hashes


def test_a_shard_is_hot_where_keys_come_in_order(outcome: runner.Outcome[Any]) -> None:
    for row in rows_of(outcome, kind="insert", scheme="explicit", workload="times"):
        assert row["busiest"] == 1
    for row in rows_of(outcome, kind="insert", scheme="hash"):
        assert row["busiest"] < 0.32
    for row in rows_of(outcome, kind="records", scheme="explicit", workload="times"):
        assert row["busiest"] == 0.25


def test_times_follow_the_model() -> None:
    """Of one shard the mean; of all of them that of the slowest; and what they read."""
    noise = Model(500.0, 0.0).noise(1, 20_000, 8)
    error = 500_000 / np.sqrt(20_000)
    assert abs(noise[:, 0].mean() - 500_000) < 5 * error
    assert abs(noise.max(axis=1).mean() - 500_000 * float(theory.slowest(8))) < 8 * error
    assert noise.dtype == np.int64


def test_an_answer_of_few_records_comes_sooner_from_ranges_and_of_many_from_hashes(
    outcome: runner.Outcome[Any],
) -> None:
    numbers = outcome.presentation.summary
    for part in ("0.1", "0.5"):
        time = numbers.value(f"milliseconds/times/4/range:{part}/hash + index")
        law = numbers.value(f"law_milliseconds/times/4/range:{part}/hash + index")
        assert time.number == pytest.approx(law.number, rel=0.1)
    for workload in ("salaries", "times"):
        assert numbers.value(f"sooner_at/{workload}/4").number == 0.001
        assert numbers.value(f"later_at/{workload}/4").number == 0.5
        assert numbers.value(f"fewer_least/{workload}/4").number > 2
        assert numbers.value(f"busy_most/{workload}/4").number > 1
    assert numbers.value("asked/salaries/4/first of group/compound key").number == 1
    assert numbers.value("asked/salaries/4/range:0.5/hash").number == 4


def test_duckdb_reads_what_the_query_wants_and_less_of_ranges(outcome: runner.Outcome[Any]) -> None:
    timing = outcome.results.timing
    assert timing is not None
    assert set(timing["scheme"]) == {"hash", "index", "explicit"}
    assert len(timing) == 3 * 4 * 3
    by = ["kind", "selectivity", "round"]
    for _, group in timing.groupby(by, dropna=False):
        assert group["matching"].nunique() == 1  # all ways of sharding give the same answer
    wide = timing[timing["selectivity"] == 0.1].groupby("scheme")[["bytes", "row_groups", "files"]].sum()
    assert wide["bytes"]["explicit"] < wide["bytes"]["index"] <= wide["bytes"]["hash"]
    assert wide["files"]["hash"] == 3 * 4
    assert (timing["row_groups"] <= timing["row_groups_all"]).all()
    assert "files" in {sheet.name for sheet in outcome.presentation.summary.sheets}


def test_what_is_shown_fits_a_screen(outcome: runner.Outcome[Any]) -> None:
    first, second, *details = outcome.presentation.tables
    lines = [*terminal.write(first, WIDTH).splitlines(), *terminal.write(second, WIDTH).splitlines()]
    assert len(lines) <= HEIGHT
    assert max(map(len, lines)) <= WIDTH
    assert all(table.detail for table in details)
    said = " ".join(outcome.presentation.meaning)
    assert "Of 4 shards, a range of 0.10 % of the records asks 1" in said
    assert "explicit ranges 100 %" in said
    assert {chart.name for chart in outcome.presentation.charts if not chart.is_empty} == {"asked", "times"}


def test_without_duckdb_the_rest_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(measured, "is_installed", lambda: False)
    flags = ("--keys", "300", "--workload", "times", "--repetitions", "1", "--scheme", "explicit")
    assert run.main(["database", "--profile", "smoke", *flags, "--out", str(tmp_path / "run")]) == 0
    assert f"No files were read: {LACKING}." in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("texts", "ascending"),
    [
        (["9", "10", "-1", "2.5"], ["-1", "2.5", "9", "10"]),
        (["2026-02-01", "2025-12-31 23:59"], ["2025-12-31 23:59", "2026-02-01"]),
        (["b", "a", "ab"], ["a", "ab", "b"]),
        (["2026-99-99", "2026-01-01"], ["2026-01-01", "2026-99-99"]),
        (["9" * 40, "1"], ["1", "9" * 40]),
    ],
)
def test_texts_stand_in_the_order_of_what_they_mean(texts: list[str], ascending: list[str]) -> None:
    values = values_of((Strings.of([text.encode() for text in texts]),))
    assert [texts[row] for row in np.argsort(values)] == ascending


def salaries(folder: Path) -> Iterator[Path]:
    rows = [f"{number},{9 + number * 37 % 200}.50" for number in range(200)]
    (folder / "staff.csv").write_text("\n".join(["id,salary", *rows, ""]))
    yield folder / "staff.csv"


def test_a_column_of_yours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By its numbers, though a CSV has texts: 9.50 is less than 10.50."""
    (path,) = salaries(tmp_path)
    flags = ["--timed", "0", "--repetitions", "1", "--nodes", "4", "--scheme", "explicit", "--quiet"]
    assert (
        run.main(["database", *flags, "--workload", f"file:{path}:salary", "--out", str(tmp_path / "run")])
        == 0
    )
    assert "200 records" in capsys.readouterr().out
    (asked,) = [row for row in store.load(tmp_path / "run").to_dict("records") if row["selectivity"] == 0.5]
    assert asked["asked"] == pytest.approx(asked["law_asked"], abs=0.2)
    assert asked["matching"] == 100


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--nodes", "0"], "--nodes: '0' is below 1; give a whole number from 1 to 4096"),
        (["--selectivity", "1.5"], "--selectivity: '1.5' is not allowed; give a number above 0 up to 1"),
        (["--selectivity", "0"], "--selectivity: '0' is not allowed; give a number above 0 up to 1"),
        (["--workload", "file:{path}:wage"], "has no column 'wage'; give one of its columns: id, salary"),
        (["--overhead", "0", "--record", "0"], "--overhead and --record are both 0, so that no query takes"),
        (["--scheme", "hashed"], "--scheme: 'hashed' is unknown; give one of hash, index"),
    ],
)
def test_bad_use_is_told_in_one_sentence(
    flags: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (path,) = salaries(tmp_path)
    given = [flag.format(path=path) for flag in flags]
    assert run.main(["database", "--profile", "smoke", *given, "--out", str(tmp_path / "run")]) == 2
    said, complaints = capsys.readouterr()
    assert not said
    assert complaints.count("\n") == 1
    assert sentence in complaints


def test_more_shards_than_keys_are_refused_for_ranges_alone(tmp_path: Path) -> None:
    parameters = EXPERIMENT.profile("smoke").replace(
        {"keys": 3, "nodes": 8, "repetitions": 1, "workload": "sequential", "timed": 0}
    )
    found = runner.run(EXPERIMENT, parameters, out=tmp_path / "run")
    cannot = {row["scheme"]: row["cannot"] for row in rows_of(found, kind="records")}
    assert "boundaries must ascend" in cannot["explicit"]
    assert cannot["hash"] is None
    assert any("explicit" in note for table in found.presentation.tables for note in table.notes)
