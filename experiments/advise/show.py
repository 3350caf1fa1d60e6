"""How advice is shown: one table on one screen, a sentence on the first, and who cannot, and why."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from experiments.advise.guide import choosing
from experiments.advise.parameters import ABLE, REMOVALS
from experiments.advise.summary import MOVED_ALIKE, PEAK_ALIKE, summary
from experiments.report.absent import together
from experiments.report.presentation import First, Presentation, Results
from experiments.report.summary import Summary
from experiments.report.tables.table import Table
from experiments.report.telling import rows_where
from experiments.report.timings import INTERVAL, trust, trusted

if TYPE_CHECKING:
    import pandas as pd

    from experiments.advise.parameters import AdviseParameters

MOST_ROWS = 12
"""So many algorithms fit a screen with all that is said of them."""

COLUMNS = {
    "n": "nodes", "place": "", "label": "algorithm", "agrees_by": "agree by", "removes": "lets go",
    "needless": "needless", "peak": "fullest", "ns": "ns a key", "one_key": "ns one key", "cores": "cores",
    "event_ms": "event, ms", "bytes": "memory",
}  # fmt: skip
"""What stands above the columns of the table."""

MEANT = (
    "Agree by names: whoever knows the names of the nodes places alike; by numbers: all must number "
    "them alike, through all events. Needless: keys that the worst event moves beyond what it must. "
    "Fullest: its share above the mean, expected, without the chance of few keys. ns: a key in a "
    "batch, one thread; one key: looked up by itself; none was asked for before."
)


BETTER = {
    "needless": "fewest keys moved needlessly", "peak": "evenest", "ns": "fastest in batches",
    "one_key": "fastest for one key", "event_ms": "fastest event", "bytes": "smallest",
}  # fmt: skip
TIMED = ("ns", "one_key", "event_ms")


def present(results: Results[AdviseParameters]) -> Presentation:
    """Return the table of who can, best first, the events one by one, and the advice in words."""
    numbers, parameters = summary(results), results.parameters
    advice, events = numbers["advice"], numbers["events"]
    many = len(parameters.nodes) > 1
    table = Table(
        "advice",
        _need(parameters),
        advice.frame.groupby("n", sort=False).head(MOST_ROWS),
        f"{MEANT} Medians of {parameters.rounds} rounds of processor time and {INTERVAL}.",
        columns=[name for name in COLUMNS if name in _shown(parameters)],
        headers=COLUMNS,
        formats={name: measure.format for name, measure in advice.measures.items()},
        notes=[*_behind(advice.frame), *_refusals(numbers)],
        groups=["n"] if many else [],
        timing=True,
    )
    tables = [table]
    if len(events.frame):
        tables.append(
            Table(
                "events",
                "What moves",
                events.frame,
                "By the law of the algorithm where one is known, else of the keys sampled.",
                columns=[*(["n"] if many else []), "event", "label", "movement", "ideal", "movement_by"],
                headers={"label": "algorithm", "movement": "moves", "ideal": "must", "movement_by": "by"},
                formats={name: measure.format for name, measure in events.measures.items()},
                groups=["n", "event"] if many else ["event"],
                detail=True,
            )
        )
    failures = [] if len(advice.frame) else [f"no algorithm can do it. {' '.join(_refusals(numbers))}"]
    told, steady = [], True
    if any(sheet.name == "steadiness" for sheet in numbers.sheets):
        steady = trusted(results.facts, numbers["steadiness"])
        told = list(trust(results.facts, numbers["steadiness"]))
    meaning = [*([] if steady else told[:1]), *_advice(numbers, steady)]
    guide = choosing(table, advice.frame, told, doubted=not steady) if len(advice.frame) else None
    places = sorted(set(table.frame["place"].dropna()))
    return Presentation(
        tables,
        meaning=meaning,
        summary=numbers,
        failures=failures,
        chooser=guide,
        first=First(rows=rows_where(*(table.frame["place"] == place for place in places))),
    )


def _shown(parameters: AdviseParameters) -> set[str]:
    """Return the columns of the table in the terminal."""
    unshown = set() if len(parameters.nodes) > 1 else {"n"}
    unshown |= set() if parameters.keys_per_second else {"cores"}
    unshown |= set() if parameters.remove == ABLE else {"removes"}
    return set(COLUMNS) - unshown


def _need(parameters: AdviseParameters) -> str:
    """Return what is needed, in words."""
    who = {
        "any": "any of which may leave",
        "last": "of which the last may leave",
        "none": "none of which leaves",
        ABLE: "which leave as each algorithm can let them go",
    }
    counts = " or ".join(f"{n:,}" for n in parameters.nodes)
    parts = [f"{counts} nodes, {who[parameters.remove]}"]
    parts += ["of different weights"] if parameters.weighted else []
    parts += [f"{parameters.replicas} nodes a key"] if parameters.replicas > 1 else []
    parts += [f"{parameters.keys_per_second:,.0f} keys a second"] if parameters.keys_per_second else []
    events = parameters.event or REMOVALS.get(parameters.remove, ())
    parts += ["events " + ", ".join(events)] if events else []
    return f"Who can: {'; '.join(parts)}"


def _behind(advice: pd.DataFrame) -> Iterator[str]:
    """Yield a line on who can do it too, and is not on the screen, for each number of nodes."""
    for n, labels in advice.groupby("n", sort=False)["label"]:
        rest = labels.tolist()[MOST_ROWS:]
        at = f" of {n:,} nodes" if advice["n"].nunique() > 1 else ""
        if rest:
            yield f"Behind these{at}, in this order: {', '.join(rest)}."


def _refusals(numbers: Summary) -> Iterator[str]:
    """Yield a line for each reason, with all who have it."""
    reasons = together(((row["nodes"], row["cannot"]), row["label"]) for row in numbers["absent"].records())
    for (nodes, reason), labels in reasons.items():
        yield f"Not {', '.join(labels)}{' at n = ' if nodes else ''}{nodes}: {reason}."


def _advice(numbers: Summary, steady: bool) -> Iterator[str]:
    """Yield the advice on the first, what others are better at, and how the order came about.

    Times that cannot be trusted recommend nobody.
    """
    frame = numbers["advice"].frame
    formats = {name: measure.format for name, measure in numbers["advice"].measures.items()}
    many = frame["n"].nunique() > 1

    def said(name: str, record: dict[Any, Any]) -> str:
        return formats[name].text(record[name], record)

    if frame.empty:
        return
    for n, group in frame.groupby("n", sort=False):
        records: list[dict[Any, Any]] = group.to_dict("records")
        best = records[0]
        none = "moves no key needlessly" if best["needless_by"] == "law" else "moved no key needlessly here"
        moves = (
            none if best["needless"] < MOVED_ALIKE else f"moves {said('needless', best)} more than it must"
        )
        yield (
            f"{f'Of {n:,} nodes take' if many else 'Take'} {best['label']}: it {moves}, its fullest node is "
            f"{said('peak', best)} above the mean, and a key takes {said('ns', best)} ns"
            f"{'' if steady else ', as far as this machine can tell'}."
        )
        others = []
        for name, what in BETTER.items():
            if name in TIMED and not steady:
                continue
            first = min(records, key=itemgetter(name))
            if first["label"] != best["label"] and float(first[name]) < float(best[name]):
                others.append(f"{what}: {first['label']} ({said(name, first)})")
        if others and not many:
            yield f"Others are better at one thing: {'; '.join(others)}."
    yield (
        "Order: who needs more than one core for the keys goes behind, baselines last; then fewest needless "
        f"moves (to {100 * MOVED_ALIKE:.1f} % of the keys), evenest nodes (to {100 * PEAK_ALIKE:.0f} %), "
        "and time."
    )
