"""HAProxy: ``backend`` and ``listen`` sections that hash, of lines of words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from experiments.options.errors import BadUse
from experiments.plan.pool import Pool, PoolNode, Remark, hash_type_of, place
from experiments.plan.readers._haproxy import (
    CHECKED,
    HARMLESS,
    OPTIONS,
    SECTIONS,
    SERVER_FLAGS,
    SERVER_VALUES,
    Line,
    alternatives,
)
from experiments.plan.source import Contents, Refused, Source, names

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "haproxy"
_SECTION = re.compile(
    r"^[ \t]*(backend|listen|defaults|global|frontend)([ \t][^;{}#\n]*)?(#.*)?\r?$", re.MULTILINE
)  # nginx has lines that begin with "listen", and ends them otherwise
HASHING = frozenset(["uri", "url_param", "hdr", "source", "hash", "rdp-cookie"])
FUNCTIONS = frozenset(["sdbm", "djb2", "wt6", "crc32", "none"])
OF_HTTP = ("uri", "url_param", "hdr")
MOST_SERVERS = 20_000
"""Of one ``server-template``."""

SETTINGS = {"balance": "balance", "hash-type": "hash_type", "hash-balance-factor": "factor", "mode": "mode"}
MOVING = names(
    "appsession cookie dispatch force-persist hash-preserve-affinity ignore-persist persist redisp stick "
    "transparent use-server"
)
"""Directives by which others than the hash choose a server."""


def recognises(source: Source) -> bool:
    """Return whether a text has sections of HAProxy."""
    return _SECTION.search(source.text) is not None


@dataclass
class _Section:
    kind: str
    name: str
    line: int
    balance: tuple[str, int] = ("", 0)
    hash_type: tuple[str, int] = ("", 0)
    factor: tuple[str, int] = ("", 0)
    mode: tuple[str, int] = ("", 0)
    server: tuple[str, ...] = ()
    nodes: dict[str, PoolNode] = field(default_factory=dict)
    ids: dict[int, PoolNode] = field(default_factory=dict)
    backups: bool = False
    checks: bool = False
    state: int = 0
    refused: tuple[int, str] | None = None

    def inherit(self, other: _Section) -> None:
        """Take what defaults say."""
        self.balance, self.hash_type, self.factor = other.balance, other.hash_type, other.factor
        self.mode, self.server, self.state, self.refused = (
            other.mode,
            other.server,
            other.state,
            other.refused,
        )

    def refuse(self, line: int, text: str) -> None:
        """Keep the first reason not to place keys."""
        self.refused = self.refused or (line, text)

    def uses(self, words: str, why: str) -> str:
        """Return what is said of a directive."""
        return f'{self.kind} {self.name or "(defaults)"} uses "{words}", {why}'

    def needs(self, line: int, words: str) -> None:
        """Refuse what the environment decides."""
        self.refuse(
            line, self.uses(words, "an environment variable: write its value, or setenv it in global")
        )


def read(source: Source) -> Contents:
    """Return the sections that hash, and those that do not; conditions may not change these."""
    conditions, ways = alternatives(source)
    made: Contents | None = None
    for lines in ways:
        other = _read(source, lines)
        if made is not None and other != made:
            text = (
                '".if" is not followed: its branches place keys differently; give the file with one of them'
            )
            raise source.refuse(conditions[0], text)
        made = other
    return made or Contents()


def _read(source: Source, lines: Sequence[Line]) -> Contents:
    defaults: dict[str, _Section] = {}
    last: _Section | None = None
    sections: dict[str, _Section] = {}
    section: _Section | None = None
    for number, words in lines:
        first, rest = words[0], words[1:]
        if first in SECTIONS:
            section = _Section(first, rest[0] if rest and rest[0] != "from" else "", number)
            source_of = rest[rest.index("from") + 1] if "from" in rest[:-1] else None
            if source_of is not None and source_of not in defaults:
                raise source.refuse(number, f'there is no "defaults {source_of}" above')
            above = last if source_of is None else defaults[source_of]
            named = first == "defaults" and source_of is not None
            if above is not None and (named or first in ("backend", "listen")):
                section.inherit(above)
            if first == "defaults":
                last = defaults[section.name] = section
            if first in ("backend", "listen"):
                if not section.name:
                    raise source.refuse(number, f"{first} has no name")
                if section.name in sections:
                    other = sections[section.name]
                    raise source.refuse(
                        number, f"{first} {section.name} stands twice, in line {other.line} too"
                    )
                sections[section.name] = section
        elif section is None:
            raise source.refuse(number, f'"{first}" stands before any section')
        elif section.kind in ("backend", "listen", "defaults"):
            _directive(source, section, first, rest, number)
    pools: list[Pool] = []
    refused: list[Refused] = []
    whole = any(words[0] in ("global", "defaults") for _, words in lines)
    for each in sections.values():
        made = _pool(source, each, whole=whole)
        if isinstance(made, Pool):
            pools.append(made)
        else:
            refused.append(made)
    return Contents(tuple(pools), tuple(refused))


def _directive(source: Source, section: _Section, first: str, rest: Sequence[str], line: int) -> None:
    words = " ".join([first, *rest])
    if first in SETTINGS:
        setattr(section, SETTINGS[first], (" ".join(rest), line))
        if "$" in words:
            section.needs(line, words)
    elif first == "default-server":
        section.server = (*section.server, *rest)
    elif first == "server":
        if len(rest) < 2:
            raise source.refuse(line, "a server needs a name and an address")
        _server(source, section, rest[0], rest[1], rest[2:], line)
    elif first == "server-template":
        _template(source, section, rest, line)
    elif first == "load-server-state-from-file":
        section.state = line if rest[:1] != ["none"] else 0
    elif first == "disabled":
        section.refuse(line, f"{section.kind} {section.name or '(defaults)'} is disabled")
    elif first in MOVING or (first == "option" and rest[:1] in (["transparent"], ["http_proxy"])):
        section.refuse(line, section.uses(words, "which changes placements and is not modelled"))
    elif first in ("no", "default"):
        if rest[:1] not in (["option"], ["log"]):
            section.refuse(line, section.uses(words, "which plan does not know"))
    elif first not in HARMLESS and not (first == "option" and rest and rest[0] in OPTIONS):
        section.refuse(line, section.uses(words, "which plan does not know: it may change placements"))


def _template(source: Source, section: _Section, rest: Sequence[str], line: int) -> None:
    if len(rest) < 3:
        raise source.refuse(line, "server-template needs a prefix, a number or range, and an address")
    prefix, numbers, address = rest[:3]
    match = re.fullmatch(r"(?:(\d{1,9})-)?(\d{1,9})", numbers, re.ASCII)
    low, high = (int(match[1] or 1), int(match[2])) if match else (1, 0)
    if low > high:
        raise source.refuse(line, f"server-template {prefix} {numbers}: give a number, or LOW-HIGH")
    if high - low >= MOST_SERVERS:
        raise source.refuse(
            line,
            f"server-template {prefix} {numbers} is {high - low + 1:,} servers: plan takes {MOST_SERVERS:,}",
        )
    node = _parameters(source, section, PoolNode(f"{prefix}{low}", address, line=line), rest[3:])
    if node.id is not None and low < high:
        raise source.refuse(line, f"server-template gives id {node.id} to several servers")
    for number in range(low, high + 1):
        _add(source, section, replace(node, name=f"{prefix}{number}"))


def _server(
    source: Source, section: _Section, name: str, address: str, own: Sequence[str], line: int
) -> None:
    if "$" in name:
        section.needs(line, name)
    _add(source, section, _parameters(source, section, PoolNode(name, address, line=line), own))


def _parameters(source: Source, section: _Section, node: PoolNode, own: Sequence[str]) -> PoolNode:
    """Return a server with its parameters, the defaults first; a backup gets no keys."""
    line, backup = node.line, False
    words = iter((*section.server, *own))
    for word in words:
        value = next(words, None) if word in SERVER_VALUES else ""
        if value is None:
            raise source.refuse(line, f'server {node.name}: "{word}" has no value')
        if "$" in word or ("$" in value and word in ("weight", "id", "hash-key")):
            section.needs(line, f"{word} {value}".rstrip())
        elif word == "weight":
            if not (_is_number(value) and int(value) <= 256):
                raise source.refuse(line, f"weight {value} is not possible: HAProxy allows 0 to 256")
            node = replace(node, weight=int(value))
        elif word == "id":
            if not (_is_number(value) and 1 <= int(value) < 2**31):
                raise source.refuse(line, f"id {value} is not possible: HAProxy allows 1 to 2147483647")
            node = replace(node, id=int(value))
        elif word in ("disabled", "enabled"):
            node = replace(node, down=word == "disabled")
        elif word in ("backup", "no-backup"):
            backup = word == "backup"
        elif word in CHECKED:
            section.checks = True
        elif word in ("usesrc", "interface") or word.startswith("set-proxy-v2-tlv-fmt"):
            next(words, None)
        elif word == "slowstart" or (word == "hash-key" and value != "id"):
            changes = f"{word} {value}", "which changes placements and is not modelled"
            section.refuse(line, section.uses(*changes))
        elif word not in SERVER_VALUES and word not in SERVER_FLAGS:
            text = f'server {node.name} has "{word}", which plan does not know: it may change placements'
            section.refuse(line, text)
    if backup:
        section.backups = True
    return replace(node, down=True) if backup else node


def _add(source: Source, section: _Section, node: PoolNode) -> None:
    same = section.nodes.setdefault(node.name, node)
    if same is not node:
        raise source.refuse(node.line, f'server "{node.name}" stands twice, in line {same.line} too')
    same = node if node.id is None else section.ids.setdefault(node.id, node)
    if same is not node:
        raise source.refuse(node.line, f'id {node.id} is taken by server "{same.name}" in line {same.line}')


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 10


def _pool(source: Source, section: _Section, *, whole: bool) -> Pool | Refused:
    what = f"{section.kind} {section.name}"
    balance, line = section.balance
    algorithm = balance.split()[0].partition("(")[0] if balance else "roundrobin"
    nodes = tuple(section.nodes.values())

    def refused(line: int, text: str, *, unmodelled: bool = True) -> Refused:
        return Refused(section.name, source.path, line, text, unmodelled=unmodelled)

    if not nodes:
        return refused(section.line, f"{what} has no servers: nothing to place", unmodelled=False)
    if algorithm not in HASHING and "$" not in algorithm:
        text = f"balance {balance or 'roundrobin (the default)'} does not hash; shares follow the load, "
        return refused(line or section.line, f"{text}see the experiment on balancers", unmodelled=False)
    if section.mode[0] == "tcp" and algorithm in OF_HTTP:
        text = f"balance {balance} needs mode http: in mode tcp (line {section.mode[1]}) it is round robin"
        return refused(line, text, unmodelled=False)
    if section.refused is not None:
        return refused(*section.refused)
    if section.backups and not any(node.usable for node in nodes):
        return refused(
            section.line, f"{what} has backup servers only: which of them are used is not modelled"
        )
    written, at = section.hash_type
    _check_hash_type(source, section)
    method, function = hash_type_of(written or None)
    if function.startswith("none"):
        return refused(at, section.uses(f"hash-type {written}", "which takes keys as numbers: not modelled"))
    wrong = _unknown_balance(source, balance, line)
    if wrong is not None:
        return refused(line, wrong)
    options: dict[str, object] = {"balance": balance, "hash_type": written or None}
    remarks = list(_remarks(source, section, method))
    if whole and not section.mode[0] and algorithm in OF_HTTP:
        text = (
            "no mode is written, which is tcp to HAProxy, where this is round robin: it is read as mode http"
        )
        remarks.append(Remark("mode", text, source.path, line))
    if section.factor[0] not in ("", "0"):
        options["hash_balance_factor"] = int(section.factor[0])
    if section.checks:
        options["checks"] = True
    return Pool(
        "haproxy",
        nodes,
        options,
        method,
        function,
        name=section.name,
        directive=f"balance {balance}" + (f", hash-type {written}" if written else ""),
        file=source.path,
        line=section.line,
        warnings=tuple(remarks),
    )


def _unknown_balance(source: Source, balance: str, line: int) -> str | None:
    """Return what is wrong with the arguments of ``balance``."""
    from experiments.plan.systems.haproxy import taken_by

    try:
        taken_by(Pool("haproxy", file=source.path, line=line), balance)
    except BadUse as error:
        return str(error).removeprefix(f"{place(source.path, line)}: ")
    return None


def _remarks(source: Source, section: _Section, method: str) -> Iterator[Remark]:
    factor, line = section.factor
    if factor not in ("", "0"):
        if not _is_number(factor) or int(factor) <= 100:
            raise source.refuse(line, f"hash-balance-factor {factor}: 0, or above 100")
        if method == "consistent":
            text = f"hash-balance-factor {factor}: placement without load; under load keys spill"
            yield Remark("load", text, source.path, line)
    if section.state:
        text = "the state of servers comes from a file: weights set at run time hold after a reload, too"
        yield Remark("health", text, source.path, section.state)


def _check_hash_type(source: Source, section: _Section) -> None:
    written, line = section.hash_type
    words = written.split()
    if not words:
        return
    if words[0] not in ("map-based", "consistent"):
        raise source.refuse(line, f'hash-type "{words[0]}" is unknown: map-based, consistent')
    if len(words) > 1 and words[1] not in FUNCTIONS:
        names = "sdbm, djb2, wt6, crc32, none"
        raise source.refuse(line, f'hash-type {words[0]} with function "{words[1]}" is unknown: {names}')
    if words[2:] not in ([], ["avalanche"]):
        raise source.refuse(line, f'hash-type modifier "{" ".join(words[2:])}" is unknown: avalanche')
