"""What a room adds to the first table of the page: one number for each label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.report.tables.formats import Format

__all__ = ["Glance"]


@dataclass(frozen=True)
class Glance:
    """A column of the page's first table.

    Parameters
    ----------
    header
        What stands above it, in a few words.
    about
        A sentence: n, keys, event.
    values
        By label.
    format
        How they are written.
    """

    header: str
    about: str
    values: Mapping[str, Any]
    format: Format
