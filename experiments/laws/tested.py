"""The tests of `laws`: each mean over draws that has a law, for a difference and for equivalence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from algorithms.hashing import hash_function
from experiments import inference
from experiments.inference.verdict import AGREES, DIFFERS, OPEN
from experiments.report import statistics
from experiments.report.conclusions import MARGIN
from experiments.report.statistics import SQUARES_MARGIN

__all__ = ["LEAST_DRAWS", "MARGINS", "NO_LAW", "UNTESTED", "WORDS", "Tested", "worst"]

MARGINS: Mapping[str, float] = {
    "movement": MARGIN, "stray": MARGIN, "cv_squared": SQUARES_MARGIN, "max_to_mean": MARGIN,
}  # fmt: skip
"""The margin of equivalence of each quantity; of the largest load, of what it is above the mean."""

LEAST_DRAWS = 500
"""From so many draws on the largest load is tested, which is skewed as maxima are.

Over simulated loads of 16 and of 100 nodes the t test of 500 draws rejects a true law as often as it says at
levels of 10^-3 and 10^-4; that of 100 draws 1.3 times and twice as often.
"""

NO_LAW, UNTESTED = "no law", "untested"
"""What is said where no law is known, and where no test holds its level."""

WORDS = (DIFFERS, OPEN, AGREES, UNTESTED, NO_LAW)
"""What may be said of a mean; of several that is said which comes first."""

KEYS = ("n", "label", "event", "quantity")


@dataclass(frozen=True)
class Tested:
    """The tests, and what is said of each row.

    Parameters
    ----------
    frame
        A row for each test, with the columns of `statistics.concluded`.
    words
        By the keys of a row.
    """

    frame: pd.DataFrame
    words: Mapping[tuple[Any, ...], str]

    @classmethod
    def of(cls, rows: pd.DataFrame) -> Tested:
        """Test every mean that has a law; one sample is one test, whatever its events are called."""
        records = rows.to_dict("records")
        words: dict[tuple[Any, ...], str] = {}
        tests: dict[tuple[Any, ...], Mapping[Any, Any]] = {}
        for row in records:
            if math.isnan(row["law_mean"]):
                words[_key(row)] = NO_LAW
            elif row["quantity"] == "stray" and not row["law_mean"]:
                words[_key(row)] = DIFFERS if row["most"] else AGREES  # one key in any draw is too many
            elif not _testable(row):
                words[_key(row)] = UNTESTED
            else:
                tests.setdefault(_sample(row), row)
        body = [{**{name: row[name] for name in (*KEYS, "law")}, **_test(row)} for row in tests.values()]
        frame = statistics.concluded(body, others=[*KEYS, "law"])
        conclusions = dict(zip(tests, frame["conclusion"].tolist(), strict=True))
        words |= {_key(row): conclusions[_sample(row)] for row in records if _key(row) not in words}
        return cls(frame, words)

    def says(self, row: Mapping[Any, Any]) -> str:
        """Return what is said of a row."""
        return self.words[_key(row)]


def worst(said: set[str]) -> str:
    """Return the first of `WORDS` that is said.

    Examples
    --------
    >>> worst({"agrees", "no law"}), worst({"agrees", "open"}), worst({"no law"})
    ('agrees', 'open', 'no law')
    """
    return next(word for word in WORDS if word in said)


def _key(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEYS)


def _sample(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    """Return what tells samples apart: two events may be one, as the last of two nodes is the middle one."""
    names = ("n", "label", "quantity", "keys", "draws", "mean", "deviation", "law_mean")
    return tuple(row[name] for name in names)


def _testable(row: Mapping[Any, Any]) -> bool:
    """Return whether a test holds its level: draws are independent, and loads large enough for its law."""
    if not hash_function(row["hash"]).seeded:  # all draws are one
        return False
    if row["quantity"] == "cv_squared":
        few = row["keys"] < inference.loads.LEAST_EXPECTED * row["n"]
        return not few and _squares(row)["p_value"] is not None
    if row["quantity"] == "max_to_mean":
        return bool(row["draws"] >= LEAST_DRAWS) and bool(row["law_mean"] > 1)
    return bool(row["law_mean"] > 0)


def _test(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the columns of one mean against its law."""
    quantity, mean, law = row["quantity"], row["mean"], row["law_mean"]
    if quantity == "cv_squared":
        return _squares(row)
    if quantity == "max_to_mean":
        mean, law = mean - 1, law - 1
    variance = _variance(row)
    if variance is None and not row["deviation"]:  # the same in every draw: it is the law or it is not
        same = math.isclose(mean, law, rel_tol=1e-12)
        found = {"off": mean / law - 1, "d": None, "p_value": float(same), "same": float(not same)}
        return {**found, "deviation": 0.0, "size": int(row["draws"]), "method": "t"}
    return statistics.mean_against_law(
        mean, row["deviation"], int(row["draws"]), law, variance=variance, margin=MARGINS[quantity]
    )


def _squares(row: Mapping[Any, Any]) -> dict[str, Any]:
    points = row["points"] if row["law"] == "ring" else None
    return statistics.squares_of_draws(
        row["mean"], row["deviation"], int(row["draws"]), row["law_mean"],
        variance=_variance(row), points=None if points is None or pd.isna(points) else float(points),
    )  # fmt: skip


def _variance(row: Mapping[Any, Any]) -> float | None:
    return None if math.isnan(row["law_deviation"]) else float(row["law_deviation"]) ** 2
