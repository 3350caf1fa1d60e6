"""Readers of nginx's and HAProxy's configurations: what is read, with its line, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from crossplane import analyzer
from hypothesis import given
from hypothesis import strategies as st

from experiments.options.errors import BadUse
from experiments.plan import reading
from experiments.plan.readers import haproxy
from experiments.plan.readers import nginx as nginx_reader
from experiments.plan.reading import contents
from experiments.plan.source import Contents, Source
from experiments.run import main

NGINX = """\
http {
  upstream api {
    hash "$scheme$request_uri" consistent;   # the whole URL
    server 10.1.0.11:8080 weight=2 max_fails=3;
    server unix:/run/x.sock down;
    keepalive 32;
  }
  upstream other { server a; server b; }
  upstream images { ip_hash; server a; server b weight=3; }
}
"""

HAPROXY = """\
global
  nbthread 1
defaults
  balance uri
  default-server weight 10 check inter 2s
backend "img cache" # quoted
  hash-type consistent djb2 avalanche
  server s1 10.0.0.1:80 id 7
  server s\\ 2 10.0.0.2:80 weight 20 cookie id
  server s3 ${HOST}:80 disabled
  server s4 10.0.0.4:80 backup
backend tmpl
  server-template web 3-5 example.org:80 weight 1
frontend fe
  bind :80
listen round
  balance roundrobin
  server a 10.0.0.9:80
