"""One sequence, workload and number of nodes: the part of a summary that a table or a chart is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments import events
from experiments.report.slugs import slug

if TYPE_CHECKING:
    import pandas as pd

    from experiments.report.summary import Summary


@dataclass(frozen=True)
class Part:
    """The numbers of one sequence, workload and number of nodes."""

    numbers: Summary
    case: dict[str, Any]
    suffix: str

    @property
    def facts(self) -> str:
        """Nodes, keys and repetitions, for a caption."""
        plural = "s" if self.case["repetitions"] > 1 else ""
        keys = f"{self.case['keys']:,} keys ({self.case['workload']})"
        return f"{self.case['n']} nodes at the start, {keys}, {self.case['repetitions']} repetition{plural}"

    @property
    def title(self) -> str:
        """The sequence in words."""
        named = self.case["sequence"] in events.SEQUENCES
        return str(self.case["sequence"]) if named else f"{self.case['steps']} events"

    def sheet(self, name: str) -> pd.DataFrame:
        """Return what a sheet has of this part."""
        case = {key: self.case[key] for key in ("sequence", "workload", "n")}
        return self.numbers[name].where(**case).reset_index(drop=True)

    @property
    def labels(self) -> list[str]:
        """The labels of the algorithms, in their order."""
        return list(self.sheet("totals")["label"])


def parts(numbers: Summary) -> Iterator[Part]:
    """Yield the parts of a summary, in their order."""
    cases = numbers["cases"].records()
    several = {name for name in ("workload", "n") if len({case[name] for case in cases}) > 1}
    for number, case in enumerate(cases, 1):
        words = [case["sequence"] if case["sequence"] in events.SEQUENCES else f"list-{number}"]
        words += [slug(str(case["workload"]))] if "workload" in several else []
        words += [f"n{case['n']}"] if "n" in several else []
        yield Part(numbers, case, "-".join(words))
