"""HAProxy: hash-type consistent and map-based, by uri, url_param, hdr, hash, source and rdp-cookie."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable
from typing import Any

from algorithms import Node, create
from algorithms.deployed.haproxy import HEAVIEST, MOST_ID, SCALE
from experiments.plan.pool import AVALANCHE, Pool, refuse
from experiments.plan.systems.hashed import HashedPlacement, check_names, check_usable

__all__ = ["placement", "taken_by"]

Taken = Callable[[bytes], bytes | None]

FUNCTIONS = ("sdbm", "djb2", "wt6", "crc32")
_MEMBERS = {"consistent": "haproxy_consistent", "map-based": "haproxy_map"}
_NUMBERED = ("len", "depth")
IDS_APART = 1 << 20
"""Ids that are equal modulo this have the same points."""


def placement(pool: Pool) -> HashedPlacement:
    """Return the placement of a backend."""
    balance = str(pool.options.get("balance") or "roundrobin")
    taken = taken_by(pool, balance)
    if pool.method not in _MEMBERS:
        raise refuse(pool.file, pool.line, f"hash-type {pool.method!r} is unknown: map-based, consistent")
    function = pool.hash.removesuffix(AVALANCHE)
    if function not in FUNCTIONS:
        raise refuse(
            pool.file,
            pool.line,
            f'hash-type {pool.method} with function "{function}" is unknown: {", ".join(FUNCTIONS)}',
        )
    reason = "there is no value to hash: it goes round robin"
    if balance.split()[0] == "source":
        function, reason = "xor_words", "no IP address"
    if pool.hash.endswith(AVALANCHE):
        function += AVALANCHE
    _check_servers(pool)
    down = [node.name for node in pool.nodes if not node.usable]
    weighing = [node.weight for node in pool.nodes if node.weight]
    # a server of weight 0 does not count in the divisor of the others, so it may weigh that
    nothing = math.gcd(*weighing)
    nodes = [Node(node.name, node.weight or nothing) for node in pool.nodes]
    if pool.method == "consistent":
        ids = {node.name: node.id for node in pool.nodes if node.id is not None}
        points = {node.name: SCALE * node.weight if node.usable else 0 for node in pool.nodes}
        ring: Any = create("haproxy_consistent", nodes, ids=ids, down=down, hash=function)
        blocks = {
            number % IDS_APART: (node.name, points[node.name])
            for number, node in zip(ring.ids_of(ring.nodes), pool.nodes, strict=True)
        }
        return HashedPlacement(ring, taken, points=points, blocks=blocks, nearest=True, reason=reason)
    slots = {node.name: node.weight // nothing if node.usable else 0 for node in pool.nodes}
    return HashedPlacement(
        create("haproxy_map", nodes, down=down, hash=function),
        taken,
        sum(slots.values()),
        points=slots,
        reason=reason,
    )


def _check_servers(pool: Pool) -> None:
    check_names(pool)
    taken: dict[int, tuple[str, int]] = {}
    for node in pool.nodes:
        if not 0 <= node.weight <= HEAVIEST:
            raise refuse(
                pool.file, node.line, f"weight {node.weight} is not possible: HAProxy allows 0 to {HEAVIEST}"
            )
        if node.id is None:
            continue
        if not 1 <= node.id <= MOST_ID:
            raise refuse(pool.file, node.line, f"id {node.id} is not possible: HAProxy allows 1 to {MOST_ID}")
        if node.id in taken:
            name, line = taken[node.id]
            where = f" in line {line}" if line else ""
            raise refuse(pool.file, node.line, f'id {node.id} is taken by server "{name}"{where}')
        taken[node.id] = node.name, node.line
    check_usable(pool)


def taken_by(pool: Pool, balance: str) -> Taken:
    """Return what HAProxy hashes of what was sent, by the words of ``balance``."""
    words = balance.split()
    method, rest = words[0], words[1:]
    if method == "uri":
        return _of_uri(pool, rest)
    if method == "url_param" and rest:
        return lambda key: key
    if re.fullmatch(r"hdr\([^()]+\)", method):
        if rest not in ([], ["use_domain_only"]):
            raise _unknown(pool, balance)
        return _domain if rest else _first_value
    if method == "hash" and rest:
        # of an expression that is one header, the last value counts; of others the key is the result
        header = re.fullmatch(r"(req\.)?hdr\([^(),]+\)", " ".join(rest))
        return _last_value if header else lambda key: key
    if method == "source":
        return _address
    if re.fullmatch(r"rdp-cookie(\([^()]+\))?", method):
        return lambda key: key or None
    raise _unknown(pool, balance)


def _unknown(pool: Pool, balance: str) -> Exception:
    return refuse(
        pool.file,
        pool.line,
        f"balance {balance} does not hash, or not in a way that plan knows: uri, url_param, hdr(...), hash, "
        "source, rdp-cookie",
    )


def _of_uri(pool: Pool, words: list[str]) -> Taken:
    numbers = dict.fromkeys(_NUMBERED, 0)
    flags = set()
    rest = iter(words)
    for word in rest:
        if word in ("whole", "path-only"):
            flags.add(word)
            continue
        number = next(rest, "")
        if word not in _NUMBERED or not re.fullmatch("[0-9]{1,9}", number):
            raise _unknown(pool, f"uri {' '.join(words)}")
        numbers[word] = int(number)
    longest, depth = numbers["len"], numbers["depth"]
    path_only, ends_at_query = "path-only" in flags, "whole" not in flags

    def taken(uri: bytes) -> bytes:
        if path_only and not uri.startswith(b"/"):
            _, scheme, after = uri.partition(b"://")
            if scheme or uri == b"*":
                _, slash, path = after.partition(b"/")
                uri = slash + path
        if longest:
            uri = uri[:longest]
        if ends_at_query:
            uri = uri.partition(b"?")[0]
        if depth:
            parts = uri.split(b"/")
            uri = b"/".join(parts[: depth + 1])
        return uri

    return taken


def _values(header: bytes) -> list[bytes]:
    """Return the values of a header, which commas part that do not stand in quotes."""
    if b'"' not in header:
        return [value.strip(b" \t") for value in header.split(b",")]
    values, quoted, escaped, begun = [], False, False, 0
    for at, byte in enumerate(header):
        if escaped:
            escaped = False
        elif quoted and byte == ord("\\"):
            escaped = True
        elif byte == ord('"'):
            quoted = not quoted
        elif byte == ord(",") and not quoted:
            values.append(header[begun:at])
            begun = at + 1
    return [value.strip(b" \t") for value in (*values, header[begun:])]


def _first_value(header: bytes) -> bytes | None:
    return _values(header)[0] or None


def _last_value(header: bytes) -> bytes | None:
    return _values(header)[-1] or None


def _domain(header: bytes) -> bytes | None:
    """Return what stands before the last dot, from the dot before on; all where that dot is the first byte.

    The byte before the last dot always counts, even if it is a dot.
    """
    value = _first_value(header)
    if value is None:
        return None
    end = value.rfind(b".")
    return value[value.rfind(b".", 0, end - 1) + 1 : end] if end > 0 else value


def _address(key: bytes) -> bytes | None:
    try:
        return str(ipaddress.ip_address(key.decode("ascii"))).encode()
    except ValueError:
        return None
