"""The parameters of `requests`."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.harness.parameters import Parameters, meaning_of_workload
from experiments.options.errors import BadUse
from experiments.options.parameters import choice, integer, number, parameter, text

SCENARIOS = ("steady", "equal", "slow", "lost", "added", "burst")
EVENTS = ("slow", "lost", "added")
"""Those of which the course over time is kept."""

INTERVALS = 18
"""Into so many equal parts the time is cut for it."""

NO_RESPONSE = "-"
SERVICES = ("exponential", "deterministic", "lognormal", "pareto")
NO_LIMIT = "none"
FILE = "file:"
LARGEST = 10**6
USUAL = (
    "round_robin",
    "random",
    "two_choices",
    "least_outstanding",
    "join_idle",
    "hashed",
    "bounded_loads",
    "bounded_loads:factor=2",
)


def queue_limit(value: object) -> str:
    """Read how many may wait at a server: a whole number, or none."""
    if value == NO_LIMIT:
        return NO_LIMIT
    try:
        return str(integer(0, 10**9)(value))
    except BadUse as error:
        raise BadUse(f"{error}; or {NO_LIMIT}") from None


def arrivals(value: object) -> str:
    """Read when requests come: poisson, bursty, or the times of a file."""
    if isinstance(value, str) and value.startswith(FILE) and len(value) > len(FILE):
        return value
    try:
        return choice("poisson", "bursty")(value)
    except BadUse as error:
        raise BadUse(f"{error}; or {FILE}PATH, a time in seconds a line") from None


@dataclass(frozen=True, kw_only=True)
class RequestsParameters(Parameters):
    """The parameters of `requests`.

    Parameters
    ----------
    balancers
        NAME, or NAME:PARAM=VALUE; of those over a partitioner its parameters too.
    load
        Utilisations: how much of the servers' time the requests would take.
    scenario
        What happens: nothing, nothing and all requests take equally long, one server that is slow,
        one that is lost for a third of the time and comes back, one that is added at half time, or a burst
        of as many requests as servers have workers at once.
    arrivals, service
        When requests come, and how long they take.
    service_ms
        The mean of that, on a server of weight 1.
    workers
        How many requests a server works on at a time.
    queue_limit
        How many may wait at a server; one more is refused.
    slow
        By how much the slow server is slower.
    requests
        Of a repetition.
    cache
        Entries of the cache that each server has; 0 for none. All but the first are tried with nothing else
        happening.
    hit
        What a hit takes of the time that a request takes.
    """

    without = {  # noqa: RUF012 - a ClassVar
        "algorithms": "balancers are compared here; give --balancers",
        "set": "balancers are compared here; give --balancers NAME:PARAM=VALUE",
        "vary": "balancers are compared here; give --balancers NAME:PARAM=VALUE,...",
        "keys": "it counts requests; give --requests",
        "engine": "a simulation goes through its requests one by one",
    }

    workload: tuple[str, ...] = parameter(
        "where the keys of requests come from, such as uniform or zipf:0.8:20000",
        text, ("zipf:0.8:20000",), many=True, separator=None, metavar="WORKLOAD", meaning=meaning_of_workload,
    )  # fmt: skip
    balancers: tuple[str, ...] = parameter(
        "balancers: NAME or NAME:PARAM=VALUE, such as bounded_loads:partitioner=rendezvous:factor=1.5",
        text, USUAL, many=True, metavar="NAME,...",
    )  # fmt: skip
    load: tuple[float, ...] = parameter(
        "utilisations of the servers",
        number(0.001, 100.0),
        (0.5, 0.8, 0.9, 0.95),
        many=True,
        metavar="RHO,...",
    )
    scenario: tuple[str, ...] = parameter(
        "what happens: " + ", ".join(SCENARIOS),
        choice(*SCENARIOS),
        ("steady",),
        many=True,
        metavar="EVENT,...",
    )
    arrivals: str = parameter(
        "when requests come: poisson, bursty, or file:PATH with a time in seconds a line",
        arrivals, "poisson", metavar="WHEN",
    )  # fmt: skip
    service: str = parameter(
        "how long requests take: " + ", ".join(SERVICES), choice(*SERVICES), "exponential", metavar="HOW"
    )
    service_ms: float = parameter(
        "milliseconds that a request takes in the mean", number(above=0), 10.0, metavar="MS"
    )
    workers: int = parameter("requests that a server works on at a time", integer(1, 1000), 1, metavar="C")
    queue_limit: str = parameter(
        "requests that may wait at a server, or none for any number", queue_limit, NO_LIMIT, metavar="K"
    )
    slow: float = parameter("by how much the slow server is slower", number(1.0, 1e6), 4.0, metavar="X")
    requests: int = parameter("requests of each repetition", integer(100, 10**9), 50_000, metavar="K")
    cache: tuple[int, ...] = parameter(
        "entries of each server's cache; 0 for none",
        integer(0, 10**8),
        (0,),
        many=True,
        metavar="ENTRIES,...",
    )
    hit: float = parameter("what a hit takes of the time of a request", number(0.0, 1.0), 0.1, metavar="PART")

    def check(self) -> None:
        """Refuse what no simulation can be about."""
        if len(self.workload) > 1:
            raise BadUse("--workload: requests come of one workload; give one")
        if self.queue_limit == NO_LIMIT:
            for load in self.load:
                if load >= 1:
                    raise BadUse(
                        f"--load: at {load:g} queues grow for ever; give a load below 1, or a --queue-limit"
                    )
        if "lost" in self.scenario and min(self.nodes) < 2:
            raise BadUse("--scenario: lost leaves no server of 1; give at least 2 --nodes")

    @property
    def room(self) -> int:
        """How many requests a server can have at most, those that it works on and those that wait."""
        return 2**62 if self.queue_limit == NO_LIMIT else self.workers + int(self.queue_limit)
