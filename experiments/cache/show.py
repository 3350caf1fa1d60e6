"""How the numbers of `cache` are shown: hits, what events cost, what predicts it, and its course."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from experiments.inference.verdict import CONFIRMED, REFUTED
from experiments.report.absent import notes_of
from experiments.report.chart import Axis, Chart, Dots, Lines
from experiments.report.presentation import First, Presentation, Results
from experiments.report.summary import Sheet, Summary
from experiments.report.tables.formats import Count, Format, Percent, Significant
from experiments.report.tables.table import Table

from .parameters import OWN
from .sayings import SAYINGS
from .summary import COUNTED, NEAR, READINGS, summary

if TYPE_CHECKING:
    import pandas as pd

    from .parameters import CacheParameters

HEADERS = {
    "n": "nodes", "label": "algorithm", "policy": "policy", "capacity": "capacity", "rate": "hit rate",
    "law": "law", "still": "working set", "law_still": "its law", "cached": "cached",
    "movement": "movement", "caused": "misses caused", "transient": "of the transition",
    "times": "worst second",
    "worst": "worst second", "usual": "else", "back": "back after, s", "moved_bytes": "bytes moved",
    "moved_entries": "entries moved", "caused_bytes": "bytes of the origin", "reading": "prediction",
    "measured": "misses", "predicted": "predicted",
    "right": f"within {NEAR:.0%}", "cases": "of", "middle": "median", "furthest": "furthest",
    "furthest_case": "which",
}  # fmt: skip
CHOICES = {"workload": "Requests", "capacity": "Capacity", "policy": "Policy", "n": "Nodes"}


def present(results: Results[CacheParameters]) -> Presentation:
    """Return tables, charts and meaning of a run of `cache`."""
    numbers, parameters = summary(results), results.parameters
    facts = _facts(numbers, parameters)
    tables = list(_tables(numbers, parameters, facts))
    readings, hits = list(_about_readings(numbers)), list(_about_hits(numbers))
    return Presentation(
        tables,
        charts=list(_charts(numbers, parameters, facts)),
        meaning=[*_about_events(numbers, parameters), *readings, *hits],
        methods=[
            "Hits are of simulated caches, one a node. Misses caused by an event are counted on the same "
            "requests with and without it; means are over repetitions, with Student's t intervals. The hit "
            "rate is back after the last hundredth of the requests in which it is more than "
            f"{parameters.back:.1%} below that of the nodes after the event, had they always been there."
        ],
        summary=numbers,
        first=First(rows=_least_and_most(tables[0]) if tables else (), findings=[*reversed(readings), *hits]),
    )


def _least_and_most(table: Table) -> list[int]:
    """Return the rows of the fewest and of the most misses of each event, of the first workload first."""
    if "transient" not in table.frame:
        return []
    frame = table.frame.dropna(subset="transient")
    by_event = frame.groupby(list(table.groups), sort=False)["transient"]
    return sorted({*map(int, by_event.idxmin()), *map(int, by_event.idxmax())})


def _facts(numbers: Summary, parameters: CacheParameters) -> str:
    counts = " or ".join(f"{count:,}" for count in sorted(set(numbers["hits"].frame["keys"])))
    return (
        f"{counts} requests, {parameters.rate:,.0f} a second where no trace says it, the event at half time; "
        f"{parameters.repetitions} repetitions, 95 % t intervals."
    )


def _headers(columns: Sequence[str]) -> dict[str, Any]:
    return {name: HEADERS[name] for name in columns if name in HEADERS}


def _formats(sheet: Sheet, columns: Sequence[str]) -> dict[str, Format]:
    return {name: measure.format for name, measure in sheet.measures.items() if name in columns}


def _several(frame: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Return those columns of which there are several values."""
    return [name for name in names if frame[name].nunique() > 1]


def _by_event(frame: pd.DataFrame, parameters: CacheParameters) -> pd.DataFrame:
    """Return rows of an event together, events in the order in which they were asked for."""
    order = {event: place for place, event in enumerate(parameters.event)}
    keys = ["n", "workload", "policy", "capacity"]
    first = {name: {value: i for i, value in enumerate(frame[name].unique())} for name in keys}

    def places(column: pd.Series[Any]) -> pd.Series[Any]:
        return column.map(order if column.name == "event" else first[str(column.name)])

    return frame.sort_values([*keys, "event"], key=places, kind="stable").reset_index(drop=True)


