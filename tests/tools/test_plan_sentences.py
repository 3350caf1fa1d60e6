"""What `plan` says of files that it does not plan, whole: where, what was given, what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.options.errors import BadUse
from experiments.plan import read

IDS = ["0" * 39 + digit for digit in "12"]
BACKEND = "backend img\n  balance uri\n  server a 10.0.0.1:80 id 7\n"
RING = "Address Rack Status State Load Owns Token\n10.0.0.1 r1 Up Normal 1 KiB ? 0\n"

SENTENCES = [
    (
        "nginx.conf",
        "upstream api {\n  random two least_conn;\n  server a;\n}\n",
        ':2: upstream "api" uses "random two least_conn", which does not hash: plan has nothing to '
        "place; `plan` covers hash, hash … consistent, ip_hash",
    ),
    (
        "nginx.conf",
        "upstream api {\n  hash $x;\n  server a;\n  server b backup;\n}\n",
        ':4: "backup" cannot stand beside "hash": nginx itself refuses this file',
    ),
    ("nginx.conf", "http {\n  upstream api {\n    hash $x;\n", ':2: unclosed "{" (the file ends in line 3)'),
    (
        "haproxy.cfg",
        f"{BACKEND}  server b 10.0.0.2:80 weight 300\n",
        ":4: weight 300 is not possible: HAProxy allows 0 to 256",
    ),
    (
        "haproxy.cfg",
        f"{BACKEND}  server b 10.0.0.2:80 id 7\n",
        ':4: id 7 is taken by server "a" in line 3',
    ),
    (
        "haproxy.cfg",
        f"{BACKEND}  hash-type consistent xxh3\n",
        ':4: hash-type consistent with function "xxh3" is unknown: sdbm, djb2, wt6, crc32, none',
    ),
    (
        "haproxy.cfg",
        BACKEND.replace("uri", "leastconn"),
        ":2: balance leastconn does not hash; shares follow the load, see the experiment on balancers",
    ),
    (
        "haproxy.cfg",
        f"{BACKEND}  cookie SRV insert indirect\n",
        ':4: backend img uses "cookie SRV insert indirect", which changes placements and is not modelled',
    ),
    (
        "envoy.yaml",
        "name: c\nlb_policy: MAGLEV\nmaglev_lb_config: {table_size: 65536}\n",
        ":3: maglev table_size 65536 is not prime",
    ),
    (
        "nutcracker.yml",
        "p:\n  listen: x\n  servers:\n   - 10.0.0.1:6379\n",
        ':4: server "10.0.0.1:6379" has no weight: write 10.0.0.1:6379:1',
    ),
    (
        "cluster-nodes.txt",
        f"{IDS[0]} h:1@2 master - 0 0 1 connected 0-10922\n"
        f"{IDS[1]} i:1@2 master - 0 0 2 connected 5461-16383\n",
        ":2: slots 5461-10922 are owned twice",
    ),
    (
        "ring.txt",
        RING,
        ": keyspace replication is not in `nodetool ring`: give --set strategy=SimpleStrategy:3",
    ),
]


@pytest.mark.parametrize(("name", "text", "sentence"), SENTENCES)
def test_sentences(name: str, text: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadUse) as refused:
        read(str(tmp_path / name)).pool()
    assert str(refused.value) == f"{tmp_path / name}{sentence}"
