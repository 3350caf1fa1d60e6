"""Compare the working tree with another revision: what is slower, beyond noise, or has changed.

Both builds run the suite of the working tree, with the same interpreter and the same installed packages, each
with its own sources first on the path: a difference is one of the project's own code. `judgement` says how
times are judged; tracked numbers, which no clock decides, must be equal. This is `make bench-compare`.

Exit codes: 0 nothing is slower and no tracked number differs, 1 something is or does, 2 bad use.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from .builds import ROOT, CannotCompare, Side, lay_out
from .collect import Benchmark, suite
from .judgement import FASTER, SLOWER, TOLERANCE, Verdict, judge, resolution, suspects

FOLDER = ".asv/compare"

LAUNCHES, AGAIN = 5, 10
ROUNDS = 7
SLICE = 2e6
"""Nanoseconds that one timing takes: short calls are repeated until they do."""

BUDGET = 2e8
"""Nanoseconds that a case may take in one launch: slow calls get fewer rounds, but two at least."""

NOISY = 0.1
"""Where a median interval is wider than that to each side, the machine was too busy."""


@dataclass(frozen=True)
class Case:
    """A benchmark with its parameters."""

    benchmark: Benchmark
    values: tuple[Any, ...]

    @property
    def label(self) -> str:
        """As it is listed, such as ``lookup.Batch.time_assign(ring, 16)``."""
        return f"{self.benchmark.name}({', '.join(map(str, self.values))})"


@dataclass(eq=False)
class Comparison:
    """Both builds, and what has been found out.

    Parameters
    ----------
    base, this
        The builds.
    say
        Takes a line for whoever waits.
    """

    base: Side
    this: Side
    say: Callable[[str], None]
    numbers: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def track(self, cases: Sequence[Case]) -> None:
        """Compare tracked numbers, once: no clock decides them."""
        with self.base, self.this:
            for case in self._prepared(cases, 0):
                values = [side.ask("value")["value"] for side in (self.base, self.this)]
                if values[0] != values[1]:
                    self.changes[case.label] = (values[0], values[1])

    def compile(self, cases: Sequence[Case]) -> None:
        """Call everything once, so that no launch that counts waits for a compiler."""
        with self.base, self.this:
            for case in self._prepared(cases, 0):
                spent = [side.ask("time", number=1)["nanoseconds"] for side in (self.base, self.this)]
                self.numbers[case.label] = max(1, min(10_000, int(SLICE / max(spent))))

    def time(self, cases: Sequence[Case], launches: int) -> dict[str, list[list[list[float]]]]:
        """Time both builds in turn: base this, this base, base this ... in each of some launches."""
        times: dict[str, list[list[list[float]]]] = {}
        for launch in range(launches):
            self.say(f"launch {launch + 1} of {launches}: {len(cases)} cases")
            order = (self.base, self.this) if launch % 2 == 0 else (self.this, self.base)
            with ExitStack() as started:
                for side in order:
                    started.enter_context(side)
                for case in self._prepared(cases, launch):
                    times.setdefault(case.label, []).append(self._rounds(case, launch))
        return times

    def _rounds(self, case: Case, launch: int) -> list[list[float]]:
        number = self.numbers[case.label]
        rounds: list[list[float]] = []
        spent = 0.0
        while len(rounds) < ROUNDS and (len(rounds) < 2 or spent < BUDGET):
            pair = [0.0, 0.0]
            sides = [(0, self.base), (1, self.this)]
            for place, side in sides if (len(rounds) + launch) % 2 == 0 else reversed(sides):
                pair[place] = float(side.ask("time", number=number)["nanoseconds"])
            spent += sum(pair) * number
            rounds.append(pair)
        return rounds

    def _prepared(self, cases: Sequence[Case], launch: int) -> Iterator[Case]:
        for case in cases:
            replies = [
                side.ask("prepare", benchmark=case.benchmark.name, case=case.values)
                for side in ((self.base, self.this) if launch % 2 == 0 else (self.this, self.base))
            ]
            base, this = replies if launch % 2 == 0 else reversed(replies)
            if this["is"] == "failed":
                self.failures[case.label] = this["why"]
            elif base["is"] == this["is"] == "ready":
                yield case
            elif base["is"] != this["is"]:
                self.left_out[case.label] = f"in {self.base.name}: {base.get('why', base['is'])}"


def cases_of(kind: str, only: str) -> list[Case]:
    """Return the cases of some kind whose label a pattern is found in.

    Examples
    --------
    >>> [case.label for case in cases_of("time", r"Build.*[(]jump, 16")]
    ['build.Build.time_create(jump, 16)']
    """
    try:
        pattern = re.compile(only, re.IGNORECASE)
    except re.error as error:
        raise CannotCompare(f"--only {only!r} is no regular expression: {error}") from None
    cases = (Case(b, values) for b in suite() if b.kind == kind for values in b.cases())
    return [case for case in cases if pattern.search(case.label)]


def report(verdicts: Sequence[Verdict], comparison: Comparison, say: Callable[[str], None]) -> int:
    """Say what was found, and return the exit code."""
    for verdict in sorted(verdicts, key=lambda one: -one.ratio):
        if verdict.word in (SLOWER, FASTER):
            say(
                f"{verdict.word}: {verdict.case}: {_duration(verdict.base)} before, "
                f"{_duration(verdict.this)} now: {verdict.ratio:.2f} times that, "
                f"95 % interval {verdict.low:.2f} to {verdict.high:.2f}"
            )
    for label, (before, now) in comparison.changes.items():
        say(f"changed: {label}: {before} before and {now} now")
    for label, why in comparison.failures.items():
        say(f"fails: {label}: {why}")
    for label, why in comparison.left_out.items():
        say(f"not compared: {label}: {why}")
    slower = sum(verdict.word == SLOWER for verdict in verdicts)
    say(
        f"{slower} slower, {sum(verdict.word == FASTER for verdict in verdicts)} faster, "
        f"{len(comparison.changes)} tracked numbers changed, {len(comparison.failures)} failures"
    )
    return 1 if slower or comparison.changes or comparison.failures else 0


def compare(
    base: str, *, only: str = "", launches: int = LAUNCHES, again: int = AGAIN, tolerance: float = TOLERANCE
) -> int:
    """Compare the working tree with a revision."""
    from filelock import FileLock, Timeout

    timed, tracked = cases_of("time", only), cases_of("track", only)
    if not timed and not tracked:
        names = ", ".join(dict.fromkeys(benchmark.name for benchmark in suite()))
        raise CannotCompare(f"--only {only!r} is found in no case of {names}; without it all are compared")
    folder = ROOT / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "lock", blocking=False):
            comparison = Comparison(*lay_out(base, folder), _wait)
            _wait(f"{len(tracked)} tracked numbers, once")
            comparison.track(tracked)
            _wait(f"{len(timed)} timed cases; compiling first")
            comparison.compile(timed)
            ready = [case for case in timed if case.label in comparison.numbers]
            times = comparison.time(ready, launches)
            suspected = set(suspects(times, tolerance=tolerance))
            _wait(f"{len(suspected)} of {len(times)} cases deserve a second look")
            second = (
                comparison.time([case for case in ready if case.label in suspected], again)
                if suspected
                else {}
            )
    except Timeout:
        raise CannotCompare(
            "another comparison is under way here: wait for it, as each disturbs the other"
        ) from None
    lost = resolution(times) if times else 0.0
    code = report(judge(second, tolerance=tolerance) if second else [], comparison, _say)
    if lost > NOISY:
        _say(f"This machine was busy: the noise hid differences below {lost:.0%}; run again when it is quiet")
    elif times:
        _say(f"Differences below about {max(lost, tolerance):.0%} would not have been seen")
    return code


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, compare, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m experiments.benchmarks.compare", description=(__doc__ or "").strip()
    )
    parser.add_argument("--base", default="main", metavar="REVISION", help="with what (main)")
    parser.add_argument("--only", default="", metavar="REGEX", help="only cases in whose label this is found")
    parser.add_argument(
        "--launches", type=int, default=LAUNCHES, metavar="L", help=f"in the first look ({LAUNCHES})"
    )
    parser.add_argument("--again", type=int, default=AGAIN, metavar="L", help=f"in the second look ({AGAIN})")
    parser.add_argument(
        "--tolerance", type=float, default=100 * TOLERANCE, metavar="PERCENT",
        help=f"how much slower still counts as as fast ({100 * TOLERANCE:g})",
    )  # fmt: skip
    given = parser.parse_args(arguments)
    try:
        if min(given.launches, given.again) < 2 or not given.tolerance >= 0:
            raise CannotCompare("at least 2 launches are needed for an interval, and a tolerance from 0")
        return compare(
            given.base,
            only=given.only,
            launches=given.launches,
            again=given.again,
            tolerance=given.tolerance / 100,
        )
    except CannotCompare as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _duration(nanoseconds: float) -> str:
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _wait(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
