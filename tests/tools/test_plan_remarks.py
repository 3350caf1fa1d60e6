"""Every warning of `plan`: when it is given, with which line, and when not."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.plan import read
from experiments.plan.remarks import remarks, remarks_of_change


def nginx(*servers: str, method: str = "hash $x consistent") -> str:
    return "\n".join(["upstream a {", f"  {method};", *(f"  server {server};" for server in servers), "}\n"])


def haproxy(*servers: str, kind: str = "consistent", balance: str = "uri path-only") -> str:
    lines = [f"  server s{number} 10.0.0.{number}:80 {more}" for number, more in enumerate(servers, 1)]
    return "\n".join(["backend b", f"  balance {balance}", f"  hash-type {kind}", *lines]) + "\n"


def envoy(*weights: int, options: str = "lb_policy: RING_HASH") -> str:
    hosts = "".join(
        f"    - {{load_balancing_weight: {weight}, endpoint: {{address: {{socket_address: "
        f"{{address: 10.0.0.{number}, port_value: 80}}}}}}}}\n"
        for number, weight in enumerate(weights, 1)
    )
    return f"name: c\n{options}\nload_assignment:\n  endpoints:\n  - lb_endpoints:\n{hosts}"


def twemproxy(*servers: str, options: str = "hash: md5") -> str:
    lines = "".join(f"   - {server}\n" for server in servers)
    return f"p:\n  listen: x\n  {options}\n  servers:\n{lines}"


def memcached(count: int) -> str:
    return "".join(f"10.0.0.{number}:1:1\n" for number in range(1, count + 1))


def ring(*racks: str, tokens: int = 1) -> str:
    rows = [
        f"10.0.0.{node} {rack} Up Normal 1 KiB ? {(token * len(racks) + node) * 2**62 // tokens - 2**63}"
        for token in range(tokens)
        for node, rack in enumerate(racks)
    ]
    return "\n".join(["Datacenter: dc1", "Address Rack Status State Load Owns Token", *rows]) + "\n"


NAMES = ("10.0.0.1:81", "10.0.0.2:81", "10.0.0.3:81")
IDS = ("id 1 weight 100", "id 2 weight 100", "id 3 weight 100")
KETAMA = {"calls": "KETAMA_WEIGHTED"}
MODULA = {"calls": "HASH md5"}
CRC = {"calls": "KETAMA,HASH crc"}
RACKS = {"strategy": "NetworkTopologyStrategy:dc1:2"}


def told(
    text: str, folder: Path, settings: dict[str, str] | None = None, keys: int | None = None
) -> dict[str, int]:
    """Return the line of each warning of a file's pool."""
    path = folder / "a.conf"
    path.write_text(text, encoding="utf-8")
    system = "libmemcached" if settings and "calls" in settings else None
    pool = read(str(path), system=system, settings=settings).pool()
    given = None if keys is None else [b"%d" % number for number in range(keys)]
    found = remarks(pool, given)
    assert {remark.file for remark in found} <= {str(path)}
    return {remark.code: remark.line for remark in found}


