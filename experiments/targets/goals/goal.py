"""What a target is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["ANY", "AVX2", "AVX512", "Goal", "Pair", "Setting", "faster", "nothing", "slower"]

AVX512, AVX2, ANY = "AVX-512", "AVX2", ""
"""For which vector instructions a bound is stated."""


@dataclass(frozen=True)
class Setting:
    """How large the measurements are.

    Parameters
    ----------
    keys
        Of a batch.
    large_keys
        Of a batch that threads share.
    event_keys
        Of a whole scale event; 0 for none.
    seed
        From which the keys derive.
    rounds
        For what is not timed in pairs.
    """

    keys: int
    large_keys: int
    event_keys: int
    seed: int
    rounds: int


def nothing() -> None:
    """Have nothing to put away."""


@dataclass(frozen=True)
class Pair:
    """Two calls that are timed in turn, or one alone.

    Parameters
    ----------
    ours, theirs
        The calls; None for `theirs` where a time is judged by itself.
    value
        From the nanoseconds of the calls to what the target is about.
    refresh
        Writes keys that were not asked for before, outside the clock: before each call.
    most_rounds
        How many rounds are enough, for calls that take long.
    close
        Puts away what the calls needed.
    """

    ours: Callable[[], object]
    theirs: Callable[[], object] | None
    value: Callable[[Sequence[int]], float]
    most_rounds: int = 10**6
    close: Callable[[], None] = nothing
    refresh: Callable[[], None] = nothing


@dataclass(frozen=True)
class Goal:
    """One target.

    Parameters
    ----------
    name
        By which it is chosen.
    what
        A line for the table.
    unit
        Of the value: "×", "ns", "ms", "s", "MB".
    at_most
        Whether the value should be small; otherwise it should be large.
    bounds
        The bound by vector instructions, `ANY` for all machines.
    prepare
        Gets ready; returns a pair to be timed, values that it has measured itself, or why there are none.
    threads
        How many it takes.
    """

    name: str
    what: str
    unit: str
    at_most: bool
    bounds: Mapping[str, float]
    prepare: Callable[[Setting], Pair | Sequence[float] | str]
    threads: int = 1

    def bound(self, width: str | None) -> float | None:
        """Return the bound on a machine."""
        return self.bounds.get(width or "", self.bounds.get(ANY))

    def met(self, value: float, width: str | None) -> bool | None:
        """Return whether a value meets the bound; None where there is no bound for the machine."""
        bound = self.bound(width)
        if bound is None:
            return None
        return value <= bound if self.at_most else value >= bound


def faster(spent: Sequence[int]) -> float:
    """Return by how much ours is faster: theirs through ours."""
    return spent[1] / spent[0]


def slower(spent: Sequence[int]) -> float:
    """Return how many times as long ours takes: ours through theirs."""
    return spent[0] / spent[1]
