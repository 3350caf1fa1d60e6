"""The experiment `balance`: what it counts, which law it sets beside it, and what it says of both."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from algorithms import create, names, spec_of, unregister
from experiments import inference, run, theory, workloads
from experiments.balance import EXPERIMENT
from experiments.balance import summary as balance_summary
from experiments.balance.parameters import BalanceParameters
from experiments.harness import runner, selection
from experiments.harness.engine import Engine
from experiments.harness.experiment import ALL_HASHES, Context
from experiments.harness.trial import Trial
from experiments.options.errors import BadUse
from experiments.report.presentation import Results
from experiments.report.tables import terminal
from experiments.seeds import derive, repetition_of
from experiments.storage import store

LEVEL = 0.001
CONTEXT = Context(Engine(1))


def rows_of(**values: Any) -> list[dict[str, Any]]:
    parameters = BalanceParameters(**values)
    cases = EXPERIMENT.cases(parameters)
    return [row for case in cases for row in EXPERIMENT.measure(case, parameters, CONTEXT).rows]


def shown(**values: Any) -> Any:
    parameters = BalanceParameters(**values)
    frame = store.decode(store.encode("rows", rows_of(**values)))
    return EXPERIMENT.present(Results(parameters, frame))


@pytest.fixture(autouse=True)
def _forget_the_algorithms_of_files() -> Iterator[None]:
    before = names()
    yield
    for name in set(names()) - set(before):
        unregister(name)


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> runner.Outcome[Any]:
    parameters = EXPERIMENT.profile("smoke").replace({"threads": 2})
    return runner.run(EXPERIMENT, parameters, profile="smoke", out=tmp_path_factory.mktemp("smoke"))


def test_the_rows_are_the_same_bytes_with_one_thread(smoke: runner.Outcome[Any], tmp_path: Path) -> None:
    parameters = EXPERIMENT.profile("smoke").replace({"threads": 1})
    again = runner.run(EXPERIMENT, parameters, profile="smoke", out=tmp_path / "again")
    assert (again.folder / "rows.csv").read_bytes() == (smoke.folder / "rows.csv").read_bytes()
    files = {path.relative_to(smoke.folder) for path in smoke.files if path.name != "run.json"}
    assert {path.relative_to(again.folder) for path in again.files if path.name != "run.json"} == files
    for name in files:
        assert (again.folder / name).read_bytes() == (smoke.folder / name).read_bytes(), name


def test_every_algorithm_agrees_with_its_law_at_the_profile_smoke(smoke: runner.Outcome[Any]) -> None:
    lawless = {"no law"} if any(not spec_of(name).balance_law for name in names()) else set()
    for table in smoke.presentation.tables:
        if table.name.startswith(("loads-", "shares-")):
            assert set(table.frame["verdict"]) <= {"agrees", "open", "exact", "not tested"} | lawless
        elif table.name.startswith("statistics-"):
            assert "differs" not in set(table.frame["conclusion"])
    meaning = str(smoke.presentation.meaning)
    said = re.search(r"held against their law (\S+) agree, (\S+) are open, (\S+) differ", meaning)
    assert said is not None
    stated = smoke.presentation.summary
    numbers = [stated.value(name).number for name in ("agrees", "open", "differs")]
    assert [int(word.replace("none", "0")) for word in said.groups()] == numbers
    assert numbers[2] == 0


def test_tables_fit_a_terminal_of_100_columns(smoke: runner.Outcome[Any]) -> None:
    for table in smoke.presentation.tables:
        text = terminal.write(table, 100)
        assert max(map(len, text.splitlines())) <= 100
        head = "wanted  " if table.name == "needed" else "algorithm  "
        grids = sum(head in line for line in text.splitlines())
        assert grids == 1 or table.detail, "the columns stand in one grid"


def test_what_a_ring_needs_is_told_for_each_number_of_nodes(smoke: runner.Outcome[Any]) -> None:
    (table,) = (table for table in smoke.presentation.tables if table.name == "needed")
    frame = table.frame.set_index(["n", "wanted"])
    assert frame.loc[(16, "CV 5 %"), "points_needed"] == 375
    assert frame.loc[(16, "CV 5 %"), "entries_needed"] == 16 * 375
    assert frame.loc[(16, "CV 1 %"), "keys_needed"] == 150_000
    peaks = frame["points_needed"].xs("max/mean 1.05", level="wanted")
    assert 375 < peaks[4] < peaks[16]


def test_figures_are_drawn_for_points_nodes_and_loads(smoke: runner.Outcome[Any]) -> None:
    drawn = [figure.name for figure in smoke.presentation.drawn()]
    assert drawn == ["cv-points", "max-nodes", "loads"]
    assert all((smoke.folder / "figures" / f"{name}.png").stat().st_size > 1000 for name in drawn)


def test_a_sampled_run_agrees_with_the_exact_shares() -> None:
    n, keys = 16, 200_000
    parameters = BalanceParameters(algorithms=("ring",), nodes=(n,), keys=keys)
    (candidate,) = selection.of_run(parameters)
    p_values = []
    for seed in range(5):
        ring = create("ring", n, points=40, seed=seed)
        shares = list(ring.arcs().shares().values())
        trial = Trial(parameters, candidate, n, workloads.parse("uniform"), seed)
        load = trial.load(ring, CONTEXT)
        assert load.sum() == keys
        p_values += [
            inference.proportion_agrees(int(count), keys, share / 2**64).p_value
            for count, share in zip(load, shares, strict=True)
        ]
    assert inference.holm(p_values).min() > LEVEL


def test_sampled_rows_differ_from_exact_ones_by_the_chance_of_the_draw_alone() -> None:
    rows = rows_of(algorithms="ring", nodes=(32,), keys=50_000, repetitions=40, vary=("ring.points=20",))
    sampled = [row["cv"] ** 2 for row in rows if row["method"] == "sampled"]
    exact = [row["cv"] ** 2 for row in rows if row["method"] == "exact"]
    # given the ring, E[CV^2] = k + (n - 1 - k) / m, with k the CV^2 of its shares
    differences = [s - theory.load_cv_squared(32, 1 / 50_000, k) for s, k in zip(sampled, exact, strict=True)]
    assert inference.mean_agrees(differences, 0).agrees(LEVEL)
    assert inference.mean(sampled).value > inference.mean(exact).value


def test_measures_of_a_row_are_those_of_its_loads() -> None:
    (row,) = rows_of(algorithms="jump", nodes=(7,), keys=5_000, repetitions=1)
    drawn = theory_free_load(row, "jump", 7, 5_000)
    mean = drawn.mean()
    assert row["keys"] == row["distinct"] == 5_000
    assert row["variance"] == pytest.approx(drawn.var(), rel=1e-12)
    assert row["cv"] == pytest.approx(drawn.std() / mean, rel=1e-12)
    assert row["max_to_mean"] == pytest.approx(drawn.max() / mean, rel=1e-12)
    assert row["min_to_mean"] == pytest.approx(drawn.min() / mean, rel=1e-12)
    assert row["first_to_mean"] == pytest.approx(drawn[0] / mean, rel=1e-12)
    assert row["g"] == pytest.approx(2 * (drawn * np.log(drawn / mean)).sum(), rel=1e-6)
    assert row["p95"] == pytest.approx(np.percentile(drawn / mean, 95), rel=1e-12)
    counts = [int(count) for count in row["histogram"].split()]
    assert sum(counts) == 7
    assert row["first_bin"] == math.floor(drawn.min() / mean / row["bin_width"])
    assert row["first_bin"] + len(counts) - 1 == math.floor(drawn.max() / mean / row["bin_width"])


def theory_free_load(row: dict[str, Any], name: str, n: int, keys: int) -> np.ndarray:
    """Count the loads of a row again, without the experiment."""
    column = workloads.parse(row["workload"]).chunk(0, row["seed"], keys)
    placed = create(name, n, seed=row["hash_seed"]).lookup_many(column)
    return np.array([np.count_nonzero(placed == f"node-{i}") for i in range(n)])


def test_repeated_keys_are_counted_as_counter_counts_them() -> None:
    row = rows_of(algorithms="jump", nodes=(4,), keys=300_000, repetitions=1, workload=("zipf:1.2:500",))[0]
    source = workloads.parse("zipf:1.2:500")
    drawn = Counter[int]()
    for number, size in enumerate(workloads.chunks_of(300_000)):
        drawn.update(source.chunk(number, row["seed"], size).tolist())
    assert row["distinct"] == len(drawn)
    assert row["collision"] == sum(count**2 for count in drawn.values()) / 300_000**2
    assert row["law_cv"] == pytest.approx(math.sqrt(3 * row["collision"]), rel=1e-9)
    assert row["law_max_to_mean"] is None


def test_a_sweep_is_of_the_algorithm_that_it_names(tmp_path: Path) -> None:
    source = tmp_path / "mine.py"
    source.write_text(
        "from algorithms import Spec, class_of, register\n"
        "@register(Spec(name='other_ring', title='Other', summary='', balance_law='ring',\n"
        "               capabilities=class_of('ring').spec.capabilities))\n"
        "class OtherRing(class_of('ring')):\n"
        "    pass\n"
    )
    parameters = BalanceParameters(
        algorithms=("jump", "ring", "ring:points=7", f"{source}:OtherRing"),
        vary=("ring.points=3,5", "other_ring.points=3,5"),
        repetitions=1,
    )
    labels = [case.arguments["trials"][0].candidate.label for case in EXPERIMENT.cases(parameters)]
    assert labels == [
        "jump", "ring:points=3", "ring:points=5", "ring:points=7",
        "other_ring:points=3", "other_ring:points=5",
    ]  # fmt: skip
    rows = rows_of(
        algorithms=("ring", "jump"), vary=("ring.points=3,5",), nodes=(2,), keys=100, repetitions=1
    )
    assert {row["label"]: row["points"] for row in rows} == {
        "ring:points=3": 3, "ring:points=5": 5, "jump": None,
    }  # fmt: skip


def test_a_hash_function_that_was_set_goes_before_those_of_the_run() -> None:
    parameters = BalanceParameters(
        algorithms=("jump:hash=murmur3_64", "modulo"), hash=("xxh64", "crc32"), repetitions=1
    )
    found = [
        (case.arguments["trials"][0].candidate.label, case.arguments["trials"][0].candidate.hash)
        for case in EXPERIMENT.cases(parameters)
    ]
    assert sorted(found) == [
        ("jump:hash=murmur3_64", "murmur3_64"), ("modulo", "crc32"), ("modulo", "xxh64"),
    ]  # fmt: skip


@pytest.mark.parametrize("hash_name", ["xxh64", "crc32"])
def test_each_repetition_has_another_ring(hash_name: str) -> None:
    rows = rows_of(
        algorithms="ring", hash=(hash_name,), nodes=(8,), keys=1_000, repetitions=4, workload=("sequential",)
    )
    exact = [row["cv"] for row in rows if row["workload"] == ALL_HASHES]
    assert len(set(exact)) == 4


def test_what_identity_does_to_sequential_keys() -> None:
    said = shown(
        algorithms=("key_range", "modulo"), hash=("identity",), workload=("sequential",),
        nodes=(8,), keys=8_000, repetitions=2,
    )  # fmt: skip
    loads, shares = said.tables[:2]
    table = loads.frame.set_index("label")
    assert table.loc["key_range", "cv"] == pytest.approx(math.sqrt(7))  # all keys on one node
    assert table.loc["modulo", "cv"] == 0  # and here as even as can be, more so than chance
    assert set(table["verdict"]) == {"differs × 89.4", "differs × 0"}
    assert set(shares.frame["verdict"]) == {"exact"}
    assert "Not as random hashes would fall, identity on sequential" in said.meaning[-1]


def test_a_hash_function_without_a_seed_is_judged_as_one_draw() -> None:
    # crc32 puts the same keys on the same node in every repetition: there is no spread, and no departure
    said = shown(
        algorithms="jump", hash=("crc32",), workload=("sequential",), nodes=(50,), keys=50_000, repetitions=5
    )
    (row,) = said.tables[0].frame.to_dict("records")
    assert row["cv_half"] == 0
    assert row["verdict"] == "open", "one draw shows no equivalence"
    assert row["corrected"] == pytest.approx(inference.squares_agree(row["ratio"] ** 2, 49).p_value, rel=1e-3)


def test_one_draw_is_rejected_at_the_nominal_rate_under_the_law() -> None:
    n, keys, draws = 20, 4_000, 1_000
    loads = np.random.default_rng(3).multinomial(keys, [1 / n] * n, size=draws)
    squares = ((loads - keys / n) ** 2).mean(axis=1) / (keys / n) ** 2
    p_values = np.array(
        [inference.squares_agree(square / ((n - 1) / keys), n - 1).p_value for square in squares]
    )
    rejected = int((p_values < 0.05).sum())
    assert inference.proportion_agrees(rejected, draws, 0.05).agrees(LEVEL)


def test_hash_functions_are_compared_where_there_are_several() -> None:
    said = shown(
        algorithms="modulo", hash=("xxh64", "identity"), workload=("sequential", "strings"),
        nodes=(4,), keys=4_000, repetitions=3,
    )  # fmt: skip
    tables = {table.name: table for table in said.tables}
    compared = tables["hashes"].frame.set_index("workload")
    assert compared.loc["sequential", "identity"] == 0
    assert 0.2 < compared.loc["sequential", "xxh64"] < 2
    assert pd.isna(compared.loc["strings", "identity"]), "identity takes no text"
    assert tables["not-measured"].frame["cannot"].tolist() == [
        "identity takes ints only, and the keys of strings are text"
    ]


def test_a_planted_bias_is_found(tmp_path: Path) -> None:
    source = tmp_path / "biased.py"
    source.write_text(
        "from algorithms import Partitioner, Spec, register\n"
        "@register(Spec(name='biased', title='Biased', summary='', capabilities=frozenset(),\n"
        "               balance_law='multinomial'))\n"
        "class Biased(Partitioner[int]):\n"
        "    def _build(self, nodes):\n"
        "        return len(nodes)\n"
        "    def _place(self, structure, hashes, out):\n"
        "        out[:] = hashes % (structure + 1)\n"
        "        out[out == structure] = 0\n"
    )
    said = shown(algorithms=f"{source}:Biased", nodes=(8,), keys=20_000, repetitions=5)
    (verdict,) = said.tables[0].frame["verdict"]
    assert verdict.startswith("differs × ")
    drawn = shown(algorithms=f"{source}:Biased", nodes=(8,), keys=20_000, repetitions=2, draws=5)
    assert drawn.tables[0].frame["verdict"].iloc[0].startswith("differs × "), "draws find it, too"
    assert any("none agree, none are open, 1 differs" in line for line in said.meaning)


def test_a_few_keys_are_not_judged() -> None:
    """One key has always the same CV; of fewer than five a node chi-square is not the law."""
    for keys in (1, 19):
        said = shown(algorithms="jump", nodes=(4,), keys=keys, repetitions=2)
        assert set(said.tables[0].frame["verdict"]) == {"not tested"}
    said = shown(algorithms="jump", nodes=(4,), keys=20, repetitions=2)
    assert set(said.tables[0].frame["verdict"]) <= {"agrees", "open"}


def test_one_repetition_is_not_judged() -> None:
    said = shown(algorithms="jump", nodes=(4,), keys=1_000, repetitions=1)
    assert set(said.tables[0].frame["verdict"]) == {"not tested"}
    assert "nothing of its error" in said.meaning[-1]


def test_an_algorithm_without_a_law_says_so(tmp_path: Path) -> None:
    source = tmp_path / "lawless.py"
    source.write_text(
        "from algorithms import Spec, class_of, register\n"
        "@register(Spec(name='lawless', title='Lawless', summary='', capabilities=frozenset()))\n"
        "class Lawless(class_of('modulo')):\n"
        "    pass\n"
    )
    said = shown(algorithms=f"{source}:Lawless", nodes=(4,), keys=1_000, repetitions=2)
    assert said.tables[0].frame["verdict"].tolist() == ["no law"]


def test_the_summary_names_what_a_paper_would_cite(smoke: runner.Outcome[Any]) -> None:
    stated = smoke.presentation.summary
    rows = smoke.results.rows
    part = rows[(rows["n"] == 16) & (rows["workload"] == "uniform") & (rows["label"] == "jump")]
    part = part[part["method"] == "sampled"]
    squares, laws = part["cv"].to_numpy() ** 2, part["law_cv"].to_numpy() ** 2
    assert stated.value("cv/uniform/16/jump").number == pytest.approx(math.sqrt(squares.mean()), rel=1e-12)
    assert stated.value("law_cv/uniform/16/jump").number == pytest.approx(math.sqrt(laws.mean()), rel=1e-12)
    ratio = stated.value("ratio/uniform/16/jump").number
    assert ratio == pytest.approx(math.sqrt((squares / laws).mean()), rel=1e-12)
    ends = inference.mean(squares).interval
    assert ends is not None
    low, high = (stated.value(f"cv_{end}/uniform/16/jump").number ** 2 for end in ("low", "high"))
    assert (low, high) == pytest.approx((max(ends.low, 0.0), ends.high), rel=1e-12)
    assert stated.value(f"max_to_mean/{ALL_HASHES}/16/ring:points=160").number > 1
    assert stated.value("points_needed/16/cv/0.05").text == "375"
    assert stated.value("points_needed/cv/0.05").text == "400"
    assert stated.value("largest_n").number == 16
    laws = [stated.value(name).number for name in ("agrees", "open", "differs")]
    assert sum(laws) == stated.value("tested").number > 0


def test_keys_differ_between_repetitions_and_each_counts_alike_in_a_ratio() -> None:
    # keys are drawn anew, so that a repetition has its own law: cv²/law² is averaged, as it is tested
    values = {"algorithms": "jump", "workload": ("zipf:1:20",), "nodes": (4,), "keys": 50, "repetitions": 4}
    rows = pd.DataFrame(rows_of(**values))
    (ratio,) = shown(**values).summary["loads"].frame["ratio"]
    relative = (rows["cv"] / rows["law_cv"]) ** 2
    assert ratio == pytest.approx(math.sqrt(relative.mean()), rel=1e-12)
    assert rows["law_cv"].nunique() > 1
    assert ratio != pytest.approx(
        math.sqrt((rows["cv"] ** 2).mean() / (rows["law_cv"] ** 2).mean()), rel=1e-6
    )


def test_the_mean_of_the_largest_load_has_one_interval_and_every_caption_names_it() -> None:
    said = shown(algorithms="jump", workload=("uniform",), nodes=(4, 8), keys=500, repetitions=20)
    loads, quantities = (said.summary[name].frame for name in ("loads", "quantities"))
    largest = quantities[quantities["quantity"] == "max_to_mean"]
    assert largest["half"].tolist() == loads["max_half"].tolist()
    assert ((loads["max_high"] + loads["max_low"]) / 2 != loads["max_to_mean"]).all(), "BCa"
    (figure,) = (figure for figure in said.drawn() if figure.name == "max-nodes")
    assert "BCa of max/mean" in said.tables[0].caption
    assert "BCa interval" in figure.caption


def test_the_bins_of_a_histogram_hold_all_nodes_and_what_the_law_puts_there(
    smoke: runner.Outcome[Any],
) -> None:
    bins = smoke.presentation.summary["histograms"].frame
    assert set(bins["n"]) == {16}
    for _, group in bins.groupby("label"):
        assert group["nodes"].sum() == 16 * smoke.results.parameters.repetitions
        assert group["low"].tolist()[1:] == group["high"].tolist()[:-1]
    law = bins[bins["label"] == "jump"]["law"].sum()
    assert 0.9 * 48 < law <= 48


def test_half_of_an_interval_of_squares() -> None:
    interval = inference.Interval(0.04, 0.16, 0.95, "t")
    ends = balance_summary._roots(interval)
    assert [ends[f"cv_{end}"] for end in ("low", "high", "half")] == pytest.approx([0.2, 0.4, 0.1])
    assert balance_summary._roots(None) == {}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"hash": ("sha0",)}, "no hash function is named 'sha0'"),
        ({"vary": ("ring.points=40,0",)}, "--vary: ring.points: points must be a whole number from 1 to"),
        ({"vary": ("ring.points=many",)}, "--vary: ring.points: 'many' is not a whole number"),
        ({"hash": ("identity",), "workload": ("names",)}, "identity takes ints only"),
        ({"draws": 1}, "--draws: one draw has no deviation"),
        ({"algorithms": ("rung",)}, "no algorithm is named 'rung'"),
        ({"workload": ("zifp",)}, "there is no workload 'zifp'"),
    ],
)
def test_bad_use_is_told_before_anything_is_measured(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadUse, match=sentence):
        EXPERIMENT.cases(BalanceParameters(**values))


@pytest.fixture(scope="module")
def drawn() -> dict[str, Any]:
    """Return the parameters of a run of two repetitions and hundreds of draws."""
    return {
        "algorithms": ("ring", "jump"), "vary": ("ring.points=4,20",), "nodes": (5, 30), "keys": 3_000,
        "repetitions": 2, "draws": 300, "workload": ("uniform", "zipf:1:1000"),
    }  # fmt: skip


def test_draws_by_the_hundred_hold_each_cv_against_its_law(drawn: dict[str, Any]) -> None:
    rows = rows_of(**drawn)
    many = [row for row in rows if row["method"] == "draws"]
    cells = {(row["label"], row["workload"]) for row in many}
    rings = {(f"ring:points={v}", workload) for v in (4, 20) for workload in ("uniform", ALL_HASHES)}
    assert cells == {*rings, ("jump", "uniform")}, "of repeated keys no test holds its level"
    for row in many:
        points = row["points"] if row["law"] == "ring" else None
        variance = float(theory.cv_squared_variance(row["n"], keys=row["keys"], points=points))
        assert row["law_deviation"] == pytest.approx(math.sqrt(variance))
        degrees = inference.degrees_of(row["law_cv"] ** 2, variance, row["draws"])
        assert degrees > 300 * 19
        assert inference.squares_agree((row["cv"] / row["law_cv"]) ** 2, degrees).agrees(LEVEL)
        assert row["deviation"] == pytest.approx(row["law_deviation"], rel=0.25)
    assert {row["draws"] for row in many if row["n"] == 30} == {300}
    assert min(row["draws"] for row in many if row["n"] == 5) > 300 * 4, "draws of few degrees tell little"
    frame = store.decode(store.encode("rows", rows))
    said = EXPERIMENT.present(Results(BalanceParameters(**drawn), frame))
    squares = said.summary["quantities"].where(quantity="cv_squared").set_index(["label", "workload", "n"])
    tested = squares[squares["conclusion"].notna()]
    assert len(tested) == len(many)
    assert (tested["conclusion"] == "agrees").all(), "two repetitions would have told nothing"
    assert tested["size"].tolist() == [
        next(row["draws"] for row in many if (row["label"], row["workload"], row["n"]) == key)
        for key in tested.index
    ]
    few = rows_of(**{**drawn, "draws": 0})
    assert [row for row in rows if row["method"] != "draws"] == few, "repetitions are what they were"


def test_draws_are_of_their_own_and_can_be_made_again(drawn: dict[str, Any]) -> None:
    values = drawn | {"nodes": (5,), "draws": 2, "workload": ("uniform",)}
    (ring, other, jump) = (row for row in rows_of(**values) if row["method"] == "draws" and row["keys"])
    assert len({ring["cv"], other["cv"], jump["cv"]}) == 3
    begin = (derive(0, "draws", "jump", "xxh64", 5) >> 24) << 24
    squares = []
    for number in range(jump["draws"]):
        repetition = repetition_of(0, "uniform", begin + number, seed_bits=64)
        described = {"workload": "uniform", "seed": repetition.keys, "hash_seed": repetition.hash}
        squares.append(np.var(theory_free_load(described, "jump", 5, 3_000)) / 600**2)
    assert jump["cv"] == pytest.approx(math.sqrt(np.mean(squares)), rel=1e-12)
    assert jump["deviation"] == pytest.approx(np.std(squares, ddof=1), rel=1e-9)


def test_a_hash_function_without_a_seed_has_no_draws_of_keys() -> None:
    rows = rows_of(
        algorithms="ring", hash=("crc32",), nodes=(4,), keys=1_000, repetitions=2, draws=3,
        workload=("sequential",),
    )  # fmt: skip
    assert [row["workload"] for row in rows if row["method"] == "draws"] == [ALL_HASHES]


def test_what_is_open_says_how_many_draws_would_tell(drawn: dict[str, Any]) -> None:
    said = shown(**drawn | {"algorithms": ("jump",), "vary": (), "nodes": (30,), "draws": 40})
    (row,) = said.summary["undecided"].records()
    assert row["size"] == 40
    assert row["decided_by"] == math.ceil(inference.squares_needed(0.1, alpha=0.01) / 29)
    assert any(f"would be told by {row['decided_by']:,} in place of 40" in line for line in said.meaning)
    enough = shown(**drawn | {"algorithms": ("jump",), "vary": (), "nodes": (30,), "draws": 200})
    assert not enough.summary["undecided"].records()


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["--algorithms", "jump,ring", "--vary", "ring.points=5,50", "--nodes", "4", "--keys", "1e3"]
    code = run.main(["balance", "--profile", "smoke", *flags, "--out", str(tmp_path / "out"), "--quiet"])
    out = capsys.readouterr().out
    assert code == 0
    assert "ring:points=50" in out
    assert run.main(["balance", "--hash", "sha0"]) == 2
    assert "sha0" in capsys.readouterr().err
    assert run.main(["balance", "--points", "40"]) == 2
    assert "balance takes no --points: give --vary ring.points=40,160" in capsys.readouterr().err