@pytest.mark.parametrize(
    ("code", "line", "text", "settings"),
    [
        ("id-by-position", 5, haproxy("id 1 weight 100", "weight 100"), None),
        ("id-collision", 5, haproxy("id 1", "id 1048577"), None),
        ("few-points", 5, haproxy("id 1 weight 7", "id 2 weight 6"), None),
        (
            "few-points",
            1,
            envoy(1, 1, options="lb_policy: RING_HASH\nring_hash_lb_config: {minimum_ring_size: 38}"),
            None,
        ),
        ("few-points", 3, ring("r1", "r1"), RACKS),
        ("order-matters", 1, nginx(*NAMES[::-1], method="hash $x"), None),
        ("order-matters", 1, nginx(*NAMES[::-1], method="ip_hash"), None),
        ("order-matters", 1, memcached(3).replace(".1:", ".9:"), MODULA),
        (
            "fifteen-bits",
            1,
            nginx("10.0.0.1:81 weight=200", "10.0.0.2:81 weight=128", method="hash $x"),
            None,
        ),
        ("fifteen-bits", 1, twemproxy("a:1:1", "b:1:1", options="hash: crc32"), None),
        ("fifteen-bits", 1, memcached(3), CRC),
        ("name-many-addresses", 4, nginx("10.0.0.1:81", "web:81"), None),
        ("name-many-addresses", 4, nginx("10.0.0.1:81", "web:81", method="hash $x"), None),
        ("address-in-name", 1, nginx(*NAMES), None),
        ("address-in-name", 1, envoy(1, 1), None),
        ("address-in-name", 1, twemproxy("10.0.0.1:1:1", "b:1:1 b"), None),
        ("address-in-name", 1, memcached(3), KETAMA),
        ("uri-by-protocol", 1, haproxy(*IDS, balance="uri"), None),
        ("default-port", 4, nginx("10.0.0.1:81", "10.0.0.2"), None),
        ("default-port", 4, nginx("10.0.0.1:81", "10.0.0.2:80"), None),
        ("default-port", 1, memcached(3).replace(":1:1\n", "\n"), KETAMA),
        ("default-port", 1, twemproxy("a:11211:1", "b:1:1"), None),
        ("special-count", 1, memcached(25), KETAMA),
        ("client-differs", 1, "Topic: t PartitionCount: 3\n", {"partitioner": ""}),
        ("down-kept", 4, nginx("10.0.0.1:81", "10.0.0.2:81 down", method="hash $x"), None),
        ("down-round-robin", 1, nginx("unix:/a", "unix:/b weight=2 down"), None),
        ("down-round-robin", 1, nginx("unix:/a", "unix:/b weight=2 down", method="ip_hash"), None),
        ("down-moves", 5, haproxy("", "disabled", kind="map-based"), None),
        ("racks-in-blocks", 3, ring("r1", "r1", "r2", "r2"), RACKS),
        ("uneven-racks", 3, ring("r1", "r2", "r2"), RACKS),
        ("version", 1, haproxy(*IDS), {"version": "3.0"}),
        ("version", 1, '{"i": {"settings": {"number_of_shards": 3}}}', {"version": "9.1"}),
        ("health", 1, envoy(1, 1), None),
        ("health", 1, haproxy("check", ""), None),
        ("health", 1, nginx("10.0.0.1:81 max_fails=2"), None),
        ("load", 4, haproxy(*IDS).replace("  server s1", "  hash-balance-factor 150\n  server s1"), None),
    ],
)
def test_what_is_warned_of(
    code: str, line: int, text: str, settings: dict[str, str] | None, tmp_path: Path
) -> None:
    if settings == {"partitioner": ""}:
        path = tmp_path / "topic"
        path.write_text(text)
        found = [{remark.code: remark.line for remark in remarks(pool)} for pool in read(str(path)).pools]
        assert found == [{"client-differs": 1}] * 2
        return
    assert told(text, tmp_path, settings).get(code) == line


@pytest.mark.parametrize(
    ("text", "settings", "codes"),
    [
        (nginx("unix:/a", "unix:/b"), None, set()),
        (nginx("unix:/a", "unix:/b down"), None, set()),
        (nginx(*NAMES, method="hash $x"), None, set()),
        (nginx("10.0.0.1:81 max_fails=0", method="ip_hash"), None, set()),
        (nginx("10.0.0.9:81", "10.0.0.10:81", method="hash $x"), None, set()),
        (haproxy(*IDS), None, set()),
        (haproxy(*IDS, balance="hdr(x)"), {"version": "2.8"}, set()),
        (haproxy("", "", kind="map-based"), None, set()),
        (envoy(1, 1, options="lb_policy: MAGLEV"), None, {"health", "address-in-name"}),
        (twemproxy("a:1:1", "b:1:1"), None, set()),
        (twemproxy("10.0.0.1:11211:1 one", "10.0.0.2:11211:1 two"), None, set()),
        (twemproxy("a:1:1", "b:1:1", options="hash: crc32\n  distribution: modula"), None, set()),
        (memcached(3), MODULA, set()),
        (memcached(24), KETAMA, {"address-in-name"}),
        (ring("r1", "r2", "r1", "r2", tokens=8), RACKS, set()),
        ("Topic: t PartitionCount: 3\n", {"partitioner": "murmur2"}, set()),
        ('{"i": {"settings": {"number_of_shards": 3}}}', {"version": "8.1"}, set()),
    ],
)
def test_of_what_nothing_is_said(
    text: str, settings: dict[str, str] | None, codes: set[str], tmp_path: Path
) -> None:
    assert set(told(text, tmp_path, settings)) == codes


