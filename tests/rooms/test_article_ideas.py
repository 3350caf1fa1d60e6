"""The article's ideas, one by one: what each shows beyond the published numbers, and what its flags mean."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from algorithms import create, unregister
from algorithms.hashing.columns import Strings
from experiments import run, theory, workloads
from experiments.article import EXPERIMENT
from experiments.article.address_book import best_split, by_letters, capitals, census_letters
from experiments.article.arithmetic import Arithmetic, floored_movement, modulo_movement, ranges
from experiments.article.bound import Bound, counterexample, new_share
from experiments.article.errata import smallest_outside, smallest_short
from experiments.article.folklore import Folklore
from experiments.article.minimum_hashes import MinimumHashes, events
from experiments.article.parameters import ArticleParameters
from experiments.article.part import Part
from experiments.article.parts import PARTS
from experiments.article.published import published
from experiments.article.range_queries import RangeQueries, asked, partitioners, salaries
from experiments.article.rings import Rings, event_rows, servers, the_ring
from experiments.article.sheets import division as division_sheets
from experiments.article.sheets import published as published_sheets
from experiments.article.sheets import rings as ring_sheets
from experiments.article.shown import division as division_tables
from experiments.article.shown import rings as ring_tables
from experiments.article.shown.published import Verdicts
from experiments.article.subjects import LETTERS, LISTED, SPACE, SPLITS
from experiments.article.verdicts import judge
from experiments.harness.engine import Engine
from experiments.harness.experiment import Context
from experiments.options.errors import BadUse
from experiments.report.summary import Summary

CONTEXT = Context(Engine(1))
JUDGED = [judge(number, None) for number in published()]
"""The published numbers, as if nobody answered for any."""


def rows_of(part: Part, **values: Any) -> list[dict[str, Any]]:
    parameters = ArticleParameters(**values)
    return [row for unit in part.units(parameters) for row in part.measure(unit, parameters, CONTEXT)]


def part_of(name: str) -> Part:
    return next(part for part in PARTS if part.name == name)


# ---- rings -------------------------------------------------------------------------------------------


def test_from_two_to_three_nodes_only_the_new_one_receives() -> None:
    *flows, moved = event_rows("", the_ring(2, 5), the_ring(3, 5))
    assert {row["target"] for row in flows} == {"server-c"}
    assert moved["stray"] == 0
    assert moved["hashes"] == 47_070_844 + 37_899_370
    assert moved["minimum"] == moved["share"]


def test_a_ring_of_your_own_is_drawn_with_your_settings() -> None:
    rows = rows_of(Rings(), nodes=4, set=("ring.points=3", "ring.serves=successor"))
    own = [row for row in rows if str(row.get("table")).startswith("own")]
    ring = create("ring", servers(4), points=3, serves="successor", hash="sha1_28")
    full = [(row["start"], row["last"], row["point"]) for row in own if row["kind"] == "full"]
    arcs = ring.arcs()
    assert full == [
        (start, last, arcs.point_name(i))
        for i, (start, last) in enumerate(zip(arcs.start.tolist(), arcs.last.tolist(), strict=True))
    ]
    assert {row["table"] for row in own} == {"own: 4 nodes, 3 points, successor, sha1_28", "own: 4 -> 5"}


def test_without_flags_no_ring_is_added_and_settings_alone_draw_the_articles_sizes() -> None:
    assert ArticleParameters().own_rings == ()
    assert ArticleParameters(set="ring.points=7").own_rings == (2, 3)
    assert ArticleParameters(set="jump.hash=murmur3_64").own_rings == ()


def test_a_large_ring_has_shares_and_no_list_of_arcs() -> None:
    rows = rows_of(Rings(), nodes=LISTED // 100, set="ring.points=101")
    own = [row for row in rows if str(row.get("table")).startswith("own: 20 nodes")]
    assert {row["kind"] for row in own} == {"share"}
    numbers = Summary([*published_sheets.sheets(JUDGED, [], []), *ring_sheets.sheets(rows)])
    names = [table.name for table in ring_tables.tables(numbers, Verdicts.in_summary(numbers))]
    assert "own-1-shares" in names
    assert "own-1-full" not in names


# ---- integer division --------------------------------------------------------------------------------


def test_the_ripple_follows_its_law_node_by_node_both_ways() -> None:
    rows = rows_of(Arithmetic())
    for table, step in (("16 -> 17", 1), ("17 -> 16", -1)):
        flows = [row for row in rows if row["kind"] == "flow" and row["table"] == table]
        assert len(flows) == 16
        for row in flows:
            source, target = (int(row[side].removeprefix("node-")) for side in ("node", "target"))
            assert target - source == step
            assert row["law"] == Fraction(max(source, target), 272)
            assert abs(row["share"] - row["law"]) < Fraction(1, 2**32)
    assert [row["hashes"] for row in rows if row["kind"] == "moved"] == [2_147_483_640] * 2


def test_one_more_moves_half_and_more_at_once_move_more() -> None:
    rows = rows_of(Arithmetic(), ranges=5)
    for row in rows:
        if row["kind"] in ("grow", "shrink", "more"):
            assert abs(row["share"] - row["law"]) <= Fraction(row["n"] + row["after"], 2**32)
    assert {row["law"] for row in rows if row["kind"] in ("grow", "shrink")} == {Fraction(1, 2)}
    more = [row["share"] for row in rows if row["kind"] == "more"]
    assert more == sorted(more)
    assert more[-1] > Fraction(99, 100)
    assert {row["n"] for row in rows if row["kind"] == "more"} == {5}


@pytest.mark.parametrize("n", [1, 2, 7, 16, 60])
def test_modulo_moves_n_of_n_plus_1_of_all_hashes(n: int) -> None:
    assert modulo_movement(n, n + 1) == Fraction(n, n + 1) == theory.modulo(n, n + 1)


@pytest.mark.parametrize(("n", "bits"), [(2, 4), (3, 5), (5, 6), (16, 9)])
def test_dividing_by_floored_sizes_moves_what_counting_every_hash_gives(n: int, bits: int) -> None:
    space = 1 << bits
    old, new = space // n, space // (n + 1)
    moved = sum(h // old != h // new for h in range(space))
    outside = sum(h // new > n for h in range(space))
    assert floored_movement(n, bits) == (moved, outside)


def test_the_smallest_examples_are_the_smallest() -> None:
    bits, n = smallest_outside()
    assert ((1 << bits) - 1) // ((1 << bits) // n) == n
    assert all(1 // (2 // m) < m for m in (1, 2))
    bits, n = smallest_short()
    *_, row = event_rows("", ranges(n, bits), ranges(n + 1, bits))
    assert (row["hashes"], row["total"]) == (1, 4)
    *_, row = event_rows("", ranges(1, 1), ranges(2, 1))
    assert row["share"] == Fraction(1, 2)


# ---- at most 1/n -------------------------------------------------------------------------------------


def test_the_counterexample_is_the_first_by_name() -> None:
    newcomer, share = counterexample(2, 1)
    assert (newcomer, share) == ("server-e", Fraction(74_810_609, 134_217_728))
    for name in ("server-c", "server-d"):
        after = the_ring(2, 1)
        after.add_node(name)
        *_, moved = event_rows("", the_ring(2, 1), after)
        assert moved["share"] <= Fraction(1, 2)


def test_the_new_share_is_all_that_moves() -> None:
    before = create("ring", ["x-server-a", "x-server-b"], points=5, hash="sha1_28")
    after = before.copy()
    after.add_node("x-server-c")
    *_, moved = event_rows("", before, after)
    assert new_share(2, 5, "x-") == moved["share"]


def test_random_rings_exceed_1_over_n_as_often_as_the_law_says() -> None:
    rings = 400
    parameters = ArticleParameters(repetitions=rings, seed=1)
    units = [unit for unit in Bound().units(parameters) if unit["points"] in (1, 5)]
    rows = [row for unit in units for row in Bound().measure(unit, parameters, CONTEXT)]
    study = [row for row in rows if row["kind"] == "study"]
    assert len(study) == 6
    for row in study:
        error = math.sqrt(row["law_chance"] * (1 - row["law_chance"]) / rings)
        # 3.5 standard errors in each of 12 comparisons: one in 200 seeds would fail, this one does not
        assert abs(row["chance"] - row["law_chance"]) < 3.5 * error
        assert row["low"] <= row["chance"] <= row["high"]
        share = Fraction(row["points"], row["points"] * (row["n"] + 1))
        spread = math.sqrt(share * (1 - share) / (row["points"] * (row["n"] + 1) + 1) / rings)
        assert abs(row["mean"] - share) < 3.5 * spread
        assert row["most"] > 1 / row["n"]


# ---- folklore ----------------------------------------------------------------------------------------


def test_5_percent_takes_400_points_and_not_200() -> None:
    spread = {row["points"]: row for row in rows_of(Folklore(), repetitions=40) if row["kind"] == "spread"}
    assert spread[200]["law_spread"] > 0.068 > spread[200]["said"]
    assert spread[400]["law_spread"] < 0.05
    for row in spread.values():
        assert row["spread"] == pytest.approx(row["law_spread"], rel=0.12)
        assert row["limit"] == pytest.approx(row["points"] ** -0.5)


def test_removing_a_range_moves_from_a_quarter_to_a_half() -> None:
    removed = [row for row in rows_of(Folklore(), repetitions=1) if row["kind"] == "removed"]
    assert [row["position"] for row in removed] == list(range(1, 17))
    for row in removed:
        assert abs(row["share"] - row["law"]) < Fraction(31, 2**32)
        assert Fraction(1, 4) < row["law"] <= Fraction(1, 2)
    assert removed[0]["law"] == removed[-1]["law"] == Fraction(1, 2)


# ---- address book ------------------------------------------------------------------------------------


def test_letters_hold_the_census() -> None:
    names, weights = workloads.last_names()
    plain = [
        sum(int(weight) for name, weight in zip(names, weights, strict=True) if name[0] == letter)
        for letter in LETTERS
    ]
    assert list(census_letters()) == plain


def test_splits_are_the_sums_of_their_letters_and_draws_agree() -> None:
    rows = [row for row in rows_of(part_of("address book"), keys=200_000) if row["kind"] == "split"]
    people = sum(census_letters())
    for name, starts in SPLITS.items():
        shares = {row["node"]: row["share"] for row in rows if row["table"] == name}
        assert sum(shares.values()) == 1
        for node, share in shares.items():
            letters = LETTERS[LETTERS.index(node[0]) : LETTERS.index(node[-1]) + 1]
            assert share == Fraction(sum(census_letters()[LETTERS.index(x)] for x in letters), people)
        assert len(shares) == len(starts)
    for row in rows:
        expected = float(row["share"])
        error = math.sqrt(expected * (1 - expected) / row["keys"])
        # 5 standard errors in each of 65 cells: chance 4e-5, and the seed is fixed
        assert abs(row["drawn"] / row["keys"] - expected) < 5 * error + 1e-12


def test_the_best_split_is_the_best_of_all() -> None:
    weights = census_letters()

    def worst(starts: tuple[str, ...]) -> int:
        loads = [0, 0, 0]
        for letter, weight in zip(LETTERS, weights, strict=True):
            loads[sum(letter >= start for start in starts) - 1] += weight
        return max(loads)

    every = [("A", b, c) for b in LETTERS[1:] for c in LETTERS[LETTERS.index(b) + 1 :]]
    assert worst(best_split(weights, 3)) == min(map(worst, every))


def test_names_are_filed_in_capitals() -> None:
    raised = capitals(Strings.of([b"adams", b"Zoe", "Özil".encode(), b"{x}"]))
    assert raised.tolist() == [b"ADAMS", b"ZOE", "ÖZIL".encode(), b"{X}"]
    assert by_letters(("A", "N")).lookup_many(raised.tolist()[:2]).tolist() == ["A-M", "N-Z"]


def test_expected_empty_letters_are_those_of_the_formula() -> None:
    people = sum(census_letters())
    for row in rows_of(part_of("address book"), keys=1):
        if row["kind"] == "empty":
            plain = sum((1 - weight / people) ** row["keys"] for weight in census_letters())
            assert row["empty"] == pytest.approx(plain, rel=1e-9)


def test_your_own_address_book_is_counted(tmp_path: Path) -> None:
    book = tmp_path / "people.csv"
    book.write_text("id,last\n1,adams\n2,Clark\n3,Brown\n4,Young\n", encoding="utf-8")
    rows = rows_of(part_of("address book"), workload=f"file:{book}:last")
    drawn = {(row["table"], row["node"]): row["drawn"] for row in rows if row["kind"] == "split"}
    assert (drawn["two halves", "A-M"], drawn["two halves", "N-Z"]) == (3, 1)
    assert [drawn["adjusted", node] for node in ("A-B", "C-D", "E-Z")] == [2, 1, 1]
    assert not any("share" in row for row in rows)
    assert not any(table == "most even" for table, _ in drawn)


# ---- employees ---------------------------------------------------------------------------------------


def test_ranged_data_asks_few_nodes_and_hashed_data_nearly_all() -> None:
    rows = [row for row in rows_of(RangeQueries()) if row["kind"] == "query"]
    by: Mapping[tuple[str, int], Any] = {(row["table"], row["width"]): row for row in rows}
    for (name, width), row in by.items():
        assert 1 <= row["holding"] <= row["asked"] <= row["most_asked"] <= 8
        if name == "ranged":
            assert row["asked"] <= by["hashed", width]["asked"]
    assert by["hashed", 0]["asked"] == by["ranged", 0]["asked"] == 1
    assert by["hashed", 20_000]["asked"] > 7
    assert by["ranged", 20_000]["asked"] < 3
    assert by["ranged", 0]["peak"] < Fraction(11, 10)


def test_the_nodes_asked_are_those_of_every_salary_in_the_range() -> None:
    placed = partitioners(salaries(3))
    for partitioner in placed.values():
        homes = {partitioner.lookup(salary) for salary in range(41_000, 46_001, 100)}
        assert asked(partitioner, 41_000, 46_000) == len(homes)


def test_salaries_depend_on_the_seed_alone() -> None:
    assert np.array_equal(salaries(5), salaries(5))
    assert not np.array_equal(salaries(5), salaries(6))
    assert all(24_000 <= salary < 204_000 and salary % 100 == 0 for salary in salaries(0).tolist())


# ---- table of minimum hashes -------------------------------------------------------------------------


def test_one_row_relieves_one_node_and_several_rows_all() -> None:
    rows = rows_of(MinimumHashes())
    givers = {
        event: {row["node"] for row in rows if row["kind"] == "flow" and row["table"] == event}
        for event in events()
    }
    assert givers["one row"] == {"server-b"}
    assert givers["several rows"] == givers["fewest moves"] == set(servers(4))
    moved = {row["table"]: row for row in rows if row["kind"] == "moved"}
    assert moved["one row"]["share"] == Fraction(1, 8)
    assert abs(moved["several rows"]["share"] - Fraction(1, 5)) < Fraction(5, SPACE)
    assert all(row["stray"] == 0 and row["share"] == row["minimum"] for row in moved.values())


# ---- the comparison, and the flags -------------------------------------------------------------------


def test_the_comparison_holds_the_algorithms_that_were_asked_for() -> None:
    rows = rows_of(part_of("comparison"), algorithms="jump,ring:points=40", ranges=8, keys=20_000)
    assert [(row["algorithm"], row["n"], row["after"]) for row in rows] == [
        ("jump", 8, 9),
        ("ring:points=40", 8, 9),
    ]
    assert "exact" not in rows[0]
    assert rows[0]["law"] == Fraction(1, 9)
    error = math.sqrt(1 / 9 * 8 / 9 / 20_000)
    assert abs(float(rows[0]["share"]) - 1 / 9) < 4 * error
    ring_error = math.sqrt(float(rows[1]["exact"]) / 20_000)
    assert abs(float(rows[1]["share"] - rows[1]["exact"])) < 4 * ring_error


@pytest.mark.parametrize("ranges", [101, 120])
def test_who_cannot_have_so_many_nodes_takes_no_part_and_says_why(ranges: int) -> None:
    limited = f"{Path(__file__).parents[1] / 'limited.py'}:Limited"
    try:
        rows = rows_of(part_of("comparison"), algorithms=f"{limited},jump", ranges=ranges, keys=1_000)
    finally:
        unregister("limited")
    assert "share" not in rows[0]
    assert rows[1]["keys"] == 1_000
    numbers = Summary([*published_sheets.sheets(JUDGED, [], []), *division_sheets.comparison(rows)])
    (table,) = division_tables.comparison(numbers, Verdicts.in_summary(numbers))
    assert table.notes[0] == f"limited takes no part: {rows[0]['reason']}."
    assert "101" in rows[0]["reason"]
    assert table.cells()[0][1:] == ["–"] * 6
    assert table.caption.startswith("1,000 keys")


def test_settings_of_a_ring_need_no_ring_among_the_algorithms() -> None:
    parameters = ArticleParameters(algorithms="jump", set="ring.points=3")
    assert [candidate.label for candidate in parameters.candidates()] == ["jump"]
    assert parameters.ring().value("points") == 3
    assert EXPERIMENT.inputs(parameters) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--nodes", "0"], "--nodes: '0' is below 1"),
        (["--nodes", "2,2"], "--nodes: 2 is given twice"),
        (["--ranges", "0"], "--ranges: '0' is below 1"),
        (["--ranges", "1e9"], "--ranges: '1e9' is above 2000"),
        (["--algorithms", "rung"], "--algorithms: no algorithm is named 'rung'"),
        (["--set", "ring.pints=3"], "--set: ring has no parameter 'pints'"),
        (["--set", "ring.points=0"], "points must be a whole number from 1"),
        (["--set", "rung.points=3"], "--set: 'rung' is not among the algorithms"),
        (["--workload", "uniform"], "--workload: uniform gives ints, and an address book is of names"),
        (["--workload", "names", "--workload", "names:full"], "--workload: the article has one address book"),
        (["--workload", "file:no-such-file"], "there is no file no-such-file"),
        (["--event", "add:1"], "article takes no --event"),
        (["--profile", "huge"], "--profile: 'huge' is unknown"),
    ],
)
def test_bad_use_is_told_in_one_sentence(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run.main(["article", *arguments, "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_parameters_refuse_what_the_command_line_refuses() -> None:
    with pytest.raises(BadUse, match="one address book"):
        ArticleParameters(workload=("names", "names:full"))
