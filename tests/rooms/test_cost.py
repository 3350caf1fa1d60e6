"""The experiment `cost`: steps known by hand, laws within their sampling error, published costs judged."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from algorithms import create, names
from algorithms.registry import spec_of, unregister
from experiments import workloads
from experiments.cost import EXPERIMENT
from experiments.cost import measure as cost
from experiments.cost.parameters import CostParameters
from experiments.harness import selection
from experiments.harness.engine import Engine
from experiments.harness.experiment import Context
from experiments.harness.trial import Trial
from experiments.report.presentation import Presentation, Results
from experiments.seeds import repetition_of
from experiments.theory.lookups import LAWS, Setting
from tests.screens import check_screen

HASHES = np.random.PCG64(7).random_raw(300)

MODULE = """
import numpy as np
from algorithms import Capability, Partitioner, Spec, register
from algorithms.interface import Step

ABLE = frozenset({{Capability.REMOVES_ANY}})

@register(Spec(name={name!r}, title="Mine", summary="", capabilities=ABLE{steps}))
class Mine(Partitioner[np.ndarray]):
    def _build(self, nodes):
        return nodes.buckets()
    def _place(self, structure, hashes, out):
        out[:] = structure[0]
    def _place_counting(self, structure, hashes, out, steps):
        out[:] = structure[-1]
        steps[:, 2] += 1
