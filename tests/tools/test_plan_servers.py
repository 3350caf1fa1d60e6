"""nginx and HAProxy as `plan` places keys: recorded from the programs, and what they make of a request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from experiments.options.errors import BadUse
from experiments.plan.placement import placement_of
from experiments.plan.pool import Pool, pool_of
from experiments.plan.systems.haproxy import taken_by

VECTORS = Path(__file__).parents[1] / "vectors" / "systems"


def _scenarios(system: str) -> list[dict[str, Any]]:
    lines = (VECTORS / f"{system}_placements.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize(("system", "count"), [("nginx", 31), ("haproxy", 67)])
def test_keys_are_where_the_program_put_them(system: str, count: int) -> None:
    """Some rows of each scenario that was recorded; one key at a time, too."""
    scenarios = _scenarios(system)
    assert len(scenarios) == count
    for scenario in scenarios:
        name, rows = scenario.pop("scenario"), scenario.pop("rows")
        placement: Any = placement_of(pool_of(scenario, name))
        keys = [bytes.fromhex(row[2]) if len(row) > 2 else row[0].encode() for row in rows]
        expected = [scenario["nodes"][row[1]]["name"] for row in rows]
        assert placement.which(keys) == expected, name
        assert placement.which(keys[:1]) == expected[:1]
        assert len(placement.details(keys[:1])) == 1


@pytest.mark.parametrize(
    ("balance", "sent", "taken"),
    [
        ("uri", b"/a/b?c", b"/a/b"),
        ("uri whole", b"/a/b?c", b"/a/b?c"),
        ("uri len 3", b"/a/b?c", b"/a/"),
        ("uri depth 1", b"/a/b?c", b"/a"),
        ("uri path-only", b"http://h/a?c", b"/a"),
        ("uri path-only", b"http://h", b""),
        ("uri path-only", b"*", b""),
        ("hdr(x)", b'"a,b" , c', b'"a,b"'),
        ("hdr(x)", b"", None),
        ("hdr(host) use_domain_only", b"www.example.com", b"example"),
        ("hdr(host) use_domain_only", b"example.com", b"example"),
        ("hdr(host) use_domain_only", b"localhost", b"localhost"),
        ("hdr(host) use_domain_only", b"example.com.", b"com"),
        ("hdr(host) use_domain_only", b".com", b".com"),
        ("hdr(host) use_domain_only", b"a..com", b"a."),
        ("hdr(host) use_domain_only", b"a...com", b"."),
        ("hdr(host) use_domain_only", b"..com", b"."),
        ("hash req.hdr(x)", b"a, b", b"b"),
        ("url_param k", b"a%20b", b"a%20b"),
        ("source", b"10.0.0.1", b"10.0.0.1"),
        ("source", b"nobody", None),
    ],
)
def test_what_haproxy_hashes_of_a_request(balance: str, sent: bytes, taken: bytes | None) -> None:
    assert taken_by(Pool("haproxy"), balance)(sent) == taken


def test_what_does_not_hash_is_refused() -> None:
    nodes = [{"name": "a"}, {"name": "b"}]
    for content, said in (
        ({"system": "nginx", "options": {"method": "random"}, "nodes": nodes}, "does not hash"),
        ({"system": "haproxy", "options": {"balance": "leastconn"}, "nodes": nodes}, "does not hash"),
        (
            {"system": "haproxy", "options": {"balance": "uri"}, "nodes": [{"name": "a", "weight": 300}]},
            "weight 300 is not possible",
        ),
        ({"system": "nginx", "options": {"method": "consistent"}, "nodes": [nodes[0]] * 2}, "there already"),
    ):
        with pytest.raises(BadUse, match=said):
            placement_of(pool_of(content))
