"""How many requests balancers and caches take a second, and what a single one costs: the suite's own cases.

Each case is called a number of times, on other requests each time, by the processor's time of the thread; the
median stands beside its interval. This is `make bench-requests`.

Exit codes: 0 printed, 2 bad use.
"""

from __future__ import annotations

import argparse
import gc
import re
import sys
from collections.abc import Iterator, Sequence

from experiments.inference.estimates import median

from .collect import Benchmark, suite
from .worker import pin, timed

ROUNDS = 15
"""Calls of each case."""


def rates(pattern: str, rounds: int) -> Iterator[tuple[str, str]]:
    """Yield of each case its label, and what a request takes, as a line says it."""
    for benchmark in suite():
        if benchmark.cls.__module__ != f"{__package__}.requests":
            continue
        for case in benchmark.cases():
            label = f"{benchmark.name.removeprefix('requests.')}({', '.join(map(str, case))})"
            if re.search(pattern, label, re.IGNORECASE):
                yield label, measured(benchmark, case, rounds)


def measured(benchmark: Benchmark, case: tuple[str, ...], rounds: int) -> str:
    """Return requests a second in millions and nanoseconds of one, each with its interval, as text."""
    call = benchmark.prepare(*case)
    each = [timed(call, 1) / benchmark.cls.number_of for _ in range(rounds)]
    found = median(each)
    middle, ends = found.value, found.interval
    if ends is None:
        raise ValueError(f"{rounds} calls are too few for the interval of a median")
    rate = f"{1e3 / middle:8.2f} [{1e3 / ends.high:.2f}, {1e3 / ends.low:.2f}] M/s"
    return f"{rate:32} {middle:8.1f} [{ends.low:.1f}, {ends.high:.1f}] ns"


def main(arguments: Sequence[str]) -> int:
    """Print a line for each case."""
    parser = argparse.ArgumentParser(prog="python -m experiments.benchmarks.rates", description=__doc__)
    parser.add_argument("--only", default="", metavar="PATTERN", help="cases in whose label it is found")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help="calls of each (default 15)")
    asked = parser.parse_args(arguments)
    try:
        re.compile(asked.only)
    except re.error as error:
        parser.error(f"--only {asked.only} is no regular expression: {error}")
    if asked.rounds < 6:
        parser.error(f"--rounds {asked.rounds}: a median has an interval from 6 calls on")
    pin()
    gc.disable()
    count = 0
    for label, said in rates(asked.only, asked.rounds):
        count += 1
        sys.stdout.write(f"{label:50} {said}\n")
        sys.stdout.flush()
    if not count:
        parser.error(f"--only {asked.only} is found in no case")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
