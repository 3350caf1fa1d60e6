"""nginx itself beside `plan which` of its own configuration, before and after an edit and a reload."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

import pytest

from experiments.plan import read
from live.asking import NASTY, Http, moves, planned
from live.place import HOST, Place
from live.servers import Nginx

KEYS = [*NASTY, b"a,b", b'"a,b" , c', b"x" * 5000, *(b"user:%d" % number for number in range(200))]
ADDRESSES = [
    b"%d.%d.%d.9" % (number % 223 + 1, number * 37 % 256, number * 101 % 256) for number in range(200)
]
METHODS = {"ring": "hash $http_x_key consistent", "table": "hash $http_x_key", "addresses": "ip_hash"}


def upstream(method: str, ports: Sequence[int], said: Sequence[str]) -> list[str]:
    servers = [
        f"server {HOST}:{port} max_fails=0 {words}".rstrip() for port, words in zip(ports, said, strict=True)
    ]
    return [method, *servers]


def answers(connection: Http, name: str) -> list[str]:
    """Return the server that has answered each request."""
    header = "X-IP" if name == "addresses" else "X-Key"
    return [connection.ask(f"/{name}".encode(), {header: key}) for key in keys_of(name)]


def keys_of(name: str) -> list[bytes]:
    return ADDRESSES if name == "addresses" else KEYS


def test_keys_are_where_plan_says_before_and_after_a_reload(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    nginx = Nginx(place)
    ports = place.ports(6)
    first = ["", "weight=2", "", "weight=3", ""]
    path = nginx.start(ports, {name: upstream(method, ports[:5], first) for name, method in METHODS.items()})
    before = {}
    with nginx.connect() as connection:
        for name in METHODS:
            before[name] = answers(connection, name)
            keys = keys_of(name)
            assert planned(capsys, path, keys, "--pool", name, folder=place.directory) == before[name]
            assert len(set(before[name])) == 5
    old = shutil.copy(path, place.directory / "before.conf")

    # the third line is deleted, a new one stands before the last, which is down, and a weight is another
    edited = [*ports[:2], ports[3], ports[5], ports[4]]
    second = ["", "weight=2", "", "weight=2", "down"]
    nginx.reload(ports, {name: upstream(method, edited, second) for name, method in METHODS.items()})
    with nginx.connect() as connection:
        for name in METHODS:
            after = answers(connection, name)
            keys = keys_of(name)
            assert planned(capsys, path, keys, "--pool", name, folder=place.directory) == after
            change = read(str(old)).pool(name).to(read(str(path)).pool(name), keys=keys)
            assert change.moves == moves(keys, before[name], after) != []
