"""Every number that `claims` states: theirs beside ours, and how many claims came to which verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments import inference
from experiments.claims.claim import load
from experiments.claims.formats import OfClaim, Ours, Rough, Theirs
from experiments.claims.judge import unexpected
from experiments.inference.verdict import OF_CLAIMS, REFUTED, UNDECIDED
from experiments.report.presentation import Results
from experiments.report.summary import Measure, Sheet, Summary
from experiments.report.tables.formats import Count, Significant
from experiments.storage.records import records
from experiments.theory import cv_squared_variance, jump_dependence, ring_share_cv_squared

if TYPE_CHECKING:
    from experiments.claims.parameters import ClaimsParameters

__all__ = ["summary"]

MEASURES: Mapping[str, Measure] = {
    "theirs": Measure("the published value, with its relation", Theirs()),
    "published": Measure("the published value", OfClaim()),
    "ours": Measure("the value that was computed", Ours()),
    "low": Measure("the lower end of its interval", OfClaim()),
    "high": Measure("the upper end of its interval", OfClaim()),
    "ratio": Measure("ours / theirs", Significant(2)),
    "needed": Measure("how many keys or rings would decide", Rough()),
}
"""The numbers of a claim."""

MANY = 1000
"""Buckets of which jump's published shares are taken to be."""

OF_RINGS = "jump.ring-error-"
"""The claims of jump's table on the CV of a ring, for so many points."""

OF_FACTS, OWN = ("published", "own"), "C"
"""Who says a fact; how our own computations are marked."""

WORDS = (
    "work", "read", "link", "at", "seen", "fact", "where", "says", "relation", "tolerance", "percent",
    "expected", "why", "missing", "theirs_shown", "ours_shown", "kind", "method", "size", "unit", "verdict",
)  # fmt: skip
"""What else is known of a claim."""


def summary(results: Results[ClaimsParameters]) -> Summary:
    """Return the claims, what their recipes are given, and counts by source and verdict."""
    claims = [_claim(row) for row in records(results.rows)]
    sheet = Sheet.of_records("claims", ("claim",), MEASURES, claims)
    frame = sheet.frame
    sources = list(dict.fromkeys(frame["source"]))
    counted = {"claims": Measure("rows", Count()), "unexpected": Measure("rows", Count())}
    return Summary(
        [
            sheet,
            Sheet.of_records(
                "sources",
                ("source",),
                counted,
                ({"source": name, **_count(frame[frame["source"] == name])} for name in sources),
            ),
            Sheet.of_counts("counts", frame, "claims", "rows", source=sources, verdict=OF_CLAIMS),
            Sheet.of_counts("verdicts", frame, "claims", "rows", verdict=OF_CLAIMS),
            Sheet.of_counts(
                "facts",
                _facts(frame),
                "facts",
                "facts, each of one claim or more",
                of=OF_FACTS,
                verdict=OF_CLAIMS,
            ),
            Sheet.of_records("all", (), counted, [_count(frame)]),
            Sheet.of_records(
                "dependence",
                ("nodes",),
                {"dependence": Measure("what dependent draws change of a share of jump", Significant(2))},
                [{"nodes": MANY, "dependence": float(max(map(abs, jump_dependence(MANY))) * MANY)}],
            ),
            Sheet.of_records(
                "nearness",
                (),
                {"nearness": Measure("the chance that single rings all lie so near", Significant(1))},
                _nearness(frame),
            ),
            Sheet.of_records(
                "given",
                ("claim", "argument"),
                {"given": Measure("what the recipe is given", Count())},
                _given(set(frame["claim"])),
            ),
        ]
    )


def _claim(row: Mapping[str, Any]) -> dict[str, Any]:
    theirs, ours = row.get("theirs"), row.get("ours")
    return {
        **dict.fromkeys(WORDS),
        **row,
        "source": row["claim"].partition(".")[0],
        "published": theirs,
        "ratio": ours / theirs if ours and theirs else None,
        "unexpected": unexpected(row["verdict"], row["expected"]),
    }


def _facts(frame: pd.DataFrame) -> pd.DataFrame:
    """Return each fact with its verdict, and whether it was published or is our own computation.

    Refuted if one claim of it is, confirmed if all of them are.
    """
    records = []
    for fact, part in frame.groupby(frame["fact"].fillna(frame["claim"]), sort=False):
        verdicts = set(part["verdict"])
        one = REFUTED if REFUTED in verdicts else verdicts.pop() if len(verdicts) == 1 else UNDECIDED
        own = (part["read"] == OWN).all()
        records.append({"fact": fact, "of": OF_FACTS[int(own)], "verdict": one})
    return pd.DataFrame(records, columns=["fact", "of", "verdict"])


def _count(part: pd.DataFrame) -> dict[str, Any]:
    titles: Sequence[str] = part["title"].tolist()
    return {
        "title": titles[0] if titles else None,
        "claims": len(part),
        "unexpected": int(part["unexpected"].sum()),
    }


def _nearness(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield how likely single rings have CVs as near to the law as jump's table gives for four of them."""
    points = {claim.id: int(claim.given["points"]) for claim in load() if claim.id.startswith(OF_RINGS)}
    rows = [row for row in frame.to_dict("records") if row["claim"] in points]
    if not rows or len(rows) < len(points):
        return
    ratios, degrees = [], []
    for row in rows:
        law = float(ring_share_cv_squared(MANY, points[row["claim"]]))
        ratios.append(float(row["published"]) ** 2 / law)
        degrees.append(
            inference.degrees_of(law, float(cv_squared_variance(MANY, points=points[row["claim"]])))
        )
    yield {"nearness": inference.squares_so_near(ratios, degrees)}


def _given(claims: set[str]) -> Iterator[dict[str, Any]]:
    for claim in load():
        for argument, value in claim.given.items():
            if claim.id in claims and isinstance(value, int):
                yield {"claim": claim.id, "argument": argument, "given": value}
