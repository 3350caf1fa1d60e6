"""Who takes no part in a run, or in a part of it, since it cannot have the nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from experiments.report.summary import Sheet

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["absent_of", "listed", "notes_of", "refusers", "taking_part", "together"]

K = TypeVar("K")


def taking_part(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in which something was measured.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"label": ["jump", "ring"], "cannot": ["weights differ", None]})
    >>> list(taking_part(rows)["label"])
    ['ring']
    """
    return rows[rows["cannot"].isna()] if "cannot" in rows else rows


def absent_of(rows: pd.DataFrame) -> Sheet:
    """Return a sheet of each label and reason, of rows that have one; it has no numbers.

    Where the same label was measured with other numbers of nodes, `nodes` says with which it was not.

    Examples
    --------
    >>> import pandas as pd
    >>> absent_of(pd.DataFrame({"label": ["jump", "jump"], "cannot": ["weights differ"] * 2})).records()
    [{'label': 'jump', 'cannot': 'weights differ', 'nodes': ''}]
    >>> absent_of(pd.DataFrame({"label": []})).records()
    []
    """
    import pandas as pd

    refused = rows[rows["cannot"].notna()] if "cannot" in rows else rows[:0]
    present = set(taking_part(rows)["label"])
    body = []
    for label, group in refused.groupby("label", sort=False):
        for cannot, part in group.groupby("cannot", sort=False):
            counts = sorted(set(part["n"])) if label in present and "n" in part else []
            body.append((label, cannot, ", ".join(f"{n:,}" for n in counts)))
    return Sheet("absent", pd.DataFrame(body, columns=["label", "cannot", "nodes"]), ("label", "cannot"))


def refusers(rows: pd.DataFrame, nodes: Sequence[int]) -> list[str]:
    """Return the columns that say who refuses: none where all labels do alike, as for keys they cannot hash.

    Examples
    --------
    >>> import pandas as pd
    >>> keys = pd.DataFrame({"label": ["jump", "ring"], "n": 3, "hash": "crc32", "workload": "names"})
    >>> refusers(keys.assign(cannot="text"), [3]), refusers(keys.assign(cannot=["full", None]), [3])
    ([], ['label'])
    """
    if "cannot" not in rows or rows["cannot"].isna().all():
        return []
    case = ["hash", "workload"]
    alike = all(group["cannot"].nunique(dropna=False) == 1 for _, group in rows.groupby(case, sort=False))
    if alike:
        return []
    return ["label", "n"] if len(nodes) > 1 else ["label"]


def notes_of(absent: Sheet) -> list[str]:
    """Return a line for each reason, with all whose it is.

    Examples
    --------
    >>> import pandas as pd
    >>> notes_of(absent_of(pd.DataFrame({"label": ["jump", "jump"], "cannot": ["weights differ"] * 2})))
    ['jump takes no part: weights differ.']
    >>> rows = pd.DataFrame({"label": ["dx", "dx"], "n": [16, 1000], "cannot": [None, "there is no room"]})
    >>> notes_of(absent_of(rows))
    ['dx takes no part at n = 1,000: there is no room.']
    >>> notes_of(absent_of(pd.DataFrame({"label": ["jump", "flip"], "cannot": ["weights differ"] * 2})))
    ['jump and flip take no part: weights differ.']
    """
    return [
        f"{listed(labels)} {'takes' if len(labels) == 1 else 'take'} no part"
        f"{' at n = ' if nodes else ''}{nodes}: {cannot}."
        for (nodes, cannot), labels in together(
            ((row["nodes"], row["cannot"]), row["label"]) for row in absent.records()
        ).items()
    ]


def together(pairs: Iterable[tuple[K, object]]) -> dict[K, list[str]]:
    """Return the labels of each reason, reasons in the order in which they come first.

    Examples
    --------
    >>> together([("no weights", "jump"), ("no room", "dx"), ("no weights", "flip")])
    {'no weights': ['jump', 'flip'], 'no room': ['dx']}
    """
    found: dict[K, list[str]] = {}
    for reason, label in pairs:
        found.setdefault(reason, []).append(str(label))
    return found


def listed(labels: Sequence[str]) -> str:
    """Return labels as a sentence names them.

    Examples
    --------
    >>> listed(["jump"]), listed(["jump", "flip", "power"])
    ('jump', 'jump, flip and power')
    """
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"
