"""Texts as parts of the names of files: any two that differ have stems that differ, on every file system."""

from __future__ import annotations

import hashlib
import re
import unicodedata

__all__ = ["slug", "words"]

LONGEST = 40
"""So many characters a stem has at most."""

_DIGITS = 8
_PLAIN = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_MADE = re.compile(rf"-[0-9a-f]{{{_DIGITS}}}$")


def slug(text: str) -> str:
    """Return a stem for a text: itself where it can be part of the name of a file, else one with a digest.

    No two texts share a stem, also where capitals do not count, as on macOS and Windows; the stem of a text
    is the same in every run.

    Examples
    --------
    >>> slug("uniform"), slug("md5_high64"), slug("zipf:1.2:500")
    ('uniform', 'md5_high64', 'zipf-1-2-500-ffc1a8c1')
    >>> len({slug("strings:A"), slug("strings:a"), slug("strings:é"), slug("strings:è"), slug("…"), slug("")})
    6
    """
    if len(text) <= LONGEST and _PLAIN.fullmatch(text) and not _MADE.search(text):
        return text
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGITS // 2).hexdigest()
    readable = words(text)[-(LONGEST - _DIGITS - 1) :].strip("-")
    return f"{readable or 'x'}-{digest}"


def words(text: str) -> str:
    """Write a text in lower-case letters, digits and hyphens; texts that differ may be written alike.

    Examples
    --------
    >>> words("at most 1/n"), words("Zoë")
    ('at-most-1-n', 'zoe')
    """
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", letters.lower()).strip("-")
