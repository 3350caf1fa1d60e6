"""The names of tables and figures, which become files."""

from __future__ import annotations

import re

__all__ = ["check_name", "timed_stem"]


def check_name(name: str, what: str) -> None:
    """Refuse a name that cannot be the stem of a file."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
        raise ValueError(
            f"{name!r} cannot name a {what}, which becomes a file: use lower-case letters, digits, '-', '_'"
        )


def timed_stem(name: str, timing: bool) -> str:
    """Return the stem of a file, with ``timing`` in it where a clock had a part in the content.

    >>> timed_stem("speed", True), timed_stem("timing-speed", True), timed_stem("load", False)
    ('speed-timing', 'timing-speed', 'load')
    """
    return f"{name}-timing" if timing and "timing" not in name else name
