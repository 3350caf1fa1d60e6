"""What a test says to servers: requests of HTTP and of memcached, byte for byte, and keys to `plan which`."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from experiments import run
from live.place import HOST, PATIENCE

NASTY = (
    *(
        b"a b",
        b"a%20b",
        b"%",
        b"%zz",
        b"a+b",
        b"{",
        b"}{",
        b"{}",
        b"a{b}c{d}",
        b"a;b",
        b"a=b&c",
        b"#",
        b"?",
        b"*",
        b"\\",
        b"'",
    ),
    *(
        "ä".encode(),
        "日本語".encode(),
        "e\u0301".encode(),
        b"\x80",
        b"\xff\xfe",
        bytes(range(0x80, 0xC0)),
        b"x" * 240,
    ),
)
"""Keys that a program may read otherwise than it should: escapes, braces, bytes beyond ASCII, a long one."""


class Line:
    """A connection by lines and counted bytes."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HOST, port), PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._file.close()
        self._socket.close()

    def send(self, content: bytes) -> None:
        """Send bytes as they are."""
        self._socket.sendall(content)

    def line(self) -> bytes:
        """Return the next line without its end; nothing where the connection ended."""
        return self._file.readline().rstrip(b"\r\n")

    def bytes(self, count: int) -> bytes:
        """Return so many bytes."""
        return self._file.read(count)


class Http(Line):
    """A connection that is kept, so that one worker of a server gives all answers."""

    def ask(self, target: bytes, headers: Mapping[str, bytes] | None = None) -> str:
        """Return the body of the answer to a GET; nothing where the server ended the connection."""
        fields = [
            b"Host: live",
            *(b"%s: %s" % (name.encode(), value) for name, value in (headers or {}).items()),
        ]
        self.send(b"\r\n".join([b"GET %s HTTP/1.1" % target, *fields, b"", b""]))
        status = self.line()
        length = 0
        while line := self.line():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = self.bytes(length).decode()
        assert not status or status.split()[1] == b"200", f"{target!r}, {headers}: {status!r} {body}"
        return body


class Memcache(Line):
    """A connection by memcached's protocol of text."""

    def set(self, key: bytes) -> None:
        """Store a key."""
        self.send(b"set %s 0 0 1\r\n1\r\n" % key)
        answer = self.line()
        assert answer == b"STORED", (key, answer)

    def clear(self) -> None:
        """Forget all keys."""
        self.send(b"flush_all\r\n")
        assert self.line() == b"OK"

    def stats(self) -> dict[str, str]:
        """Return what the server counts."""
        self.send(b"stats\r\n")
        counts = {}
        while (line := self.line()) != b"END":
            _, name, value = line.decode().split(" ", 2)
            counts[name] = value
        return counts

    def held(self, keys: Sequence[bytes]) -> set[bytes]:
        """Return those of some keys that a server has."""
        found = set()
        for key in keys:
            self.send(b"get %s\r\n" % key)
            while (line := self.line()) != b"END":
                assert line.startswith(b"VALUE "), (key, line)
                found.add(line.split(b" ")[1])
                self.line()
        return found


def holders(ports: Mapping[str, int], keys: Sequence[bytes]) -> list[str]:
    """Return the memcached server, by its name, that has each key; exactly one has it."""
    held = {}
    for name, port in ports.items():
        with Memcache(port) as server:
            held[name] = server.held(keys)
    found = [[name for name in held if key in held[name]] for key in keys]
    assert all(len(names) == 1 for names in found), found
    return [name for (name,) in found]


def moves(keys: Sequence[bytes], before: Sequence[str], after: Sequence[str]) -> list[tuple[bytes, str, str]]:
    """Return the keys that have another node afterwards: key, from, to."""
    rows = zip(keys, before, after, strict=True)
    return [(key, source, target) for key, source, target in rows if source != target]


def planned(
    capsys: Any, configuration: Path | str, keys: Sequence[bytes], *flags: str, folder: Path
) -> list[str]:
    """Return the node of each key as the command ``plan which`` prints it."""
    path = folder / "keys.txt"
    path.write_text("".join(f"{key.hex()}\n" for key in keys), encoding="ascii")
    capsys.readouterr()
    words = [
        "plan",
        "which",
        str(configuration),
        "--keys",
        str(path),
        "--key-bytes",
        "hex",
        "--format",
        "json",
    ]
    code = run.main([*words, *flags])
    said = capsys.readouterr()
    assert code == 0, said.err
    return [row["node"] for row in json.loads(said.out)]
