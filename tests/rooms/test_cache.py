"""Caches on nodes: rows against a plain reading, exact counts, laws, traces, and bad input."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.cache import EXPERIMENT
from experiments.cache.measure import NONE, cases, measure
from experiments.cache.parameters import CacheParameters, capacity, happening
from experiments.cache.requests import requests_of
from experiments.cache.scenarios import phases
from experiments.cache.summary import summary
from experiments.harness.engine import Engine
from experiments.harness.experiment import Context
from experiments.options.errors import BadUse
from experiments.report.presentation import Results
from tests.oracles.caches import plain_hits
from tests.screens import check_screen

EVENTS = ("add:1", "remove:last", "replace", "loss", "restart")
KEYS, ENTRIES, NODES = 4000, 120, 4
ALONE = Context(Engine())


def parameters_of(**values: Any) -> CacheParameters:
    return CacheParameters(
        **{
            "algorithms": ["rendezvous"], "nodes": NODES, "workload": "zipf:0.9:400", "keys": KEYS,
            "repetitions": 1, "capacity": str(ENTRIES), "event": EVENTS, "rate": 100,
            "policy": "lru",
        }
        | values
    )  # fmt: skip


def rows_of(parameters: CacheParameters) -> list[dict[str, Any]]:
    return [row for case in cases(parameters) for row in measure(case, parameters, ALONE).rows]


@cache
def outcome(policy: str, algorithm: str) -> tuple[dict[str, dict[str, Any]], dict[str, list[bool]]]:
    """Return rows by event, and the hits of a plain reading: with each event and, after a dash, settled."""
    parameters = parameters_of(policy=policy, algorithms=[algorithm])
    (case,) = cases(parameters)
    rows = {row["event"]: row for row in measure(case, parameters, ALONE).rows}
    trial = case.arguments["trial"]
    before = trial.start()
    requests = requests_of(trial.source, trial.repetition.keys, KEYS, 100.0)
    hashes = trial.hashes(before, 0)[requests.rows]

    def nodes(partitioner: Any) -> dict[int, str]:
        return {
            key: partitioner.nodes[int(bucket)].name for key, bucket in enumerate(partitioner.assign(hashes))
        }

    keys, room = requests.keys.tolist(), ENTRIES // NODES
    plain = {NONE: plain_hits(policy, keys, [(0, nodes(before))], room)}
    for event in EVENTS:
        found = phases(trial, before, event, KEYS // 2, round(0.05 * KEYS), KEYS)
        if isinstance(found, str):
            continue
        there = [(phase.first, nodes(phase.partitioner)) for phase in found]
        plain[event] = plain_hits(policy, keys, [(0, nodes(before)), *there], room)
        plain[f"{event}-settled"] = plain_hits(policy, keys, [(0, there[-1][1])], room)
    return rows, plain


@pytest.mark.parametrize("policy", ["lru", "sieve"])
@pytest.mark.parametrize("algorithm", ["rendezvous", "modulo"])
def test_rows_are_those_of_a_plain_reading(policy: str, algorithm: str) -> None:
    rows, plain = outcome(policy, algorithm)
    half = KEYS // 2
    without = plain[NONE][half:]
    assert rows[NONE]["hits"] == sum(without) / half
    for event in EVENTS:
        row, seen = rows[event], plain[event][half:]
        assert plain[event][:half] == plain[NONE][:half]
        assert row["hits"] == sum(seen) / half
        assert row["caused"] == sum(without) - sum(seen)
        assert row["caused_bytes"] == 1000 * row["caused"]
        settled = plain[f"{event}-settled"][half:]
        assert row["transient"] == sum(settled) - sum(seen)
        misses = Counter(i // 100 for i, hit in enumerate(seen) if not hit)
        assert row["worst"] == max(misses.values())
        windows = [sum(settled[i : i + 20]) - sum(seen[i : i + 20]) for i in range(0, half, 20)]
        below = [number for number, fewer in enumerate(windows) if fewer > 0.01 * 20]
        if not below:
            assert row["back"] == 0
        elif below[-1] == 99:
            assert row["back"] is None
        else:
            assert row["back"] == pytest.approx((below[-1] + 1) * 20 / 100)


def test_where_all_have_room_each_key_that_moves_is_missed_once() -> None:
    """What moves and is asked for again is missed, and nothing else: whatever the policy."""
    for policy in ("lru", "sieve"):
        parameters = parameters_of(policy=policy, capacity="100000", event=("add:1", "replace"))
        (case,) = cases(parameters)
        quiet, *loud = measure(case, parameters, ALONE).rows
        trial = case.arguments["trial"]
        before = trial.start()
        requests = requests_of(trial.source, trial.repetition.keys, KEYS, 100.0)
        hashes = trial.hashes(before, 0)[requests.rows]
        seen = np.unique(requests.keys[: KEYS // 2])
        again = np.intersect1d(seen, requests.keys[KEYS // 2 :])
        assert quiet["cached"] == len(seen)
        assert quiet["working_set"] == len(again)
        for row in loud:
            (phase,) = phases(trial, before, row["event"], KEYS // 2, 0, KEYS)
            names = [
                np.array([p.nodes[int(bucket)].name for bucket in p.assign(hashes)])
                for p in (before, phase.partitioner)  # type: ignore[union-attr]
            ]
            moved = np.flatnonzero(names[0] != names[1])
            assert row["movement"] == pytest.approx(len(moved) / len(hashes), rel=1e-5)
            assert row["moved_entries"] == len(np.intersect1d(seen, moved))
            assert row["caused"] == row["transient"] == len(np.intersect1d(again, moved))


def test_a_restart_takes_all_nodes_in_turn_and_ends_as_it_began() -> None:
    (case,) = cases(parameters_of())
    trial = case.arguments["trial"]
    before = trial.start()
    found = phases(trial, before, "restart", 2000, 10**6, 4000)
    assert not isinstance(found, str)
    assert [len(phase.partitioner.nodes) for phase in found] == [NODES - 1, NODES] * NODES
    assert [phase.first for phase in found] == [2000, *(2000 + 333 * i for i in (1, 1, 2, 2, 3, 3)), 3332]
    assert {node.name for node in found[-1].partitioner.nodes.values()} == {
        node.name for node in before.nodes.values()
    }


def test_who_cannot_lose_a_node_says_why() -> None:
    rows = rows_of(parameters_of(algorithms=["jump"]))
    assert {row["event"] for row in rows if row["cannot"]} == {"loss", "restart"}
    assert all(row["hits"] is None for row in rows if row["cannot"])


def test_a_heavier_node_has_a_larger_cache(tmp_path: Path) -> None:
    file = tmp_path / "cluster.csv"
    file.write_text("name,weight\na,1\nb,3\n", encoding="ascii")
    values = {"cluster": str(file), "event": ("add:1",), "capacity": "80"}
    parameters = CacheParameters(
        algorithms=["rendezvous"], workload="zipf:0.9:400", keys=KEYS, repetitions=1, **values
    )
    quiet, added = rows_of(parameters)[:2]
    assert quiet["cached"] == quiet["entries"] == 80
    assert added["n_after"] == 3


# ---- laws and what is shown -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shown() -> Results[Any]:
    values = {
        "algorithms": ["modulo", "rendezvous", "jump"], "workload": ["zipf:0.9:20000"], "keys": 160_000,
        "nodes": [8], "capacity": ["50%"], "policy": ["lru"], "event": ["add:1", "replace", "loss"],
        "repetitions": 3, "away": 0.25,
    }  # fmt: skip
    parameters = EXPERIMENT.profile("smoke").replace(values)
    return Results(parameters, pd.DataFrame(rows_of(parameters)))


def test_misses_are_those_of_the_law_and_not_movement_times_what_is_cached(shown: Any) -> None:
    claim = summary(shown)["claim"].frame.set_index(["event", "label", "reading"])["off"]
    for event, label in (
        ("add:1", "modulo"),
        ("add:1", "rendezvous"),
        ("replace", "jump"),
        ("loss", "modulo"),
    ):
        assert abs(claim[event, label, "law"]) < 0.05, (event, label)
    assert abs(claim["add:1", "modulo", "working_set"]) < 0.05
    assert claim["add:1", "modulo", "entries"] > 0.5
    assert claim["replace", "jump", "entries"] > 0.5


def test_hits_are_che_s(shown: Any) -> None:
    hits = summary(shown)["hits"].frame
    assert (hits["rate"] - hits["law"]).abs().max() < 0.005
    assert np.allclose(hits["still"], hits["law_still"], rtol=0.05)


def test_what_is_shown_says_what_predicts_misses(shown: Any) -> None:
    presentation = EXPERIMENT.present(shown)
    said = " ".join(presentation.meaning)
    readings = summary(shown)["readings"].frame.set_index("reading")
    assert readings.loc["law", "right"] == readings.loc["law", "cases"] >= 6
    assert readings.loc["entries", "right"] < readings.loc["entries", "cases"] / 2
    assert f"within 5% of law of an event in {readings.loc['law', 'right']} of" in said
    assert "within 5% of law of an event" in " ".join(check_screen(presentation))
    assert "jump takes no part" in " ".join(presentation.tables[0].notes)
    assert [table.name for table in presentation.tables][:1] == ["events"]
    assert {chart.name for chart in presentation.charts} == {"course", "origin", "claim"}


def test_sentences_are_judged_by_the_bound_that_stands_beside_them(shown: Any) -> None:
    numbers = summary(shown)
    said = {(row["saying"], row["label"]): row for row in numbers["said"].records()}
    kept, lost = said["scaled", "rendezvous"], said["scaled", "modulo"]
    assert (kept["settings"], kept["confirmed"], kept["refuted"]) == (1, 1, 0)
    assert (lost["confirmed"], lost["refuted"]) == (0, 1)
    rows = shown.rows[shown.rows["label"] == "modulo"].set_index("repetition")
    parts = rows[rows["event"] == "add:1"]["moved_entries"] / rows[rows["event"] == "none"]["cached"]
    assert lost["least"] == lost["most"] == pytest.approx(parts.mean())
    assert parts.mean() == pytest.approx(8 / 9, abs=0.01)
    assert said["lost", "rendezvous"]["least"] < said["lost", "modulo"]["least"]


def test_a_run_whose_caches_never_rest_has_no_law_and_is_shown() -> None:
    parameters = parameters_of(event=("restart",), repetitions=2, capacity="200", nodes=2)
    rows = pd.DataFrame(rows_of(parameters))
    assert rows["law_transient"].isna().all()
    presentation = EXPERIMENT.present(Results(parameters, rows))
    (claim,) = [table for table in presentation.tables if table.name == "claim"]
    assert "law" not in claim.columns


# ---- traces -----------------------------------------------------------------------------------------------


def test_a_trace_has_its_own_times_and_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    keys = np.random.default_rng(1).integers(0, 50, 2000)
    lines = ["time,key,size", *(f"{i * 0.5},item-{key},{key + 1}" for i, key in enumerate(keys))]
    Path("trace.csv").write_text("\n".join(lines), encoding="ascii")
    parameters = parameters_of(workload="trace:csv:trace.csv", capacity="10000", event=("replace",))
    quiet, replaced = rows_of(parameters)
    assert quiet["keys"] == 2000
    assert quiet["worst"] <= 2
    assert replaced["caused"] > 0
    assert replaced["moved_bytes"] != 1000 * replaced["moved_entries"]
    assert replaced["moved_bytes"] <= 50 * replaced["moved_entries"]
    assert replaced["back"] <= 500


# ---- bad input --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"capacity": "0"}, "--capacity: '0' is below 1; give a whole number from 1"),
        ({"capacity": "0%"}, "--capacity: '0' is not allowed"),
        ({"capacity": "3"}, "--capacity: 3 of zipf:0.9:400 are 3 entries, less than one for each of 4 nodes"),
        ({"capacity": "0.5%"}, "--capacity: 0.5% of zipf:0.9:400 are 2 entries"),
        ({"event": "vanish"}, "'vanish' is no scale event; give one of add:K,"),
        ({"event": "restart", "nodes": 1}, "--event: restart leaves no node of 1; give at least 2 --nodes"),
        ({"keys": 10}, "--workload: zipf:0.9:400 has 10 requests here; give at least 200"),
        ({"policy": "fifo"}, "--policy: 'fifo' is unknown"),
        ({"away": 0.9}, "--away: 0.9 is not allowed"),
        ({"nodes": 1_000_000, "capacity": "2000000"}, "--nodes: caches of 1,000,001 nodes for"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(values: dict[str, Any], said: str) -> None:
    with pytest.raises(BadUse) as caught:
        cases(parameters_of(**values))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_spellings_of_a_value_are_one() -> None:
    assert capacity("10.0%") == "10%"
    assert happening("add") == "add:1"
    assert happening("loss") == "loss"
