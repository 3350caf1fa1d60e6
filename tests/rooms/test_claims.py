"""The experiment `claims`: the data, the judge, the recipes, and that verdicts are the expected ones."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from algorithms import create, names
from experiments import run
from experiments.article.published import published
from experiments.claims import EXPERIMENT
from experiments.claims.claim import Claim, claims_of, load
from experiments.claims.judge import NARROW, Ours, judge, unexpected
from experiments.claims.measure import row_of
from experiments.claims.parameters import ClaimsParameters
from experiments.claims.recipes import Run, recipes
from experiments.claims.recipes.jump import guava_bucket, jump_shares, simulated_counts
from experiments.harness import chapters, runner
from experiments.harness.engine import Engine
from experiments.harness.experiment import Context
from experiments.inference.verdict import CONFIRMED, NOT_IMPLEMENTED, OF_CLAIMS, REFUTED, UNDECIDED
from experiments.report.tables import terminal
from experiments.storage import store

RUN = Run(keys=20_000, rings=40, seed=1, level=0.999, engine=Engine(1))
CONTEXT = Context(Engine(1))


def claim(**changed: Any) -> Claim:
    values: dict[str, Any] = {
        "id": "test.claim", "title": "Test", "work": "nobody", "read": "C", "where": "here", "says": "so",
        "value": 1.0, "tolerance": 0.1, "reason": "why not", "by": "ring_share_cv_law", "expected": CONFIRMED,
    }  # fmt: skip
    return Claim(**{**values, **changed})


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> runner.Outcome[Any]:
    parameters = EXPERIMENT.profile("smoke").replace({"threads": 2})
    return runner.run(EXPERIMENT, parameters, profile="smoke", out=tmp_path_factory.mktemp("smoke"))


def test_no_verdict_is_unexpected(smoke: runner.Outcome[Any]) -> None:
    assert smoke.presentation.failures == []


def test_exact_laws_decide_without_samples(smoke: runner.Outcome[Any]) -> None:
    decided = [row for row in smoke.rows if row["verdict"] in (CONFIRMED, REFUTED)]
    assert len([row for row in decided if row["kind"] == "exact"]) >= 60
    assert len(decided) >= 100


def test_what_waits_is_what_is_not_registered(smoke: runner.Outcome[Any]) -> None:
    known = {name.replace("_", "") for name in names()}
    by_id = {claim.id: claim for claim in load()}
    for row in smoke.rows:
        needed = {name.replace("_", "") for name in by_id[str(row["claim"])].needs}
        assert (row["verdict"] == NOT_IMPLEMENTED) == (not needed <= known), row["claim"]
    assert all(row["ours"] is None for row in smoke.rows if row["verdict"] == NOT_IMPLEMENTED)


def test_claims_of_what_looks_at_several_points_are_decided_by_laws_and_arcs(
    smoke: runner.Outcome[Any],
) -> None:
    """Samples of keys would add to the greatest of a thousand loads more than the claims' tolerances."""
    some = ("multi-probe-peak", "multi-probe-cv", "multi-probe-bound", "bounded-cap")
    rows = [row for row in smoke.rows if str(row["claim"]).removeprefix("others.").startswith(some)]
    assert len(rows) == 9
    assert {row["verdict"] for row in rows} == {CONFIRMED}
    cap = next(row for row in rows if row["claim"] == "others.bounded-cap")
    assert cap["ours"] == pytest.approx(820 * 100 / 65_536)


def test_every_file_is_a_table_and_all_add_up(smoke: runner.Outcome[Any]) -> None:
    tables = {table.name: table for table in smoke.presentation.tables}
    titles = {claim.title for claim in load()}
    summary = tables["summary"].frame
    assert set(summary["source"]) == titles | {"all"}
    assert summary["claims"].iloc[-1] == len(load()) == summary["claims"].iloc[:-1].sum()
    assert {f"claims-{path.stem.replace('_', '-')}" for path in EXPERIMENT_FILES} <= set(tables)


