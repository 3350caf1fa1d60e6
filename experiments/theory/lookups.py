"""Laws of the steps of a lookup by name: those that specs of algorithms give, and those that papers state.

H and G are the sums of 1/i and of 1/i^2; n is the number of nodes before any left, w that of those that are
left, a that of places which lookups choose among, live or free; M is 2^ceil(log2 a).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from experiments.theory.cost import anchor_links, candidates, memento_links
from experiments.theory.numbered import binomial_draws, flip_words, jumpback_words

__all__ = ["LAWS", "LookupLaw", "Setting"]


@dataclass(frozen=True)
class Setting:
    """What a law of lookups is asked about.

    Attributes
    ----------
    nodes, live, numbered
        n, w and a.
    order
        In which nodes left: "random", or "last" for the last buckets first; another word for other orders.
    parameters
        Those of the algorithm.
    """

    nodes: int
    live: int
    numbered: int
    order: str = "random"
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LookupLaw:
    """A law of the mean number of steps.

    Attributes
    ----------
    formula
        In one line of plain text.
    value
        Its value for a setting; None where it says nothing.
    bound
        Whether it is what the mean is at most.
    """

    formula: str
    value: Callable[[Setting], float | None]
    bound: bool = False


@functools.lru_cache(maxsize=1024)
def harmonic(n: int) -> float:
    """Return H_n.

    Examples
    --------
    >>> harmonic(0), harmonic(4)
    (0.0, 2.083333333...)
    """
    return math.fsum((1.0 / np.arange(1, n + 1)).tolist())


def _draws(at: Setting) -> float:
    return 1 + harmonic(at.numbered) - harmonic(at.live)


def _jumpback(at: Setting) -> float:
    return 1.0 if at.numbered < 2 else float(jumpback_words(at.numbered)[0])


def _jumpback_and_draws(at: Setting) -> float:
    return 0.0 if at.numbered < 2 else _jumpback(at) + _draws(at) - 1


def _two_jumps(at: Setting) -> float:
    holes = (at.numbered - at.live) / at.numbered
    return harmonic(at.numbered) + holes * harmonic(at.live)


def _flip(at: Setting) -> float:
    return 0.0 if at.numbered < 2 else float(flip_words(at.numbered))


def _too_high(n: int) -> tuple[int, float]:
    """Return M and the chance that a draw from 0 to M - 1 is not below n."""
    enclosing = 1 << (n - 1).bit_length()
    return enclosing, (enclosing - n) / enclosing


def _binomial_draws(at: Setting) -> float:
    return float(binomial_draws(at.numbered, at.parameters["retries"]))


def _binomial_words(at: Setting) -> float | None:
    if at.parameters["rehash"] != "mixed":
        return None
    if at.numbered < 2:
        return 0.0
    (enclosing, p), tries = _too_high(at.numbered), at.parameters["retries"]
    again = _binomial_draws(at) - 1
    # after a draw that is too high and perhaps others, half of all tries and the last one lead below M/2
    lower = p * ((1 - p**tries) / (1 - p) / 2 + p**tries)
    return float(1 - 1 / enclosing + again * (2 - 1 / enclosing) + lower * (1 - 2 / enclosing))


def _power(at: Setting) -> float:
    if at.numbered < 2:
        return 0.0
    (enclosing, p), n = _too_high(at.numbered), at.numbered
    half = enclosing // 2
    jumps = 1 + harmonic(n) - harmonic(half)
    return 1 - 1 / enclosing + p * (jumps + half / n * (1 - 1 / half))


def _first_candidate(at: Setting) -> float | None:
    if at.numbered > at.live:
        return None
    if at.numbered < 2:
        return 1.0
    enclosing, p = _too_high(at.numbered)
    return 1 + 2 * (1 - 1 / enclosing) + p / (1 - p) * (2 - 2 / enclosing)


def _after_removals(links: Callable[[int, int], float]) -> Callable[[Setting], float | None]:
    """Return the law of links that holds for removals in random order; the last ones first leave none."""

    def value(at: Setting) -> float | None:
        if at.nodes == at.live or at.order == "last":
            return 0.0
        return links(at.nodes, at.live) if at.order == "random" else None

    return value


def _logarithm(at: Setting) -> float:
    return math.log(at.numbered / at.live)


LAWS: Mapping[str, LookupLaw] = {
    "one": LookupLaw("1", lambda at: 1.0),
    "nodes": LookupLaw("w", lambda at: float(at.live)),
    "probes": LookupLaw("k", lambda at: float(at.parameters["probes"])),
    "window": LookupLaw(
        "the smaller of C and w", lambda at: float(min(at.parameters["candidates"], at.live))
    ),
    "jumps": LookupLaw("H_a", lambda at: harmonic(at.numbered)),
    "two jumps": LookupLaw("H_a + (1 - w/a) H_w", _two_jumps),
    "jumpback": LookupLaw("1 + (r - 1) r/(2r - 1), r = M/a", _jumpback),
    "flip": LookupLaw("2 - 1/M + p/(1 - p) (3/2 - 1/M), p = 1 - a/M", _flip),
    "binomial draws": LookupLaw("1 + p (1 - p^t)/(1 - p), p = 1 - a/M, t retries", _binomial_draws),
    "binomial words": LookupLaw("of the draws d: 2d - 1 - d/M, and those of the lower half", _binomial_words),
    "power": LookupLaw("1 - 1/M + p (1 + H_a - H_(M/2) + (M/2 - 1)/a), p = 1 - a/M", _power),
    "draws": LookupLaw("1 + H_a - H_w", _draws),
    "jumps and draws": LookupLaw("H_a + H_a - H_w", lambda at: harmonic(at.numbered) + _draws(at) - 1),
    "jumpback and draws": LookupLaw("1 + (r - 1) r/(2r - 1) + H_a - H_w, r = M/a", _jumpback_and_draws),
    "links to stand-ins": LookupLaw(
        "((H_n - H_w)^2 + G_n - G_w)/2, about ln^2(n/w)/2", _after_removals(anchor_links)
    ),
    "links to replacements": LookupLaw(
        "(n + 1)(G_n - G_w) - (H_n - H_w), about n/w - 1 - ln(n/w)", _after_removals(memento_links)
    ),
    "slots": LookupLaw("a/w", lambda at: at.numbered / at.live),
    "candidates": LookupLaw("(a + 1)/(w + 1)", lambda at: float(candidates(at.numbered, at.live))),
    "first candidate": LookupLaw("3 - 2/M + p/(1 - p) (2 - 2/M), p = 1 - a/M", _first_candidate),
    "logarithm": LookupLaw("1 + ln(a/w)", lambda at: 1 + _logarithm(at), bound=True),
    "squared logarithm": LookupLaw(
        "ln^2(a/w)", lambda at: _logarithm(at) ** 2 if at.order == "random" else None, bound=True
    ),
}
"""By the name that a `Step` of a spec gives; the last two are stated and hold in part, or not at all."""
