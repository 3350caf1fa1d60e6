"""One workload and one number of nodes: the part of a summary that a table or a chart is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from experiments.report.slugs import slug

if TYPE_CHECKING:
    import pandas as pd

    from experiments.report.summary import Summary


@dataclass(frozen=True)
class Part:
    """The numbers of one workload and one number of nodes."""

    numbers: Summary
    case: dict[str, Any]
    suffix: str

    @property
    def workload(self) -> str:
        """Whose keys."""
        return str(self.case["workload"])

    @property
    def n(self) -> int:
        """Nodes before the event."""
        return int(self.case["n"])

    @property
    def repetitions(self) -> int:
        """How many."""
        return int(self.case["repetitions"])

    @property
    def facts(self) -> str:
        """Nodes, keys and repetitions, for a caption."""
        plural = "s" if self.repetitions > 1 else ""
        keys = f"{self.case['keys']:,} keys ({self.workload})"
        return f"{self.n} nodes, {keys}, {self.repetitions} repetition{plural}"

    @property
    def method(self) -> str:
        """How the intervals of movement were made."""
        return "t over repetitions" if self.repetitions > 1 else "binomial, for this one hash seed"

    def sheet(self, name: str) -> pd.DataFrame:
        """Return what a sheet has of this part."""
        return self.numbers[name].where(workload=self.workload, n=self.n).reset_index(drop=True)

    @cached_property
    def asked(self) -> dict[str, dict[str, Any]]:
        """What each event is, by its text."""
        rows = self.numbers["asked"].records()
        return {row["event"]: row for row in rows if (row["workload"], row["n"]) == (self.workload, self.n)}

    @property
    def events(self) -> list[str]:
        """The events, in their order."""
        return list(self.asked)

    @property
    def labels(self) -> list[str]:
        """The labels of the algorithms, in their order."""
        return list(dict.fromkeys(self.sheet("events")["label"]))

    def title(self, event: str) -> str:
        """Return an event in words."""
        return str(self.asked[event]["title"])

    def arrow(self, event: str) -> str:
        """Return an event in words, with the numbers of nodes where it can be done."""
        after = self.asked[event]["n_after"]
        return self.title(event) + ("" if after is None else f" ({self.n} → {after})")

    @cached_property
    def done(self) -> pd.DataFrame:
        """The events that were possible, in words, with what all hashes say beside what was measured."""
        exact = self.numbers["exact"].where(n=self.n)[["event", "label", "exact"]]
        frame = self.sheet("events").merge(exact, on=["event", "label"], how="left")
        frame = frame[frame["movement"].notna()]
        return frame.assign(event=[self.arrow(event) for event in frame["event"]])


def parts(numbers: Summary) -> Iterator[Part]:
    """Yield the parts of a summary, in their order."""
    cases = numbers["cases"].records()
    for case in cases:
        suffix = f"-{slug(str(case['workload']))}-n{case['n']}" if len(cases) > 1 else ""
        yield Part(numbers, case, suffix)