def test_the_summary_counts_every_verdict_and_holds_every_number(smoke: runner.Outcome[Any]) -> None:
    numbers = smoke.presentation.summary
    assert numbers.value("claims").number == len(smoke.rows)
    assert numbers.value("unexpected").number == 0
    verdicts = Counter(str(row["verdict"]) for row in smoke.rows)
    by_source = Counter((str(row["claim"]).partition(".")[0], str(row["verdict"])) for row in smoke.rows)
    for verdict in OF_CLAIMS:
        assert numbers.value(f"claims/{verdict}").number == verdicts[verdict]
        for path in EXPERIMENT_FILES:
            assert numbers.value(f"claims/{path.stem}/{verdict}").number == by_source[path.stem, verdict]
    for row in smoke.rows:
        for column in ("theirs", "ours", "low", "high", "needed"):
            name = f"{column}/{row['claim']}"
            assert (numbers.values[name].number if name in numbers.values else None) == row[column], name
    assert numbers.value("theirs/folklore.peak-10").text == "≤ 1.0500"
    assert numbers.value("published/folklore.peak-10").text == "1.0500"
    assert numbers.value("ratio/folklore.points-200").text == "1.4"
    assert numbers.value("given/folklore.points-200/points").number == 200


def test_facts_are_counted_once_and_our_own_apart(smoke: runner.Outcome[Any]) -> None:
    numbers = smoke.presentation.summary
    facts: dict[str, set[str]] = {}
    for one in load():
        facts.setdefault(one.fact, set()).add(one.read)
    counted = {
        who: sum(int(numbers.value(f"facts/{who}/{verdict}").number or 0) for verdict in OF_CLAIMS)
        for who in ("published", "own")
    }
    own = sum(reads == {"C"} for reads in facts.values())
    assert counted == {"published": len(facts) - own, "own": own}
    refuted = next(table for table in smoke.presentation.tables if table.name == "refuted")
    of_rows = {str(row["fact"]) for row in smoke.rows if row["verdict"] == REFUTED}
    assert len(refuted.frame) == len(of_rows)
    assert refuted.frame["cells"].sum() == sum(row["verdict"] == REFUTED for row in smoke.rows)


def test_the_chart_counts_as_the_summary_does(smoke: runner.Outcome[Any]) -> None:
    (chapter,) = chapters.read([smoke.folder])
    (chart,) = chapter.presentation.charts
    assert chart.frame["claims"].sum() == len(smoke.rows)
    assert set(chart.frame["source"]) == {one.title for one in load()}


EXPERIMENT_FILES = sorted(Path(__file__).parents[2].glob("experiments/claims/sources/*.toml"))


@pytest.mark.parametrize("width", [80, 100, 130])
def test_tables_can_be_printed(smoke: runner.Outcome[Any], width: int) -> None:
    for table in smoke.presentation.tables:
        assert max(map(len, terminal.write(table, width).splitlines())) <= width


def test_an_open_claim_says_what_would_decide(smoke: runner.Outcome[Any]) -> None:
    open_claims = {str(row["claim"]): row for row in smoke.rows if row["verdict"] == UNDECIDED}
    assert open_claims["jump.error-measured"]["needed"] > 10**16
    assert open_claims["jump.error-measured"]["unit"] == "keys"
    assert open_claims["ring_balance.cv-p95-32"]["needed"] > 100
    assert open_claims["ring_balance.cv-p95-32"]["unit"] == "rings"


def test_single_measurements_confirm_a_law_only_where_it_could_have_failed(
    smoke: runner.Outcome[Any],
) -> None:
    for row in smoke.rows:
        if row["kind"] == "prediction" and row["verdict"] == CONFIRMED:
            assert row["high"] - row["low"] <= 2 * NARROW * abs(row["ours"]), row["claim"]  # type: ignore[operator, arg-type]


