"""The parameters of `cache`."""

from __future__ import annotations

from dataclasses import dataclass

from experiments import events
from experiments.harness.parameters import Parameters, meaning_of_workload
from experiments.options.errors import BadUse
from experiments.options.key_counts import KeyCount, key_count
from experiments.options.parameters import choice, integer, number, parameter, text
from experiments.options.parsers import shortest

LOSS, RESTART = "loss", "restart"
OWN = {
    LOSS: "the middle node is lost and comes back empty",
    RESTART: "all nodes leave and come back empty, one after the other",
}
POLICIES = ("lru", "sieve")


def happening(value: object) -> str:
    """Read what happens: loss, restart, or a scale event."""
    if value in OWN:
        return str(value)
    try:
        return events.canonical(value)
    except BadUse as error:
        raise BadUse(f"{error}; or {LOSS} or {RESTART}") from None


def capacity(value: object) -> str:
    """Read how much all caches hold together: a part of the keys in percent, or a number of entries.

    >>> capacity("10.0%"), capacity("5e3")
    ('10%', '5000')
    """
    written = str(value).strip()
    try:
        if written.endswith("%"):
            return f"{shortest(number(above=0.0)(written[:-1]))}%"
        return str(integer(1)(value))
    except BadUse as error:
        raise BadUse(f"{error}; or a part of the keys such as 10%") from None


@dataclass(frozen=True, kw_only=True)
class CacheParameters(Parameters):
    """The parameters of `cache`.

    Parameters
    ----------
    event
        What happens when half of the requests are through: scale events, see :mod:`experiments.events`; or
        ``loss``, a node that is gone for a time and comes back empty; or ``restart``, all nodes in turn.
    capacity
        What all caches hold together at the start. All nodes have as much, or by their weights.
    policy
        Who goes where there is no room. All but the first are tried with the first capacity only.
    rate
        Requests a second, of traces that do not say.
    away
        For how many requests a node is gone that comes back, as a part of all.
    entry_bytes
        The size of an entry, of traces that do not say.
    back
        The hit rate is back when it is not further below that of the same nodes without an event.
    """

    without = {"engine": "caches take requests one by one"}  # noqa: RUF012 - a ClassVar

    workload: tuple[str, ...] = parameter(
        "where requests come from, such as zipf:0.9, churn or trace:twitter:cluster52.csv.zst; may be "
        "repeated",
        text, ("zipf:0.9:30000", "churn:0.9:30000:300000"),
        many=True, separator=None, metavar="WORKLOAD", meaning=meaning_of_workload,
    )  # fmt: skip
    keys: int = parameter(
        "requests of each repetition; not given, or all: every request of a file",
        key_count, KeyCount(300_000, whole=True), metavar="K",
    )  # fmt: skip
    event: tuple[str, ...] = parameter(
        "what happens: " + ", ".join([*OWN, *(kind.syntax for kind, _ in events.KINDS.values())]),
        happening, ("add:1", "remove:last", "replace", LOSS, RESTART), many=True, metavar="EVENT,...",
    )  # fmt: skip
    capacity: tuple[str, ...] = parameter(
        "entries of all caches together, as a part of the keys such as 10%, or as a number",
        capacity, ("50%", "10%"), many=True, metavar="PART%|ENTRIES,...",
    )  # fmt: skip
    policy: tuple[str, ...] = parameter(
        "who goes where there is no room: " + ", ".join(POLICIES),
        choice(*POLICIES), POLICIES, many=True, metavar="POLICY,...",
    )  # fmt: skip
    rate: float = parameter(
        "requests a second, of traces that do not say", number(above=0.0), 5000.0, metavar="R"
    )
    away: float = parameter(
        "how long a node is gone that comes back, as a part of all requests",
        number(0.0, 0.4),
        0.05,
        metavar="PART",
    )
    entry_bytes: int = parameter(
        "bytes of an entry, of traces that do not say", integer(1, 10**12), 1000, metavar="BYTES"
    )
    back: float = parameter(
        "how far the hit rate may be below what it would be, and is back",
        number(0.0, 1.0),
        0.01,
        metavar="PART",
    )

    def check(self) -> None:
        """Refuse what leaves no node."""
        for event in self.event:
            least = 2 if event in OWN else events.parse(event).least_nodes
            if min(self.nodes) < least:
                where = "nodes in the --cluster" if self.cluster else "--nodes"
                raise BadUse(
                    f"--event: {event} leaves no node of {min(self.nodes)}; give at least {least} {where}"
                )
