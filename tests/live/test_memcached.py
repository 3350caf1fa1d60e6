"""pylibmc with libmemcached, and twemproxy, before memcached servers, beside what plan says of their keys.

Which server has a key is asked of each server.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest

from experiments.plan import PlacedPool
from experiments.plan.pool import pool_of
from live.asking import NASTY, Memcache, holders, planned
from live.libmemcached import BEHAVIORS, HASHES, Call, Library
from live.place import HOST, Place, missing
from live.servers import Memcached, Twemproxy

KEYS = [*(key for key in NASTY if b" " not in key), *(b"user:%d" % number for number in range(200))]
WEIGHTS = (1, 2, 3, 4, 5)

CLIENT = """
import json, sys, pylibmc
servers, behaviors, keys = json.load(sys.stdin)
client = pylibmc.Client(servers, behaviors=behaviors)
for key in keys:
    assert client.set(bytes.fromhex(key), b"1"), key
"""

CLIENTS: Sequence[tuple[Mapping[str, Any], bool]] = [
    ({}, False),
    ({"hash": "fnv1a_32"}, False),
    ({"ketama": True}, False),
    ({"ketama": True, "hash": "md5"}, False),
    ({"ketama": True, "hash": "jenkins"}, False),
    ({"ketama_weighted": True}, False),
    ({"ketama_weighted": True}, True),
    ({"ketama_weighted": True, "hash": "murmur"}, True),
    ({"distribution": "consistent"}, False),
    ({"distribution": "consistent ketama", "hash": "crc"}, False),
    ({"distribution": "consistent weighted", "hash": "md5"}, True),
    ({"ketama": True, "ketama_hash": "md5"}, False),
]
"""What a client is made with, and whether its servers have weights."""


@cache
def python() -> str | None:
    """Return a Python that has pylibmc, Debian's own or another."""
    for found in (sys.executable, "/usr/bin/python3", shutil.which("python3")):
        if (
            found
            and not subprocess.run(
                [found, "-c", "import pylibmc"], capture_output=True, check=False
            ).returncode
        ):
            return found
    return None


def test_pylibmc(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    interpreter = python() or ""
    if not interpreter:
        missing("no Python here has pylibmc", "python3-pylibmc")
    ports = {f"{HOST}:{port}": port for port in Memcached(place, 5).ports}
    for behaviors, weighted in CLIENTS:
        weights = WEIGHTS if weighted else (1,) * 5
        servers = [f"{name}:{weight}" for name, weight in zip(ports, weights, strict=True)]
        asked = [servers, behaviors, [key.hex() for key in KEYS]]
        place.run(interpreter, "-c", CLIENT, sent=json.dumps(asked))
        nodes = [{"name": name, "weight": weight} for name, weight in zip(ports, weights, strict=True)]
        options = {"client": "pylibmc", "calls": behaviors}
        path = place.write(
            "pool.json", json.dumps({"system": "libmemcached", "options": options, "nodes": nodes})
        )
        assert planned(capsys, path, KEYS, folder=place.directory) == holders(ports, KEYS), behaviors
        for port in ports.values():
            with Memcache(port) as server:
                server.clear()


def test_any_calls_of_libmemcached_in_any_order() -> None:
    """What a client is depends on the order in which it was made, as that of the servers among the calls."""
    library = Library()
    random = np.random.default_rng(20261126)
    hashes = sorted(HASHES)
    for _ in range(100):
        weights = WEIGHTS if random.random() < 0.5 else (1,) * 5
        servers = [(f"10.0.0.{number}", 11209 + number, weight) for number, weight in enumerate(weights)]
        calls: list[Call] = []
        for name in random.choice(sorted(BEHAVIORS), random.integers(4)).tolist():
            number = int(random.choice([0, 1, 2, 4, 5]) if name == "DISTRIBUTION" else random.integers(2))
            calls.append((name, str(random.choice(hashes)) if "HASH" in name else number))
        calls.insert(int(random.integers(len(calls) + 1)), "servers")
        nodes = [
            {"name": f"{host}:{port}", "host": host, "port": port, "weight": weight}
            for host, port, weight in servers
        ]
        pool = pool_of({"system": "libmemcached", "options": {"calls": calls}, "nodes": nodes})
        assert PlacedPool(pool).which(KEYS) == library.which(calls, servers, KEYS), (calls, weights)


POOLS: Mapping[str, tuple[Mapping[str, str], bool, bool]] = {
    "by_default": ({}, False, False),
    "weighted": ({"distribution": "ketama", "hash": "fnv1a_64"}, True, False),
    "labelled": ({"hash": "md5"}, True, True),
    "tagged": ({"hash": "murmur", "hash_tag": '"{}"'}, False, True),
    "one_node": ({"hash": "crc32"}, False, False),
    "table": ({"distribution": "modula", "hash": "crc32a"}, True, False),
    "table_of_labels": ({"distribution": "modula", "hash": "jenkins"}, False, True),
}
"""The settings of each pool, whether its servers have weights, and whether they have names."""


def test_twemproxy(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("one", "node-2", "c", "dd", "e5")
    ports = Memcached(place, 5).ports

    def server(number: int, *, weighted: bool, labelled: bool) -> str:
        address = f"{HOST}:{ports[number]}:{WEIGHTS[number] if weighted else 1}"
        return f"{address} {names[number]}" if labelled else address

    proxy = Twemproxy(
        place,
        {
            pool: (settings, [server(number, weighted=weighted, labelled=labelled) for number in range(5)])
            for pool, (settings, weighted, labelled) in POOLS.items()
        },
    )
    for pool, (_, _, labelled) in POOLS.items():
        keys = [*KEYS, *(b"user:%d{%d}" % (number, number % 60) for number in range(100))]
        with Memcache(proxy.ports[pool]) as client:
            for key in keys:
                client.set(key)
        called = dict(zip(names if labelled else (f"{HOST}:{port}" for port in ports), ports, strict=True))
        said = planned(capsys, proxy.configuration, keys, "--pool", pool, folder=place.directory)
        assert said == holders(called, keys), pool
        assert (len(set(said)) == 1) is (pool == "one_node")
        for port in ports:
            with Memcache(port) as server_itself:
                server_itself.clear()
