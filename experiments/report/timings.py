"""What all reports of times have in common: medians with intervals, the machine, and whether to trust it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments import inference
from experiments.report import statistics
from experiments.report.summary import Measure, Sheet
from experiments.report.tables.formats import Count, Percent, Significant

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "INTERVAL",
    "TOO_BUSY",
    "Series",
    "interval_of",
    "machine",
    "method",
    "series_of",
    "steadiness",
    "trust",
    "trusted",
    "vector_width",
    "with_processes",
]

WIDE = 0.1
"""A row whose middle half spreads over more than this part of its median is not steady."""

UNSTEADY = 0.25
"""With more than this part of the rows not steady, or not at random, the machine was too busy."""

STOLEN = 0.02
"""With more than this part of the processors' time given to others, a virtual machine was not our own."""

RANDOM = 0.05
"""The level of the runs test of one row."""

TOO_BUSY = "The machine was too busy to trust these times."

INTERVAL = "distribution-free interval of the median, at least 95 %"


def method(processes: int, rounds: int) -> str:
    """Return how times were measured, for the methods of a report."""
    turns = (
        "Each call is on keys that were not asked for before, written outside the clock, after a call on "
        "others that is not timed; all that is compared takes turns."
    )
    return f"{turns} Times are {interval_of(processes, rounds, alone=False)}."


def interval_of(processes: int, rounds: int, *, alone: bool = True) -> str:
    """Return in words what number is shown, and what its interval is of.

    Examples
    --------
    >>> interval_of(10, 5)
    'Median of 10 processes, each the median of its 5 rounds, and distribution-free interval of ...'
    >>> interval_of(1, 15)
    'Median of 15 rounds of one process and distribution-free interval of the median, at least 95 %'
    """
    rounds_each = f"{rounds} round{'' if rounds == 1 else 's'}"
    if processes > 1:
        text = f"median of {processes} processes, each the median of its {rounds_each}, and {INTERVAL}"
    else:
        text = f"median of {rounds_each} of one process and {INTERVAL}"
    return text[0].upper() + text[1:] if alone else text.replace("median", "medians", 1)


@dataclass(frozen=True)
class Series:
    """What a series of times says: of each process its median, of one process its rounds.

    Parameters
    ----------
    estimate
        Their median with its interval.
    spread
        The width of their middle half as a part of it.
    random
        The p-value of the runs test over them; None where there are too few.
    """

    estimate: inference.Estimate
    spread: float
    random: float | None

    def columns(self, name: str, prefix: str = "") -> dict[str, Any]:
        """Return it as the columns of a sheet: the value by its name, and the ends of its interval."""
        return {name: self.estimate.value, **statistics.ends_of(self.estimate, prefix)}

    @property
    def quality(self) -> dict[str, Any]:
        """The columns of which `steadiness` is told."""
        return {"spread": self.spread, "random": self.random}