@pytest.mark.parametrize(("keys", "few"), [(39, True), (40, False)])
def test_few_keys_are_fewer_than_twenty_a_node(keys: int, few: bool, tmp_path: Path) -> None:
    assert ("few-keys" in told(nginx(*NAMES[:2], method="hash $x"), tmp_path, None, keys)) == few


@pytest.mark.parametrize(
    ("before", "after", "settings", "codes", "said"),
    [
        (
            haproxy(*[""] * 5),
            haproxy(*[""] * 5).replace("  server s3 10.0.0.3:80 \n", ""),
            None,
            {"id-by-position"},
            "2 have other ids than before (s4 4 -> 3, s5 5 -> 4). Write the ids of now into the "
            "configuration first, which moves nothing; then this change moves 21.12 %",
        ),
        (haproxy(*IDS), haproxy(*IDS[:2]), None, set(), ""),
        (envoy(*[1] * 5), envoy(*[1] * 6), None, {"ring-shrinks"}, "5 -> 6 hosts change the points of all"),
        (envoy(1, 1), envoy(1, 2), None, {"ring-shrinks"}, "a change of weights changes the points of all"),
        (
            envoy(1, 1, options="lb_policy: MAGLEV"),
            envoy(1, 1, 1, options="lb_policy: MAGLEV"),
            None,
            set(),
            "",
        ),
        (
            nginx(*NAMES, method="hash $x"),
            nginx(*NAMES[:2], method="hash $x"),
            None,
            {"not-consistent"},
            "would move",
        ),
        (nginx(*NAMES), nginx(*NAMES[:2]), None, set(), ""),
        (
            nginx(*NAMES, method="hash $x"),
            nginx(*NAMES[::-1], method="hash $x"),
            None,
            {"order-matters"},
            "order",
        ),
        (
            haproxy("weight 2", "weight 4", "weight 6", kind="map-based"),
            haproxy("weight 2", "weight 4", "weight 7", kind="map-based"),
            None,
            {"table-changed"},
            "divides all weights by 1 instead of 2",
        ),
        (
            haproxy("weight 2", "weight 4", kind="map-based"),
            haproxy("weight 2", "weight 6", kind="map-based"),
            None,
            set(),
            "",
        ),
        (memcached(25), memcached(26), KETAMA, {"special-count"}, "25 equal servers had 156 points"),
        (memcached(23), memcached(24), KETAMA, set(), ""),
        (memcached(3), memcached(3).replace(".1:1:1", ".1:1:2"), KETAMA, {"relative-weights"}, "mean weight"),
        (memcached(3), memcached(3).replace(":1\n", ":2\n"), KETAMA, set(), ""),
        (memcached(3), memcached(4), MODULA, {"not-consistent"}, "`KETAMA_WEIGHTED` would move"),
    ],
)
def test_what_is_warned_of_in_a_change(
    before: str, after: str, settings: dict[str, str] | None, codes: set[str], said: str, tmp_path: Path
) -> None:
    pools = []
    for name, text in (("before", before), ("after", after)):
        (tmp_path / name).write_text(text)
        system = "libmemcached" if settings else None
        pools.append(read(str(tmp_path / name), system=system, settings=settings).pool())
    found = remarks_of_change(pools[0].to(pools[1]))
    assert {remark.code for remark in found} == codes
    assert all(remark.file == str(tmp_path / "after") and remark.line for remark in found)
    assert said in "".join(remark.text for remark in found)


def test_figures_stand_in_warnings_of_small_pools(tmp_path: Path) -> None:
    """Of five servers of weight 1 without ids, as somebody asked; what is large is warned of without them."""
    (tmp_path / "a").write_text(haproxy(*[""] * 5))
    texts = {remark.code: remark.text for remark in remarks(read(str(tmp_path / "a")).pool())}
    assert "(deleting s3: 51.84 % instead of 21.12 %)" in texts["id-by-position"]
    assert "the same weight 100 on every line gives 19.72 % to 20.36 %" in texts["few-points"]
    (tmp_path / "b").write_text(haproxy(*[""] * 101))
    texts = {remark.code: remark.text for remark in remarks(read(str(tmp_path / "b")).pool())}
    assert "deleting s" not in texts["id-by-position"]
