"""nginx: ``upstream`` blocks, read by crossplane, which follows ``include``."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.plan.pool import Pool, PoolNode, Remark
from experiments.plan.source import Contents, Refused, Source, names, needs

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "nginx"
_BLOCK = re.compile(r"^[^#\n]*?\b(upstream\s+[^\s{;]+|http|events|server)\s*\{", re.MULTILINE)

METHODS = frozenset({"hash", "ip_hash", "least_conn", "least_time", "random"})
"""What chooses the method; the first two hash."""

HARMLESS = {
    "check": 9,
    "check_http_expect_alive": 9,
    "check_http_send": 1,
    "check_keepalive_requests": 1,
    "keepalive": 1,
    "keepalive_min": 1,
    "keepalive_requests": 1,
    "keepalive_time": 1,
    "keepalive_timeout": 1,
    "ntlm": 0,
    "resolver": 9,
    "resolver_timeout": 1,
    "zone": 2,
}
"""Directives of an upstream that place no key elsewhere, and how many words they take at most."""

MOVING = names(
    "balancer_by_lua_block balancer_by_lua_file chash consistent_hash fair jvm_route queue state sticky "
    "sticky_cookie_insert url_hash"
)
"""Directives by which others than ``hash`` and ``ip_hash`` choose a server."""

SERVER = re.compile(r"(weight|max_conns|max_fails|fail_timeout|slow_start|route|service)=(.*)", re.DOTALL)
FLAGS = frozenset({"down", "backup", "resolve", "drain"})


def recognises(source: Source) -> bool:
    """Return whether a text has blocks of nginx."""
    return _BLOCK.search(source.text) is not None


def read(source: Source) -> Contents:
    """Return the upstreams that hash, and those that do not."""
    needs("crossplane", source.path)
    import crossplane

    if not Path(source.path).is_file():
        raise source.refuse(0, "nginx' files are read with those that they include: give a file and no pipe")
    if Path(source.path).read_bytes()[:3] == BOM_UTF8:
        raise source.refuse(1, "a byte order mark begins it: nginx itself refuses this file")
    payload = crossplane.parse(
        source.path, check_ctx=False, check_args=False, combine=False, catch_errors=True
    )
    notes = []
    for part in payload["config"]:
        for error in part["errors"]:
            line = int(error["line"] or 0)
            text = str(error["error"])
            if "No such file" in text:
                missing = text.rpartition(": ")[2].strip("'")
                notes.append(f"{part['file']}:{line}: {missing} is not here; upstreams in it are not seen")
                continue
            raise _syntax(part["file"], line, text)
    pools: list[Pool] = []
    refused: list[Refused] = []
    for file, block in _upstreams(payload):
        made = _upstream(file, block, payload)
        (pools if isinstance(made, Pool) else refused).append(made)  # type: ignore[arg-type]
    seen: dict[str, Pool | Refused] = {}
    every: tuple[Pool | Refused, ...] = (*pools, *refused)
    for each in every:
        if each.name in seen:
            first = seen[each.name]
            raise Source(each.file, "").refuse(
                each.line,
                f'upstream "{each.name}" stands twice; it is in line {first.line} of {first.file} too',
            )
        seen[each.name] = each
    return Contents(tuple(pools), tuple(refused), tuple(notes))


def _syntax(file: str, line: int, text: str) -> Exception:
    """Return the error of what is no nginx configuration, at the line where it begins."""
    plain = re.sub(r" in \S*:\d+$|^\[Errno \d+\] |: '[^']*'$", "", text)
    if "recursion" in plain:
        return Source(file, "").refuse(0, "blocks are nested too deeply for a configuration")
    if "unexpected end of file" in plain:
        opened, last = _opened(file)
        if opened:
            return Source(file, "").refuse(opened, f'unclosed "{{" (the file ends in line {last})')
        return Source(file, "").refuse(last, "the file ends within a directive")
    return Source(file, "").refuse(line, plain)


def _opened(file: str) -> tuple[int, int]:
    """Return the line of the brace that nothing closes, 0 where all are closed, and the last line.

    That is the first one inside which a brace stands further left than it does, else the last one open.
    """
    import crossplane

    lines = Path(file).read_text(encoding="utf-8", errors="replace").rstrip("\n").split("\n")
    suspect = 0
    braces: list[tuple[int, int]] = []
    try:
        for token, line, quoted in crossplane.lex(file):
            if token not in ("{", "}") or quoted:
                continue
            text = lines[min(line, len(lines)) - 1]
            indent = len(text) - len(text.lstrip())
            if braces and braces[-1][0] != line and indent <= braces[-1][1] - (token == "}"):
                suspect = suspect or braces[-1][0]
            if token == "{":
                braces.append((line, indent))
            elif braces:
                braces.pop()
    except crossplane.errors.NgxParserBaseException:
        pass
    return (suspect or braces[-1][0]) if braces else 0, len(lines)


def _upstreams(payload: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each upstream with the file that it is in; includes are parsed once, wherever they stand."""

    def walk(
        file: str, block: Sequence[Mapping[str, Any]], around: str = ""
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for each in block:
            if each["directive"] == "upstream" and "block" in each:
                wrong = next((one for one in each["block"] if one["directive"] == "ip_hash"), None)
                if around == "stream" and wrong is not None:
                    text = '"ip_hash" stands in stream: nginx itself refuses this; hash $remote_addr is there'
                    raise Source(file, "").refuse(wrong["line"], text)
                yield file, each
            elif "block" in each and each["directive"] in ("http", "stream"):
                yield from walk(file, each["block"], each["directive"])
            elif "block" in each and "upstream" in each["args"]:
                text = f'"{each["directive"]}" takes in an upstream: a ";" is missing'
                raise Source(file, "").refuse(each["line"], text)

    for part in payload["config"]:
        yield from walk(part["file"], part["parsed"])


@dataclass
class _Upstream:
    name: str
    file: str
    line: int
    method: Mapping[str, Any] | None = None
    nodes: list[PoolNode] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    refused: Refused | None = None
    backup: int = 0
    checks: bool = False
    remarks: list[Remark] = field(default_factory=list)

    def refuse(self, line: int, text: str) -> None:
        """Keep the first reason not to place this upstream."""
        if self.refused is None:
            self.refused = Refused(self.name, self.file, line, text, unmodelled=True)

    def wrong(self, line: int, text: str) -> Exception:
        """Return the error of a file that nginx does not accept."""
        return Source(self.file, "").refuse(line, text)


def _lines(
    file: str, block: Sequence[Mapping[str, Any]], payload: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the directives of a block, with those of the files that it includes in their place."""
    for each in block:
        if each["directive"] == "include" and "includes" in each:
            for index in each["includes"]:
                part = payload["config"][index]
                yield from _lines(part["file"], part["parsed"], payload)
            if each["includes"]:
                continue
        yield file, each


def _upstream(file: str, block: Mapping[str, Any], payload: Mapping[str, Any]) -> Pool | Refused:
    name = block["args"][0] if block["args"] else ""
    upstream = _Upstream(name, file, block["line"])
    for where, each in _lines(file, block["block"], payload):
        directive, args, line = each["directive"], each["args"], each["line"]
        if directive == "server":
            _server(upstream, where, args, line)
        elif directive in METHODS:
            if upstream.method is None:
                upstream.method = each
            else:
                raise upstream.wrong(line, f'"{directive}" is the second method of upstream "{name}"')
        elif directive == "include":
            upstream.refuse(line, f'upstream "{name}" includes {" ".join(args)}, which is not here')
        elif directive in HARMLESS:
            if len(args) > HARMLESS[directive]:
                words = " ".join([directive, *args])
                raise upstream.wrong(line, f'"{words}" has too many words: a ";" is missing')
        else:
            known = directive in MOVING
            why = (
                "changes placements and is not modelled" if known else "plan does not know: it may place keys"
            )
            upstream.refuse(line, f'upstream "{name}" uses "{directive}", which {why}')
    method = upstream.method
    if not upstream.nodes:
        raise upstream.wrong(upstream.line, f'upstream "{name}" has no servers')
    if method is None or method["directive"] not in ("hash", "ip_hash"):
        how = " ".join([method["directive"], *method["args"]]) if method else "round robin"
        line = method["line"] if method else upstream.line
        text = (
            f'upstream "{name}" uses "{how}", which does not hash: plan has nothing to place; '
            "`plan` covers hash, hash … consistent, ip_hash"
        )
        return upstream.refused or Refused(name, file, line, text)
    if upstream.backup:
        raise upstream.wrong(
            upstream.backup,
            f'"backup" cannot stand beside "{method["directive"]}": nginx itself refuses this file',
        )
    return upstream.refused or _pool(upstream, method)


def _pool(upstream: _Upstream, method: Mapping[str, Any]) -> Pool:
    args = method["args"]
    kind = "ip_hash"
    options: dict[str, Any] = {}
    if method["directive"] == "hash":
        if not 1 <= len(args) <= 2 or args[1:] not in ([], ["consistent"]):
            raise upstream.wrong(method["line"], f"hash {' '.join(args)}: write hash KEY [consistent]")
        kind = "consistent" if args[1:] else "modulo"
        options["key"] = args[0]
    if upstream.checks:
        options["checks"] = True
    directive = " ".join([method["directive"], *args])
    return Pool(
        "nginx",
        tuple(upstream.nodes),
        options | {"method": kind},
        kind,
        name=upstream.name,
        directive=directive,
        file=upstream.file,
        line=upstream.line,
        warnings=tuple(upstream.remarks),
    )


def _server(upstream: _Upstream, file: str, args: Sequence[str], line: int) -> None:
    if not args:
        raise upstream.wrong(line, 'a "server" has no address')
    address, weight, down = args[0], 1, False
    for word in args[1:]:
        match = SERVER.fullmatch(word)
        if match is None and word not in FLAGS:
            raise upstream.wrong(line, f'server parameter "{word}" is unknown to nginx')
        name, value = (match[1], match[2]) if match else (word, "")
        if name == "weight":
            if not re.fullmatch(r"0*[1-9][0-9]{0,9}", value):
                raise upstream.wrong(
                    line, f"weight={value} is not possible: nginx wants a whole number from 1"
                )
            weight = int(value)
        elif name == "down":
            down = True
        elif name == "backup":
            upstream.backup = upstream.backup or line
        elif name == "max_fails":
            upstream.checks = upstream.checks or value != "0"
        elif name in ("resolve", "drain", "slow_start", "route", "service") or (
            name == "max_conns" and value != "0"
        ):
            upstream.refuse(
                line, f'server {address} has "{word}", which changes placements and is not modelled'
            )
    if address in upstream.names:
        upstream.refuse(
            line,
            f"server {address} stands twice, in line {upstream.names[address]} too: plan tells "
            "nodes apart by this "
            "text",
        )
    upstream.names[address] = line
    upstream.nodes.append(PoolNode(address, weight=weight, down=down, line=line))