def with_processes(timing: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the number of their process; those of earlier versions are all of one."""
    if "process" in timing.columns:
        return timing.assign(process=timing["process"].fillna(0))
    return timing.assign(process=0)


def series_of(values: pd.Series[Any], processes: pd.Series[Any]) -> Series:
    """Return what times of rounds say, in the order in which they were measured."""
    blocks = values.groupby(processes, sort=False).median() if processes.nunique() > 1 else values
    blocks = blocks.dropna()
    tested = inference.runs(blocks)
    p_value = None if tested is None else tested.p_value
    return Series(inference.median(blocks), inference.middle_half(blocks), p_value)


_WIDTHS = (("avx512f", "AVX-512"), ("avx2", "AVX2"), ("avx", "AVX"), ("sve", "SVE"), ("asimd", "NEON"))


def vector_width(facts: Mapping[str, Any]) -> str | None:
    """Return the widest vector instructions of the machine of a run.

    Examples
    --------
    >>> vector_width({"machine": {"vectors": ["avx", "avx2", "sse4_2"]}}), vector_width({})
    ('AVX2', None)
    """
    flags = facts.get("machine", {}).get("vectors") or ()
    return next((width for flag, width in _WIDTHS if flag in flags), None)


def machine(facts: Mapping[str, Any]) -> str:
    """Return the processor, its vectors, its processors and the load before a run, in a few words.

    Examples
    --------
    >>> machine({"machine": {"cpu": "AMD EPYC", "cpus": 2, "vectors": ["avx2"], "load": [0.12, 0.1, 0.0]}})
    'AMD EPYC, AVX2, 2 processors, load average 0.12 before the run'
    """
    known = facts.get("machine", {})
    load, cpus, pages = known.get("load"), known.get("cpus"), known.get("huge_pages")
    parts = [
        known.get("cpu"),
        vector_width(facts),
        f"{cpus} processor{'' if cpus == 1 else 's'}" if cpus else None,
        f"huge pages: {pages}" if pages else None,
        f"load average {load[0]:.2f} before the run" if load else None,
    ]
    return ", ".join(part for part in parts if part) or "a machine that tells nothing of itself"


def steadiness(timing: pd.DataFrame, quality: Sequence[pd.DataFrame]) -> Sheet:
    """Return how many medians are steady, how many series are at random, and what the machine had to do.

    Each frame of `quality` has the columns `spread` and `random`, one row for each series.
    """
    import pandas as pd

    columns = ["spread", "random"]
    judged = pd.concat([part[columns].astype(float) for part in quality], ignore_index=True)
    tested = judged["random"].dropna()
    alone = timing[timing["threads"] == 1]
    record = {
        "medians": len(judged),
        "unsteady": int((judged["spread"] > WIDE).sum()),
        "tested": len(tested),
        "not_random": int((tested < RANDOM).sum()),
        "processes": int(with_processes(timing)["process"].max()) + 1,
        "most_threads": int(timing["threads"].max()),
        **_ends("load", timing, "load_average"),
        **_ends("ghz", timing, "ghz"),
        "most_steal": _ends("steal", timing, "steal")["most_steal"],
        "waited": None,
        "faults": None,
    }
    if "processor_ns" in timing.columns and alone["processor_ns"].notna().any():
        known = alone[alone["processor_ns"].notna()]
        record["waited"] = float(1 - known["processor_ns"].sum() / known["nanoseconds"].sum())
        record["faults"] = int(known["page_faults"].fillna(0).sum())
    measures = {
        "medians": Measure("medians", Count()),
        "unsteady": Measure(f"those whose middle half spreads over more than {WIDE:.0%}", Count()),
        "tested": Measure("series that a runs test can judge", Count()),
        "not_random": Measure(f"those that are not at random at {RANDOM:.0%}", Count()),
        "processes": Measure("fresh processes", Count()),
        "least_load": Measure("the least load average before a part", Significant(3)),
        "most_load": Measure("the greatest load average before a part", Significant(3)),
        "least_ghz": Measure("the lowest frequency, GHz", Significant(3)),
        "most_ghz": Measure("the highest frequency, GHz", Significant(3)),
        "most_steal": Measure("the greatest part of a part's time that other machines took", Percent(1)),
        "waited": Measure("the part of the timed calls in which others had the processor", Percent(1)),
        "faults": Measure("page faults in the timed calls", Count()),
        "most_threads": Measure("the most threads", Count()),
    }
    return Sheet.of_records("steadiness", (), measures, [record], rows="timing")


def _ends(name: str, timing: pd.DataFrame, column: str) -> dict[str, float | None]:
    values = timing[column].dropna() if column in timing.columns else timing["threads"][:0]
    some = len(values) > 0
    return {
        f"least_{name}": float(values.min()) if some else None,
        f"most_{name}": float(values.max()) if some else None,
    }


def trusted(facts: Mapping[str, Any], sheet: Sheet) -> bool:
    """Return whether anything may be concluded from the times of a sheet of `steadiness`."""
    (row,) = sheet.records()
    return not list(_doubts(facts, row))


def trust(facts: Mapping[str, Any], sheet: Sheet) -> Iterator[str]:
    """Yield whether times can be trusted, and what the machine was and did: of a sheet of `steadiness`."""
    (row,) = sheet.records()
    doubts = list(_doubts(facts, row))
    if doubts:
        yield (
            f"The machine was too busy to trust these times: {'; '.join(doubts)}. They rank nobody. Run "
            "again when it is quiet."
        )
    elif row["medians"]:
        yield f"Steady: {_steady(row)}."
    yield f"Measured on {machine(facts)}{_during(row)}."


def _doubts(facts: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[str]:
    wide, medians, odd, tested = (row[name] for name in ("unsteady", "medians", "not_random", "tested"))
    if medians and wide / medians > UNSTEADY:
        yield (
            f"in {wide} of {medians} rows the middle half {_of(row)} spreads over more than {WIDE:.0%} of "
            "the median"
        )
    if tested and odd / tested > UNSTEADY:
        yield (
            f"in {odd} of {tested} rows the {_of(row, alone=True)} are no random series (runs test at "
            f"{RANDOM:.0%})"
        )
    cpus, load = facts.get("machine", {}).get("cpus"), row["most_load"]
    if cpus and load is not None and load > cpus:
        yield f"{load:.2f} processes wanted to run before one of its parts, on {cpus} processors"
    if row["most_steal"] is not None and row["most_steal"] > STOLEN:
        yield f"other machines took {row['most_steal']:.1%} of the processors' time"


def _of(row: Mapping[str, Any], *, alone: bool = False) -> str:
    what = "processes" if row["processes"] > 1 else "rounds"
    return what if alone else f"of the {what}"


def _steady(row: Mapping[str, Any]) -> str:
    medians, tested = row["medians"], row["tested"]
    text = (
        f"in {medians - row['unsteady']} of {medians} rows the middle half {_of(row)} spreads over at most "
        f"{WIDE:.0%} of the median"
    )
    if tested:
        odd = row["not_random"]
        text += f"; a runs test at {RANDOM:.0%} finds {odd or 'none'} of {tested} series not at random"
    return text


def _during(row: Mapping[str, Any]) -> str:
    """Return what the machine did while it was measured."""
    many = row["most_threads"]
    least, most, slow, quick = (row[name] for name in ("least_load", "most_load", "least_ghz", "most_ghz"))
    told = [
        None if least is None else f"{least:.2f} to {most:.2f} before its parts",
        None if slow is None else f"{slow:.2f} to {quick:.2f} GHz while it ran",
        None if row["most_steal"] is None else f"at most {row['most_steal']:.1%} of a part stolen",
        None
        if row["waited"] is None
        else f"others had the processor for {max(0.0, row['waited']):.1%} of "
        f"the timed calls, which met {row['faults']:,} page faults",
        f"{many} threads where so named, else one" if many > 1 else "one thread",
    ]
    return "".join(f"; {part}" for part in told if part)
