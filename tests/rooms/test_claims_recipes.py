"""Recipes of `claims` about shares, steps, movement and sessions, beside plain readings of what they say."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from bisect import bisect_left
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.claims.claim import claims_of, load
from experiments.claims.judge import Ours
from experiments.claims.measure import row_of
from experiments.claims.parameters import ClaimsParameters
from experiments.claims.recipes import Run, mean_over, recipes
from experiments.harness.engine import Engine
from experiments.harness.experiment import Context
from experiments.inference.verdict import CONFIRMED
from experiments.theory import anchor_draws, anchor_links, binomial_shares, memento_links

RUN = Run(keys=200_000, rings=40, seed=1, level=0.999, engine=Engine(1))


def ours(recipe: str, run: Run = RUN, **given: Any) -> Ours:
    return recipes()[recipe](given, run)


def holds(found: Ours, value: float) -> bool:
    assert found.low is not None
    assert found.high is not None
    return found.low <= value <= found.high


def test_dx_moves_half_of_its_keys_when_its_table_is_doubled() -> None:
    """Key by key: random words modulo the slots until one is live."""
    n, keys = 8, 40_000
    words = np.random.PCG64(5).random_raw(keys * 40).reshape(keys, 40)

    def slot(key: int, slots: int, live: int) -> int:
        return next(int(word % slots) for word in words[key].tolist() if word % slots < live)

    moved = sum(slot(key, n, n) != slot(key, 2 * n, n + 1) for key in range(keys)) / keys
    law = float(ours("dx_scale_moved", nodes=n).value)
    assert moved == pytest.approx(law, abs=4 * math.sqrt(law * (1 - law) / keys))


@pytest.mark.parametrize("draw", [0, 1, 2, 1023, 1024, 4095, 40_000, 65_534, 65_535])
def test_whole_logarithms_are_exact(draw: int) -> None:
    """2^k <= x^4096 < 2^(k + 1) for k = floor(4096 log2 x), without a logarithm."""
    assert math.floor(4096 * math.log2(draw + 1) + 1e-9) == ((draw + 1) ** 4096).bit_length() - 1


def test_a_departure_of_shares_is_found_and_none_where_there_is_none() -> None:
    even = ours("shares_apart", algorithm="jump", nodes=7)
    assert holds(even, 0)
    assert even.value < 0.05
    # the law of weights that the algorithm does not have: of 1, 1, 2 the last has two thirds of its share
    biased = recipes()["shares_apart"]({"algorithm": "carp", "weights": [1, 1, 2], "nodes": 3}, RUN)
    assert holds(biased, 0)
    lower, upper = (float(share) for share in binomial_shares(5, 0))
    none = ours("shares_apart", algorithm="binomial", nodes=5, set={"retries": 0}, law="equal")
    assert holds(none, max(abs(lower - 1), abs(upper - 1)))
    assert not holds(none, 0)


def test_one_key_says_nothing_of_shares() -> None:
    lonely = Run(1, 1, 1, RUN.level, RUN.engine)
    found = ours("shares_apart", lonely, algorithm="jump", nodes=100)
    assert found.low == 0
    assert found.high is not None
    assert found.high > 10


def test_the_engine_of_binomial_is_biased_among_five_buckets_and_ours_is_not() -> None:
    given: dict[str, Any] = {"algorithm": "binomial", "nodes": 5, "law": "binomial", "times": 5}
    engine = ours("shares_apart", **given, set={"rehash": "authors"})
    assert engine.low is not None
    assert engine.low > 0.03
    assert ours("shares_apart", **given).low == 0


def test_counted_steps_are_those_of_the_laws() -> None:
    memento = ours("lookup_steps", algorithm="memento", nodes=200, live=10, steps=["links"])
    assert holds(memento, memento_links(200, 10))
    anchor = ours("lookup_steps", algorithm="jumpback_anchor", nodes=200, live=10, steps=["links"])
    assert holds(anchor, anchor_links(200, 10))
    assert holds(ours("lookup_steps", algorithm="dx", nodes=200, live=40, steps=["probes"]), 10)


def test_the_adverse_order_of_anchors_follows_as_many_links_as_there_are_buckets() -> None:
    """From the first bucket n - v links lead to those among v: the sum of (n - v) / (v (v + 1))."""
    given: dict[str, Any] = {"algorithm": "jumpback_anchor", "nodes": 1000, "live": 10, "order": "adverse"}
    law = sum((1000 - v) / (v * (v + 1)) for v in range(10, 1000))
    assert holds(ours("lookup_steps", **given, steps=["links"]), law)
    assert law + float(anchor_draws(1000, 10)) == pytest.approx(100, abs=1)


def test_growth_is_a_ratio_of_laws() -> None:
    laws = ["draws", "links to replacements"]
    few, many = (ours("lookup_law", laws=laws, nodes=500, live=live).value for live in (50, 5))
    assert ours("lookup_growth", laws=laws, nodes=500, first=50, live=5).value == pytest.approx(many / few)
    less = ours("lookup_law", laws=["candidates"], less=1, nodes=64, live=32)
    assert less.value == pytest.approx(65 / 33 - 1)


@pytest.mark.parametrize("removed", [0, 1, 40, 99])
def test_a_state_of_whole_numbers_is_enough(removed: int) -> None:
    found = ours("state_bytes", algorithm="jumpback_anchor", nodes=100, removed=removed)
    assert math.isfinite(found.value)
    assert found.value <= 4 * (removed + 1)


def test_sets_change_as_reservoirs_do() -> None:
    assert holds(ours("chosen_sets_changed", algorithm="choose", nodes=5, count=2), 2 / 6)


def test_carp_is_minimal_for_the_heaviest_alone() -> None:
    heaviest = ours("carp_moved", before=[1, 2, 3], after=[1, 2, 5], less_minimum=True)
    lightest = ours("carp_moved", before=[1, 2, 3], after=[2, 2, 3], less_minimum=True)
    assert heaviest.value == 0
    assert lightest.value > 0.005


def test_movement_is_in_multiples_of_a_fair_share() -> None:
    exact = ours("moved_times_minimum", algorithm="table", nodes=8, event="add", by="arcs")
    assert exact.value == pytest.approx(1)
    assert exact.high == math.inf  # all seeds alike tell no error
    assert holds(ours("moved_times_minimum", algorithm="jump", nodes=8, event="remove", by="keys"), 1)


def test_no_stray_is_bounded_by_all_keys() -> None:
    first = ours("strays_of_removal", algorithm="doublejump", nodes=16, number=1)
    assert (first.value, first.low, first.unit) == (0, 0.0, "keys")
    assert first.high is not None
    assert first.high < 1e-4
    assert ours("strays_of_removal", algorithm="doublejump", nodes=16, number=8).value > 0.001


def test_the_dead_alone_lose_keys_while_their_points_stay() -> None:
    assert ours("strays_of_death", nodes=12).value == 0


def test_sessions_fall_as_multinomial_draws_without_a_ring() -> None:
    given: dict[str, Any] = {"workers": 5, "ranks": 2, "sessions": 50, "measure": "cv", "trials": 10**9}
    drawn = ours("sessions_spread", **given, points=0)
    assert holds(drawn, math.sqrt(9 / 500) * (1 - 1 / 36))
    assert float(ours("sessions_spread", **given, points=1).value) > 2 * float(drawn.value)


def test_values_that_are_all_alike_tell_no_error() -> None:
    assert mean_over([1.0, 1.0], RUN, "", "rings").high == math.inf
    assert holds(mean_over([1.0, 1.1, 0.9, 1.0], RUN, "", "rings"), 1)


def test_straws_of_few_items_are_told_by_counting() -> None:
    """Two items: the first one wins when it draws the higher, or the same, or a tie; 65534 beats 65535."""
    from algorithms.scores.crush_ln import straws

    lengths = Counter(straws().tolist())
    ties = sum(count * count for count in lengths.values())
    first = Fraction((1 << 32) + ties, 1 << 33)
    assert float(ours("straw_apart", nodes=2).value) == pytest.approx(float(2 * first - 1))


def test_the_claim_that_contributing_shows_is_read_and_confirmed(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    block = text.split("# Add a claim: one entry")[1].split("```toml\n")[1].split("```")[0]
    (path := tmp_path / "paper.toml").write_text(block, encoding="utf-8")
    claims = list(claims_of(path))
    assert [one.id for one in claims] == ["paper.spread-100", "paper.spread-400"]
    assert {one.fact for one in claims} == {"paper.spread"}
    rows = [row_of(one, ClaimsParameters(), Context(Engine(1))) for one in claims]
    assert {row["verdict"] for row in rows} == {CONFIRMED}


def test_a_fact_is_counted_once_and_has_a_source() -> None:
    claims = load()
    facts = {one.fact for one in claims}
    assert len(facts) < len(claims)
    cells = [one for one in claims if one.fact == "router.table"]
    assert len(cells) == 24
    assert {one.link for one in cells} == {"https://github.com/vllm-project/router/pull/128"}


def test_ids_that_move_are_those_of_a_plain_reading() -> None:
    """One id at a time: bisect on the starts of ranges, and parts that are dealt out and taken one by one."""
    ids, nodes, parts = 3000, 10, 50

    def word(i: int) -> int:
        return int.from_bytes(hashlib.md5(str(i).encode()).digest()[:4], "big")

    def ranged(value: int, ranges: int) -> int:
        starts = [ids // ranges * part for part in range(ranges)]
        return bisect_left(starts, value % ids) % ranges

    owners = [part % nodes for part in range(parts)]
    after = list(owners)
    for taken in range(parts // (nodes + 1)):
        after[after.index(taken % nodes)] = nodes
    readings = {
        "modulo": lambda value: value % nodes != value % (nodes + 1),
        "ranges": lambda value: ranged(value, nodes) != ranged(value, nodes + 1),
        "parts": lambda value: owners[ranged(value, parts)] != after[ranged(value, parts)],
        "parts modulo": lambda value: owners[value % parts] != after[value % parts],
    }
    everything = dataclasses.replace(RUN, keys=2_000_000)
    for way, reading in readings.items():
        given = {"ids": ids, "nodes": nodes, "parts": parts, "way": way}
        moved = sum(reading(word(i)) for i in range(ids))
        assert ours("ids_moved", everything, **given).value == moved
        few = ours("ids_moved", dataclasses.replace(RUN, keys=ids // 2), **given)
        assert (few.kind, few.size) == ("estimate", ids // 2)
        assert holds(few, moved)
    loads = Counter(word(i) % nodes for i in range(ids))
    for which, extreme in [("most", max(loads.values())), ("least", min(loads.values()))]:
        assert ours("ids_on_node", everything, ids=ids, nodes=nodes, which=which).value == extreme