def test_the_faulty_table_is_flagged_and_only_its_faults(smoke: runner.Outcome[Any]) -> None:
    rows = {str(row["claim"]): row for row in smoke.rows if str(row["claim"]).startswith("faulty_table.")}
    flagged = {name for name, row in rows.items() if row["verdict"] == REFUTED}
    assert flagged == {f"faulty_table.{name}" for name in ("dx", "anchor", "moved-dx", "moved-anchor")}
    assert all("FLAGGED" in str(rows[name]["why"]) for name in flagged)


def test_results_are_the_same_bytes_with_one_thread(smoke: runner.Outcome[Any], tmp_path: Path) -> None:
    parameters = EXPERIMENT.profile("smoke").replace({"threads": 1})
    again = runner.run(EXPERIMENT, parameters, profile="smoke", out=tmp_path / "again")
    for path in smoke.files:
        if path.name != "run.json":
            assert path.read_bytes() == (again.folder / path.relative_to(smoke.folder)).read_bytes(), (
                path.name
            )


def test_an_unexpected_verdict_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    wrong = claim(given={"points": 100}, value=0.2, tolerance=0.01)
    monkeypatch.setattr("experiments.claims.measure.load", lambda: (wrong,))
    assert run.main(["claims", "--out", str(tmp_path), "--profile", "smoke"]) == 1
    said = capsys.readouterr()
    assert "test.claim (so): refuted, but expected confirmed: theirs 0.200, ours 0.100 exact" in said.err
    assert "refuted!" in said.out


def test_chi_square_is_one_for_jump_and_not_for_a_ring(smoke: runner.Outcome[Any]) -> None:
    """With few rings both are open, say how many decide, and the interval holds the law."""
    rows = {str(row["claim"]): row for row in smoke.rows}
    for name in ("laws.jump-chi-square", "laws.ring-chi-square"):
        row = rows[name]
        assert row["low"] < row["theirs"] < row["high"]  # type: ignore[operator]
        assert row["verdict"] == CONFIRMED or row["needed"] > 20  # type: ignore[operator]
    assert rows["laws.ring-largest-share"]["verdict"] == CONFIRMED
    assert rows["laws.ring-smallest-share"]["verdict"] == CONFIRMED


def test_an_open_or_waiting_claim_does_not_fail() -> None:
    assert not unexpected(UNDECIDED, CONFIRMED)
    assert not unexpected(NOT_IMPLEMENTED, REFUTED)
    assert unexpected(CONFIRMED, REFUTED)
    assert unexpected(CONFIRMED, UNDECIDED)


def test_bad_use_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for typed, because in (
        (["--claim", "jumq.error"], "give one of article, churn, deployed, envoy"),
        (["--claim", "jump.guava-buckets"], "did you mean 'jump.guava-bucket'"),
        (["--algorithms", "ring"], "a claim says which algorithm"),
        (["--keys", "0"], "is below 1"),
    ):
        assert run.main(["claims", "--out", str(tmp_path / "out"), *typed]) == 2
        assert because in capsys.readouterr().err


def test_one_key_and_one_ring_decide_nothing_that_is_sampled(tmp_path: Path) -> None:
    assert run.main(["claims", "--out", str(tmp_path), "--quiet", "--keys", "1", "--repetitions", "1"]) == 0
    rows = store.load(tmp_path / "rows.csv")
    sampled = rows[rows["kind"] == "estimate"]
    assert set(sampled["verdict"]) == {UNDECIDED}


def test_claims_can_be_chosen(tmp_path: Path) -> None:
    assert run.main(["claims", "--out", str(tmp_path), "--quiet", "--claim", "jump.vector,envoy"]) == 0
    assert len(store.load(tmp_path / "rows.csv")) == 8 + 3


# The data


def test_every_claim_can_be_recomputed() -> None:
    for one in load():
        assert one.by in recipes(), one.id
        assert one.value is not None, one.id
        assert one.where, one.id


def test_all_of_the_ring_balance_table_is_there() -> None:
    cells = [one for one in load() if one.id.startswith("ring_balance.")]
    assert len(cells) == 36
    assert Counter(one.given["points"] for one in cells) == dict.fromkeys((32, 64, 128, 160, 256, 512), 6)