def _tables(numbers: Summary, parameters: CacheParameters, facts: str) -> Iterator[Table]:
    events, notes = numbers["events"], notes_of(numbers["absent"])
    if len(events.frame):
        chosen = {"policy": parameters.policy[0], "capacity": parameters.capacity[0]}
        part = _by_event(events.where(**chosen), parameters)
        groups = [*_several(part, ["n"]), "workload", "event"]
        columns = [*groups, "label", "movement", "caused", "transient", "times", "back"]
        yield Table(
            "events",
            "What events cost caches: misses, the origin's worst second, and how long it takes",
            part,
            f"{facts} Caches of {chosen['capacity']} {chosen['policy']}.",
            columns=columns,
            headers=_headers(columns),
            formats={**_formats(events, columns), "caused": Count(), "back": Significant(3)},
            groups=groups,
            notes=[
                "Misses caused: beyond those of the same trace without the event; fewer where there is more "
                "cache afterwards. Of the transition: beyond those of the nodes after the event, had they "
                "always been there. Worst second: misses of the origin, over those without an event.",
                *(f"{event}: {OWN[event]}." for event in parameters.event if event in OWN),
                *notes,
            ],
        )
        groups = ["n", "workload", "policy", "capacity", "event"]
        columns = [
            *groups, "label", "movement", "caused", "transient", "moved_entries", "moved_bytes", "worst",
            "usual", "back",
        ]  # fmt: skip
        yield Table(
            "all-events",
            "What events cost caches, of all policies and capacities",
            _by_event(events.frame, parameters),
            facts,
            columns=columns,
            headers={**_headers(columns), "worst": "worst second"},
            formats={**_formats(events, columns), "caused": Count(), "back": Significant(3)},
            groups=groups,
            detail=True,
        )
    readings = numbers["readings"]
    if len(readings.frame):
        columns = ["workload", "capacity", "reading", "right", "cases", "middle", "furthest", "furthest_case"]
        yield Table(
            "readings",
            "Misses of the transition, and what predicts them",
            readings.frame.assign(reading=readings.frame["reading"].map(READINGS)),
            f"{facts} LRU, all events and algorithms of at least {COUNTED} misses; predicted over measured, "
            "less 1.",
            columns=columns,
            headers=_headers(columns),
            formats=_formats(readings, columns),
            groups=["workload", "capacity"],
        )
    said = numbers["said"]
    if len(said.frame):
        yield Table(
            "sayings",
            "What is said of caches, and of whom it holds",
            said.frame.assign(
                says=[SAYINGS[name].says for name in said.frame["saying"]],
                means=[SAYINGS[name].bound for name in said.frame["saying"]],
            ),
            "Confirmed in a setting where the whole interval of the mean keeps the bound, refuted where none "
            "of it does; settings are workloads, policies, capacities and events.",
            columns=["says", "means", "label", "least", "most", "settings", CONFIRMED, REFUTED],
            headers={"says": "said", "means": "taken to mean", "label": "algorithm"},
            formats=_formats(said, [*said.measures]),
            groups=["says", "means"],
        )
    claim = numbers["claim"]
    if len(claim.frame):
        groups = [*_several(claim.frame, ["n"]), "workload", "capacity", "event"]
        beside = claim.frame.pivot_table("off", [*claim.keys[:-1]], "reading", sort=False).reset_index()
        frame = claim.frame[claim.frame["reading"] == "entries"].merge(beside, how="left")
        columns = [*groups, "label", "movement", "measured", *(name for name in READINGS if name in beside)]
        yield Table(
            "claim",
            "Misses of the transition, and how far predictions are off",
            frame,
            f"{facts} LRU; predicted over measured, less 1.",
            columns=columns,
            headers={**_headers(columns), **{name: READINGS[name] for name in READINGS if name in columns}},
            formats={
                "measured": Count(),
                **{name: Percent(1) for name in ("movement", *READINGS) if name in columns},
            },
            groups=groups,
            detail=True,
        )
    hits = numbers["hits"]
    if len(hits.frame):
        groups = [*_several(hits.frame, ["n"]), "workload", "policy", "capacity"]
        columns = [*groups, "label", "rate", "law", "cached", "still", "law_still"]
        yield Table(
            "hits",
            "Hits if nothing happens, and Che's approximation",
            hits.frame,
            f"{facts} Working set: entries that are asked for before they leave.",
            columns=columns,
            headers=_headers(columns),
            formats={
                **_formats(hits, columns),
                "law": Percent(2),
                "law_still": hits.measures["cached"].format,
            },
            groups=groups,
            detail=True,
        )


