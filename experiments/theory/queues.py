"""Laws of queues: response times of servers, and how many requests stand at them.

Rates are of one server: `arrivals` a second, services of mean `service` seconds, utilisation
rho = arrivals * service. A response is the wait and the service.

Sources: Kleinrock, "Queueing Systems I", 1975, 3.2 (M/M/1), 3.5 (M/M/m), 5.6 (M/G/1), 6.3 (G/M/1);
Vvedenskaya, Dobrushin & Karpelevich 1996 and Mitzenmacher 2001 (supermarket model); Mitzenmacher & Upfal,
"Probability and Computing", 2005, 5.4 and 14 (balls into bins).
"""

from __future__ import annotations

import math
from collections.abc import Callable

__all__ = [
    "erlang_c",
    "gi_m_1",
    "hyperexponential",
    "largest_of_balls",
    "m_g_1",
    "m_m_1_quantile",
    "m_m_c",
    "renewals_at_random",
    "renewals_in_turn",
    "supermarket_mean",
    "supermarket_tail",
]

Transform = Callable[[float], float]
"""The Laplace transform of the time between arrivals: s -> E exp(-s A)."""

_STEPS = 200
_NEGLIGIBLE = 1e-18
MOST_LEVELS = 1000


def _stable(load: float) -> None:
    if not 0 < load < 1:
        raise ValueError(f"a queue without a limit has a law for loads between 0 and 1, not {load:g}")


def m_m_1_quantile(load: float, service: float, part: float) -> float:
    """Return the quantile of the response of M/M/1, which is exponential of mean service / (1 - load).

    >>> round(m_m_1_quantile(0.9, 1.0, 0.99), 3)
    46.052
    """
    _stable(load)
    return -math.log(1 - part) * service / (1 - load)


def erlang_c(workers: int, load: float) -> float:
    """Return the chance to wait in M/M/c, by Erlang B's recursion.

    >>> round(erlang_c(1, 0.9), 12), round(erlang_c(2, 0.5), 12)
    (0.9, 0.333333333333)
    """
    _stable(load)
    offered, blocked = workers * load, 1.0
    for servers in range(1, workers + 1):
        blocked = offered * blocked / (servers + offered * blocked)
    return blocked / (1 - load * (1 - blocked))


def m_m_c(workers: int, load: float, service: float) -> float:
    """Return the mean response of M/M/c: service + wait C / (c mu - lambda).

    >>> m_m_c(1, 0.5, 1.0)
    2.0
    """
    return service + erlang_c(workers, load) * service / (workers * (1 - load))


def m_g_1(load: float, service: float, cv_squared: float) -> float:
    """Return the mean response of M/G/1 by Pollaczek and Khinchine; infinite where the variance is.

    >>> m_g_1(0.5, 1.0, 0.0), m_g_1(0.5, 1.0, 1.0)
    (1.5, 2.0)
    """
    _stable(load)
    return service + load * service * (1 + cv_squared) / (2 * (1 - load))


def gi_m_1(between: Transform, service: float) -> float:
    """Return the mean of the response of GI/M/1, which is exponential: service / (1 - sigma).

    sigma is the root below 1 of sigma = A((1 - sigma) / service), A being the transform of the time between
    arrivals.

    >>> round(gi_m_1(lambda s: 0.9 / (0.9 + s), 1.0), 9)
    10.0
    """
    sigma = 0.0
    low, high = 0.0, 1 - 1e-12
    for _ in range(_STEPS):
        sigma = (low + high) / 2
        if between((1 - sigma) / service) > sigma:
            low = sigma
        else:
            high = sigma
    return service / (1 - sigma)


def hyperexponential(rate: float, cv_squared: float) -> Transform:
    """Return the transform of two exponentials with balanced means, of this rate and squared variation.

    >>> round(hyperexponential(2.0, 1.0)(2.0), 12)
    0.5
    """
    p = (1 + math.sqrt((cv_squared - 1) / (cv_squared + 1))) / 2
    first, second = 2 * p * rate, 2 * (1 - p) * rate

    def transform(s: float) -> float:
        return p * first / (first + s) + (1 - p) * second / (second + s)

    return transform


def renewals_in_turn(between: Transform, n: int) -> Transform:
    """Return the transform at one of n servers that get arrivals in turn: the sum of n times.

    >>> round(renewals_in_turn(lambda s: 1 / (1 + s), 2)(1.0), 12)
    0.25
    """
    return lambda s: between(s) ** n


def renewals_at_random(between: Transform, n: int) -> Transform:
    """Return the transform at one of n servers that get arrivals by chance: a geometric number of times.

    >>> round(renewals_at_random(lambda s: 2 / (2 + s), 2)(1.0), 12)
    0.5
    """

    def transform(s: float) -> float:
        one = between(s)
        return one / n / (1 - (1 - 1 / n) * one)

    return transform


def supermarket_tail(load: float, choices: int, level: int) -> float:
    """Return the share of servers with at least so many requests, of very many: lambda^((d^i - 1)/(d - 1)).

    >>> supermarket_tail(0.5, 2, 2), supermarket_tail(0.5, 1, 3)
    (0.125, 0.125)
    """
    power = level if choices == 1 else (choices**level - 1) // (choices - 1)
    return float(load**power)


def supermarket_mean(load: float, choices: int, service: float) -> float:
    """Return the mean response of the supermarket model with very many servers, by Little's law.

    >>> round(supermarket_mean(0.9, 1, 1.0), 9), round(supermarket_mean(0.9, 2, 1.0), 4)
    (10.0, 2.6141)
    """
    _stable(load)
    total = 0.0
    for level in range(1, MOST_LEVELS):
        tail = supermarket_tail(load, choices, level) if level < 40 or choices == 1 else 0.0
        total += tail
        if tail < _NEGLIGIBLE:
            break
    return total * service / load


def largest_of_balls(n: int, choices: int) -> float:
    """Return about the mean of the largest number of n balls in n bins, each in the emptiest of some drawn.

    The shares of bins with at least i balls follow, of very many, ds_i/dt = s_(i-1)^d - s_i^d; how many bins
    have as many is taken for Poisson.

    >>> 4.5 < largest_of_balls(1024, 1) < 5.6, 3.0 < largest_of_balls(1024, 2) < 3.6
    (True, True)
    """
    levels, steps = 40, 4000
    shares = [1.0] + [0.0] * levels

    def slopes(at: list[float]) -> list[float]:
        return [0.0] + [at[i - 1] ** choices - at[i] ** choices for i in range(1, levels + 1)]

    for _ in range(steps):
        first = slopes(shares)
        middle = slopes([s + d / (2 * steps) for s, d in zip(shares, first, strict=True)])
        shares = [s + d / steps for s, d in zip(shares, middle, strict=True)]
    return 1.0 + sum(-math.expm1(-n * share) for share in shares[2:])
