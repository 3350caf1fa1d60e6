"""A small experiment for the tests of the framework, and a command line that can kill itself.

``python tests/fake_experiment.py fake ...`` is the command line with this experiment alone. The variable
``KILL_AT=N`` has the process killed when it is about to flush to the disk for the N-th time, and ``TORN=1``
has the last bytes of what it was writing lost.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from experiments import run
from experiments.harness import selection
from experiments.harness.experiment import Case, Context, Experiment, Measured
from experiments.harness.parameters import Parameters
from experiments.options.errors import BadUse
from experiments.options.parameters import choice, number, parameter, switch
from experiments.report.presentation import Presentation, Results
from experiments.seeds import repetition_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

CHUNK = 16


@dataclass(frozen=True, kw_only=True)
class FakeParameters(Parameters):
    without = {"workload": "it counts its keys"}  # noqa: RUF012 - a ClassVar of the base

    event: tuple[str, ...] = parameter("events", choice("add", "remove"), ("add",), many=True)
    drawn: bool = parameter("whether to draw a figure", switch, False)
    refuted: bool = parameter("whether a claim is refuted", switch, False)
    pause: float = parameter("seconds of each case", number(0), 0, identity=False)


class Fake(Experiment[FakeParameters]):
    name = "fake"
    title = "Counts keys on nodes, for the tests"
    Parameters = FakeParameters

    @property
    def catalogue(self) -> Path:
        return Path(__file__).with_name("fake.toml")

    def cases(self, parameters: FakeParameters) -> Sequence[Case]:
        return [
            Case(f"{candidate.label} {n} {number}", {"candidate": candidate, "n": n, "number": number})
            for candidate in selection.resolve(parameters.algorithms or ("modulo", "jump"), parameters.set)
            for n in parameters.nodes
            for number in range(parameters.repetitions)
        ]

    def measure(self, case: Case, parameters: FakeParameters, context: Context) -> Measured:
        began = time.perf_counter()
        time.sleep(parameters.pause)
        n, number, candidate = (case.arguments[name] for name in ("n", "number", "candidate"))
        if n == 13:
            raise BadUse("--nodes: 13 is refused by this experiment; give another")
        repetition = repetition_of(parameters.seed, "counted", number, seed_bits=64)

        def load(chunk: int) -> int:
            keys = range(chunk * CHUNK, min((chunk + 1) * CHUNK, parameters.keys))
            return sum((key * repetition.keys) % n == 0 for key in keys)

        chunks = -(-parameters.keys // CHUNK)
        first = context.engine.fold(
            load, chunks, lambda total, part: total + part, 0, progress=context.chunks_done
        )
        same = {"algorithm": candidate.label, "nodes": n, "repetition": number}
        row = {
            **same,
            "seed": repetition.keys,
            "first": first,
            "share": first / parameters.keys,
            "expected": Fraction(1, n),
            "even": n % 2 == 0,
            "note": None if n % 2 else 'two, "even",\nlines',
        }
        return Measured([row], [{**same, "seconds": time.perf_counter() - began}])

    def present(self, results: Results[FakeParameters]) -> Presentation:
        from experiments.report.figures.figure import Figure
        from experiments.report.tables.table import Table

        assert results.timing is not None
        shares = results.rows.groupby(["algorithm", "nodes"], as_index=False)["share"].mean()

        def draw(canvas: Canvas) -> None:
            canvas.subplots().plot(shares["nodes"], shares["share"], "o")

        return Presentation(
            tables=[
                Table("shares", "Share of the first node", shares, "Means."),
                Table("cost", "Seconds", results.timing, "A clock's.", timing=True),
            ],
            figures=[Figure("shares", "Shares.", draw)] if results.parameters.drawn else [],
            meaning=["The first of n nodes has a share of about 1/n."],
            failures=["the first node has too much"] if results.parameters.refuted else [],
        )


FAKE = Fake()


def find(name: str) -> Fake:
    """Give this experiment to the command line."""
    if name != FAKE.name:
        raise BadUse(f"there is no experiment {name!r}; there are {FAKE.name}")
    return FAKE


def kill_at(count: int, torn: bool) -> None:
    """Have this process killed at its `count`-th flush to the disk."""
    flush = os.fsync
    left = count

    def fsync(handle: int) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            if torn:
                os.ftruncate(handle, max(0, os.fstat(handle).st_size - 3))
            os.kill(os.getpid(), signal.SIGKILL)
        flush(handle)

    os.fsync = fsync


if __name__ == "__main__":
    if "KILL_AT" in os.environ:
        kill_at(int(os.environ["KILL_AT"]), "TORN" in os.environ)
    sys.exit(run.main(find=find))