def test_what_is_quoted_or_third_party_says_so() -> None:
    reads = {one.id: one.read for one in load()}
    assert reads["jump.ring-error-10"] == "Q"
    assert reads["envoy.hits-100"] == reads["faulty_table.dx"] == reads["ring_balance.cv-median-32"] == "T"
    assert reads["maglev.rendezvous-65537"] == reads["jumpback.jump-mean-10"] == "P"


def test_a_file_with_a_slip_is_refused(tmp_path: Path) -> None:
    good = (
        'title = "T"\nwork = "w"\nread = "C"\n[[claim]]\nid = "a"\nwhere = "x"\nsays = "y"\nvalue = 1\n'
        'tolerance = 0\nreason = "r"\nby = "ring_share_cv_law"\nexpected = "confirmed"\n'
    )
    path = tmp_path / "mine.toml"
    path.write_text(good, encoding="utf-8")
    assert [one.id for one in claims_of(path)] == ["mine.a"]
    for wrong, because in (
        (good.replace('"C"', '"X"'), "read = 'X'; give one of P, Q"),
        (good.replace("confirmed", "perhaps"), "expected = 'perhaps'"),
        (good.replace("reason", "reasons"), "reasons"),
        (good.replace('"r"', '""'), "the reason for it"),
        (good + 'over = "n"\ngiven = { n = [1, 2] }\n'.replace("[1, 2]", "[1, 2]"), None),
        (
            good.replace("value = 1", "value = [1, 2]") + 'over = "n"\ngiven = { n = [1] }\n',
            "different lengths",
        ),
    ):
        path.write_text(wrong, encoding="utf-8")
        if because is None:
            assert [one.id for one in claims_of(path)] == ["mine.a-1", "mine.a-2"]
            continue
        with pytest.raises(ValueError, match=because):
            list(claims_of(path))
    path.write_text(good + good[good.index("[[") :], encoding="utf-8")
    with pytest.raises(ValueError, match=r"two claims have the id mine\.a"):
        load(tmp_path)


def test_the_article_is_asked_for_what_it_prints() -> None:
    numbers = {number.item for number in published()}
    asked = {one.given["item"] for one in load() if one.by == "article_differs"}
    assert asked <= numbers
    assert len(asked) >= 9


# The judge


@pytest.mark.parametrize(
    ("ours", "relation", "verdict"),
    [
        (Ours(1.1, "exact", ""), "equals", CONFIRMED),
        (Ours(1.11, "exact", ""), "equals", REFUTED),
        (Ours(Fraction(1, 2), "exact", ""), "at most", CONFIRMED),
        (Ours(1.2, "exact", ""), "at most", REFUTED),
        (Ours(1.2, "exact", ""), "at least", CONFIRMED),
        (Ours(0.5, "exact", ""), "at least", REFUTED),
        (Ours(1.0, "estimate", "", 0.95, 1.05, 9), "equals", CONFIRMED),
        (Ours(1.0, "estimate", "", 0.85, 1.15, 9), "equals", UNDECIDED),
        (Ours(1.3, "estimate", "", 1.2, 1.4, 9), "equals", REFUTED),
        (Ours(0.5, "estimate", "", 0.2, 0.9, 9), "at most", CONFIRMED),
        (Ours(1.3, "estimate", "", 1.0, 1.6, 9), "at most", UNDECIDED),
        (Ours(2.0, "prediction", "", 0.0, 3.0), "equals", UNDECIDED),
        (Ours(1.02, "prediction", "", 0.97, 1.07), "equals", CONFIRMED),
        (Ours(1.2, "prediction", "", 1.08, 1.32), "equals", UNDECIDED),
        (Ours(2.0, "prediction", "", 1.2, 3.0), "equals", REFUTED),
    ],
)
def test_a_claim_is_judged_by_all_that_ours_may_be(ours: Ours, relation: str, verdict: str) -> None:
    assert judge(claim(relation=relation), ours).word == verdict


