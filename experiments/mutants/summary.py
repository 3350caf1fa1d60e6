"""Every number that `mutants` states: the score, by kind and by family, and what each check kills."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from experiments.inference.verdict import EQUIVALENT, KILLED, OF_MUTANTS, SURVIVED
from experiments.mutants.survivors import REASONS
from experiments.report.presentation import Results
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Count, Percent, is_missing
from experiments.storage.records import records

if TYPE_CHECKING:
    from experiments.mutants.parameters import MutantsParameters

COUNTED = {
    "planted": Measure("mutants", Count()),
    KILLED: Measure("mutants that a check kills", Count()),
    SURVIVED: Measure("mutants that no check kills, and that are not shown to be equivalent", Count()),
    EQUIVALENT: Measure("mutants in which no difference was found, and that are shown to have none", Count()),
    "score": Measure("killed, of those that are not equivalent", Percent(1)),
}
WORDS = (
    "member", "family", "kind", "transformation", "about", "verdict", "stage", "killed_by", "killers",
    "difference", "examples", "placements",
)  # fmt: skip


def summary(results: Results[MutantsParameters]) -> Summary:
    """Return the mutants, the score in all, by kind and by family, and the checks."""
    rows = [
        {**dict.fromkeys(WORDS), **row, "reason": REASONS.get(row["mutant"])} for row in records(results.rows)
    ]
    numbers = {
        "examples": Measure("the example that killed it, of the check that needed fewest", Count()),
        "placements": Measure("answers that were compared with those of the honest member", Count()),
    }
    return Summary(
        [
            Sheet.of_records("mutants", ("mutant",), numbers, rows),
            _scores("kinds", rows, "kind"),
            _scores("families", rows, "family"),
            _checks(rows),
            Sheet.of_counts("verdicts", results.rows, "mutants", "rows", verdict=OF_MUTANTS),
            Sheet.of_records(
                "all",
                (),
                {
                    **COUNTED,
                    "members": Measure("members with a defect", Count()),
                    "transformations": Measure("transformations that made them", Count()),
                    "checks": Measure("checks that kill at least one", Count()),
                    "median_examples": Measure("median of the examples that killed one", Count()),
                },
                [
                    {
                        **_score(rows),
                        "members": len({row["member"] for row in rows}),
                        "transformations": len({row["transformation"] for row in rows}),
                        "checks": len({check for row in rows for check, _ in kills_of(row)}),
                        "median_examples": _median(rows),
                    }
                ],
            ),
        ]
    )


def kills_of(row: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield the checks that kill a mutant, and the example of each; 0 where examples are not counted."""
    if not is_missing(row["killers"]):
        for part in str(row["killers"]).split():
            check, _, examples = part.rpartition(":")
            yield check, int(examples)


def _score(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in OF_MUTANTS}
    asked = counts[KILLED] + counts[SURVIVED]
    return {"planted": len(rows), **counts, "score": counts[KILLED] / asked if asked else None}


def _scores(name: str, rows: Sequence[dict[str, Any]], key: str) -> Sheet:
    values = dict.fromkeys(row[key] for row in rows)
    parts = [{key: value, **_score([row for row in rows if row[key] == value])} for value in values]
    return Sheet.of_records(name, (key,), COUNTED, parts)


def _checks(rows: Sequence[dict[str, Any]]) -> Sheet:
    kills: dict[str, list[int]] = {}
    alone: dict[str, int] = {}
    for row in rows:
        its = list(kills_of(row))
        for check, examples in its:
            kills.setdefault(check, []).append(examples)
            alone[check] = alone.get(check, 0) + (len(its) == 1 and row["stage"] == "search")
    measures = {
        "kills": Measure("mutants that it kills, of those that it was asked of", Count()),
        "alone": Measure("mutants that it kills alone among the searches", Count()),
        "median_examples": Measure("median of the examples that it needed", Count()),
        "most_examples": Measure("most examples that it needed", Count()),
    }
    parts = [
        {
            "check": check,
            "kills": len(examples),
            "alone": alone[check],
            "median_examples": round(median(examples)),
            "most_examples": max(examples),
        }
        for check, examples in sorted(kills.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    return Sheet.of_records("checks", ("check",), measures, parts)


def _median(rows: Sequence[dict[str, Any]]) -> int | None:
    counted = [int(row["examples"]) for row in rows if not is_missing(row["examples"])]
    return round(median(counted)) if counted else None
