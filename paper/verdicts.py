"""Values that are verdicts: on properties, claims, the article's numbers, and the tests themselves."""

from __future__ import annotations

from collections.abc import Iterator

from experiments.claims.claim import load as published
from experiments.claims.show import shown_theirs, shown_value
from experiments.inference.verdict import CONFIRMED, REFUTED, UNDECIDED
from experiments.report.tables.formats import Count, Significant
from experiments.storage.records import records
from paper.numerals import percent, rough, set_number
from paper.sources import Run, Value, distinct


def properties(run: Run) -> Iterator[Value]:
    """Yield the values of `properties`: how many were checked, and what came of it."""
    rows, place = run.rows, f"{run.place}/rows.csv"
    yield Value("properties/checks", str(rows["property"].nunique()), f"{place}: properties")
    yield Value("properties/selections", str(rows["label"].nunique()), f"{place}: labels")
    for verdict, count in rows["verdict"].value_counts().items():
        yield Value(f"properties/{verdict}", str(count), f"{place}: rows with this verdict")
    examples = int(rows["examples"].dropna().sum())
    yield Value("properties/examples", Count().text(examples, {}), f"{place}: sum of examples")
    yield Value(
        "properties/counterexamples",
        str(int(rows["counterexample"].notna().sum())),
        f"{place}: counterexamples",
    )


def claims(run: Run) -> Iterator[Value]:
    """Yield the values of `claims`: theirs, ours, verdicts."""
    found, place = records(run.rows), f"{run.place}/rows.csv"
    yield Value("claims", str(len(found)), f"{place}: rows")
    for verdict in (CONFIRMED, REFUTED, UNDECIDED, "not implemented"):
        count = sum(row["verdict"] == verdict for row in found)
        yield Value(f"claims/{verdict}", str(count), f"{place}: rows with this verdict")
        for title in distinct(row["claim"].partition(".")[0] for row in found):
            here = sum(row["verdict"] == verdict and row["claim"].startswith(f"{title}.") for row in found)
            yield Value(f"claims/{verdict}/{title}", str(here), f"{place}: rows with this verdict")
    for claim in published():
        for key, value in claim.given.items():
            if isinstance(value, int):
                yield Value(
                    f"given/{claim.id}/{key}",
                    Count().text(value, {}),
                    f"experiments/claims: {claim.id}, given",
                )
    for row in found:
        if "needed" in row:
            yield Value(f"needed/{row['claim']}", rough(row["needed"]), f"{place}: needed")
        if row.get("ours") and row.get("theirs"):
            yield Value(
                f"ratio/{row['claim']}",
                Significant(2).text(row["ours"] / row["theirs"], {}),
                f"{place}: ours / theirs",
            )
        yield Value(f"theirs/{row['claim']}", set_number(shown_theirs(row)), f"{place}: theirs")
        if "theirs" in row:
            yield Value(
                f"theirs-bare/{row['claim']}", set_number(shown_value(row["theirs"], row)), f"{place}: theirs"
            )
        if "ours" in row or "ours_shown" in row:
            ours = row.get("ours_shown") or shown_value(row["ours"], row)
            yield Value(f"ours/{row['claim']}", set_number(str(ours)), f"{place}: ours")
        if "low" in row and "high" in row:
            yield Value(f"low/{row['claim']}", set_number(shown_value(row["low"], row)), f"{place}: low")
            yield Value(f"high/{row['claim']}", set_number(shown_value(row["high"], row)), f"{place}: high")


def article(run: Run) -> Iterator[Value]:
    """Yield the values of `article`: how many of its numbers are equal."""
    rows, place = run.rows[run.rows["part"] == "published"], f"{run.place}/rows.csv"
    numbers = rows[rows["published"].notna()]
    yield Value("article/numbers", str(len(numbers)), f"{place}: published numbers")
    for verdict, count in numbers["verdict"].value_counts().items():
        yield Value(f"article/{verdict}", str(count), f"{place}: published numbers with this verdict")


def calibration(run: Run) -> Iterator[Value]:
    """Yield the values of `calibration`: at which rates tests reject and intervals cover."""
    rows, place = records(run.rows), f"{run.place}/rows.csv"
    for row in rows:
        name = f"calibration/{row['kind']}/{row['procedure']}"
        yield Value(name, percent(row["rate"], 1), f"{place}: rate")
        yield Value(f"{name}/nominal", percent(row["nominal"], 1), f"{place}: nominal")
    kept = sum(row["verdict"] == "as stated" for row in rows)
    yield Value("calibration/procedures", str(len(rows)), f"{place}: rows")
    yield Value("calibration/as-stated", str(kept), f"{place}: rows with the verdict as stated")
