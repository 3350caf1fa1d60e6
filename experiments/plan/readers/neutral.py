"""The neutral form: a pool as TOML, or as the JSON that lies beside recordings."""

from __future__ import annotations

import json
import re
from pathlib import Path

from experiments.plan.pool import parsed
from experiments.plan.source import Contents, Source

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "neutral"
_TOML = re.compile(r"""^\s*system\s*=\s*["']""", re.MULTILINE)
_JSON = re.compile(r'\s*\{.*?"system"\s*:\s*"', re.DOTALL)
_FIRST = re.compile(r'\s*\{\s*"system"')


def recognises(source: Source) -> bool:
    """Return whether a text says its system: at its top, for what is inside may have any names."""
    if not _JSON.match(source.text):
        return _TOML.search(source.text) is not None
    try:
        content = json.loads(source.text)
    except (ValueError, RecursionError):
        return _FIRST.match(source.text) is not None
    return isinstance(content, dict) and isinstance(content.get("system"), str)


def read(source: Source) -> Contents:
    """Return the one pool."""
    return Contents((parsed(source.text, source.path, Path(source.path).stem),))