"""


def read(text: str, folder: Path, name: str = "x.conf") -> Contents:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return contents(str(path))


def test_nginx(tmp_path: Path) -> None:
    found = read(NGINX, tmp_path)
    api, images = found.pools
    assert (api.name, api.method, api.line) == ("api", "consistent", 2)
    assert api.options["key"] == "$scheme$request_uri"
    assert [(node.name, node.weight, node.down, node.line) for node in api.nodes] == [
        ("10.1.0.11:8080", 2, False, 4),
        ("unix:/run/x.sock", 1, True, 5),
    ]
    assert (images.method, [node.weight for node in images.nodes]) == ("ip_hash", [1, 3])
    (other,) = found.refused
    assert (other.name, other.line, other.unmodelled) == ("other", 8, False)
    assert "round robin" in other.text


def test_a_line_that_says_where_nginx_listens_is_no_section_of_haproxy(tmp_path: Path) -> None:
    site = (
        "server {\n listen 127.0.0.1:80;\n  listen [::]:80 ; # too\n location / { proxy_pass http://a; }\n}\n"
    )
    whole = f"worker_processes 1;\nevents {{ }}\nhttp {{ {site}upstream a {{ ip_hash; server b; }} }}\n"
    for text in (site + "upstream a { ip_hash; server b; }\n", whole):
        assert read(text, tmp_path).pools[0].system == "nginx"
    for section in ("listen a", "listen a # of; all", "listen", "\tdefaults\r"):
        assert haproxy.recognises(Source("", f"{section}\n balance uri\n")), section


def test_nginx_includes_are_followed(tmp_path: Path) -> None:
    (tmp_path / "servers.inc").write_text("server a;\nserver b;\n")
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "one.conf").write_text("upstream far { hash $x; server c; }\n")
    near = f"upstream near {{ ip_hash; include {tmp_path}/servers.inc; }}"
    text = f"http {{ include {tmp_path}/sites/*.conf; include none.types;\n{near} }}\n"
    found = read(text, tmp_path)
    assert {pool.name: [node.name for node in pool.nodes] for pool in found.pools} == {
        "near": ["a", "b"],
        "far": ["c"],
    }
    assert any("none.types is not here" in note for note in found.notes)


def test_haproxy(tmp_path: Path) -> None:
    found = read(HAPROXY, tmp_path)
    cache, template = found.pools
    assert (cache.name, cache.method, cache.hash, cache.line) == (
        "img cache",
        "consistent",
        "djb2+avalanche",
        6,
    )
    assert [(n.name, n.weight, n.id, n.down, n.line) for n in cache.nodes] == [
        ("s1", 10, 7, False, 8),
        ("s 2", 20, None, False, 9),
        ("s3", 10, None, True, 10),
        ("s4", 10, None, True, 11),
    ]
    assert [(node.name, node.weight) for node in template.nodes] == [("web3", 1), ("web4", 1), ("web5", 1)]
    assert (template.method, template.hash) == ("map-based", "sdbm")
    assert "does not hash" in found.refused[0].text


UNCLOSED = """\
http {
  upstream a {
    hash $x;
    server b;
  upstream c {
    hash $x; server d;
  }
}
"""


def nginx(line: str) -> str:
    return f"upstream a {{\n hash $x;\n {line}\n server b;\n}}\n"


def backend(line: str) -> str:
    return f"backend a\n balance uri\n server a 1.1.1.1:1 id 7\n {line}\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (nginx("server c backup;"), ':3: "backup" cannot stand beside "hash"'),
        (nginx("server c weight=0;"), ":3: weight=0 is not possible"),
        (nginx("server c wieght=2;"), ':3: server parameter "wieght=2" is unknown'),
        ("upstream a {\n hash $x;\n server b;\n", ':1: unclosed "{" (the file ends in line 3)'),
        ("stream {\n" + nginx("").replace("hash $x", "ip_hash") + "}\n", ':3: "ip_hash" stands in stream'),
        (UNCLOSED, ':2: unclosed "{" (the file ends in line 8)'),
        (nginx("keepalive 9"), ':3: "keepalive 9 server b" has too many words'),
        ("user x\n" + nginx(""), ':1: "user" takes in an upstream: a ";" is missing'),
        ("upstream a {\n hash $x;\n}\n", ':1: upstream "a" has no servers'),
        (backend("server b 1.1.1.2:1 weight 300"), ":4: weight 300 is not possible: HAProxy allows 0 to 256"),
        (backend("server b 1.1.1.2:1 id 7"), ':4: id 7 is taken by server "a" in line 3'),
        (backend("server a 1.1.1.2:1"), ':4: server "a" stands twice, in line 3 too'),
        (backend("hash-type consistent xxh3"), ':4: hash-type consistent with function "xxh3" is unknown'),
        (backend('server b "1.1.1.2:1'), ':4: unclosed "'),
        (backend(".if defined(X)"), ':4: ".if" is not followed'),
        (
            backend(".if defined(X)\n server b 1.1.1.2:1\n .endif"),
            ':4: ".if" is not followed: its branches place keys differently',
        ),
        (backend(".else"), ':4: ".else" stands outside any ".if"'),
        (backend(".frob"), ':4: ".frob" is unknown to HAProxy'),
        (backend("server-template w 1-999999999 a:1"), ":4: server-template w 1-999999999 is 999,999,999"),
        (backend("server-template w 1-2 a:1 id 9"), ":4: server-template gives id 9 to several servers"),
        (backend("server b"), ":4: a server needs a name and an address"),
    ],
)
def test_errors_name_the_line(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(BadUse) as refused:
        read(text, tmp_path)
    assert str(refused.value).startswith(str(tmp_path / "x.conf") + sentence)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (nginx("sticky cookie srv;"), "sticky"),
        (nginx("fair;"), "fair"),
        (nginx("server c max_conns=4;"), "max_conns=4"),
        (nginx("server c resolve;"), "resolve"),
        (nginx("server c slow_start=3s;"), "slow_start=3s"),
        (backend("stick on src"), "stick on src"),
        (backend("cookie SRV insert indirect"), "cookie SRV insert"),
        (backend("use-server a if TRUE"), "use-server"),
        (backend("server b 1.1.1.2:1 slowstart 3s"), "slowstart 3s"),
        (backend("server b 1.1.1.2:1 hash-key addr"), "hash-key addr"),
        (backend("hash-preserve-affinity always"), "hash-preserve-affinity"),
        (nginx("queue 5;"), '"queue"'),
        (nginx("frobnicate on;"), '"frobnicate", which plan does not know'),
        (backend("frobnicate on"), '"frobnicate on", which plan does not know'),
        (backend("option frobnicate"), '"option frobnicate", which plan does not know'),
        (backend("server b 1.1.1.2:1 wieght 5"), 'server b has "wieght", which plan does not know'),
        (backend("server b 1.1.1.2:1 check \\"), 'server b has "\\", which plan does not know'),
        (backend('server b 1.1.1.2:1 weight "${W}"'), 'uses "weight ${W}", an environment variable'),
        (backend("hash-type consistent none"), "hash-type consistent none"),
        (backend("balance uri depth"), "balance uri depth does not hash, or not in a way that plan knows"),
        (backend("force-persist if TRUE"), "force-persist"),
        (backend("disabled"), "backend a is disabled"),
    ],
)
def test_what_is_not_modelled_is_refused_by_name_and_line(text: str, word: str, tmp_path: Path) -> None:
    found = read(text, tmp_path)
    assert not found.pools
    (refused,) = found.refused
    assert refused.unmodelled
    assert word in refused.text
    assert refused.line == (3 if text.startswith("upstream") else 4)


def test_conditions_that_place_nothing_elsewhere_are_followed(tmp_path: Path) -> None:
    branches = (
        ".if feature(X)\n  option httplog\n.elif defined(Y)\n.notice hello\n.else\n  retries 3\n.endif\n"
    )
    (pool,) = read(backend(branches + "server b 1.1.1.2:1"), tmp_path).pools
    assert [node.name for node in pool.nodes] == ["a", "b"]


def test_all_directives_of_an_upstream_are_known() -> None:
    """As crossplane lists them, which follows nginx' own modules."""
    contexts = analyzer.NGX_HTTP_UPS_CONF | analyzer.NGX_STREAM_UPS_CONF
    named = {name for name, masks in analyzer.DIRECTIVES.items() if any(mask & contexts for mask in masks)}
    assert named - {"server", "include"} <= {
        *nginx_reader.HARMLESS,
        *nginx_reader.MOVING,
        *nginx_reader.METHODS,
    }


def test_what_in_mode_tcp_is_round_robin_is_no_hash(tmp_path: Path) -> None:
    """HAProxy 2.6 says that a hash of layer 7 is not possible there: it falls back to round robin."""
    text = "defaults\n mode tcp\n" + backend("") + "backend b\n balance source\n server a b:1\n"
    found = read(text, tmp_path)
    assert [pool.name for pool in found.pools] == ["b"]
    assert "in mode tcp (line 2) it is round robin" in found.refused[0].text


def test_a_whole_file_without_a_mode_is_warned_of(tmp_path: Path) -> None:
    for before, codes in (("", []), ("global\n", ["mode"]), ("defaults\n mode http\n", [])):
        (pool,) = read(before + backend(""), tmp_path).pools
        assert [remark.code for remark in pool.warnings] == codes


def test_words_of_the_environment_that_the_file_sets(tmp_path: Path) -> None:
    text = "global\n setenv W 7\n" + backend('server b "1.1.1.2:${PORT}" weight "$W"')
    (pool,) = read(text, tmp_path).pools
    assert [node.weight for node in pool.nodes] == [1, 7]


def test_what_cannot_be_told_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(BadUse, match="give --system"):
        read("hello\n", tmp_path)


WORDS = st.sampled_from(
    [
        "backend",
        "listen",
        "defaults",
        "server",
        "balance",
        "uri",
        "hash-type",
        "consistent",
        "weight",
        "id",
        "7",
        "-1",
        "a",
        "b",
        "1.1.1.1:80",
        "from",
        "default-server",
        "server-template",
        "web",
        "1-3",
        "disabled",
        "backup",
        "hdr(x)",
        "\\",
        '"',
        "#",
        ".if",
        "global",
        "300",
    ]
)
LINES = st.lists(st.lists(WORDS, max_size=7).map(" ".join), max_size=12).map("\n".join)


@given(LINES)
def test_any_file_is_read_or_refused_in_a_line_that_it_has(text: str) -> None:
    try:
        found = haproxy.read(Source("x", text))
    except BadUse as error:
        line = int(str(error).split(":")[1])
        assert 1 <= line <= text.count("\n") + 1
        return
    lines = [*(pool.line for pool in found.pools), *(refused.line for refused in found.refused)]
    assert all(1 <= line <= text.count("\n") + 1 for line in lines)


def test_what_is_no_file_of_words_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for content, sentence in (
        (b"", "cannot be told"),
        (b"a\n\xff", ":2: not UTF-8"),
        (b"\0" * 9, "cannot be told"),
    ):
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(BadUse, match=sentence):
            contents(str(tmp_path / "x"))
    with pytest.raises(BadUse, match="is a directory"):
        contents(str(tmp_path))
    monkeypatch.setattr(reading, "MOST_BYTES", 8)
    with pytest.raises(BadUse, match="that is no configuration"):
        contents(str(tmp_path / "x"))


def test_byte_order_marks_are_left_out_where_the_program_reads_on(tmp_path: Path) -> None:
    assert read("\ufeff" + backend(""), tmp_path).pools
    assert read("\ufeff" + 'system = "kafka"\n[[node]]\nname = "0"\n', tmp_path).pools
    with pytest.raises(BadUse, match=":1: a byte order mark begins it"):
        read("\ufeff" + nginx(""), tmp_path)


def test_of_a_file_where_nothing_hashes_every_reason_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.cfg"
    path.write_text("backend a\n server a b:1\nbackend c\n balance uri\n stick on src\n server a b:1\n")
    assert main(["plan", str(path)]) == 2
    said = capsys.readouterr().err
    assert f"{path}:1: balance roundrobin (the default) does not hash" in said
    assert f'{path}:5: backend c uses "stick on src"' in said
