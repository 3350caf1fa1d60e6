"""The published numbers with what became of them, by theme and in all, and the errata."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from experiments.article.formats import AsPrinted
from experiments.inference.verdict import OF_ARTICLE, UNASKED
from experiments.report.summary import Measure, Sheet
from experiments.report.tables.formats import Count
from experiments.storage.records import Record

__all__ = ["sheets"]

NUMBERS: Mapping[str, Measure] = {"numbers": Measure("rows of published numbers", Count())}


def sheets(rows: Sequence[Record], errata: Sequence[Record], order: Sequence[str]) -> Iterator[Sheet]:
    """Yield published and ours, counts by verdict, theme and item, and what each erratum touches."""
    words = dict.fromkeys(("theme", "number", "unit", "verdict", "reason", "erratum"))
    published = Sheet.of_records(
        "published",
        ("item", "table", "key"),
        {
            "published": Measure("as the article prints it", AsPrinted()),
            "ours": Measure("to the digits and in the form that the article prints", AsPrinted()),
        },
        ({**words, **row} for row in rows),
    )
    yield published
    yield Sheet.of_counts("verdicts", published.frame, "numbers", "rows", verdict=OF_ARTICLE)
    asked = [row for row in rows if row["verdict"] != UNASKED]
    yield Sheet.of_records("all", (), NUMBERS, [{"numbers": len(asked)}])
    places = {theme: place for place, theme in enumerate(order)}
    pairs = Counter((row["theme"], row["item"]) for row in asked) | {
        (row["theme"], row["item"]): 0 for row in rows if row["verdict"] == UNASKED
    }
    themes = sorted(pairs, key=lambda pair: (places.get(pair[0], len(places)), pair[1]))
    yield Sheet.of_records(
        "themes",
        ("theme", "item"),
        NUMBERS,
        ({"theme": theme, "item": item, "numbers": pairs[theme, item]} for theme, item in themes),
    )
    seen = Counter((row["theme"], row["item"], row["verdict"]) for row in rows)
    yield Sheet.of_records(
        "counts",
        ("theme", "item", "verdict"),
        NUMBERS,
        (
            {"theme": theme, "item": item, "verdict": verdict, "numbers": seen[theme, item, verdict]}
            for theme, item in themes
            for verdict in OF_ARTICLE
        ),
    )
    touched = Counter(row.get("erratum") for row in rows)
    yield Sheet.of_records(
        "errata",
        ("erratum",),
        {"numbers": Measure("published numbers that it touches", Count())},
        (
            {**row, "place": place, "numbers": touched[row["erratum"]]}
            for place, row in enumerate((row for row in errata if row["kind"] == "erratum"), 1)
        ),
    )
    yield Sheet.of_records(
        "out-of-scope",
        ("subject",),
        {},
        ({"subject": row["key"], "reason": row["reason"]} for row in errata if row["kind"] == "out of scope"),
    )
