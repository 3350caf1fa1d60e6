"""Who takes no part in a run, since it cannot take the nodes of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["notes_of"]


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
