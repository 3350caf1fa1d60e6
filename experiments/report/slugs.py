"""Texts as parts of the names of files."""

from __future__ import annotations

import re


def slug(text: str) -> str:
    """Write a text in lower-case letters, digits and hyphens, 40 at most.

    Parameters
    ----------
    text
        Any.

    Examples
    --------
    >>> slug("zipf:1.2:500"), slug("…")
    ('zipf-1-2-500', 'x')
    """
    return re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")[-40:] or "x"
