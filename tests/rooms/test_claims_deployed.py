"""Claims about deployed programs: fifteen facts, and recipes that see what is otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from algorithms import create
from experiments.claims.claim import load
from experiments.claims.measure import row_of
from experiments.claims.parameters import ClaimsParameters
from experiments.claims.recipes import Run, recipes
from experiments.harness.engine import Engine
from experiments.harness.experiment import Context
from experiments.inference.verdict import NOT_IMPLEMENTED

RUN = Run(keys=1000, rings=4, seed=1, level=0.99, engine=Engine(1))
HAPROXY = {"system": "haproxy", "options": {"balance": "uri", "hash_type": "consistent"}, "names": "s{}"}


def value(recipe: str, **given: Any) -> float:
    return float(recipes()[recipe](given, RUN).value)


def test_fifteen_facts_have_an_address_or_are_our_own() -> None:
    claims = [claim for claim in load() if claim.id.startswith("deployed.")]
    assert len({claim.fact for claim in claims}) == 15
    for claim in claims:
        assert claim.seen, claim.id
        assert bool(claim.link and claim.at) == (claim.read != "C"), claim.id


def test_a_deleted_line_moves_what_was_recorded_and_a_server_that_is_down_its_own_keys() -> None:
    pool = {**HAPROXY, "count": 5}
    assert value("pool_moves", pool=pool, edit="remove", line=3) == pytest.approx(0.5184, abs=5e-5)
    assert value("pool_moves", pool=pool, edit="down", line=3) == pytest.approx(0.2112, abs=5e-5)
    stray = value("pool_moves", pool=pool, edit="remove", line=3, measure="stray")
    assert stray == pytest.approx(0.3072, abs=5e-5)


def test_what_can_only_be_sampled_is_no_exact_claim() -> None:
    guava = {"system": "guava", "options": {"input": "long"}, "names": "{}", "count": 2}
    with pytest.raises(ValueError, match="cannot be counted"):
        value("pool_moves", pool=guava, after={"count": 3})
    with pytest.raises(ValueError, match="cannot be counted"):
        value("pool_share", pool=guava, node="largest")


def test_three_addresses_of_one_name_have_the_arcs_of_one_server() -> None:
    servers = {"name": "cache.internal:8080", "other": "10.0.0.9:8080"}
    ring = create("nginx_consistent", list(servers.values()))
    share = ring.arcs().shares()[0] / 2**32
    for addresses in (1, 3):
        assert value("server_name_share", **servers, addresses=addresses, method="consistent") == share
    assert value("server_name_share", **servers, addresses=3, method="modulo") == 0.75


def test_a_backup_is_refused_beside_what_hashes_alone() -> None:
    assert value("nginx_refuses", method="ip_hash") == 1
    assert value("nginx_refuses", method="least_conn") == 0
    assert value("nginx_refuses", method="hash") == 0  # refused without a backup, too


def test_keys_are_counted_on_their_nodes() -> None:
    kafka = {"system": "kafka", "options": {"partitioner": "murmur2", "partitions": 4}, "nodes": []}
    keys = {"pattern": "k{}", "count": 200}
    on = [value("keys_on", pool=kafka, keys=keys, node=str(number)) for number in range(4)]
    assert sum(on) == 200
    assert value("keys_parted", pool=kafka, keys=keys) == 0
    assert value("node_of_key", pool=kafka, key="k0") in range(4)
    shards = {"system": "elasticsearch", "options": {}, "names": "{}"}
    assert value("nodes_without_keys", pool=shards, count=7, keys=["a"]) == 6


def test_points_follow_the_weight_of_all_in_ketama_and_of_one_in_haproxy() -> None:
    servers = {"names": "10.0.0.{}:11211", "count": 3}
    ketama = {"system": "libmemcached", "options": {"calls": [["KETAMA_WEIGHTED", 1]]}, **servers}
    assert value("points_changed", pool=ketama, edit={"weights": {"10.0.0.2:11211": 2}}) == 3
    assert value("points_changed", pool={**HAPROXY, "count": 3}, edit={"weights": {"s2": 2}}) == 1
    assert value("points_shared", ids=7, other=7 + (1 << 20)) == 16


def test_a_claim_waits_for_a_module_that_is_not_installed() -> None:
    claim = next(claim for claim in load() if claim.id == "deployed.nginx-backup-ip_hash")
    changed = type(claim)(**{**vars(claim), "modules": ("no_such_module",)})
    row = row_of(changed, ClaimsParameters(), Context(Engine(1)))
    assert (row["verdict"], row["missing"]) == (NOT_IMPLEMENTED, "no_such_module")
