"""The calls of a client of memcached, whose order counts: recorded from libmemcached 1.1.4."""

from __future__ import annotations

import pytest

from experiments.options.errors import BadUse
from experiments.plan.placement import placement_of
from experiments.plan.pool import Pool, pool_of
from experiments.plan.settings import calls_of

KEYS = [b"user:%d" % number for number in range(32)]


def pool(calls: object, weights: str) -> Pool:
    nodes = [
        {"name": str(i), "host": f"10.0.0.{i}", "port": 11300 + i, "weight": int(weight)}
        for i, weight in enumerate(weights)
    ]
    return pool_of({"system": "libmemcached", "options": {"calls": calls}, "nodes": nodes})


@pytest.mark.parametrize(
    ("calls", "weights", "recorded"),
    [
        ("KETAMA,HASH md5,servers", "1111", "00203121331020131332312331313233"),
        ("servers,KETAMA,HASH md5", "1111", "20222001310132011020031030203201"),
        ("KETAMA,KETAMA_HASH md5,servers", "1111", "31321132300131301330213200113302"),
        ("KETAMA,servers", "1234", "23221333202322231221312322122333"),
        ("KETAMA", "1234", "23221333202322231221312322122333"),
        ("servers,KETAMA", "1234", "31321132300131301330213200113302"),
        ("servers,DISTRIBUTION 4", "1234", "01212101012113213031312320113233"),
        ("DISTRIBUTION 4,servers", "1234", "33303103323123123323312231301203"),
        ("HASH crc,KETAMA_WEIGHTED 0,servers", "1111", "22221111330000003333000000002000"),
        ("KETAMA_WEIGHTED 0", "1234", "23221333202322231221312322122333"),
        ("KETAMA_WEIGHTED,DISTRIBUTION 1,servers", "1111", "00203121331020131332312331313233"),
        ("HASH crc,DISTRIBUTION 5,servers", "1234", "3" * 32),
        ("servers,HASH crc,KETAMA_WEIGHTED,DISTRIBUTION 0", "1234", "11322103121012302013001130212230"),
    ],
)
def test_the_order_of_calls_counts(calls: str, weights: str, recorded: str) -> None:
    for form in (calls, calls_of(calls)):
        assert "".join(map(str, placement_of(pool(form, weights)).which(KEYS))) == recorded


def test_pylibmc_has_an_order_and_names_of_its_own() -> None:
    behaviors = {"distribution": "consistent ketama", "ketama_hash": "crc", "hash": "md5"}
    calls = "HASH md5,KETAMA_HASH crc,DISTRIBUTION 2"
    assert placement_of(pool(behaviors, "1123")).which(KEYS) == placement_of(pool(calls, "1123")).which(KEYS)
    with pytest.raises(BadUse, match="DISTRIBUTION 'virtual bucket' is not covered"):
        placement_of(pool({"distribution": "virtual bucket"}, "11"))
