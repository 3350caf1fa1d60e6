"""How the numbers of `requests` are shown: responses, laws, queues, bursts, and what affinity is worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.report.absent import notes_of
from experiments.report.chart import Axis, Chart, Lines
from experiments.report.presentation import First, Presentation, Results
from experiments.report.summary import Sheet, Summary
from experiments.report.tables.formats import Format, Percent
from experiments.report.tables.table import Table
from experiments.report.telling import rows_of_most

from .summary import MS, summary

if TYPE_CHECKING:
    from .parameters import RequestsParameters

HEADERS = {
    "n": "servers", "label": "balancer", "mean": "mean, ms", "mean_law": "law", "p50": "median",
    "p99": "99 %", "p999": "99.9 %", "measured": "ms",
    "uneven": "spread", "imbalance": "imbalance", "largest": "most at one",
    "law_name": "queue", "hits": "hit rate",
    "cache": "entries", "load": "utilisation", "quantity": "of", "most": "most at one", "level": "at least",
}  # fmt: skip
LOAD = Axis("load", "utilisation", "percent", zero=False)
SOURCE = (
    "Warm-up is cut by MSER-5; the repetition is the unit, and all balancers see the same requests; 95 % t "
    "intervals."
)


def present(results: Results[RequestsParameters]) -> Presentation:
    """Return tables, charts and meaning of a run of `requests`."""
    numbers = summary(results)
    facts = _facts(results.parameters)
    tables = list(_tables(numbers, facts, results.parameters.hit))
    return Presentation(
        tables,
        charts=list(_charts(numbers, facts)),
        meaning=[
            *_about_times(numbers),
            *_about_sayings(numbers),
            *_about_affinity(numbers),
            *_about_laws(numbers),
        ],
        methods=[
            "Response times are of simulated requests. Means are over repetitions, with Student's t "
            "intervals; warm-up is cut by MSER-5; balancers are compared on common random numbers."
        ],
        summary=numbers,
        first=_first(tables[0], numbers) if tables else First(),
    )


def _first(table: Table, numbers: Summary) -> First:
    """Return what is asked first: who answers soonest, and who keeps servers even, at the highest load."""
    wanted = [*table.groups, "label", "mean", "p99", "busiest", "imbalance", "refused", "lost"]
    return First(
        table,
        columns=[name for name in wanted if name in table.shown()],
        rows=rows_of_most(table.frame, "load"),
        findings=[*_about_times(numbers), *_about_laws(numbers), *_about_affinity(numbers)],
    )


def _facts(parameters: RequestsParameters) -> str:
    workers = f", {parameters.workers} workers each" if parameters.workers > 1 else ""
    return (
        f"{parameters.service} service of {parameters.service_ms:g} ms in the mean, arrivals "
        f"{parameters.arrivals}{workers}; {parameters.requests:,} requests, "
        f"{parameters.repetitions} repetitions."
    )


def _headers(columns: Sequence[str]) -> dict[str, str]:
    return {name: HEADERS[name] for name in columns if name in HEADERS}


def _formats(sheet: Sheet) -> dict[str, Format]:
    return {name: measure.format for name, measure in sheet.measures.items()}


def _tables(numbers: Summary, facts: str, hit: float) -> Iterator[Table]:
    responses = numbers["responses"]
    several = responses.frame["cache"].nunique() > 1
    for scenario in dict.fromkeys(responses.frame["scenario"]):
        part = responses.where(scenario=scenario)
        if several:
            part = part[part["cache"] == 0]
        if not len(part):
            continue
        extra = [name for name in ("refused", "lost") if (part[name] > 0).any()]
        law = ["mean_law"] if part["mean_law"].notna().any() else []
        groups = ["n", "load"] if part["n"].nunique() > 1 else ["load"]
        columns = [
            *groups,
            "label",
            "mean",
            *law,
            "p50",
            "p99",
            "p999",
            "busiest",
            "uneven",
            "imbalance",
            "largest",
            *extra,
        ]
        yield Table(
            f"responses-{scenario}",
            f"Response times, {SCENARIOS[scenario]}",
            part.reset_index(drop=True),
            f"{facts} {SOURCE}",
            columns=columns,
            headers=_headers(columns),
            formats={
                **_formats(responses),
                "load": Percent(0),
                "mean_law": MS,
            },
            groups=groups,
            notes=[
                "Busiest: what the work sent to a server would take of its time; above 100 % its queue grows "
                "for as long as requests come, and times with it.",
                "Spread: the most requests that a server was sent less the fewest.",
                "Imbalance: the most in flight at a server less the mean of all, as requests find it.",
                *notes_of(numbers["absent"]),
            ],
            detail=scenario not in ("steady",),
        )
    if len(numbers["affinity"].frame):
        affinity = numbers["affinity"]
        yield Table(
            "affinity",
            "What affinity is worth: hits of caches, and response times",
            affinity.frame,
            f"{facts} {SOURCE} A hit takes {hit:.0%} of the time of a request.",
            columns=(columns := ["n", "cache", "load", "label", "hits", "mean", "p99"]),
            headers=_headers(columns),
            formats={**_formats(affinity), "load": Percent(0)},
            groups=["n", "cache", "load"],
        )
    said = numbers["sayings"].frame
    if len(said):
        yield Table(
            "sayings",
            "What the article says of load balancers, and when it holds",
            said,
            f"{facts} At a utilisation of {said['load'].iloc[0]:.0%}; a sentence is confirmed where it "
            "holds in every repetition.",
            columns=["says", "when", "of", "measured", "most", "verdict"],
            headers={"says": "said", "when": "of", "of": "measured", "measured": "is", "most": "at most"},
            formats=_formats(numbers["sayings"]),
            groups=["says", "when"],
        )
    for name, title, columns in (
        (
            "laws",
            "Response times, and what queueing theory says",
            ["quantity", "law_name", "measured", "law", "off", "verdict"],
        ),
        ("bursts", "As many requests at once as there are servers", ["most", "law"]),
    ):
        sheet = numbers[name]
        if len(sheet.frame):
            keys = [key for key in sheet.keys if key not in columns]
            yield Table(
                name,
                title,
                sheet.frame,
                facts if name == "bursts" else f"{facts} Intervals of 99.9 %.",
                columns=[*keys, *columns],
                headers=_headers([*keys, *columns]),
                formats={**_formats(sheet), **({"load": Percent(0)} if "load" in keys else {})},
                groups=[key for key in keys if key != "label"],
                detail=name == "laws",
            )
    tails = numbers["tails"]
    if len(tails.frame):
        yield Table(
            "tails",
            "Servers with at least so many requests",
            tails.frame,
            f"{facts} As requests find them; {SOURCE}",
            columns=(columns := ["n", "load", "label", "level", "share", "law"]),
            headers=_headers(columns),
            formats={**_formats(tails), "load": Percent(0), "law": Percent(2)},
            groups=["n", "load", "label"],
            detail=True,
        )


SCENARIOS: Mapping[str, str] = {
    "steady": "with nothing else happening",
    "equal": "where all requests take equally long",
    "slow": "one server being slow",
    "lost": "while one server is gone",
    "added": "after one server was added",
}


def _charts(numbers: Summary, facts: str) -> Iterator[Chart]:
    responses = numbers["responses"].frame
    if len(responses):
        times = Axis("p99", "99 % of responses, ms", log=True)
        yield Chart(
            "tail-load",
            "Response time that 99 % stay below",
            facts,
            responses,
            Lines(LOAD, times, low="p99_low", high="p99_high", law="p99_law"),
            choices={"scenario": "Scenario", "cache": "Entries of a cache", "n": "Servers"},
            panels="scenario",
            only={"cache": int(responses["cache"].min())},
        )
    course = numbers["timeline"].frame
    if len(course):
        yield Chart(
            "timeline",
            "Around an event: the response time that 99 % stay below",
            f"{facts} By the part of the time in which requests come. One server is lost from one third "
            "to two thirds of it, added at half of it, or slow from the start.",
            course,
            Lines(
                Axis("part", "part of the time", "percent"),
                Axis("p99", "99 % of responses, ms", log=True),
                low="p99_low",
                high="p99_high",
            ),
            choices={
                "scenario": "Scenario",
                "load": "Utilisation",
                "n": "Servers",
                "cache": "Entries of a cache",
            },
            panels="scenario",
            only={"load": min(course["load"].unique(), key=lambda load: abs(load - 0.8))},
        )
    tails = numbers["tails"].frame
    if len(tails):
        level = Axis("level", "requests at a server", "count", zero=False, measured=True)
        share = Axis("share", "servers with at least as many", "percent")
        yield Chart(
            "queues",
            "Servers with at least so many requests",
            f"{facts} The law of two_choices is that of very many servers.",
            tails,
            Lines(level, share, low="low", high="high", law="law"),
            choices={"load": "Utilisation", "n": "Servers"},
            only={"load": float(tails["load"].max())},
        )
    affinity = numbers["affinity"].frame
    if len(affinity):
        yield Chart(
            "affinity",
            "What affinity is worth: hits against the slowest responses",
            f"{facts} Best is the lower right. Crosses are 95 % t intervals of both.",
            affinity,
            Lines(
                Axis("hits", "hit rate", "percent", zero=False),
                Axis("p99", "99 % of responses, ms", log=True),
                low="p99_low",
                high="p99_high",
                x_low="hits_low",
                x_high="hits_high",
            ),
            choices={"load": "Utilisation", "cache": "Entries of a cache", "n": "Servers"},
            only={"load": float(affinity["load"].max())},
        )


def _said(label: Any, value: float) -> str:
    return f"{label} {value:,.0f} ms" if value >= 100 else f"{label} {value:.3g} ms"


def _about_times(numbers: Summary) -> Iterator[str]:
    responses = numbers["responses"].frame
    steady = responses[(responses["scenario"] == "steady") & (responses["cache"] == 0)]
    if len(steady):
        load, n = steady["load"].max(), steady["n"].max()
        part = steady[(steady["load"] == load) & (steady["n"] == n)].sort_values("p99", kind="stable")
        parts = [_said(row.label, row.p99) for row in part.itertuples()]
        yield f"At {load:.0%} of {n:,} servers 99 % of requests are answered within: {', '.join(parts)}."
        by_label = part.set_index("label")
        if {"round_robin", "least_outstanding"} <= set(by_label.index):
            turn, least = by_label.loc["round_robin"], by_label.loc["least_outstanding"]
            yield (
                "Round robin gives each server as many requests, and not as much work: the fullest has "
                f"{turn['imbalance']:.3g} requests in flight more than the mean, with least outstanding "
                f"requests {least['imbalance']:.3g}. Its slowest hundredth takes "
                f"{turn['p99'] / least['p99']:.3g} times as long."
            )


def _about_sayings(numbers: Summary) -> Iterator[str]:
    said = numbers["sayings"].frame
    for says in dict.fromkeys(said["says"]):
        part = said[said["says"] == says]
        parts = [f"{row.when}, {row.of}: {row.measured:.4g} ({row.verdict})" for row in part.itertuples()]
        yield f"{says}, at {part['load'].iloc[0]:.0%}: {'; '.join(parts)}."


def _about_affinity(numbers: Summary) -> Iterator[str]:
    affinity = numbers["affinity"].frame
    if len(affinity):
        load, n = affinity["load"].max(), affinity["n"].max()
        part = affinity[(affinity["load"] == load) & (affinity["n"] == n)]
        part = part[part["cache"] == part["cache"].max()].sort_values("p99", kind="stable")
        best, most = part.iloc[0], part.sort_values("hits", kind="stable").iloc[-1]
        yield (
            f"With caches of {best['cache']:,} entries, at {load:.0%}: {most['label']} has the most hits, "
            f"{most['hits']:.1%} and {_said('99 % within', most['p99'])}; the quickest is {best['label']}, "
            f"{best['hits']:.1%} and {_said('99 % within', best['p99'])}."
        )


def _about_laws(numbers: Summary) -> Iterator[str]:
    laws = numbers["laws"].frame
    judged = laws[laws["verdict"].str.endswith("interval")] if len(laws) else laws
    if len(judged):
        outside = judged[judged["verdict"].str.startswith("outside")]
        names = ", ".join(f"{row.label} at {row.load:.0%} ({row.quantity})" for row in outside.itertuples())
        within = len(judged) - len(outside)
        yield (
            f"Of {len(judged)} numbers that queueing theory gives, {within} are within the 99.9 % interval"
            f"{f'; not so {names}' if names else ''}."
        )
