"""`plan` as it is typed: keys from everywhere, edits, what it writes, exit codes, and the door in Python."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plans import Typed, typing

from experiments import run
from experiments.options.errors import BadUse
from experiments.plan import PlacedPool, plan, printed, read, warnings_of
from experiments.plan.edits import Edits
from experiments.plan.laws import expected
from experiments.plan.pool import Pool, PoolNode

NGINX = "upstream cache {\n  hash $scheme$request_uri consistent;\n" + "".join(
    f"  server 10.1.0.1{number}:8080;\n" for number in range(5)
)
NGINX += "}\n"
HAPROXY = "backend img\n  balance uri path-only\n  hash-type consistent\n" + "".join(
    f"  server s{number} 10.0.0.{number}:80 weight 100 id {number}\n" for number in range(1, 6)
)
KEYS = [f"/video/{number}.mp4" for number in range(300)]


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    monkeypatch.chdir(tmp_path)
    Path("nginx.conf").write_text(NGINX)
    Path("haproxy.cfg").write_text(HAPROXY)
    Path("keys.txt").write_text("\n".join(KEYS) + "\n")
    return typing(capsys)


def answers(typed: Typed, keys: str, *, flags: str = "") -> list[list[str]]:
    said = typed(f"which nginx.conf --keys {keys} {flags}")
    assert said.code == 0, said.err
    return said.rows


def test_keys_from_everywhere_are_the_same_keys(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    text = Path("keys.txt").read_bytes()
    with gzip.open("keys.txt.gz", "wb") as stream:
        stream.write(text)
    table = pd.DataFrame(
        {"at": range(len(KEYS)), "url": KEYS, "scheme": "/video", "rest": [k[6:] for k in KEYS]}
    )
    table.to_csv("keys.csv", index=False)
    table.to_parquet("keys.parquet")
    Path("hex.txt").write_text("\n".join(key.encode().hex() for key in KEYS))
    Path("windows.txt").write_bytes(text.replace(b"\n", b"\r\n"))
    rows = answers(typed, "keys.txt")
    assert [row[0] for row in rows] == KEYS
    assert {len(row) for row in rows} == {2}
    for keys in ("keys.txt.gz", "keys.csv:url", "keys.parquet:url", "windows.txt"):
        assert answers(typed, keys) == rows, keys
    assert answers(typed, "hex.txt", flags="--key-bytes hex") == rows
    assert answers(typed, "keys.csv", flags="--key-format '{scheme}{rest}'") == rows
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert answers(typed, "-") == rows
    one_by_one = typed("which nginx.conf " + " ".join(KEYS)).rows
    assert [row[:2] for row in one_by_one] == rows
    assert {len(row) for row in one_by_one} == {4}


def test_an_empty_cell_is_an_empty_key(typed: Typed) -> None:
    Path("some.csv").write_text("at,key\n1,a\n2,\n3,b\n")
    with gzip.open("some.txt.gz", "wb") as stream:
        stream.write(b"a\n\nb\n")
    for keys in ("some.csv:key", "some.txt.gz"):
        rows = answers(typed, keys)
        assert [row[:2] for row in rows[::2]] == [row[:2] for row in typed("which nginx.conf a b").rows]
        assert rows[1][:2] == ["", "-"]


def test_several_columns_have_a_tab_between_them(typed: Typed) -> None:
    Path("pg.json").write_text(
        '{"system": "postgresql", "options": {"method": "HASH", "types": ["text", "bigint"]}, '
        '"nodes": [{"name": "p0"}, {"name": "p1"}]}'
    )
    Path("rows.csv").write_text("a,b\nx,1\ny,2\n")
    columns = typed("which pg.json --keys rows.csv:a,b").rows
    assert columns == typed("which pg.json --keys rows.csv --key-format '{a}\\t{b}'").rows
    assert [row[0] for row in columns] == ["x\\x091", "y\\x092"]
    assert typed("which pg.json --keys rows.csv:a").code == 2


def test_a_recording_is_read_as_it_is(typed: Typed) -> None:
    Path("one.json").write_text(
        '{"system": "nginx", "version": "1.22.1", "directive": "hash", "event": null, "options": '
        '{"method": "consistent"}, "nodes": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}'
    )
    Path("one.csv").write_text("key,bytes,node\nab c,616225323063,0\nd,,0\n")
    rows = typed("which one.json --keys one.csv:key").rows
    assert [row[0] for row in rows] == ["ab c", "d"]
    assert [row[1] for row in rows] == [row[1] for row in typed("which one.json ab%20c d").rows]


def test_replicas_are_joined_by_bars(typed: Typed) -> None:
    nodes = [{"name": f"n{number}", "tokens": [number << 60]} for number in range(4)]
    Path("ring.json").write_text(json.dumps({"system": "cassandra", "options": {"rf": 3}, "nodes": nodes}))
    (row,) = typed("which ring.json user:1").rows
    assert row[1].count("|") == 2
    pool = read("ring.json").pools[0]
    assert pool.which(["user:1"]) == [tuple(row[1].split("|"))]
    assert sum(pool.shares.shares.values()) == 3
    said = typed("ring.json --replicas 2")
    assert "Shares of 2 replicas are exact" in said.out
    assert "--replicas: nginx.conf is nginx" in typed("nginx.conf --replicas 2").err


def test_what_a_change_writes(typed: Typed) -> None:
    edit = "nginx.conf --remove 10.1.0.12:8080 --keys keys.txt"
    said = typed(f"{edit} --limit 3 --moved moved.csv --output there")
    assert said.code == 0
    before = dict(answers(typed, "keys.txt"))
    Path("after.conf").write_text(NGINX.replace("  server 10.1.0.12:8080;\n", ""))
    after = dict(row[:2] for row in typed("which after.conf --keys keys.txt").rows)
    moved = [[key, before[key], after[key]] for key in KEYS if before[key] != after[key]]
    with Path("moved.csv").open(newline="") as stream:
        assert list(csv.reader(stream)) == [["key", "from", "to"], *moved]
    assert sum("->" in line for line in said.out.splitlines()) == 3
    assert f"3 of {len(moved)}; all of them with --moved FILE" in said.out
    assert sum("->" in line for line in typed(f"{edit} --limit 0").out.splitlines()) == 0
    assert {path.name for path in Path("there").iterdir()} == {
        "plan.txt",
        "plan.csv",
        "plan.json",
        "run.json",
    }
    assert Path("there/plan.txt").read_text() == said.out
    (made,) = json.loads(Path("there/plan.json").read_text())
    assert made["keys"]["moved_hashes"] == len(moved)
    assert made["keys"]["moves"][0] == dict(zip(("key", "from", "to"), moved[0], strict=True))
    flows = list(csv.DictReader(io.StringIO(typed(f"{edit} --format csv").out)))
    assert {row["from"] for row in flows if row["from"] != row["to"]} == {"10.1.0.12:8080"}
    assert json.loads(Path("there/run.json").read_text())["command"][-2:] == ["--output", "there"]


def test_repeated_keys_count_as_often_as_they_stand_there(typed: Typed) -> None:
    Path("often.txt").write_text("\n".join(KEYS[:50] * 3))
    said = typed("nginx.conf --remove 10.1.0.12:8080 --keys often.txt --limit 0")
    (line,) = [line for line in said.out.splitlines() if "keys move" in line]
    times, once = (int(words.split()[0]) for words in line.split(";"))
    assert times == 3 * once > 0


@pytest.mark.parametrize(
    ("edit", "old", "new"),
    [
        ("--remove s3", "  server s3 10.0.0.3:80 weight 100 id 3\n", ""),
        ("--down s3", "id 3\n", "id 3 disabled\n"),
        ("--weight s3=50", "10.0.0.3:80 weight 100", "10.0.0.3:80 weight 50"),
        ("--add s6=10.0.0.6:80 --weight s6=100", "id 5\n", "id 5\n  server s6 10.0.0.6:80 weight 100\n"),
    ],
)
def test_an_edit_is_the_edited_file(edit: str, old: str, new: str, typed: Typed) -> None:
    assert old in HAPROXY
    Path("edited.cfg").write_text(HAPROXY.replace(old, new))
    (by_flag,) = typed(f"haproxy.cfg {edit} --format json").objects
    (by_file,) = typed("haproxy.cfg edited.cfg --format json").objects
    for part in ("event", "before", "after", "movement", "flows"):
        assert by_flag[part] == by_file[part], part
    assert by_flag["movement"]["method"] == "exact"


def test_which_answers_after_an_edit(typed: Typed) -> None:
    Path("down.conf").write_text(NGINX.replace("12:8080;", "12:8080 down;"))
    rows = typed("which nginx.conf --down 10.1.0.12:8080 --keys keys.txt").rows
    assert rows == typed("which down.conf --keys keys.txt").rows != answers(typed, "keys.txt")


def test_up_undoes_down(typed: Typed) -> None:
    Path("down.conf").write_text(NGINX.replace("12:8080;", "12:8080 down;"))
    (up,) = typed("down.conf --up 10.1.0.12:8080 --format json").objects
    (down,) = typed("nginx.conf --down 10.1.0.12:8080 --format json").objects
    assert up["before"] == down["after"]
    assert up["movement"]["moved"] == down["movement"]["moved"] != "0"


def test_masters_of_redis_are_rebalanced_as_redis_cli_does(typed: Typed) -> None:
    Path("three.toml").write_text('system = "redis"\n' + "".join(f'[[node]]\nname = "{n}"\n' for n in "abc"))
    (added,) = typed("three.toml --add d --format json").objects
    assert added["movement"]["moved_hashes"] * 16384 // added["movement"]["space"] == 4096
    assert added["movement"]["stray"] == "0"
    (heavy,) = typed("three.toml --weight a=2 --format json").objects
    assert [round(float(heavy["after"][name]), 2) for name in "abc"] == [0.5, 0.25, 0.25]
    (emptied,) = typed("three.toml --weight a=0 --format json").objects
    assert emptied["after"]["a"] == "0"
    (down,) = typed("three.toml --down c --format json").objects
    assert down["movement"]["moved"] == "0"


def test_pools_are_matched_by_name(typed: Typed) -> None:
    two = NGINX + NGINX.replace("cache", "api")
    Path("a.conf").write_text(two)
    Path("b.conf").write_text(two.replace("upstream api", "upstream web").replace("10.1.0.14", "10.1.0.24"))
    said = typed("a.conf b.conf --format json")
    assert [made["pool"] for made in said.objects] == ["cache"]
    assert "only cache compared; give --pool OLD=NEW" in said.err
    assert [made["pool"] for made in typed("a.conf b.conf --pool api=web --format json").objects] == ["web"]
    assert "give --pool with one of them" in typed("which a.conf x").err
    same = typed("a.conf b.conf --pool cache --same 10.1.0.14:8080=10.1.0.24:8080 --format json").objects
    assert "10.1.0.14:8080 is now 10.1.0.24:8080" in same[0]["event"]
    assert "10.1.0.14:8080" not in same[0]["before"]


def test_a_migration_is_compared_by_keys(typed: Typed) -> None:
    assert "only with --keys and --same" in typed("nginx.conf haproxy.cfg").err
    pairs = " ".join(f"--same 10.1.0.1{number}:8080=s{number + 1}" for number in range(5))
    (made,) = typed(f"nginx.conf haproxy.cfg --keys keys.txt {pairs} --format json").objects
    ours, theirs = (dict(row[:2] for row in typed(f"which {file} --keys keys.txt").rows)
                    for file in ("nginx.conf", "haproxy.cfg"))  # fmt: skip
    stay = sum(int(ours[key].split(".")[3][1]) + 1 == int(theirs[key][1:]) for key in KEYS)
    assert made["keys"]["moved_hashes"] == len(KEYS) - stay


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("nginx.conf", 0, ""),
        ("nginx.conf --strict", 1, ""),
        ("which nginx.conf a --strict", 1, "address-in-name"),
        ("haproxy.cfg --strict", 0, ""),
        ("haproxy.cfg --remove s3 --strict", 0, ""),
        ("haproxy.cfg --remove s9", 2, "img has no node 's9'"),
        ("haproxy.cfg --weight s1", 2, "is no NODE=WEIGHT"),
        (
            "haproxy.cfg --weight s1=300",
            2,
            "haproxy.cfg:4: weight 300 is not possible: HAProxy allows 0 to 256",
        ),
        ("haproxy.cfg --add s1", 2, "is in img already"),
        ("haproxy.cfg --remove s1,s2,s3,s4,s5", 2, "no node is left"),
        ("haproxy.cfg haproxy.cfg --remove s1", 2, "an edit stands in place of a second file"),
        ("haproxy.cfg --moved x", 2, "--moved and --same are about a change"),
        ("haproxy.cfg --remove s1 --moved x", 2, "give these"),
        ("haproxy.cfg --remove s1 --keys keys.txt --moved no/x", 2, "cannot write no/x"),
        ("haproxy.cfg --same s1", 2, "about a change"),
        ("haproxy.cfg haproxy.cfg --same s1", 2, "is no OLD=NEW"),
        ("haproxy.cfg haproxy.cfg --same s9=s1", 2, "has no node 's9'"),
        ("haproxy.cfg --keys none.txt", 2, "--keys: there is no file none.txt"),
        (
            "haproxy.cfg --keys keys.txt --key-bytes hex",
            2,
            "keys.txt:1: '/video/0.mp4' is no hexadecimal key",
        ),
        ("haproxy.cfg --key-bytes octal --keys keys.txt", 2, "give text or hex"),
        ("haproxy.cfg --key-format '{a}'", 2, "give --keys FILE.csv"),
        ("haproxy.cfg --format xml", 2, "give table, json, csv"),
        ("haproxy.cfg --limit some", 2, "--limit: 'some' is not a whole number"),
        ("haproxy.cfg --system ngnix", 2, "did you mean 'nginx'"),
        ("haproxy.cfg --set partitions=3", 2, "haproxy has no 'partitions'"),
        ("which haproxy.cfg", 2, "give keys behind the file"),
        ("which haproxy.cfg a --keys keys.txt", 2, "give one of both"),
        ("none.cfg", 2, "there is no file none.cfg"),
        ("", 2, "give a configuration"),
    ],
)
def test_exit_codes(line: str, code: int, said: str, typed: Typed) -> None:
    result = typed(line)
    assert (result.code, said in result.err) == (code, True), result.err
    assert code != 2 or result.err.count("\n") == 1


def test_keys_that_are_no_text_say_their_line(typed: Typed) -> None:
    Path("bad.txt").write_bytes(b"a\nb\n\xff\n")
    assert "bad.txt:3: not UTF-8; give --key-bytes hex" in typed("which nginx.conf --keys bad.txt").err


def test_a_key_that_is_not_hashed_says_why(typed: Typed) -> None:
    empty = ["", "-", "an empty value is not hashed: it goes round robin"]
    said = typed("which nginx.conf '' a")
    assert said.code == 0
    assert said.rows[0] == empty
    Path("some.txt").write_text("\na\n")
    assert [len(row) for row in typed("which nginx.conf --keys some.txt").rows] == [3, 2]
    assert typed("which nginx.conf --keys some.txt").rows[0] == empty
    Path("ip.conf").write_text("upstream a { ip_hash; server b; server c; }")
    assert typed("which ip.conf nobody").rows == [["nobody", "-", "no IP address"]]


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["plan", "--help"], ["plan", "which", "--help"]):
        with pytest.raises(SystemExit) as left:
            run.main(arguments)
        assert left.value.code == 0
        assert "--keys" in capsys.readouterr().out


def test_ranges_of_text_have_no_shares_of_their_own(typed: Typed) -> None:
    text = (
        '{{"system": "postgresql", "options": {{"method": "RANGE", "types": ["text"], '
        '"bounds": [null, "{}", null]}},'
        ' "nodes": [{{"name": "low"}}, {{"name": "high"}}]}}'
    )
    Path("a.json").write_text(text.format("/video/2"))
    Path("b.json").write_text(text.format("/video/3"))
    assert "shares are those of yours; give --keys" in typed("a.json").out
    assert "give --keys" in typed("a.json b.json").err
    (made,) = typed("a.json b.json --keys keys.txt --format json").objects
    between = sum("/video/2" <= key < "/video/3" for key in KEYS)
    assert made["movement"]["moved_hashes"] == between
    assert made["movement"]["method"] == "counted"


def test_the_words_of_librdkafka_count_by_two(typed: Typed) -> None:
    """Its FNV-1a is an absolute value: 0 and 2^31 have one word each."""
    (made,) = typed("orders --system kafka --set partitions=3 --set partitioner=fnv1a --format json").objects
    counts = [2 * ((1 << 31) // 3 + (residue < (1 << 31) % 3)) for residue in range(3)]
    counts[0] -= 1
    counts[(1 << 31) % 3] += 1
    assert [node["hashes"] for node in made["nodes"]] == counts
    assert sum(counts) == 1 << 32


def test_tokens_of_the_random_partitioner_are_counted_in_127_bits(typed: Typed) -> None:
    tokens = [5, (1 << 126) + 1, (1 << 127) - 1]
    nodes = [{"name": name, "tokens": [token]} for name, token in zip("abc", tokens, strict=True)]
    Path("ring.json").write_text(
        json.dumps({"system": "cassandra", "options": {"partitioner": "RandomPartitioner"}, "nodes": nodes})
    )
    shares = read("ring.json").pools[0].shares
    sizes = [6, tokens[1] - 5, tokens[2] - tokens[1]]
    assert list(shares.shares.values()) == [Fraction(size, 1 << 127) for size in sizes]
    assert shares.method == "exact"


def test_the_law_of_a_ring_that_loses_a_point() -> None:
    """Two points, one of each; then one more of b: half of the union's moves of what b gets."""
    assert expected({"a": ("a", 1), "b": ("b", 1)}, {"a": ("a", 1), "b": ("b", 2)}) == Fraction(1, 6)
    # who had the hashes of the new point: a or b alike


