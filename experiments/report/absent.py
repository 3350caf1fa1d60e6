"""Who takes no part in a run, since it cannot take the nodes of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.report.summary import Sheet

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["absent_of", "notes_of"]


def absent_of(rows: pd.DataFrame) -> Sheet:
    """Return a sheet of each label and reason, of rows that have one; it has no numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> absent_of(pd.DataFrame({"label": ["jump", "jump"], "cannot": ["weights differ"] * 2})).records()
    [{'label': 'jump', 'cannot': 'weights differ'}]
    >>> absent_of(pd.DataFrame({"label": []})).records()
    []
    """
    columns = ["label", "cannot"]
    who = rows.reindex(columns=columns).drop_duplicates().reset_index(drop=True)
    return Sheet("absent", who, tuple(columns))


def notes_of(rows: pd.DataFrame) -> list[str]:
    """Return a line for each label and reason.

    Examples
    --------
    >>> import pandas as pd
    >>> notes_of(pd.DataFrame({"label": ["jump", "jump"], "cannot": ["weights differ"] * 2}))
    ['jump takes no part: weights differ.']
    """
    who = rows.drop_duplicates(["label", "cannot"])
    return [f"{label} takes no part: {why}." for label, why in zip(who["label"], who["cannot"], strict=True)]
