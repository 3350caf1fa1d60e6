"""Any file is planned, or refused in one sentence whose line it has: no traceback, no flood of memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.options.errors import BadUse
from experiments.plan import read
from experiments.plan.remarks import remarks
from experiments.plan.structure import shares_of


class Seed(NamedTuple):
    """A file that is read, and what is said beside it."""

    text: str
    settings: Mapping[str, str] = {}
    system: str | None = None


IDS = ["0" * 39 + digit for digit in "123"]

SEEDS = {
    "nginx": Seed(
        "events {}\nhttp {\n  upstream a {\n    hash $request_uri consistent;\n    server "
        "10.0.0.1:80 weight=2;\n"
        "    server b max_fails=3 down;\n    server unix:/x;\n    keepalive 32;\n  }\n"
        "  upstream c { ip_hash; server a; server b weight=3; }\n  server { listen 80; }\n}\n"
    ),
    "haproxy": Seed(
        "global\n  setenv W 7\ndefaults d\n  mode http\n  default-server weight 10 "
        "check\nbackend img # of it\n"
        "  balance uri depth 3\n  hash-type consistent djb2 avalanche\n  server s1 10.0.0.1:80 id 7\n"
        '  server s2 "${HOST}:80" weight "$W"\n.if defined(X)\n  option httplog\n.endif\n'
        "backend tmpl from d\n  balance hdr(x)\n  server-template web 3-5 example.org:80 weight 1\n"
        "listen l\n  balance source\n  server a 10.0.0.9:80 disabled\n  server b 10.0.0.8:80 backup\n"
        "  server c 10.0.0.7:80\n"
    ),
    "envoy": Seed(
        "static_resources:\n  clusters:\n  - name: c\n    type: STATIC\n    lb_policy: RING_HASH\n"
        "    ring_hash_lb_config: {minimum_ring_size: 128, hash_function: XX_HASH}\n    load_assignment:\n"
        "      cluster_name: c\n      endpoints:\n      - lb_endpoints:\n"
        "        - endpoint: {address: {socket_address: {address: 10.0.0.1, port_value: 80}}}\n"
        "          load_balancing_weight: 3\n          health_status: HEALTHY\n"
        "        - endpoint: {address: {socket_address: {address: '::1', port_value: 80}}}\n"
        "          metadata: {filter_metadata: {envoy.lb: {hash_key: x}}}\n"
    ),
    "maglev": Seed(
        '{"name": "m", "lb_policy": "MAGLEV", "maglev_lb_config": {"table_size": 1009},\n "load_assignment": '
        '{"endpoints": [{"lb_endpoints": [\n  {"endpoint": {"address": {"socket_address": '
        '{"address": "1.1.1.1", "port_value": 1}}}},\n  {"endpoint": {"address": {"socket_address": '
        '{"address": "1.1.1.2", "port_value": 1}}}}]}]}}\n'
    ),
    "istio": Seed(
        "kind: DestinationRule\nmetadata: {name: r}\nspec:\n  trafficPolicy:\n    loadBalancer:\n"
        "      consistentHash:\n        httpHeaderName: x\n        maglev: {tableSize: 1009}\n",
        {"hosts": "10.0.0.1:80,10.0.0.2:80"},
    ),
    "twemproxy": Seed(
        "alpha:\n  listen: 127.0.0.1:22121\n  hash: fnv1a_64\n  hash_tag: '{}'\n  distribution: ketama\n"
        "  auto_eject_hosts: true\n  servers:\n   - 127.0.0.1:6379:1\n   - 127.0.0.1:6380:2 two\n"
        "beta:\n  listen: /run/b\n  distribution: modula\n  hash: crc32\n  servers:\n   - "
        "a:11211:1\n   - b:11211:1\n"
    ),
    "libmemcached": Seed("10.0.0.1:11211:2,10.0.0.2\n10.0.0.3:11212 # three\n", {}, "libmemcached"),
    "pymemcache": Seed("10.0.0.1:11211,10.0.0.2\n", {}, "pymemcache"),
    "redis": Seed(
        "{0} 10.0.0.1:7001@17001 myself,master - 0 0 1 connected 0-5460\n"
        "{1} 10.0.0.2:7002@17002,host master - 0 0 2 connected 5461-10922 [77->-{2}]\n"
        "{2} 10.0.0.3:7003@17003 master - 0 0 3 connected 10923-16383\n".format(*IDS)
    ),
    "shards": Seed(
        '[{"slots": [0, 8191], "nodes": [{"id": "a", "ip": "10.0.0.1", "port": 1, "role": "master"}]},\n'
        ' {"slots": [8192, 16383], "nodes": [{"id": "b", "ip": "10.0.0.2", "port": 1, "role": "master"}]}]\n'
    ),
    "cassandra": Seed(
        "Datacenter: dc1\n==========\nAddress    Rack  Status State   Load        Owns   Token\n"
        "                                                   46116860\n"
        "10.0.0.1   r1    Up     Normal  105.45 KiB  ?      -9223372036854775808\n"
        "10.0.0.2   r1    Up     Normal  105.45 KiB  ?      -4611686018427387904\n"
        "10.0.0.3   r2    Down   Leaving 105.45 KiB  ?      0\n",
        {"strategy": "NetworkTopologyStrategy:dc1:2"},
    ),
    "peers": Seed(
        "peer,data_center,rack,tokens\n10.0.0.1,dc1,r1,\"{'-5', '77'}\"\n10.0.0.2,dc1,r2,\"{'0'}\"\n",
        {"strategy": "SimpleStrategy:2"},
    ),
    "kafka": Seed("Topic: t\tTopicId: x\tPartitionCount: 15\tReplicationFactor: 1\nTopic: t\tPartition: 0\n"),
    "elasticsearch": Seed(
        '{"docs": {"settings": {"index": {\n "number_of_shards": "5", "number_of_routing_shards": "640",\n'
        ' "version": {"created": "8500003"}}}}}\n'
    ),
    "mongodb": Seed(
        '{"_id": 1, "ns": "a.b", "min": {"k": {"$minKey": 1}}, "max": {"k": '
        '{"$numberLong": "0"}}, "shard": "s0"}\n'
        '{"_id": 2, "ns": "a.b", "min": {"k": {"$numberLong": "0"}}, "max": {"k": '
        '{"$maxKey": 1}}, "shard": "s1"}\n'
    ),
    "postgresql": Seed(
        "CREATE TABLE public.t (\n    id bigint NOT NULL,\n    name text\n)\nPARTITION BY HASH (id, name);\n"
        "CREATE TABLE p0 PARTITION OF public.t FOR VALUES WITH (modulus 2, remainder 0);\n"
        "ALTER TABLE ONLY public.t ATTACH PARTITION p1 FOR VALUES WITH (modulus 2, remainder 1);\n"
    ),
    "described": Seed(
        'Partitioned table "public.t"\n Column |  Type  | Collation\n--------+--------+----------\n'
        " id     | integer |\nPartition key: HASH (id)\n"
        "Partitions: p0 FOR VALUES WITH (modulus 2, remainder 0),\n"
        "            p1 FOR VALUES WITH (modulus 2, remainder 1)\n"
    ),
    "toml": Seed(
        'system = "haproxy"\nmethod = "consistent"\nhash = "sdbm+avalanche"\n[options]\nbalance = "uri"\n'
        '[[node]]\nname = "s1"\nweight = 100\nid = 1\n[[node]]\nname = "s2"\ndown = '
        'true\n[[node]]\nname = "s3"\n'
    ),
    "json": Seed(
        '{"system": "envoy", "options": {"lb_policy": "RING_HASH", "hash_function": "XX_HASH",\n'
        ' "minimum_ring_size": 64}, "nodes": [{"name": "a:1", "weight": 2}, {"name": "b:1"}]}\n'
    ),
}

SIGNS = [
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    ";",
    ":",
    ",",
    "#",
    "\\",
    "\n",
    "\r",
    "\t",
    "\0",
    "é",
    "\ufeff",
    "&a",
    "*a",
    "$",
]
WILD = [
    "-1",
    "0",
    "1.5",
    "300",
    "65536",
    "2147483648",
    "9223372036854775808",
    "9" * 40,
    "1e9",
    "0x10",
    "٣",
    "NaN",
    "",
]


@st.composite
def mutated(draw: st.DrawFn, text: str) -> bytes:
    """Return a file with some mistakes in it: lines, words, numbers, signs, bytes."""
    for _ in range(draw(st.integers(0, 3))):
        lines = text.split("\n")
        at = draw(st.integers(0, len(lines) - 1))
        kind = draw(
            st.sampled_from(["drop", "double", "swap", "sign", "number", "word", "cut", "long", "deep"])
        )
        if kind == "drop":
            del lines[at]
        elif kind == "double":
            lines.insert(draw(st.integers(0, len(lines))), lines[at])
        elif kind == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == "sign":
            column = draw(st.integers(0, len(lines[at])))
            taken = draw(st.integers(0, 1))
            lines[at] = lines[at][:column] + draw(st.sampled_from(SIGNS)) + lines[at][column + taken :]
        elif kind == "number":
            numbers = list(re.finditer(r"-?\d+", lines[at]))
            if numbers:
                match = draw(st.sampled_from(numbers))
                lines[at] = (
                    lines[at][: match.start()] + draw(st.sampled_from(WILD)) + lines[at][match.end() :]
                )
        elif kind == "word":
            words = re.split(r"(\W+)", lines[at])
            words[draw(st.integers(0, len(words) - 1))] = draw(
                st.sampled_from([*words, "x", "null", "true", "9"])
            )
            lines[at] = "".join(words)
        elif kind == "cut":
            lines = [*lines[:at], lines[at][: draw(st.integers(0, len(lines[at])))]]
        elif kind == "long":
            lines[at] += draw(st.sampled_from([" ", "x", " x", "9", ","])) * 5000
        else:
            lines[at] += draw(st.sampled_from(["[", "{", '{"a":', "a {", "("])) * 3000
        text = "\n".join(lines)
    content = text.encode("utf-8")
    if draw(st.integers(0, 9)) == 0:
        content = draw(
            st.sampled_from([b"", b"\xff\xfe", text.encode("utf-16"), b"\x00" * 20, content[::-1]])
        )
    return content


def examine(path: Path, seed: Seed, content: bytes) -> None:
    """Plan a file, or have it refused with a line that it has."""
    path.write_bytes(content)
    try:
        configuration = read(str(path), system=seed.system, settings=dict(seed.settings))
        for each in configuration.refused:
            assert 1 <= each.line <= content.count(b"\n") + 1, each
        for pool in configuration.pools[:4]:
            assert 0 <= pool.pool.line <= content.count(b"\n") + 1
            types = pool.pool.options.get("types")
            keys = [b"\t".join([b"7"] * len(types)) if types else b"7", b"10.0.0.1"][: 1 if types else 2]
            pool.which(keys)
            structure = pool.structure
            if structure is not None:
                assert sum(shares_of(structure).values()) == pool.copies
                assert all(
                    1 <= remark.line <= content.count(b"\n") + 1 for remark in remarks(pool) if remark.line
                )
    except BadUse as error:
        sentence = str(error)
        assert "\n" not in sentence, sentence
        assert len(sentence) < 2000, sentence
        line = re.match(re.escape(str(path)) + r":(\d+): ", sentence)
        if line is not None:
            assert 1 <= int(line[1]) <= content.count(b"\n") + 1, sentence


@pytest.mark.parametrize("name", SEEDS)
def test_the_files_themselves_are_read(name: str, tmp_path: Path) -> None:
    seed = SEEDS[name]
    path = tmp_path / "x.conf"
    path.write_text(seed.text, encoding="utf-8")
    found = read(str(path), system=seed.system, settings=dict(seed.settings))
    assert found.pools, found.refused
    assert not found.refused
    examine(path, seed, seed.text.encode())


@given(data=st.data())
@settings(deadline=None, max_examples=150)
def test_any_file_is_planned_or_refused_in_a_line_that_it_has(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    seed = SEEDS[data.draw(st.sampled_from(sorted(SEEDS)))]
    content = data.draw(mutated(seed.text))
    examine(tmp_path_factory.getbasetemp() / "any.conf", seed, content)