names = st.lists(st.integers(1, 60), min_size=2, max_size=6, unique=True)
weights = st.lists(st.integers(1, 3), min_size=6, max_size=6)
systems = st.sampled_from(
    [
        ("nginx", "consistent", {}, ""),
        ("nginx", "modulo", {}, ""),
        ("haproxy", "consistent", {"balance": "uri"}, "sdbm+avalanche"),
        ("haproxy", "map-based", {"balance": "uri"}, "sdbm"),
        ("envoy", "MAGLEV", {"table_size": 1009}, ""),
        ("twemproxy", "ketama", {}, "fnv1a_64"),
        ("libmemcached", "", {"calls": "HASH md5,DISTRIBUTION modula"}, ""),
    ]
)
SAMPLE = [b"%d" % (number * 2654435761) for number in range(3_000)]


def pool_of(system: tuple[str, str, dict[str, Any], str], hosts: list[int], heavy: list[int]) -> PlacedPool:
    nodes = [
        PoolNode(f"10.0.0.{host}:8000", weight=weight, host=f"10.0.0.{host}", port=8000)
        for host, weight in zip(hosts, heavy, strict=False)
    ]
    return PlacedPool(Pool(system[0], tuple(nodes), system[2], system[1], system[3], file="x"))


@settings(max_examples=12)
@given(systems, names, names, weights)
def test_exact_movement_is_that_of_keys(
    system: tuple[str, str, dict[str, Any], str], before: list[int], after: list[int], heavy: list[int]
) -> None:
    old, new = pool_of(system, before, heavy), pool_of(system, after, heavy)
    change = old.to(new, keys=SAMPLE)
    assert change.method == "exact"
    assert sum(change.flows.values()) == 1
    assert change.moved + sum(share for pair, share in change.flows.items() if pair[0] == pair[1]) == 1
    assert sum(old.shares.shares.values()) == 1
    assert change.minimum + change.excess == change.moved
    pairs = Counter(zip(old.which(SAMPLE), new.which(SAMPLE), strict=True))
    moved = sum(count for pair, count in pairs.items() if pair[0] != pair[1])
    assert change.of_keys.moved == Fraction(moved, len(SAMPLE))
    share = float(change.moved)
    assert abs(moved / len(SAMPLE) - share) <= 5 * (share * (1 - share) / len(SAMPLE)) ** 0.5 + 1e-3