"""


def rows_of(threads: int = 1, **values: Any) -> list[dict[str, Any]]:
    given = {"nodes": "5", "start": "8", "removed": "0.5", "keys": 400, "repetitions": 1, **values}
    parameters = CostParameters.build(given)
    with Engine(threads) as engine:
        context = Context(engine)
        return [
            row
            for case in EXPERIMENT.cases(parameters)
            for row in EXPERIMENT.measure(case, parameters, context).rows
        ]


def shown(rows: list[dict[str, Any]], **values: Any) -> Presentation:
    return EXPERIMENT.present(Results(CostParameters.build(values), pd.DataFrame(rows)))


def only(rows: list[dict[str, Any]], **values: Any) -> dict[str, Any]:
    (row,) = [row for row in rows if all(row.get(name) == value for name, value in values.items())]
    return row


def hashes_of(name: str, n: int, keys: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
    drawn = repetition_of(0, "uniform", 0, seed_bits=64)
    source, p = workloads.parse("uniform"), create(name, n, seed=drawn.hash)
    return source.hashes_for(p, 0, seed=drawn.keys, limit=keys)


# ---- by hand -------------------------------------------------------------------------------------------


def test_words_of_jump_are_counted_by_the_papers_loop() -> None:
    row = only(rows_of(algorithms="jump"), order="none", step="words")
    counts = []
    for h in hashes_of("jump", 5, 400).tolist():
        words = j = 0
        while j < 5:
            b, words = j, words + 1
            h = (h * 2862933555777941757 + 1) % 2**64
            j = int((b + 1) * (2.0**31 / ((h >> 33) + 1)))
        counts.append(words)
    assert row["mean"] == pytest.approx(sum(counts) / 400)
    assert row["largest"] == max(counts)
    assert row["law_mean"] == pytest.approx(1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5)


def test_what_does_not_vary_is_exact() -> None:
    rows = rows_of(algorithms="rendezvous,maglev,multi_probe,lrh:candidates=3,rendezvous_rows")
    for row in rows:
        assert row["mean"] == row["largest"] == row["law_mean"]
    assert only(rows, order="random", label="rendezvous")["mean"] == 4
    assert only(rows, order="none", label="multi_probe")["mean"] == 21
    assert {row["mean"] for row in rows if row["label"] == "lrh:candidates=3"} == {3}


def test_two_buckets_of_which_one_went() -> None:
    """Keys of bucket 1, which went last first, are drawn again among bucket 0 alone."""
    rows = rows_of(algorithms="anchor:capacity=2", nodes="2", start="2", order="last")
    hashes = hashes_of("anchor", 2, 400)
    again = float((create("anchor", 2, capacity=2).assign(hashes) == 1).mean())
    assert only(rows, order="last", step="words")["mean"] == pytest.approx(1 + again)
    assert only(rows, order="last", step="links")["mean"] == 0
    assert only(rows, order="last", step="words")["law_mean"] == 1.5


# ---- who leaves, and in which order --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["anchor", "jumpback_anchor", "memento", "dx", "choose", "doublejump"])
def test_nodes_leave_in_the_order_of_the_case(name: str) -> None:
    """Whatever is one by one and what is one event, the partitioner is that of one event a node."""
    (candidate,) = selection.resolve([name])
    trial = Trial(CostParameters(), candidate, 30, workloads.parse("uniform"))
    order = [*cost._leaving(trial, "random", 17)]
    assert sorted(order) == sorted(f"node-{i}" for i in range(30)) != order
    made, slowly = trial.build(), trial.build()
    for first, last in ((0, 12), (12, 21)):
        cost._remove(made, order[first:last])
        for node in order[first:last]:
            slowly.remove_node(node)
        assert repr(made) == repr(slowly)
    assert (made.assign(HASHES) == slowly.assign(HASHES)).all()


def test_a_node_is_left_whatever_part_is_to_leave() -> None:
    rows = rows_of(algorithms="memento", removed="1,0", start="8", order="random")
    assert [(row["removed"], row["live"]) for row in rows if row["order"] == "random"] == [
        (0.0, 8), (0.0, 8), (1.0, 1), (1.0, 1),
    ]  # fmt: skip


def test_only_who_names_an_order_that_costs_the_most_has_rows_of_it() -> None:
    rows = rows_of(algorithms="all")
    named = {name for name in names() if create(name, 8).adverse_removals(8)}
    assert {row["label"] for row in rows if row["order"] == "adverse"} == named >= {"anchor", "memento"}
    links = [row for row in rows if row["order"] == "adverse" and row["step"] == "links"]
    assert {row["law_mean"] for row in links} == {None}


def test_who_can_lose_the_last_node_only_says_so() -> None:
    rows = rows_of(algorithms="jump")
    assert only(rows, order="random")["cannot"] == "buckets are a count, so only the last one can go"
    assert only(rows, order="last")["live"] == 4


# ---- kernels that count --------------------------------------------------------------------------------


def test_every_key_is_placed_as_batches_place_it() -> None:
    rows = rows_of(algorithms="all", repetitions=2, nodes="1,2,7", start="20", removed="0.3,0.9")
    counted = [row for row in rows if "cannot" not in row]
    assert {row["label"] for row in counted} == {name for name in names() if spec_of(name).steps}
    assert {row["elsewhere"] for row in counted} == {0}
    assert "0 came to another bucket" in shown(rows, keys=400).meaning[-1]


@pytest.fixture
def module(tmp_path: Path) -> Any:
    made: list[str] = []

    def write(name: str, steps: str) -> str:
        (tmp_path / f"{name}.py").write_text(MODULE.format(name=name, steps=steps))
        made.append(name)
        return f"{tmp_path / f'{name}.py'}:Mine"

    yield write
    for name in made:
        unregister(name)


def test_a_kernel_that_counts_something_else_is_found_out(module: Any) -> None:
    rows = rows_of(algorithms=module("drifted", ", steps={'probes': Step('one')}"))
    assert {row["elsewhere"] for row in rows} == {400}
    *_, last = shown(rows, keys=400).meaning
    assert last.startswith("Of 1,200 keys whose steps were counted, 1,200 came to another bucket")


def test_who_counts_nothing_stands_there_with_the_reason(module: Any) -> None:
    rows = rows_of(algorithms=f"jump,{module('silent', '')}")
    silent = [row for row in rows if row["label"] == "silent"]
    assert len(silent) == 3
    assert {row["cannot"] for row in silent} == {"its spec names no steps that a kernel of it counts"}
    tables = {table.name: table for table in shown(rows).tables}
    assert any("silent takes no part" in note for note in tables["removals"].notes)


def test_a_run_of_those_who_cannot_is_shown_too() -> None:
    assert shown(rows_of(algorithms="modulo")).tables
    assert shown(rows_of(algorithms="jump", order="random", nodes="1")).tables


def test_rows_do_not_depend_on_threads() -> None:
    values = {"algorithms": "memento,choose,ring", "keys": 150_000, "nodes": "9"}
    assert rows_of(threads=1, **values) == rows_of(threads=2, **values)


def test_keys_that_repeat_each_other_have_no_law() -> None:
    rows = rows_of(algorithms="jump", workload="zipf:1.1")
    assert {row.get("law_mean") for row in rows} == {None}


# ---- laws ----------------------------------------------------------------------------------------------


def test_laws_that_specs_name_are_there() -> None:
    for name in names():
        for step in spec_of(name).steps.values():
            assert {step.law, step.published} <= {"", *LAWS}, name
            assert bool(step.published) == bool(step.source), name
            assert not (step.law and LAWS[step.law].bound), name


@pytest.fixture(scope="module")
def sampled() -> Presentation:
    values = {"algorithms": "all", "nodes": "2,3,17,100", "start": "100", "removed": "0.5,0.9,0.98"}
    rows = rows_of(**values, keys=2000, repetitions=8, seed=5)
    return shown(rows, keys=2000)


def test_means_agree_with_their_laws(sampled: Presentation) -> None:
    steps = sampled.summary["steps"].frame
    conclusions = steps["conclusion"].dropna()
    assert not set(conclusions) - {"agrees", "open", "exact"}
    assert len(conclusions) > 200
    assert steps[steps["law_mean"].notna()]["conclusion"].notna().all()


def test_published_costs_are_judged(sampled: Presentation) -> None:
    claims = {(row["label"], row["step"]): row for row in sampled.summary["published"].records()}
    verdicts = {claim: row["claim"] for claim, row in claims.items()}
    assert verdicts[("jump", "words")] == verdicts[("anchor", "words")] == "confirmed"
    assert verdicts[("choose", "probes")] == "refuted"
    assert verdicts[("memento", "links")] == "refuted"
    assert verdicts[("rendezvous", "probes")] == "confirmed"
    first = " ".join(check_screen(sampled))
    assert "choose       probes" in first
    assert "memento      links" in first, "the refuted ones come first"
    assert "refuted" not in {
        verdict for (label, _), verdict in verdicts.items() if label in ("dx", "jumpback")
    }
    memento = claims[("memento", "links")]
    assert memento["measured"] > memento["stated"]
    (sentence,) = [text for text in sampled.meaning if text.startswith("links a lookup of memento")]
    assert "refuted in" in sentence
    assert "What holds is (n + 1)(G_n - G_w) - (H_n - H_w)" in sentence


def test_means_that_happen_to_be_equal_are_not_taken_for_exact() -> None:
    rows = rows_of(algorithms="jump", nodes="17", repetitions=2, order="last")
    for row in rows:
        row["mean"] = 1.8
    steps = shown(rows).summary["steps"].frame
    assert steps["conclusion"].isna().all()
    assert set(steps["verdict"]) == {"undecided"}


def test_a_wrong_law_is_seen() -> None:
    rows = rows_of(algorithms="jump", nodes="17", keys=2000, repetitions=8, order="last")
    for row in rows:
        row["law_mean"] *= 1.1
    assert set(shown(rows, keys=2000).summary["steps"].frame["conclusion"]) == {"differs"}


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 9, 33, 64, 65, 1000])
@pytest.mark.parametrize("name", ["binomial", "power", "flip", "choose", "jumpback", "doublejump"])
def test_laws_of_numbered_buckets_hold_at_every_size(name: str, n: int) -> None:
    p, hashes = create(name, n), np.random.PCG64(n).random_raw(20_000)
    _, steps = p.count_steps(hashes)
    for at, step in enumerate(("words", "links", "probes")):
        if step not in p.spec.steps:
            continue
        law = LAWS[p.spec.steps[step].law].value(Setting(n, n, n, "none", p.parameters))
        assert law is not None
        error = steps[:, at].std(ddof=1) / math.sqrt(len(hashes))
        assert abs(steps[:, at].mean() - law) <= 4.5 * error + 1e-12, (step, steps[:, at].mean(), law)


def test_laws_know_where_they_do_not_hold() -> None:
    assert LAWS["binomial words"].value(Setting(5, 5, 5, "none", {"retries": 4, "rehash": "authors"})) is None
    assert LAWS["first candidate"].value(Setting(5, 4, 5)) is None
    assert LAWS["links to stand-ins"].value(Setting(9, 3, 9, "adverse")) is None
    assert LAWS["links to stand-ins"].value(Setting(9, 3, 18, "last")) == 0
    assert LAWS["squared logarithm"].value(Setting(9, 3, 9, "adverse")) is None
