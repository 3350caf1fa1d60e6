"""The experiment `servers`: what is exact, what is needed, what there is not, and how it is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments import theory
from experiments.harness import runner
from experiments.plan.planned import PlacedPool
from experiments.plan.pool import SYSTEMS as POOLS
from experiments.plan.pool import pool_of
from experiments.report.tables import terminal
from experiments.servers import EXPERIMENT
from experiments.servers.systems import EDITS, SYSTEMS, edited

WIDTH, HEIGHT = 100, 30


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> runner.Outcome[Any]:
    parameters = EXPERIMENT.profile("smoke").replace({"threads": 2, "nodes": (5, 50), "keys": 2_000})
    return runner.run(EXPERIMENT, parameters, profile="smoke", out=tmp_path_factory.mktemp("servers"))


def rows_of(outcome: runner.Outcome[Any], **chosen: Any) -> list[dict[str, Any]]:
    return [row for row in outcome.rows if all(row[name] == value for name, value in chosen.items())]


def test_every_system_of_plan_is_there_and_each_edit_is_measured_or_has_a_reason(
    outcome: runner.Outcome[Any],
) -> None:
    assert {system.content(0, 2)["system"] for system in SYSTEMS.values()} == set(POOLS)
    for name in SYSTEMS:
        for edit in EDITS:
            rows = rows_of(outcome, system=name, edit=edit)
            assert {row["n"] for row in rows} == {5, 50}
            for row in rows:
                assert (row["movement"] is None) == bool(row["cannot"]), (name, edit)


def test_all_is_exact_but_what_places_each_key_on_its_own(outcome: runner.Outcome[Any]) -> None:
    sampled = {row["system"] for row in rows_of(outcome, method="sampled")}
    assert sampled == {"pymemcache", "guava"} == {name for name, each in SYSTEMS.items() if each.sampled}
    assert {row["busiest"] for row in rows_of(outcome, method="sampled")} == {None}


def test_five_haproxy_servers_move_what_was_recorded(outcome: runner.Outcome[Any]) -> None:
    (deleted,) = rows_of(outcome, system="haproxy-consistent", n=5, edit="delete")
    (down,) = rows_of(outcome, system="haproxy-consistent", n=5, edit="down")
    pinned = rows_of(outcome, system="haproxy-ids", n=5, edit="delete", repetition=0)
    assert deleted["movement"] == pytest.approx(0.5184, abs=5e-5)
    assert deleted["stray"] == pytest.approx(0.3072, abs=5e-5)
    assert down["movement"] == deleted["minimum"] == pytest.approx(0.2112, abs=5e-5)
    assert pinned[0]["movement"] == down["movement"]
    assert deleted["busiest"] == pytest.approx(5 * 0.2401, abs=5e-4)


def test_edits_move_no_less_than_is_needed_and_stray_only_where_they_move_more(
    outcome: runner.Outcome[Any],
) -> None:
    for row in outcome.rows:
        if row["movement"] is not None:
            assert row["movement"] >= row["minimum"] - 1e-12
            assert row["stray"] <= row["movement"]
    needed = {(row["n"], row["edit"]): row["ideal"] for row in outcome.rows if row["ideal"] is not None}
    assert needed[5, "add"] == pytest.approx(1 / 6)
    assert needed[50, "add"] == pytest.approx(1 / 51)
    assert needed[5, "delete"] == needed[5, "down"] == pytest.approx(1 / 5)
    assert needed[5, "reweight"] == pytest.approx(2 / 6 - 1 / 5)


def test_what_has_no_points_moves_as_its_law_says(outcome: runner.Outcome[Any]) -> None:
    """Rounding of slots and of few hashes aside: 6271 of ip_hash, 16384 of Redis, 32768 of nginx."""
    exact = ("modulo", "bound")
    rows = [row for row in rows_of(outcome, method="exact") if row["law"] in exact]
    assert len(rows) > 30
    for row in rows:
        assert row["movement"] == pytest.approx(row["law_movement"], abs=0.006), row


def test_a_key_of_sixteen_bytes_is_on_the_server_that_nginx_was_counted_with(
    outcome: runner.Outcome[Any],
) -> None:
    """The share of keys that move when a server is down, of keys themselves."""
    system = SYSTEMS["nginx-hash"]
    before, after = (
        PlacedPool(pool_of(content)) for content in (system.content(0, 5), edited(system, 0, 5, "down"))
    )
    keys = [f"/video/{i:05d}.mp4".encode() for i in range(20_000)]
    assert {len(key) for key in keys} == {16}
    moved = sum(a != b for a, b in zip(before.which(keys), after.which(keys), strict=True)) / len(keys)
    (row,) = rows_of(outcome, system="nginx-hash", n=5, edit="down")
    assert moved == pytest.approx(row["movement"], abs=0.01)
    shares = [after.which(keys).count(node.name) / len(keys) for node in after.nodes if node.usable]
    assert max(shares) * 4 == pytest.approx(row["busiest_after"], abs=0.03)


@pytest.mark.parametrize(("nodes", "position"), [(5, 1), (5, 3), (5, 5), (2, 1), (2, 2), (9, 4)])
def test_renumbered_nodes_move_as_a_consistent_placement_of_numbers_does(nodes: int, position: int) -> None:
    """By exhaustion: a number's keys go to all others alike when it goes."""
    names = [name for name in range(1, nodes + 1) if name != position]
    moved = sum(1 / nodes for number in range(1, nodes) if names[number - 1] != number)
    moved += sum(1 / nodes / (nodes - 1) for name in names if name != nodes)
    assert float(theory.renumbered(nodes, position)) == pytest.approx(moved)


def test_the_first_table_has_all_systems_and_fits_a_screen(outcome: runner.Outcome[Any]) -> None:
    first, *details = outcome.presentation.tables
    assert len(first.frame) == len(SYSTEMS)
    lines = terminal.write(first, WIDTH).splitlines()
    assert len(lines) <= HEIGHT
    assert max(map(len, lines)) <= WIDTH
    assert all(table.detail for table in details)
    said = " ".join(outcome.presentation.meaning)
    assert "16.7 % of the keys of 5 servers" in said
    assert "HAProxy consistent" in said
    (chart,) = outcome.presentation.charts
    assert not chart.is_empty


def test_one_server_can_only_be_joined(tmp_path: Path) -> None:
    parameters = EXPERIMENT.profile("smoke").replace({"nodes": 1, "system": "nginx-consistent,kafka"})
    found = runner.run(EXPERIMENT, parameters, out=tmp_path / "run")
    ring = {row["edit"]: row["cannot"] for row in rows_of(found, system="nginx-consistent", repetition=0)}
    assert ring["add"] is ring["reweight"] is None
    assert ring["delete"] == ring["down"] == "no server would be left"


def test_what_cannot_be_done_at_all_is_shown(tmp_path: Path) -> None:
    parameters = EXPERIMENT.profile("smoke").replace({"system": "mongodb"})
    found = runner.run(EXPERIMENT, parameters, out=tmp_path / "run")
    assert {row["movement"] for row in found.rows} == {None}
    tables = {table.name: table for table in found.presentation.tables}
    assert "chooses the chunks" in terminal.write(tables["absent"], WIDTH)
    assert found.presentation.summary.value("busiest/5/mongodb").number == pytest.approx(1)
