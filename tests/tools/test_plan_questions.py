"""Questions that people asked in public, typed as they would be, and the numbers that must come out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from plans import Typed, typing

from experiments.plan import plan, read

HUNDRED_THOUSAND = 100_000


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    monkeypatch.chdir(tmp_path)
    return typing(capsys)


def write(name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8")


def write_keys(pattern: str) -> None:
    write("keys.txt", "".join(pattern.format(number) + "\n" for number in range(HUNDRED_THOUSAND)))


def percents(shares: object) -> list[str]:
    values = shares.values() if isinstance(shares, dict) else shares
    assert isinstance(values, (list, type({}.values())))
    return [f"{100 * float(share):.2f}" for share in values]


# 1: a ring of 32 bits, and a hash of 15

NUTCRACKER = """\
redis_servers:
  listen: 0.0.0.0:22124
  hash: crc32
  distribution: ketama
  redis: true
  servers:
   - redis_servers1:6379:1 server1
   - redis_servers2:6379:1 server2
   - redis_servers3:6379:1 server3
   - redis_servers4:6379:1 server4
"""


@pytest.mark.parametrize(
    ("function", "distribution", "loads"),
    [
        ("crc32", "ketama", {"server3": 100_000}),
        ("crc32a", "ketama", {"server1": 24_681, "server2": 26_138, "server3": 25_148, "server4": 24_033}),
        ("fnv1a_64", "ketama", {"server1": 25_950, "server2": 24_047, "server3": 26_505, "server4": 23_498}),
        ("crc32", "modula", {"server1": 25_001, "server2": 24_999, "server3": 24_999, "server4": 25_001}),
    ],
)
def test_all_keys_on_one_server(
    function: str, distribution: str, loads: dict[str, int], typed: Typed
) -> None:
    text = NUTCRACKER.replace("crc32", function).replace("ketama", distribution)
    write("nutcracker.yml", text)
    write_keys("key-{}")
    (made,) = typed("nutcracker.yml --keys keys.txt --format json").objects
    assert made["keys"]["nodes"] == loads
    warned = {warning["code"]: warning["text"] for warning in made["warnings"]}
    alone = (function, distribution) == ("crc32", "ketama")
    assert ("fifteen-bits" in warned) == alone
    if alone:
        assert "crc32a" in warned["fifteen-bits"]
        assert [node["hashes"] for node in made["nodes"]] == [0, 0, 1 << 15, 0]
        assert typed("nutcracker.yml --strict").code == 1


# 2: two clients of Kafka


@pytest.mark.parametrize(
    ("key", "partitions", "java", "librdkafka"),
    [
        ("TT0124", 15, 10, 9),
        ("fd7af248-ce5c-46a5-93d7-1c0c9005b99d", 32, 26, 23),
        ("354afe16-939a-4ea8-8e17-8bb0840b6886", 10, 4, 9),
        ("f562ac3b-2224-4e25-a0ab-56094e10c239", 10, 5, 6),
    ],
)
def test_clients_disagree(key: str, partitions: int, java: int, librdkafka: int, typed: Typed) -> None:
    asked = f"which orders --system kafka --set partitions={partitions}"
    both = typed(f"{asked} {key}").rows
    assert [(row[0], row[1], row[-1]) for row in both] == [
        (key, str(java), "murmur2_random"),
        (key, str(librdkafka), "consistent_random"),
    ]
    assert typed(f"{asked} {key} --set partitioner=murmur2").rows[0][1] == str(java)
    assert typed(f"{asked} {key} --set partitioner=consistent_random").rows[0][1] == str(librdkafka)


def test_how_many_keys_clients_place_differently(typed: Typed) -> None:
    write_keys("user:{}")
    said = typed("orders --system kafka --set partitions=12 --keys keys.txt")
    assert "place 91,500 of 100,000 keys on different partitions" in said.out
    assert "client-differs" in said.out
    assert "partitioner=murmur2_random" in said.out.replace("\n", " ")


# 3: a server in the middle goes

HAPROXY = "backend img\n  balance uri\n  hash-type consistent\n" + "".join(
    f"  server s{number} 10.0.0.{number}:80\n" for number in range(1, 6)
)
PINNED = HAPROXY
for _number in range(1, 6):
    PINNED = PINNED.replace(f"10.0.0.{_number}:80", f"10.0.0.{_number}:80 id {_number}")


def without(text: str, word: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if word not in line)


def test_the_line_of_the_third_of_five_servers_goes(typed: Typed) -> None:
    write("before.cfg", HAPROXY)
    write("after.cfg", without(HAPROXY, "server s3"))
    write_keys("/user/{}")
    said = typed("before.cfg after.cfg --keys keys.txt --limit 4 --moved moved.csv")
    assert "all hashes, exact  51.84 %  21.12 %  30.72 %  30.72 %" in said.out
    assert "law: 55.00 % as it is, 20.00 % if each node kept its points" in said.out
    assert "51,868 of 100,000 keys move" in said.out
    assert "id-by-position" in said.out
    assert "16 points" in said.out
    assert "/user/2  s4 -> s5" in said.out
    assert len(Path("moved.csv").read_text().splitlines()) == 51_868 + 1
    (made,) = typed("before.cfg after.cfg --format json").objects
    assert percents(made["before"]) == ["24.01", "15.28", "21.12", "19.42", "20.17"]
    assert percents(made["after"]) == ["28.91", "18.53", "24.27", "28.29"]
    change = plan("before.cfg", "after.cfg")
    assert (change.moved, change.method) == (Fraction(2226537567, 1 << 32), "exact")
    assert typed("which before.cfg /index.html").rows[0][1] == "s4"
    assert typed("which after.cfg /index.html").rows[0][1] == "s5"


@pytest.mark.parametrize("edit", ["--remove s3", "--down s3"])
@pytest.mark.parametrize("pinned", [True, False])
def test_ids_that_are_kept_and_disabled(edit: str, pinned: bool, typed: Typed) -> None:
    write("before.cfg", PINNED if pinned else HAPROXY)
    (made,) = typed(f"before.cfg {edit} --format json").objects
    moved = ["51.84", "30.72"] if edit == "--remove s3" and not pinned else ["21.12", "0.00"]
    assert percents([made["movement"]["moved"], made["movement"]["stray"]]) == moved


def test_other_methods_of_haproxy(typed: Typed) -> None:
    write("heavy.cfg", "".join(f"{line} weight 100\n" if "server" in line else f"{line}\n"
                               for line in HAPROXY.splitlines()))  # fmt: skip
    (made,) = typed("heavy.cfg --format json").objects
    assert percents([node["share"] for node in made["nodes"]]) == [
        "19.83",
        "20.36",
        "19.72",
        "19.89",
        "20.21",
    ]
    write("map.cfg", without(HAPROXY, "hash-type"))
    write_keys("/user/{}")
    assert "80,008 of 100,000 keys move" in typed("map.cfg --remove s3 --keys keys.txt --limit 0").out
    write("pinned.cfg", without(PINNED, "server s3"))
    assert typed("which pinned.cfg /index.html").rows[0][1] == "s4"


# 4: hosts on a ring of Envoy's


def envoy(hosts: int) -> str:
    endpoint = "      - lb_endpoints:\n"
    for number in range(1, hosts + 1):
        address = f"{{socket_address: {{address: 127.0.1.{number}, port_value: 1740{number}}}}}"
        endpoint += f"        - endpoint: {{address: {address}}}\n"
    return (
        "static_resources:\n  clusters:\n  - name: cache\n    lb_policy: RING_HASH\n"
        "    ring_hash_lb_config: {minimum_ring_size: 12}\n    load_assignment:\n"
        f"      cluster_name: cache\n      endpoints:\n{endpoint}"
    )


@pytest.mark.parametrize("edit", ["three.yaml", "--add 127.0.1.3:17403"])
def test_a_third_host_takes_from_both(edit: str, typed: Typed) -> None:
    write("two.yaml", envoy(2))
    write("three.yaml", envoy(3))
    (made,) = typed(f"two.yaml {edit} --format json").objects
    movement = made["movement"]
    assert percents([movement[name] for name in ("moved", "minimum", "stray")]) == ["50.58", "42.12", "8.46"]
    assert percents(made["before"]) == ["53.39", "46.61"]
    assert percents(made["after"]) == ["22.65", "35.23", "42.12"]
    assert percents([made["law"]]) == ["41.67"]
    assert {"ring-shrinks", "few-points"} <= {warning["code"] for warning in made["warnings"]}
    for number, points in ((2, 6), (3, 4)):
        (shown,) = typed(f"{['two', 'three'][number - 2]}.yaml --format json").objects
        assert [node["points"] for node in shown["nodes"]] == [points] * number


# 5: three documents on few shards


@pytest.mark.parametrize(("shards", "placed"), [(3, "211"), (4, "000"), (5, "430")])
def test_few_routing_values(shards: int, placed: str, typed: Typed) -> None:
    said = typed(f"which index --system elasticsearch --set number_of_shards={shards} 1 2 3")
    assert [row[:2] for row in said.rows] == [["1", placed[0]], ["2", placed[1]], ["3", placed[2]]]


# 6: a pod with another address


def nginx(servers: list[str], directive: str = "hash $request_uri consistent") -> str:
    lines = "".join(f"  server {server};\n" for server in servers)
    return f"upstream cache {{\n  {directive};\n{lines}}}\n"


SERVERS = [f"10.1.0.1{number}:8080" for number in range(1, 6)]
REPLACED = [server.replace(".13:", ".77:") for server in SERVERS]


def test_a_pod_comes_back_with_another_address(typed: Typed) -> None:
    write("before.conf", nginx(SERVERS))
    write("after.conf", nginx(REPLACED))
    write_keys("/video/{}.mp4")
    said = typed("before.conf after.conf --keys keys.txt --limit 0")
    assert "all hashes, exact  35.26 %  23.42 %" in said.out
    assert "35,063 of 100,000 keys move" in said.out
    change = plan("before.conf", "after.conf")
    survivors = set(SERVERS) & set(REPLACED)
    between = [pair for pair in change.flows if set(pair) <= survivors and pair[0] != pair[1]]
    assert between == []
    lost = change.movement.shares_before["10.1.0.13:8080"]
    assert percents([lost, change.moved - lost]) == ["21.71", "13.55"]
    for edit in ("--remove", "--down"):
        (made,) = typed(f"before.conf {edit} 10.1.0.13:8080 --format json").objects
        assert percents([made["movement"]["moved"]]) == ["21.71"]
    asked = {
        name: dict(row[:2] for row in typed(f"which {name}.conf /a /b").rows) for name in ("before", "after")
    }
    assert asked["before"] == {"/a": "10.1.0.12:8080", "/b": "10.1.0.15:8080"}
    assert asked["after"] == {"/a": "10.1.0.12:8080", "/b": "10.1.0.77:8080"}
    renamed = plan("before.conf", "after.conf", same={"10.1.0.13:8080": "10.1.0.77:8080"})
    assert renamed.moved < change.moved


def test_a_name_that_stays_moves_nothing(typed: Typed) -> None:
    write("names.conf", nginx([f"cache-{number}.example.org" for number in range(5)]))
    (made,) = typed("names.conf names.conf --format json").objects
    assert (made["movement"]["moved"], made["event"]) == ("0", "nothing changed")


@pytest.mark.parametrize(
    ("servers", "count"),
    [(REPLACED, "20,209"), (sorted(REPLACED), "59,954"), (SERVERS[:2] + SERVERS[3:], "80,092")],
)
def test_without_consistent(servers: list[str], count: str, typed: Typed) -> None:
    write("before.conf", nginx(SERVERS, "hash $key"))
    write("after.conf", nginx(servers, "hash $key"))
    write_keys("user:{}")
    assert f"{count} of 100,000 keys move" in typed("before.conf after.conf --keys keys.txt --limit 0").out


# 7: slots of tags

TAGS = {
    "foo{bar}zap": 5061,
    "foo{bar}{zap}": 5061,
    "{user1000}.following": 3443,
    "foo{}{bar}": 8363,
    "foo{{bar}}zap": 4015,
    "a{'1':{'i32':1}}": 5540,
}


def test_slots_of_keys_with_braces(typed: Typed) -> None:
    write("keys.txt", "\n".join(TAGS))
    write(
        "cluster.toml",
        'system = "redis"\n' + "".join(f'[[node]]\nname = "master-{number}"\n' for number in range(3)),
    )
    rows = typed("which cluster.toml --keys keys.txt --format json").objects
    assert {row["key"]: row["slot"] for row in rows} == TAGS
    said = typed("which cluster.toml --keys keys.txt")
    assert said.rows[:4] == [
        [key, f"master-{master}"] for key, master in zip(list(TAGS)[:4], (0, 0, 0, 1), strict=True)
    ]


# 8: racks along a ring

RING = "Datacenter: dc1\n==========\nAddress  Rack  Status State  Load  Owns  Token\n" + "".join(
    f"10.0.0.{number}  r{{}}  Up Normal  1 GiB  ?  {(number - 3) << 62}\n" for number in range(1, 5)
)


@pytest.mark.parametrize(("racks", "shares"), [("1122", [3, 1, 3, 1]), ("1212", [2, 2, 2, 2])])
def test_effective_ownership_of_racks(racks: str, shares: list[int], typed: Typed) -> None:
    write("ring.txt", RING.format(*racks))
    said = typed("ring.txt --set strategy=NetworkTopologyStrategy:dc1:2")
    assert said.code == 0
    assert [line.split()[4:6] for line in said.out.splitlines() if line.startswith("10.")] == [
        [f"{25 * share:.2f}", "%"] for share in shares
    ]
    pool = read("ring.txt", settings={"strategy": "NetworkTopologyStrategy:dc1:2"}).pool()
    assert list(pool.shares.shares.values()) == [Fraction(share, 4) for share in shares]
    assert pool.shares.method == "exact"
    assert ("racks-in-blocks" in said.out) == (racks == "1122")
