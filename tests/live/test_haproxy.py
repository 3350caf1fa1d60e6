"""HAProxy itself beside `plan which` of its own configuration, before and after an edit and a reload."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from experiments.plan import read
from live.asking import NASTY, Http, moves, planned
from live.place import HOST, Place
from live.servers import Haproxy

KEYS = [*NASTY, b"a,b", b'"a,b" , c', b"x" * 5000, *(b"user:%d" % number for number in range(200))]
URIS = [b"/img/%d/%d.png?size=%d" % (number % 7, number, number % 3) for number in range(200)]
URIS += [
    b"/",
    b"//a//b/",
    b"/?",
    b"/a?b?c/d",
    b"/a%20b",
    b"/%zz",
    b"/a/../b",
    b"http://live/a?b",
    b"/" + b"y" * 5000,
]
ADDRESSES = [
    b"%d.%d.%d.9" % (number % 223 + 1, number * 37 % 256, number * 101 % 256) for number in range(200)
]

BACKENDS: Mapping[str, tuple[list[str], bool]] = {
    "by_position": (["balance hdr(x-key)", "hash-type consistent"], False),
    "with_ids": (["balance hdr(x-key)", "hash-type consistent djb2 avalanche"], True),
    "table": (["balance hdr(x-key)", "hash-type map-based wt6"], False),
    "uri": (["balance uri", "hash-type consistent crc32"], True),
    "whole_uri": (["balance uri whole depth 3", "hash-type map-based sdbm avalanche"], False),
    "addresses": (["balance source", "hash-type consistent"], False),
}
"""The first lines of each backend, and whether its servers have ids."""


def backends(ports: Mapping[str, int], said: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the lines of each backend with the servers that are named."""

    def line(name: str, words: str, *, ids: bool) -> str:
        return f"server {name} {HOST}:{ports[name]} {words}" + (f" id {10 + int(name[1:])}" if ids else "")

    return {
        backend: [*lines, *(line(name, words, ids=ids) for name, words in said.items())]
        for backend, (lines, ids) in BACKENDS.items()
    }


def keys_of(backend: str) -> Sequence[bytes]:
    return {"uri": URIS, "whole_uri": URIS, "addresses": ADDRESSES}.get(backend, KEYS)


def answers(connection: Http, backend: str, path: Path) -> list[str]:
    """Return the server that has answered each request, by the name that the configuration gives it."""
    names = {node.address: node.name for node in read(str(path)).pool(backend).nodes}
    pool = {"X-Pool": backend.encode()}
    if backend in ("uri", "whole_uri"):
        said = [connection.ask(uri, pool) for uri in URIS]
    else:
        header = "X-IP" if backend == "addresses" else "X-Key"
        said = [connection.ask(b"/", {**pool, header: key}) for key in keys_of(backend)]
    return [names[address] for address in said]


def test_keys_are_where_plan_says_before_and_after_a_reload(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    haproxy = Haproxy(place)
    ports = {f"s{number}": place.port() for number in range(1, 7)}
    first = {"s1": "", "s2": "weight 2", "s3": "", "s4": "weight 3", "s5": ""}
    path = haproxy.start([*ports.values()], backends(ports, first))
    before = {}
    with haproxy.connect() as connection:
        for name in BACKENDS:
            before[name] = answers(connection, name, path)
            keys = keys_of(name)
            assert planned(capsys, path, keys, "--pool", name, folder=place.directory) == before[name]
            assert len(set(before[name])) == 5
    old = shutil.copy(path, place.directory / "before.cfg")

    # the third line is deleted, a new one stands before the last, which is disabled, and a weight is another
    second = {"s1": "", "s2": "weight 2", "s4": "weight 4", "s6": "", "s5": "disabled"}
    haproxy.reload([*ports.values()], backends(ports, second))
    with haproxy.connect() as connection:
        for name in BACKENDS:
            after = answers(connection, name, path)
            keys = keys_of(name)
            assert planned(capsys, path, keys, "--pool", name, folder=place.directory) == after
            change = read(str(old)).pool(name).to(read(str(path)).pool(name), keys=keys)
            assert change.moves == moves(keys, before[name], after) != []


def any_backend(random: np.random.Generator, ports: Sequence[int]) -> list[str]:
    """Return the lines of a backend: what servers are by default, which are down, which stand by."""

    def one(*words: str) -> str:
        return str(random.choice(words))

    kind = one("consistent", "map-based")
    function = one("", "sdbm", "djb2", "wt6", "crc32")
    modifier = one("", "avalanche") if function else ""
    lines = ["balance hdr(x-key)", f"hash-type {kind} {function} {modifier}"]
    if random.random() < 0.4:
        lines.append(f"default-server weight {one('0', '3', '10', '200')}")
    ids = (random.permutation(8) + 1).tolist()
    for number in range(int(random.integers(1, 7))):
        weight = one("", f"weight {one('0', '1', '2', '5', '100', '256')}")
        said = [weight, one("", f"id {ids[number]}"), one("", "", "", "disabled"), one("", "", "", "backup")]
        lines.append(f"server s{number} {HOST}:{ports[number]} {' '.join(said)}")
    if random.random() < 0.3:
        lines.append(f"server-template t {one('2', '1-3', '5-6')} {HOST}:{ports[6]} weight {one('1', '4')}")
    return lines


def test_any_backend_has_keys_where_plan_says(place: Place) -> None:
    haproxy = Haproxy(place)
    ports = place.ports(7)
    random = np.random.default_rng(20261126)
    written = {f"b{number}": any_backend(random, ports) for number in range(30)}
    path = haproxy.start(ports, written)
    read_pools = read(str(path)).pools
    assert len(read_pools) > 20  # of some no server is there but those that stand by
    with haproxy.connect() as connection:
        for pool in read_pools:
            if not any(node.usable for node in pool.nodes):
                continue  # HAProxy answers 503
            addresses = {node.name: node.address for node in pool.nodes}
            said = [addresses[str(name)] for name in pool.which(KEYS[-40:])]
            header = {"X-Pool": pool.name.encode()}
            answered = [connection.ask(b"/", {**header, "X-Key": key}) for key in KEYS[-40:]]
            assert said == answered, written[pool.name]
