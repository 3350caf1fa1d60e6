"""Traffic: when the requests of a repetition come, how long they take, and of which keys they are.

All is drawn of named axes, never of the balancer: all balancers see the same requests. Loads differ only in
how fast the same gaps follow one another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.options.errors import BadUse
from experiments.seeds import derive

from .parameters import FILE, RequestsParameters

__all__ = ["BURSTY", "CV_SQUARED", "Traffic", "times_of"]

BURSTY = 10.0
"""The squared variation of the gaps of bursty arrivals: two exponentials with balanced means."""

SIGMA_SQUARED = math.log(1 + 4.0)
PARETO = 1.5

CV_SQUARED = {"exponential": 1.0, "deterministic": 0.0, "lognormal": 4.0, "pareto": math.inf}
"""The squared variation of each kind of service."""


@dataclass(frozen=True)
class Traffic:
    """The requests of one repetition.

    Parameters
    ----------
    gaps
        (k,) times between arrivals, of mean 1.
    services
        (k,) times that they take, of mean 1.
    """

    gaps: NDArray[np.float64]
    services: NDArray[np.float64]

    @classmethod
    def drawn(cls, parameters: RequestsParameters, number: int) -> Traffic:
        """Return the requests of a repetition."""
        seed, count = parameters.seed, parameters.requests
        if parameters.arrivals.startswith(FILE):
            times = times_of(Path(parameters.arrivals.removeprefix(FILE)))[:count]
            gaps = np.diff(times, prepend=0.0)
            gaps = gaps / (times[-1] / len(times))
        else:
            chance = np.random.default_rng(derive(seed, "requests", "arrivals", number))
            gaps = chance.standard_exponential(count)
            if parameters.arrivals == "bursty":
                p = (1 + math.sqrt((BURSTY - 1) / (BURSTY + 1))) / 2
                gaps /= np.where(chance.random(count) < p, 2 * p, 2 * (1 - p))
        chance = np.random.default_rng(derive(seed, "requests", "services", number))
        count = len(gaps)
        if parameters.service == "exponential":
            services = chance.standard_exponential(count)
        elif parameters.service == "lognormal":
            services = chance.lognormal(-SIGMA_SQUARED / 2, math.sqrt(SIGMA_SQUARED), count)
        elif parameters.service == "pareto":
            services = (chance.pareto(PARETO, count) + 1) * (PARETO - 1) / PARETO
        else:
            services = np.ones(count)
        return cls(gaps, services)

    def arrivals(self, rate: float) -> NDArray[np.float64]:
        """Return when the requests come, of so many in a unit of time."""
        return np.cumsum(self.gaps) / rate


@lru_cache(maxsize=1)
def times_of(path: Path) -> NDArray[np.float64]:
    """Return the times of a file, counted from the first gap on; a wrong line is named by its number."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadUse(f"--arrivals: {path} cannot be read: {error}") from None
    times = list[float]()
    for line_number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            time = float(line)
        except ValueError:
            time = math.nan
        if not math.isfinite(time):
            raise BadUse(
                f"--arrivals: {path}, line {line_number}: {line.strip()[:40]!r} is no time in seconds"
            )
        if times and time < times[-1]:
            raise BadUse(
                f"--arrivals: {path}, line {line_number}: {time:g} stands after {times[-1]:g}; let times "
                "ascend"
            )
        times.append(time)
    if len(times) < 100 or times[-1] == times[0]:
        raise BadUse(
            f"--arrivals: {path} has {len(times)} times; give at least 100 that are not all the same"
        )
    array: NDArray[np.float64] = np.array(times)
    counted: NDArray[np.float64] = array - array[0] + (array[-1] - array[0]) / (len(array) - 1)
    return counted
