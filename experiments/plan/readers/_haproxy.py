"""HAProxy's grammar and keywords: lines of words, conditions, and which directives place no key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod

from experiments.plan.source import Source, names

__all__ = [
    "CHECKED",
    "HARMLESS",
    "OPTIONS",
    "SECTIONS",
    "SERVER_FLAGS",
    "SERVER_VALUES",
    "Line",
    "alternatives",
    "words_of",
]

Line = tuple[int, list[str]]

MOST_ALTERNATIVES = 64
"""How many ways through the conditions of a file are compared."""


SECTIONS = names(
    "acme backend cache crt-store defaults dynamic-update fcgi-app frontend global healthcheck http-errors "
    "listen log-forward log-profile mailers peers program resolvers ring traces userlist"
)

HARMLESS = names(
    "acl backlog bind bind-process block capture clitcpka-cnt clitcpka-idle clitcpka-intvl clitimeout "
    "compression contimeout declare default_backend description email-alert enabled error-log-format "
    "errorfile errorfiles errorloc errorloc302 errorloc303 external-check filter fullconn grace guid "
    "http-after-response http-check http-error http-request http-response http-reuse http-send-name-header "
    "id log log-format log-format-sd log-steps log-tag max-keep-alive-queue max-session-srv-conns maxconn "
    "monitor monitor-net monitor-uri quic-initial rate-limit redirect reqadd reqallow reqdel reqdeny "
    "reqiallow reqidel reqideny reqipass reqirep reqitarpit reqpass reqrep reqtarpit retries retry-on rspadd "
    "rspdel rspdeny rspidel rspideny rspirep rsprep server-state-file-name source srvtcpka-cnt srvtcpka-idle "
    "srvtcpka-intvl srvtimeout stats stick-table tcp-check tcp-request tcp-response timeout unique-id-format "
    "unique-id-header use-fcgi-app use_backend"
)
"""Directives of a proxy that place no key elsewhere: a table without ``stick`` only counts."""

OPTIONS = names(
    "abortonclose accept-invalid-http-request accept-invalid-http-response "
    "accept-unsafe-violations-in-http-request accept-unsafe-violations-in-http-response allbackups "
    "checkcache "
    "clitcpka contstats disable-h2-upgrade dontlog-normal dontlognull external-check forceclose forwarded "
    "forwardfor h1-case-adjust-bogus-client h1-case-adjust-bogus-server http-buffer-request "
    "http-drop-request-trailers http-drop-response-trailers http-ignore-probes http-keep-alive http-no-delay "
    "http-pretend-keepalive http-restrict-req-hdr-names http-server-close http-tunnel http-use-htx "
    "http-use-proxy-header httpchk httpclose httplog httpslog idle-close-on-response independent-streams "
    "ldap-check log-health-checks log-separate-errors logasap mysql-check nolinger originalto persist "
    "pgsql-check prefer-last-server redispatch redis-check smtpchk socket-stats splice-auto splice-request "
    "splice-response spop-check srvtcpka ssl-hello-chk tcp-check tcp-smart-accept tcp-smart-connect tcpka "
    "tcplog"
)
"""Options that place no key elsewhere: a hash is deterministic, so ``prefer-last-server`` has no say."""

SERVER_VALUES = names(
    "addr agent-addr agent-inter agent-port agent-send alpn ca-file cc check-alpn check-pool-conn-name "
    "check-proto check-sni ciphers ciphersuites client-sigalgs cookie crl-file crt curves downinter "
    "error-limit fall fastinter guid hash-key id idle-ping init-addr init-state inter log-bufsize log-proto "
    "max-reuse maxconn maxqueue minconn namespace npn observe on-error on-marked-down on-marked-up "
    "pool-conn-name pool-low-conn pool-max-conn pool-purge-delay port proto proxy-v2-options redir "
    "resolve-net resolve-opts resolve-prefer resolvers rise shard sigalgs slowstart sni socks4 "
    "source ssl-max-ver "
    "ssl-min-ver tcp-md5sig tcp-ut track verify verifyhost weight ws"
)
"""Parameters of a server that take a value."""

SERVER_FLAGS = names(
    "agent-check allow-0rtt backup check check-reuse-pool check-send-proxy check-sni-auto check-ssl "
    "check-via-socks4 disabled enabled force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13 ktls "
    "no-agent-check no-backup no-check no-check-reuse-pool no-check-send-proxy no-check-sni-auto "
    "no-check-ssl no-renegotiate no-send-proxy no-send-proxy-v2 no-send-proxy-v2-ssl "
    "no-send-proxy-v2-ssl-cn no-sni-auto "
    "no-ssl no-ssl-reuse no-sslv3 no-strict-maxconn no-tfo no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12 "
    "no-tlsv13 no-verifyhost non-stick renegotiate send-proxy send-proxy-v2 send-proxy-v2-ssl "
    "send-proxy-v2-ssl-cn sni-auto ssl ssl-reuse stick strict-maxconn tfo tls-tickets"
)

CHECKED = frozenset(["check", "agent-check"])
"""Flags by which a server may be taken out."""

_CONDITIONS = (".if", ".elif", ".else", ".endif")
_MESSAGES = frozenset([".alert", ".diag", ".notice", ".warning"])
_CONTROL = {"n": "\n", "r": "\r", "t": "\t"}
_VARIABLE = re.compile(r"\$(?:\{(?P<braced>\.?\w+)\}|(?P<bare>\.?\w+))")
_HEX = re.compile(r"x([0-9A-Fa-f]{2})")


def words_of(line: str, variables: Mapping[str, str] | None = None) -> list[str]:
    r"""Return the words of a line; in double quotes, variables that the file sets have their values.

    Examples
    --------
    >>> words_of(r'server s\x31 "10.0.0.1:$PORT" weight "${W}" # the first', {"PORT": "80"})
    ['server', 's1', '10.0.0.1:80', 'weight', '${W}']
    """
    known = variables or {}
    words: list[str] = []
    word: list[str] | None = None
    quote, at = "", 0
    while at < len(line):
        sign = line[at]
        at += 1
        if sign == quote:
            quote = ""
        elif sign == "\\" and quote != "'":
            escaped, length = _escaped(line, at)
            word, at = [*(word or []), escaped], at + length
        elif sign == "$" and quote == '"' and (match := _VARIABLE.match(line, at - 1)):
            value = known.get(match["braced"] or match["bare"], match[0])
            word, at = [*(word or []), value], match.end()
        elif quote:
            word = word or []
            word.append(sign)
        elif sign == "#":
            break
        elif sign.isspace():
            if word is not None:
                words.append("".join(word))
                word = None
        elif sign in "\"'":
            quote, word = sign, word or []
        else:
            word = word or []
            word.append(sign)
    if quote:
        raise ValueError(f"unclosed {quote}")
    if word is not None:
        words.append("".join(word))
    return words


def _escaped(line: str, at: int) -> tuple[str, int]:
    """Return what a backslash before a place stands for, and of how many signs it took the meaning."""
    sign = line[at : at + 1]
    if sign in _CONTROL:
        return _CONTROL[sign], 1
    if match := _HEX.match(line, at):
        return chr(int(match[1], 16)), 3
    return (sign, 1) if sign and sign in " \\#\"'$" else ("\\", 0)


@dataclass
class _Choice:
    """A condition: the lines of each branch; the last one is empty where there is no ``.else``."""

    line: int
    number: int
    branches: list[list[Line | _Choice]] = field(default_factory=lambda: [[]])
    closed: bool = False


def alternatives(source: Source) -> tuple[list[int], Iterator[list[Line]]]:
    """Return the lines of all conditions, and the lines of the file by each way through these."""
    choices: list[_Choice] = []
    root: list[Line | _Choice] = []
    _parse(source, root, choices)
    counts = [len(choice.branches) for choice in choices]
    if prod(counts) > MOST_ALTERNATIVES:
        text = '".if" is not followed: there are too many of them; give the file with one branch of each'
        raise source.refuse(choices[0].line, text)

    def chosen(items: Sequence[Line | _Choice], ways: Sequence[int]) -> Iterator[Line]:
        for item in items:
            if isinstance(item, _Choice):
                yield from chosen(item.branches[ways[item.number]], ways)
            else:
                yield item

    ways = product(*(range(count) for count in counts))
    return [choice.line for choice in choices], (list(chosen(root, each)) for each in ways)


def _parse(source: Source, root: list[Line | _Choice], choices: list[_Choice]) -> None:
    open_: list[_Choice] = []
    for line, words in _lines(source):
        first = words[0]
        items = open_[-1].branches[-1] if open_ else root
        if first == ".if":
            choice = _Choice(line, len(choices))
            choices.append(choice)
            items.append(choice)
            open_.append(choice)
        elif first in _CONDITIONS:
            if not open_ or (open_[-1].closed and first != ".endif"):
                raise source.refuse(line, f'"{first}" stands outside any ".if"')
            if first == ".endif":
                choice = open_.pop()
                if not choice.closed:
                    choice.branches.append([])
            else:
                open_[-1].branches.append([])
                open_[-1].closed = first == ".else"
        elif first.startswith(".") and first not in _MESSAGES:
            raise source.refuse(line, f'"{first}" is unknown to HAProxy')
        elif first not in _MESSAGES:
            items.append((line, words))
    if open_:
        raise source.refuse(open_[-1].line, '".if" is not followed by ".endif"')


def _lines(source: Source) -> Iterator[Line]:
    variables: dict[str, str] = {}
    for number, text in enumerate(source.lines, 1):
        try:
            words = words_of(text.rstrip("\r"), variables)
        except ValueError as error:
            raise source.refuse(number, str(error)) from None
        if words:
            if words[0] == "setenv" and len(words) == 3:
                variables[words[1]] = words[2]
            yield number, words