@settings(max_examples=8)
@given(system=systems, hosts=names, heavy=weights)
def test_a_neutral_file_gives_the_same_plan(
    system: tuple[str, str, dict[str, Any], str], hosts: list[int], heavy: list[int], tmp_path_factory: Any
) -> None:
    placed = pool_of(system, hosts, heavy)
    text = f'system = "{system[0]}"\nmethod = "{system[1]}"\nhash = "{system[3]}"\n[options]\n'
    text += "".join(f"{name} = {json.dumps(value)}\n" for name, value in system[2].items())
    for node in placed.nodes:
        text += f'[[node]]\nname = "{node.name}"\nweight = {node.weight}\nhost = "{node.host}"\nport = 8000\n'
    path = tmp_path_factory.mktemp("neutral") / "pool.toml"
    path.write_text(text)
    again = read(str(path)).pools[0]
    assert again.which(SAMPLE[:50]) == placed.which(SAMPLE[:50])
    assert again.shares.shares == placed.shares.shares
    gone = placed.nodes[0].name
    edit = Edits(remove=(gone,))
    kept = placed.pool.with_nodes(placed.nodes[1:])
    assert edit.of(placed.pool).nodes == kept.nodes


def test_the_door(typed: Typed) -> None:
    Path("after.conf").write_text(NGINX.replace("10.1.0.12", "10.1.0.77"))
    before, after = read("nginx.conf").pools[0], read("after.conf").pools[0]
    assert before.which(KEYS[:3]) == [row[1] for row in typed("which nginx.conf " + " ".join(KEYS[:3])).rows]
    change = before.to(after)
    said = typed("nginx.conf after.conf")
    for measure in (change.moved, change.minimum, change.excess, change.stray):
        assert isinstance(measure, Fraction)
        assert f"{100 * float(measure):.2f} %" in said.out
    assert change.moved == sum(share for pair, share in change.flows.items() if pair[0] != pair[1])
    assert printed(change) + "\n" == said.out
    assert printed(before) + "\n" == typed("nginx.conf").out
    assert plan("nginx.conf", "after.conf", keys=KEYS).of_keys.total == len(KEYS)
    assert [warning.code for warning in warnings_of(change)] == ["address-in-name"]
    with pytest.raises(BadUse, match="has no pool"):
        read("nginx.conf").pool("none")
