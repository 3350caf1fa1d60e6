"""The neutral form: a pool of any system that is written and read again is the same plan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.plan import read
from experiments.plan.planned import PlacedPool
from experiments.plan.pool import SYSTEMS, Pool, PoolNode
from experiments.plan.remarks import remarks
from tests.tools.test_plan_fuzz import SEEDS

KEYS = [b"7", b"user:1", b"10.0.0.1", b"/a/b?c", "é".encode()]


def told(node: PoolNode) -> dict[str, Any]:
    """Return what a node says, without its line."""
    fields = {name: value for name, value in vars(node).items() if name != "line" and value not in (None, ())}
    return {**fields, "tokens": list(node.tokens)} if node.tokens else fields


def content_of(pool: Pool) -> dict[str, Any]:
    """Return a pool in the neutral form."""
    texts = ("system", "version", "method", "hash", "name", "directive")
    options = {name: value for name, value in pool.options.items() if value is not None}
    return {
        **{name: getattr(pool, name) for name in texts if getattr(pool, name)},
        "options": options,
        "node": [told(node) for node in pool.nodes],
    }


def toml_of(content: dict[str, Any]) -> str:
    """Return a neutral form as TOML."""

    def value(given: Any) -> str:
        if isinstance(given, dict):
            return (
                "{" + ", ".join(f"{json.dumps(name)} = {value(each)}" for name, each in given.items()) + "}"
            )
        if isinstance(given, list | tuple):
            return "[" + ", ".join(map(value, given)) + "]"
        return json.dumps(given)

    def table(given: dict[str, Any]) -> Iterator[str]:
        yield from (f"{name} = {value(each)}" for name, each in given.items())

    top = {name: each for name, each in content.items() if isinstance(each, str)}
    lines = [*table(top), "[options]", *table(content["options"])]
    for node in content["node"]:
        lines += ["[[node]]", *table(node)]
    return "\n".join(lines) + "\n"


def plan_of(pool: PlacedPool) -> dict[str, Any]:
    """Return all that is planned of a pool, but for the lines."""
    types = pool.pool.options.get("types")
    keys = [b"\t".join([b"7"] * len(types))] if types else KEYS[:1] if pool.system == "mongodb" else KEYS
    read_by = {remark.code for remark in pool.pool.warnings}
    return {
        "nodes": [told(node) for node in pool.nodes],
        "which": pool.which(keys),
        "details": pool.details(keys),
        "shares": pool.shares,
        "wanted": pool.wanted.wanted,
        "warnings": [(each.code, each.text) for each in remarks(pool) if each.code not in read_by],
        "how": (pool.system, pool.pool.method, pool.pool.hash, pool.name, pool.pool.directive),
    }


@pytest.mark.parametrize("name", [*SEEDS, "guava"])
def test_a_pool_that_is_written_and_read_is_the_same_plan(name: str, tmp_path: Path) -> None:
    path = tmp_path / "x.conf"
    if name == "guava":
        configuration = read("5", system="guava", settings={"buckets": "5"})
    else:
        seed = SEEDS[name]
        path.write_text(seed.text, encoding="utf-8")
        configuration = read(str(path), system=seed.system, settings=dict(seed.settings))
    for pool in configuration.pools:
        content = content_of(pool.pool)
        expected = plan_of(pool)
        for text in (json.dumps(content), toml_of(content)):
            path.write_text(text, encoding="utf-8")
            again = read(str(path)).pool()
            assert plan_of(again) == {
                **expected,
                "how": (*expected["how"][:3], again.name, expected["how"][4]),
            }
            assert again.name == (pool.name or path.stem)


def test_all_systems_are_among_these() -> None:
    seen = {name: seed for name, seed in SEEDS.items() if name in SYSTEMS}
    assert {*seen, "guava"} == set(SYSTEMS)
