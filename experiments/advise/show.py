"""How advice is shown: one table on one screen, a sentence on the first, and who cannot, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from experiments.advise.summary import MOVED_ALIKE, PEAK_ALIKE, summary
from experiments.report.presentation import Presentation, Results
from experiments.report.summary import Summary
from experiments.report.tables.table import Table
from experiments.report.timings import INTERVAL, trust, trusted

if TYPE_CHECKING:
    from experiments.advise.parameters import AdviseParameters

MOST_ROWS = 12
"""So many algorithms fit a screen with all that is said of them."""


def present(results: Results[AdviseParameters]) -> Presentation:
    """Return the table of who can, best first, the events one by one, and the advice in words."""
    numbers, parameters = summary(results), results.parameters
    advice, events = numbers["advice"], numbers["events"]
    shown = ["place", "label", "agrees_by", "needless", "peak", "ns", "one_key", "cores", "event_ms", "bytes"]
    if not parameters.keys_per_second:
        shown.remove("cores")
    tables = [
        Table(
            "advice",
            _need(parameters),
            advice.frame.head(MOST_ROWS),
            "Agree by names: whoever knows the names of the nodes places alike; by numbers: all must number "
            "them alike, through all events. Needless: keys that the worst event moves beyond what it must. "
            "Fullest: its share above the mean, expected, without the chance of few keys. ns: a key in a "
            f"batch, one thread; one key: looked up by itself; none was asked for before. Medians of "
            f"{parameters.rounds} rounds of processor time and {INTERVAL}.",
            columns=shown,
            headers={
                "place": "", "label": "algorithm", "agrees_by": "agree by", "needless": "needless",
                "peak": "fullest", "ns": "ns a key", "one_key": "ns one key", "cores": "cores",
                "event_ms": "event, ms", "bytes": "memory",
            },
            formats={name: measure.format for name, measure in advice.measures.items()},
            notes=[*_behind(advice.frame["label"].tolist()), *_refusals(numbers)],
            timing=True,
        )
    ]  # fmt: skip
    if len(events.frame):
        tables.append(
            Table(
                "events",
                "What moves",
                events.frame,
                "By the law of the algorithm where one is known, else of the keys sampled.",
                columns=["event", "label", "movement", "ideal", "movement_by"],
                headers={"label": "algorithm", "movement": "moves", "ideal": "must", "movement_by": "by"},
                formats={name: measure.format for name, measure in events.measures.items()},
                groups=["event"],
                detail=True,
            )
        )
    failures = [] if len(advice.frame) else [f"no algorithm can do it. {' '.join(_refusals(numbers))}"]
    doubts, steady = [], True
    if any(sheet.name == "steadiness" for sheet in numbers.sheets):
        steady = trusted(results.facts, numbers["steadiness"])
        doubts = [] if steady else [next(trust(results.facts, numbers["steadiness"]))]
    meaning = [*doubts, *_advice(numbers, steady)]
    return Presentation(tables, meaning=meaning, summary=numbers, failures=failures)


def _need(parameters: AdviseParameters) -> str:
    """Return what is needed, in words."""
    who = {
        "any": "any of which may leave",
        "last": "of which the last may leave",
        "none": "none of which leaves",
    }
    parts = [f"{parameters.count:,} nodes, {who[parameters.remove]}"]
    parts += ["of different weights"] if parameters.weighted else []
    parts += [f"{parameters.replicas} nodes a key"] if parameters.replicas > 1 else []
    parts += [f"{parameters.keys_per_second:,.0f} keys a second"] if parameters.keys_per_second else []
    parts.append("events " + ", ".join(event.text for event in parameters.events))
    return f"Who can: {'; '.join(parts)}"


def _behind(labels: Sequence[str]) -> list[str]:
    """Return a line on who can do it too, and is not on the screen."""
    rest = labels[MOST_ROWS:]
    return [f"Behind these, in this order: {', '.join(rest)}."] if rest else []


def _refusals(numbers: Summary) -> Iterator[str]:
    """Yield a line for each reason, with all who have it."""
    frame = numbers["absent"].frame
    for reason, group in frame.groupby("cannot", sort=False):
        yield f"Not {', '.join(group['label'])}: {reason}."


def _advice(numbers: Summary, steady: bool) -> Iterator[str]:
    """Yield the advice on the first, what others are better at, and how the order came about.

    Times that cannot be trusted recommend nobody.
    """
    frame = numbers["advice"].frame
    formats = {name: measure.format for name, measure in numbers["advice"].measures.items()}
    records: list[dict[Any, Any]] = frame.to_dict("records")

    def said(name: str, record: dict[Any, Any]) -> str:
        return formats[name].text(record[name], record)

    if not records:
        return
    best = records[0]
    none = "moves no key needlessly" if best["needless_by"] == "law" else "moved no key needlessly here"
    moves = none if best["needless"] < MOVED_ALIKE else f"moves {said('needless', best)} more than it must"
    yield (
        f"Take {best['label']}: it {moves}, its fullest node is {said('peak', best)} above the mean, "
        f"and a key takes {said('ns', best)} ns{'' if steady else ', as far as this machine can tell'}."
    )
    better = {
        "needless": "fewest keys moved needlessly", "peak": "evenest", "ns": "fastest in batches",
        "one_key": "fastest for one key", "event_ms": "fastest event", "bytes": "smallest",
    }  # fmt: skip
    others = []
    for name, what in better.items():
        if name in ("ns", "one_key", "event_ms") and not steady:
            continue
        first = min(records, key=itemgetter(name))
        if first["label"] != best["label"] and float(first[name]) < float(best[name]):
            others.append(f"{what}: {first['label']} ({said(name, first)})")
    if others:
        yield f"Others are better at one thing: {'; '.join(others)}."
    yield (
        "Order: who needs more than one core for the keys goes behind, baselines last; then fewest needless "
        f"moves (to {100 * MOVED_ALIKE:.1f} % of the keys), evenest nodes (to {100 * PEAK_ALIKE:.0f} %), "
        "and time."
    )