def _charts(numbers: Summary, parameters: CacheParameters, facts: str) -> Iterator[Chart]:
    only = {
        "workload": numbers["hits"].frame["workload"].iloc[0] if len(numbers["hits"].frame) else "",
        "capacity": parameters.capacity[0],
        "n": parameters.nodes[0],
    }
    course = numbers["course"].frame
    course = course[course["event"] != "none"]
    if len(course):
        yield Chart(
            "course",
            "The hit rate before and after an event",
            f"{facts} First repetition; a window is a two hundredth of all requests, the event before "
            "window 0.",
            course,
            Lines(
                Axis("window", "window of requests after the event", "number", zero=False),
                Axis("rate", "hit rate", "percent", zero=False),
            ),
            choices={**CHOICES, "event": "Event"},
            only={**only, "policy": parameters.policy[0], "event": parameters.event[0]},
        )
    events = numbers["events"].frame
    if len(events):
        yield Chart(
            "origin",
            "The origin's worst second after an event, over the worst without",
            facts,
            events,
            Dots(Axis("times", "worst second, over the usual worst"), "event", reference=1.0),
            choices=CHOICES,
            panels="policy",
            only=only,
        )
    claim = numbers["claim"].frame
    judged = claim[(claim["verdict"] != "too few to say") & claim["ratio"].notna()] if len(claim) else claim
    if len(judged):
        yield Chart(
            "claim",
            "Misses of the transition, over what is predicted",
            f"{facts} LRU; 1 is as predicted.",
            judged.assign(reading=judged["reading"].map(READINGS)),
            Dots(
                Axis("ratio", "misses, over those predicted"),
                "event",
                reference=1.0,
                missing="too few, or no law",
            ),
            choices={
                **{name: CHOICES[name] for name in ("workload", "capacity", "n")},
                "reading": "Prediction",
            },
            panels="reading",
            only={**only, "workload": judged["workload"].iloc[0], "capacity": judged["capacity"].iloc[0]},
        )


def _by_workload(readings: pd.DataFrame) -> str:
    """Say how often a reading is right of each workload."""
    sums = readings.groupby("workload", sort=False)[["right", "cases"]].sum()
    return ", ".join(f"{row.Index} {row.right} of {row.cases}" for row in sums.itertuples())


def _policies(events: pd.DataFrame, parameters: CacheParameters) -> Iterator[str]:
    """Say what the same event costs caches of each policy."""
    if len(parameters.policy) < 2:
        return
    for event in parameters.event[:1]:
        part = events[(events["event"] == event) & (events["capacity"] == parameters.capacity[0])]
        part = part[part["workload"] == part["workload"].iloc[0]] if len(part) else part
        for label in part["label"].unique()[:1]:
            each = part[part["label"] == label].drop_duplicates("policy")
            said = ", ".join(f"{row.transient:,.0f} with {row.policy}" for row in each.itertuples())
            yield f"Misses of the transition depend on the policy: {event} with {label} takes {said}."


def _about_events(numbers: Summary, parameters: CacheParameters) -> Iterator[str]:
    events = numbers["events"].frame
    for event in parameters.event:
        part = events[(events["event"] == event) & (events["policy"] == parameters.policy[0])]
        part = part[(part["capacity"] == parameters.capacity[0]) & (part["n"] == parameters.nodes[0])]
        if not len(part):
            continue
        part = part[part["workload"] == part["workload"].iloc[0]].sort_values("transient", kind="stable")
        least, most = part.iloc[0], part.iloc[-1]
        yield (
            f"{event} with {least['workload']}: {least['label']} has the fewest misses of the transition, "
            f"{least['transient']:,.0f}, {most['label']} the most, {most['transient']:,.0f}; in the worst "
            f"second the origin has {least['times']:.3g} and {most['times']:.3g} times its usual worst."
        )
    yield from _policies(events, parameters)


def _about_readings(numbers: Summary) -> Iterator[str]:
    readings = numbers["readings"].frame
    for reading, title in READINGS.items():
        part = readings[readings["reading"] == reading] if len(readings) else readings
        if len(part):
            furthest = max(part.to_dict("records"), key=lambda row: abs(row["furthest"]))
            yield (
                f"Misses of the transition are within {NEAR:.0%} of {title} in {part['right'].sum()} of "
                f"{part['cases'].sum()} cases ({_by_workload(part)}); at "
                f"most it is off by {furthest['furthest']:+.0%} "
                f"({furthest['workload']}, {furthest['capacity']}, {furthest['furthest_case']})."
            )


def _about_hits(numbers: Summary) -> Iterator[str]:
    hits = numbers["hits"].frame
    known = hits[hits["law"].notna()]
    if len(known):
        worst = max(known.to_dict("records"), key=lambda row: abs(row["rate"] - row["law"]))
        yield (
            f"Che's approximation is within {100 * abs(worst['rate'] - worst['law']):.2g} points of every "
            f"hit rate of LRU; furthest off with {worst['workload']}, {worst['capacity']}."
        )
