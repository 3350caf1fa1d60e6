"""The neutral form of configurations: what it says, and what is refused."""

from __future__ import annotations

import pytest

from experiments.options.errors import BadUse
from experiments.plan.pool import hash_type_of, parsed

TOML = """
system = "haproxy"
version = "2.6"
method = "consistent"
hash = "sdbm+avalanche"
[options]
balance = "uri"
[[node]]
name = "s1"
address = "10.0.0.1:80"
weight = 100
id = 1
[[node]]
name = "s2"
down = true
"""


def test_the_toml_form() -> None:
    pool = parsed(TOML, "x.toml", "x")
    assert (pool.system, pool.method, pool.hash, pool.version) == (
        "haproxy",
        "consistent",
        "sdbm+avalanche",
        "2.6",
    )
    assert pool.options == {"balance": "uri"}
    assert (pool.nodes[0].name, pool.nodes[0].weight, pool.nodes[0].id) == ("s1", 100, 1)
    assert [node.name for node in pool.usable] == ["s1"]


def test_json_says_method_and_hash_by_options() -> None:
    text = (
        '{"system": "envoy", "options": {"lb_policy": "RING_HASH", "hash_function": "XX_HASH"}, "nodes": []}'
    )
    pool = parsed(text, "ring.json", "ring")
    assert (pool.name, pool.method, pool.hash) == ("ring", "RING_HASH", "XX_HASH")


@pytest.mark.parametrize(
    ("text", "method", "function"),
    [
        (None, "map-based", "sdbm"),
        ("consistent", "consistent", "sdbm+avalanche"),
        ("consistent sdbm", "consistent", "sdbm"),
        ("map-based wt6 avalanche", "map-based", "wt6+avalanche"),
    ],
)
def test_a_function_that_is_written_has_no_avalanche(text: str | None, method: str, function: str) -> None:
    assert hash_type_of(text) == (method, function)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('system = "ngnix"', "x: system 'ngnix' is unknown; did you mean 'nginx'"),
        ("system = ", "x:1: no TOML"),
        ('{"system": "nginx",\n "nodes": [}', "x:2: no JSON"),
        ('system = "nginx"\nnod = 1', "x: the neutral form has no 'nod'; did you mean 'node'"),
        ('system = "nginx"\n[[node]]\nname = 3', "x: node 1: name is 3; write a text"),
        ('system = "nginx"\n[[node]]\nname = "a"\nweight = true', "x: node 1: weight is True"),
        ('system = "nginx"\n[[node]]\nweight = 3', "x: node 1 has no name"),
        ("[options]", "x: no neutral form"),
    ],
)
def test_what_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(BadUse) as refused:
        parsed(text, "x", "x")
    assert str(refused.value).startswith(sentence)
