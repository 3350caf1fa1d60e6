"""The rows of one workload and one number of nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Part:
    """The rows of one workload and one number of nodes."""

    workload: str
    n: int
    events: Sequence[str]
    suffix: str
    sampled: pd.DataFrame
    exact: pd.DataFrame
    timing: pd.DataFrame | None
    repetitions: int

    @property
    def labels(self) -> list[str]:
        """The labels of the algorithms, in their order."""
        return list(dict.fromkeys(self.sampled["label"]))

    @property
    def facts(self) -> str:
        """Nodes, keys and repetitions, for a caption."""
        keys = int(self.sampled["keys"].max()) if self.sampled["keys"].notna().any() else 0
        plural = "s" if self.repetitions > 1 else ""
        return f"{self.n} nodes, {keys:,} keys ({self.workload}), {self.repetitions} repetition{plural}"