def test_what_would_decide_grows_with_the_square() -> None:
    near = judge(claim(), Ours(1.0, "estimate", "", 0.6, 1.4, 100))
    assert near.needed == 1600
    assert judge(claim(), Ours(0.9, "estimate", "", 0.4, 1.4, 10**9)).needed is None
    assert judge(claim(), Ours(1.0, "estimate", "", 0.0, math.inf, 100, needed=7)).needed == 7


# The recipes


def exact_jump_shares(nodes: int, bits: int) -> list[Fraction]:
    """Return the shares by following every draw of the paper's loop, in fractions."""
    whole = 1 << bits
    shares = [Fraction(0)] * nodes

    def follow(bucket: int, chance: Fraction) -> None:
        targets = Counter((bucket + 1) * whole // r for r in range(1, whole + 1))
        for target, many in targets.items():
            if target < nodes:
                follow(target, chance * Fraction(many, whole))
            else:
                shares[bucket] += chance * Fraction(many, whole)

    follow(0, Fraction(1))
    return shares


@pytest.mark.parametrize(("nodes", "bits"), [(1, 3), (2, 1), (5, 3), (9, 5), (12, 7)])
def test_jump_shares_are_those_of_every_draw(nodes: int, bits: int) -> None:
    exact = [float(share) for share in exact_jump_shares(nodes, bits)]
    assert jump_shares(nodes, bits) == pytest.approx(exact, rel=1e-14, abs=1e-300)


def test_jump_shares_of_31_bits_are_good_to_the_digits_that_are_claimed() -> None:
    """Against integers: visits scaled by 2^31 a step, for a size in the range of the published 7.64e-9."""
    nodes, scale = 41, 1 << 200
    visits = [scale] + [0] * (nodes - 1)
    shares = []
    for bucket in range(nodes):
        beyond = [((bucket + 1) << 31) // later for later in range(bucket + 1, nodes + 1)]
        shares.append(visits[bucket] * beyond[-1] >> 31)
        for step, later in enumerate(range(bucket + 1, nodes)):
            visits[later] += visits[bucket] * (beyond[step] - beyond[step + 1]) >> 31
    mean = Fraction(sum(shares), nodes)
    exact = math.sqrt(sum((share - mean) ** 2 for share in shares) / nodes / mean**2)
    found = recipes()["jump_share_error"]({"nodes": nodes}, RUN)
    assert float(found.value) == pytest.approx(exact, rel=1e-6)
    assert f"{exact:.1e}" == "8.5e-09"


def test_simulated_jumps_never_reach_what_the_derivation_excludes() -> None:
    shares, counts = jump_shares(300, 6), simulated_counts(300, 6, 30_000, 5)
    assert counts[shares == 0].sum() == 0
    assert (shares == 0).any()


def test_a_wrong_derivation_is_refuted_by_simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"nodes": 200, "bits": 8}
    assert "simulated" in recipes()["jump_shares_simulated"](given, RUN).method
    monkeypatch.setattr(
        "experiments.claims.recipes.jump.jump_shares", lambda nodes, bits: np.full(nodes, 1 / nodes)
    )
    found = recipes()["jump_shares_simulated"](given, RUN)
    assert found.low is not None
    assert found.low > 1.75


def test_the_overflow_changes_one_bucket_and_no_ordinary_one() -> None:
    hashes = np.random.PCG64(7).random_raw(2000)
    ours = create("jump", 1000).assign(hashes).tolist()
    assert [guava_bucket(int(value), 1000) for value in hashes] == ours
    assert guava_bucket(17068571456203592619, 1000) == 0
    assert create("jump", 1000).assign(np.array([17068571456203592619], dtype=np.uint64))[0] == 534


def test_iterations_are_counted_as_the_paper_counts_them() -> None:
    found = recipes()["jump_iterations_measured"]({"nodes": 3}, RUN)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 11 / 6 < found.high
    assert found.high - found.low < 0.05


def test_quantiles_of_rings_cover_their_law() -> None:
    """The share of one ring's node is Beta; of the quantile of rings only the order is used."""
    from experiments.claims.recipes.rings import _quantile

    words = np.random.PCG64(11).random_raw(200 * 60).reshape(200, 60) / 2.0**64
    loose = Run(RUN.keys, RUN.rings, RUN.seed, 0.9, RUN.engine)
    found = [_quantile(sample.tolist(), 0.5, loose) for sample in words]
    covered = sum((one.low or 0) <= 0.5 <= (one.high or 0) for one in found)
    assert 180 <= covered <= 198


def test_too_few_rings_leave_an_open_end() -> None:
    found = recipes()["ring_cv_over_rings"]({"nodes": 8, "points": 4, "q": 0.95}, RUN)
    assert found.high == math.inf
    assert found.needed is not None
    assert found.needed > RUN.rings


def test_greatest_loads_fall_where_simulation_puts_them() -> None:
    given = {"nodes": 50, "entries": 5000, "reading": "entries"}
    loose = Run(RUN.keys, RUN.rings, RUN.seed, 0.9, RUN.engine)
    found = recipes()["largest_load"](given, loose)
    owners = (np.random.PCG64(3).random_raw(400 * 5000) % np.uint64(50)).reshape(400, 5000)
    greatest = [np.bincount(row.astype(np.int64), minlength=50).max() / 100 - 1 for row in owners]
    inside = sum((found.low or 0) <= value <= (found.high or 0) for value in greatest)
    assert 0.86 * 400 <= inside <= 0.98 * 400


def test_movement_is_refused_to_nobody_who_can_do_it() -> None:
    exact = recipes()["movement_exact"]
    assert exact({"algorithm": "key_range", "nodes": 16, "remove": 16}, RUN).value == pytest.approx(0.5)
    assert float(exact({"algorithm": "table", "nodes": 16, "after": 17}, RUN).value) == pytest.approx(1 / 17)
    fewer = recipes()["movement_exhaustive"]({"algorithm": "modulo", "nodes": 4, "after": 3}, RUN)
    assert fewer.value == 1 - Fraction(3, 12)


def test_an_algorithm_that_comes_is_found_by_its_name() -> None:
    """However its name is written; a parameter that it does not have makes the claim wait."""
    parameters = ClaimsParameters(keys=1000, repetitions=60)
    given = {"algorithm": "ri_ng", "nodes": 4, "measure": "cv", "set": {"points": 10}}
    ready = claim(by="measured_load", given=given, needs=("ri_ng",), tolerance=1000)
    assert row_of(ready, parameters, CONTEXT)["verdict"] == CONFIRMED
    other = claim(by="measured_load", given={**given, "set": {"probes": 2}}, needs=("ri_ng",))
    waiting = row_of(other, parameters, CONTEXT)
    assert (waiting["verdict"], waiting["missing"]) == (NOT_IMPLEMENTED, "ri_ng.probes")


def test_four_single_rings_are_hardly_as_near_to_their_law_as_the_table_of_jump(
    smoke: runner.Outcome[Any],
) -> None:
    """Each row alone is where one ring may fall; all four together are not."""
    points, theirs = (1, 10, 100, 1000), (0.9979060, 0.3151810, 0.0996996, 0.0315723)
    said = smoke.presentation.summary.value("nearness")
    assert said.number == pytest.approx(5.5e-5, rel=0.01)
    generator = np.random.default_rng(8)
    total = 0.0
    for count, value in zip(points, theirs, strict=True):
        rings = generator.standard_gamma(count, size=(4_000, 1_000), dtype=np.float32)
        spread = rings.std(axis=1, dtype=np.float64) / rings.mean(axis=1, dtype=np.float64)
        total += stats.norm.ppf(np.mean(spread <= value)) ** 2
    assert stats.chi2.cdf(total, 4) < 3e-4, "by simulated rings, which know it to a factor of three"
