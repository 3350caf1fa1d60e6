"""Text that commands no terminal."""

from __future__ import annotations

import re

CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Whatever moves a cursor, rings a bell, colours or turns a line around; a line break does no harm."""


def printable(text: str) -> str:
    r"""Spell control characters out, but for line breaks: whatever a name holds, it commands no terminal.

    >>> print(printable("keys\x1b[2J.txt\n"), end="")
    keys\x1b[2J.txt
    """
    return CONTROLS.sub(_spelled, text)


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
