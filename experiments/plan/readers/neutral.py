"""The neutral form: a pool as TOML, or as the JSON that lies beside recordings."""

from __future__ import annotations

import re
from pathlib import Path

from experiments.plan.pool import parsed
from experiments.plan.source import Contents, Source

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "neutral"
_TOML = re.compile(r"""^\s*system\s*=\s*["']""", re.MULTILINE)
_JSON = re.compile(r'^\s*\{.*?"system"\s*:\s*"', re.DOTALL)


def recognises(source: Source) -> bool:
    """Return whether a text says its system."""
    return bool(_TOML.search(source.text) or _JSON.match(source.text))


def read(source: Source) -> Contents:
    """Return the one pool."""
    return Contents((parsed(source.text, source.path, Path(source.path).stem),))
