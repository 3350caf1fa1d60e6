"""The experiment `mutants`: what is planted is wrong in one way, and touches nothing else."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from algorithms import class_of, create, names
from experiments.conformance import checks, examine, subjects
from experiments.inference.verdict import EQUIVALENT, KILLED, SURVIVED
from experiments.mutants import EXPERIMENT, planted, survivors
from experiments.mutants.alike import compared
from experiments.mutants.defects import defects
from experiments.mutants.edited import Endless
from experiments.mutants.parameters import MutantsParameters
from experiments.mutants.sample import mutants_named, sample
from experiments.mutants.sites import sites_of
from experiments.mutants.survivors import REASONS
from experiments.mutants.trial import tried
from experiments.options.errors import BadUse
from experiments.storage import store

HASHES = np.arange(256, dtype=np.uint64)


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, Any]]:
    parameters = EXPERIMENT.profile("smoke")
    return {mutant.name: tried(mutant, parameters) for mutant in mutants_named(parameters.mutant)}


def test_each_is_killed_by_the_check_of_what_it_spoils(rows: dict[str, dict[str, Any]]) -> None:
    assert "order_of_keys_does_not_matter" in rows["modulo__sorts_first"]["killers"]
    assert rows["modulo__loses_a_bucket"]["killed_by"] == "uniform"
    assert rows["modulo__one_event_behind"]["killed_by"] == "one_key_as_a_column"
    assert all(row["examples"] >= 1 for row in rows.values() if row["verdict"] == KILLED)


def test_what_differs_nowhere_is_equivalent(rows: dict[str, dict[str, Any]]) -> None:
    """Of jump nothing is kept but how many buckets there are, so a stale structure is the right one."""
    row = rows["jump__stale_structure"]
    assert (row["verdict"], row["killers"], row["difference"]) == (EQUIVALENT, None, None)
    assert row["placements"] > 100_000


def test_a_mutant_is_tried_alike_again(rows: dict[str, dict[str, Any]]) -> None:
    (mutant,) = mutants_named(["modulo__sorts_first"])
    assert tried(mutant, EXPERIMENT.profile("smoke")) == rows[mutant.name]


def test_what_a_busy_machine_may_miss_decides_only_where_nothing_else_does() -> None:
    row = tried(*mutants_named(["jumpback_anchor__one_by_one"]), EXPERIMENT.profile("full"))
    assert (row["killed_by"], row["stage"]) == ("refused_events_change_nothing", "further")


def test_whatever_no_check_kills_was_looked_at() -> None:
    """The list of survivors and equivalent ones is what the committed run gives, neither more nor less."""
    rows = store.load(Path(__file__).resolve().parents[2] / "results" / "mutants" / "full")
    assert set(REASONS) == set(rows.loc[rows["verdict"] != KILLED, "mutant"])
    # what is called equivalent has an argument, and no difference; the others count as survivors
    for mutant, verdict, difference in rows[["mutant", "verdict", "difference"]].itertuples(index=False):
        if verdict != KILLED:
            assert (verdict == EQUIVALENT) == REASONS[mutant].startswith("equivalent: ")
            assert verdict == SURVIVED or pd.isna(difference)


def test_what_differs_nowhere_and_is_not_shown_to_be_none_survives(monkeypatch: pytest.MonkeyPatch) -> None:
    (mutant,) = mutants_named(["jump__stale_structure"])
    monkeypatch.setattr(survivors, "_ELSEWHERE", {})
    row = tried(mutant, EXPERIMENT.profile("smoke"))
    assert (row["verdict"], row["difference"]) == (SURVIVED, None)


def test_the_sample_is_of_a_hundred_and_more_in_all_families() -> None:
    full = EXPERIMENT.profile("full")
    mutants = sample(full.seed, full.hosts, full.edits)
    assert len({mutant.name for mutant in mutants}) == len(mutants) >= 100
    assert {class_of(mutant.member).spec.family for mutant in mutants} == {
        class_of(name).spec.family for name in names()
    }
    assert {mutant.transformation for mutant in mutants} >= set(defects())


def test_an_edit_does_what_it_says_and_leaves_the_member_as_it_is() -> None:
    before = create("modulo", 5).assign(HASHES)
    (site,) = sites_of("kafka")
    assert site.about.endswith("_build: len(nodes) -> len(nodes) - 1")
    edited = planted.planted(f"kafka__edit_{site.digest}")
    assert edited.spec.name not in names()
    assert np.array_equal(
        edited(5, hash_bits=8)._state.structure, class_of("kafka")(4, hash_bits=8)._state.structure
    )
    assert np.array_equal(create("modulo", 5).assign(HASHES), before)
    p = edited(5)
    assert pickle.loads(pickle.dumps(p)).nodes == p.nodes


def test_a_loop_that_does_not_end_is_counted_out() -> None:
    from algorithms.machinery.kernel import plain_kernels
    from experiments.mutants import edited as module

    with pytest.MonkeyPatch.context() as patch, plain_kernels():
        patch.setattr(module, "FUEL", 1000)
        site = next(
            site for site in sites_of("jump") if site.about == "jump_bucket: bucket + 1 -> bucket - 1"
        )
        cls = module.edited(site, name="jump__endless", module=planted.__name__)
        p = cls(50, hash="identity")
        with pytest.raises(Endless):
            _ = [p.lookup(key) for key in range(64)]


def test_who_answers_alike_is_told_from_who_does_not() -> None:
    modulo, random_choice = class_of("modulo"), class_of("random_choice")
    assert compared(modulo, modulo, 0).difference == ""
    assert "after 1 events: hash" in compared(random_choice, modulo, 0).difference


@pytest.mark.parametrize(
    ("mutant", "check", "about"),
    [
        ("weighted_dx__edit_e9821410", "shares_follow_weights", "a node of a sixteenth has two slots"),
        ("rendezvous__edit_1ebc2234", "replicas_gain_only_new", "nodes of one weight beside others of one"),
    ],
)
def test_light_nodes_and_equal_ones_are_drawn_where_weights_are(mutant: str, check: str, about: str) -> None:
    asked = {one.name: one for one in checks()}[check]
    for cls, refuted in ((planted.planted(mutant), True), (class_of(mutant.partition("__")[0]), False)):
        found = examine(asked, subjects(cls)[0], examples=10, level=1e-5, shrink=False)
        assert bool(found.counterexample) is refuted, about


def test_light_nodes_and_variants_are_compared_too() -> None:
    several = (
        ("weighted_dx__edit_e9821410", "in bucket"),
        ("haproxy_consistent__edit_7b8af9f5", "numbering="),
    )
    for mutant, where in several:
        assert where in compared(planted.planted(mutant), class_of(mutant.partition("__")[0]), 0).difference


@pytest.mark.parametrize(
    ("typed", "said"),
    [("nobody__sorts_first", "begins with no member's name"), ("modulo__descends", "modulo has no mutant")],
)
def test_what_is_no_mutant_is_refused(typed: str, said: str) -> None:
    with pytest.raises(BadUse, match=said):
        EXPERIMENT.cases(MutantsParameters.build({"mutant": typed}))
