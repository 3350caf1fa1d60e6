"""HAProxy: ``backend`` and ``listen`` sections that hash, of lines of words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from experiments.plan.pool import Pool, PoolNode, Remark, hash_type_of
from experiments.plan.source import Contents, Refused, Source

__all__ = ["SYSTEM", "read", "recognises", "words_of"]

SYSTEM = "haproxy"
_SECTION = re.compile(
    r"^[ \t]*(backend|listen|defaults|global|frontend)([ \t][^;{}#\n]*)?(#.*)?\r?$", re.MULTILINE
)  # nginx has lines that begin with "listen", and ends them otherwise
SECTIONS = frozenset(
    [
        "global",
        "defaults",
        "frontend",
        "backend",
        "listen",
        "peers",
        "resolvers",
        "userlist",
        "mailers",
        "cache",
        "program",
        "http-errors",
        "ring",
        "log-forward",
        "log-profile",
        "fcgi-app",
        "crt-store",
        "traces",
        "acme",
        "healthcheck",
        "dynamic-update",
    ]
)
HASHING = frozenset(["uri", "url_param", "hdr", "source", "hash", "rdp-cookie"])
FUNCTIONS = frozenset(["sdbm", "djb2", "wt6", "crc32", "none"])
ONE_ARGUMENT = frozenset(
    [
        "addr",
        "agent-addr",
        "agent-inter",
        "agent-port",
        "agent-send",
        "alpn",
        "ca-file",
        "check-alpn",
        "check-proto",
        "check-sni",
        "ciphers",
        "ciphersuites",
        "cookie",
        "crl-file",
        "crt",
        "curves",
        "error-limit",
        "fall",
        "fastinter",
        "downinter",
        "guid",
        "id",
        "init-addr",
        "init-state",
        "inter",
        "log-bufsize",
        "log-proto",
        "max-reuse",
        "maxconn",
        "maxqueue",
        "minconn",
        "namespace",
        "npn",
        "observe",
        "on-error",
        "on-marked-down",
        "on-marked-up",
        "pool-conn-name",
        "pool-low-conn",
        "pool-max-conn",
        "pool-purge-delay",
        "port",
        "proto",
        "proxy-v2-options",
        "redir",
        "resolve-net",
        "resolve-opts",
        "resolve-prefer",
        "resolvers",
        "rise",
        "shard",
        "sigalgs",
        "slowstart",
        "sni",
        "socks4",
        "source",
        "ssl-max-ver",
        "ssl-min-ver",
        "strict-maxconn",
        "tcp-ut",
        "track",
        "usesrc",
        "verify",
        "verifyhost",
        "weight",
        "ws",
        "hash-key",
        "client-sigalgs",
    ]
)
"""Parameters of a server that take a value."""


def recognises(source: Source) -> bool:
    """Return whether a text has sections of HAProxy."""
    return _SECTION.search(source.text) is not None


def words_of(line: str) -> list[str]:
    r"""Return the words of a line.

    Examples
    --------
    >>> words_of(r'server s\ 1 "10.0.0.1:80" weight 1 # the first')
    ['server', 's 1', '10.0.0.1:80', 'weight', '1']
    """
    words: list[str] = []
    word: list[str] | None = None
    quote = ""
    signs = iter(line)
    for sign in signs:
        if quote:
            if sign == quote:
                quote = ""
            elif sign == "\\" and quote == '"':
                word = [*(word or []), next(signs, "")]
            else:
                word = [*(word or []), sign]
        elif sign == "#":
            break
        elif sign.isspace():
            if word is not None:
                words.append("".join(word))
                word = None
        elif sign in "\"'":
            quote, word = sign, word or []
        else:
            word = [*(word or []), next(signs, "") if sign == "\\" else sign]
    if quote:
        raise ValueError(f"unclosed {quote}")
    if word is not None:
        words.append("".join(word))
    return words


@dataclass
class _Section:
    kind: str
    name: str
    line: int
    balance: tuple[str, int] = ("", 0)
    hash_type: tuple[str, int] = ("", 0)
    factor: tuple[str, int] = ("", 0)
    server: tuple[str, ...] = ()
    nodes: list[PoolNode] = field(default_factory=list)
    backups: list[PoolNode] = field(default_factory=list)
    checks: bool = False
    refused: tuple[int, str] | None = None

    def inherit(self, other: _Section) -> None:
        """Take what defaults say."""
        self.balance, self.hash_type, self.factor = other.balance, other.hash_type, other.factor
        self.server, self.checks, self.refused = other.server, other.checks, other.refused

    def refuse(self, line: int, word: str) -> None:
        """Keep the first directive that is not modelled."""
        text = (
            f'{self.kind} {self.name or "(defaults)"} uses "{word}", which changes placements '
            "and is not modelled"
        )
        self.refused = self.refused or (line, text)


def _lines(source: Source) -> Iterator[tuple[int, list[str]]]:
    number, joined = 0, ""
    for index, text in enumerate(source.lines, 1):
        number = number or index
        if text.endswith("\\") and not text.endswith("\\\\"):
            joined += text[:-1]
            continue
        try:
            words = words_of(joined + text.rstrip("\r"))
        except ValueError as error:
            raise source.refuse(number, str(error)) from None
        if words:
            yield number, words
        number, joined = 0, ""


def read(source: Source) -> Contents:
    """Return the sections that hash, and those that do not."""
    defaults: dict[str, _Section] = {}
    last: _Section | None = None
    sections: list[_Section] = []
    section: _Section | None = None
    for number, words in _lines(source):
        first, rest = words[0], words[1:]
        if first.startswith("."):
            if first in (".if", ".elif", ".else", ".endif"):
                raise source.refuse(number, f'"{first}" is not followed: give the file with one branch of it')
            continue
        if first in SECTIONS:
            section = _Section(first, rest[0] if rest and rest[0] != "from" else "", number)
            if first == "defaults":
                last = defaults[section.name] = section
            source_of = rest[rest.index("from") + 1] if "from" in rest[:-1] else None
            if source_of is not None and source_of not in defaults:
                raise source.refuse(number, f'there is no "defaults {source_of}" above')
            above = last if source_of is None else defaults[source_of]
            if above is not None and above is not section and first in ("backend", "listen"):
                section.inherit(above)
            elif source_of is not None and first == "defaults":
                section.inherit(defaults[source_of])
            if first in ("backend", "listen"):
                if not section.name:
                    raise source.refuse(number, f"{first} has no name")
                if any(other.name == section.name for other in sections):
                    raise source.refuse(number, f"{first} {section.name} stands twice")
                sections.append(section)
        elif section is None:
            raise source.refuse(number, f'"{first}" stands before any section')
        elif section.kind in ("backend", "listen", "defaults"):
            _directive(source, section, first, rest, number)
    pools: list[Pool] = []
    refused: list[Refused] = []
    for each in sections:
        made = _pool(source, each)
        if isinstance(made, Pool):
            pools.append(made)
        else:
            refused.append(made)
    return Contents(tuple(pools), tuple(refused))


def _directive(source: Source, section: _Section, first: str, rest: Sequence[str], line: int) -> None:
    if first == "balance":
        section.balance = (" ".join(rest), line)
    elif first == "hash-type":
        section.hash_type = (" ".join(rest), line)
    elif first == "hash-balance-factor":
        section.factor = (" ".join(rest), line)
    elif first == "default-server":
        section.server = (*section.server, *rest)
    elif first == "server":
        if len(rest) < 2:
            raise source.refuse(line, "a server needs a name and an address")
        _server(source, section, rest[0], rest[1], rest[2:], line)
    elif first == "server-template":
        _template(source, section, rest, line)
    elif first == "cookie" and ({"insert", "rewrite", "prefix"} & set(rest) or len(rest) == 1):
        section.refuse(line, " ".join([first, *rest]))
    elif first in ("stick-table", "stick", "use-server", "hash-preserve-affinity", "persist", "dispatch"):
        only_counts = (
            first == "stick-table"
        )  # a table alone sticks nothing: it counts, until a `stick` uses it
        if not only_counts:
            section.refuse(line, " ".join([first, *rest]))
    elif first == "option" and rest[:1] in (["transparent"], ["http_proxy"], ["redispatch"]):
        if rest[0] != "redispatch":
            section.refuse(line, " ".join([first, *rest]))
    elif first == "no" and rest[:1] == ["option"]:
        pass


def _template(source: Source, section: _Section, rest: Sequence[str], line: int) -> None:
    if len(rest) < 3:
        raise source.refuse(line, "server-template needs a prefix, a number or range, and an address")
    prefix, numbers, address = rest[:3]
    match = re.fullmatch(r"(?:(\d+)-)?(\d+)", numbers)
    low, high = (int(match[1] or 1), int(match[2])) if match else (1, 0)
    if not match or low > high or high - low > 100_000:
        raise source.refuse(line, f"server-template {prefix} {numbers}: give a number, or LOW-HIGH")
    for number in range(low, high + 1):
        _server(source, section, f"{prefix}{number}", address, rest[3:], line, number=number)


def _server(
    source: Source,
    section: _Section,
    name: str,
    address: str,
    own: Sequence[str],
    line: int,
    *,
    number: int | None = None,
) -> None:
    node = PoolNode(name, address, line=line)
    backup = False
    words = iter((*section.server, *own))
    for word in words:
        value = next(words, None) if word in ONE_ARGUMENT else ""
        if value is None:
            raise source.refuse(line, f'server {name}: "{word}" has no value')
        if word == "weight":
            if not (value.isascii() and value.isdigit() and int(value) <= 256):
                raise source.refuse(line, f"weight {value} is not possible: HAProxy allows 0 to 256")
            node = replace(node, weight=int(value))
        elif word == "id":
            if not (value.isascii() and value.isdigit() and 1 <= int(value) < 2**31):
                raise source.refuse(line, f"id {value} is not possible: HAProxy allows 1 to 2147483647")
            node = replace(node, id=int(value))
        elif word in ("disabled", "enabled"):
            node = replace(node, down=word == "disabled")
        elif word in ("backup", "non-backup"):
            backup = word == "backup"
        elif word in ("check", "agent-check"):
            section.checks = True
        elif word in ("slowstart", "track"):
            if word == "slowstart":
                section.refuse(line, f"{word} {value}")
        elif word == "hash-key" and value != "id":
            section.refuse(line, f"hash-key {value}")
    if node.id is not None and number is not None and len(section.nodes) and section.nodes[-1].line == line:
        raise source.refuse(line, f"server-template gives id {node.id} to several servers")
    for other in section.nodes:
        if other.name == name:
            raise source.refuse(line, f'server "{name}" stands twice, in line {other.line} too')
        if node.id is not None and other.id == node.id:
            raise source.refuse(line, f'id {node.id} is taken by server "{other.name}" in line {other.line}')
    if backup:
        section.backups.append(node)
        node = replace(node, down=True)
    section.nodes.append(node)


def _pool(source: Source, section: _Section) -> Pool | Refused:
    what = f"{section.kind} {section.name}"
    balance, line = section.balance
    algorithm = balance.split()[0].partition("(")[0] if balance else "roundrobin"
    if not section.nodes:
        return Refused(section.name, source.path, section.line, f"{what} has no servers: nothing to place")
    if algorithm not in HASHING:
        text = (
            f"balance {balance or 'roundrobin (the default)'} does not hash; shares follow the load, see the "
        )
        return Refused(section.name, source.path, line or section.line, f"{text}experiment on balancers")
    if section.refused is not None:
        return Refused(section.name, source.path, *section.refused, unmodelled=True)
    if section.backups and not any(node.usable for node in section.nodes):
        text = f"{what} has backup servers only: which of them are used is not modelled"
        return Refused(section.name, source.path, section.line, text, unmodelled=True)
    written = section.hash_type[0]
    _check_hash_type(source, section)
    method, function = hash_type_of(written or None)
    options: dict[str, object] = {"balance": balance, "hash_type": written or None}
    remarks = []
    if section.factor[0] not in ("", "0"):
        if not section.factor[0].isdigit() or int(section.factor[0]) <= 100:
            raise source.refuse(
                section.factor[1], f"hash-balance-factor {section.factor[0]}: 0, or above 100"
            )
        options["hash_balance_factor"] = int(section.factor[0])
        remarks.append(
            Remark(
                "load",
                f"hash-balance-factor {section.factor[0]}: placement without load; under load keys spill",
                source.path,
                section.factor[1],
            )
        )
    if section.checks:
        options["checks"] = True
    return Pool(
        "haproxy",
        tuple(section.nodes),
        options,
        method,
        function,
        name=section.name,
        directive=f"balance {balance}" + (f", hash-type {written}" if written else ""),
        file=source.path,
        line=section.line,
        warnings=tuple(remarks),
    )


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
