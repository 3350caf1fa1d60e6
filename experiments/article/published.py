"""The published numbers: the article *Data Partitioning and Consistent Hashing*, as they stand in it.

``published.csv`` holds the numbers that the article prints; its columns are item, table, key,
published, unit and remark. It is data: nothing in this project writes or generates it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

__all__ = ["FILE", "Published", "Question", "published"]

FILE = Path(__file__).with_name("published.csv")

Question: TypeAlias = tuple[str, str, str]
"""Item, table and key: what a published number is about."""


@dataclass(frozen=True)
class Published:
    """One number of the article.

    Parameters
    ----------
    number
        Its place in the list, from 1.
    item
        What kind of thing it is, such as ``arc``.
    table
        Where the article has it.
    key
        Of what it is the value.
    value
        The value, as it is printed.
    unit
        What it counts.
    remark
        What the article says beside it.
    """

    number: int
    item: str
    table: str
    key: str
    value: str
    unit: str
    remark: str

    @property
    def question(self) -> Question:
        """Item, table and key."""
        return self.item, self.table, self.key


@lru_cache(maxsize=1)
def published() -> tuple[Published, ...]:
    """Return all published numbers, in the order of the file.

    Examples
    --------
    >>> numbers = published()
    >>> len(numbers), numbers[0].key, numbers[0].value
    (157, 'server-a-0', '148456820')
    """
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Published(
                number, row["item"], row["table"], row["key"], row["published"], row["unit"], row["remark"]
            )
            for number, row in enumerate(csv.DictReader(file), 1)
        )
