"""Reading a configuration: whose it is, by name or by content, and the pools in it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from experiments.options.errors import BadUse, did_you_mean
from experiments.plan import readers
from experiments.plan.pool import SYSTEMS
from experiments.plan.settings import applied
from experiments.plan.source import Contents, Source

__all__ = ["contents", "source_of"]

TYPED = ("libmemcached", "pymemcache")
"""Systems whose configuration may be typed in place of a file."""

MOST_BYTES = 256 << 20

WITHOUT_FILE = ("kafka", "guava", "elasticsearch")
"""Systems of which ``--set`` can say all."""


class _Reader(Protocol):
    SYSTEM: str

    def recognises(self, source: Source) -> bool: ...

    def read(self, source: Source) -> Contents: ...


@cache
def _readers() -> Mapping[str, _Reader]:
    """Return the readers by the names of their systems, those that recognise the most certain signs first."""
    modules = [
        importlib.import_module(f"{readers.__name__}.{each.name}")
        for each in pkgutil.iter_modules(readers.__path__)
        if not each.name.startswith("_")
    ]
    named = {module.SYSTEM: cast(_Reader, module) for module in modules if hasattr(module, "SYSTEM")}
    return {"neutral": named.pop("neutral"), **named}


def source_of(path: str, system: str | None = None, settings: Mapping[str, str] | None = None) -> Source:
    """Return the text of a file, or what is typed in its place."""
    file = Path(path)
    try:
        if not file.exists():
            if system in WITHOUT_FILE or (system in TYPED and ":" in path):
                return Source(path, path, settings or {})
            raise BadUse(f"there is no file {path}; give a configuration that exists")
        if file.is_dir():
            raise BadUse(f"{path} is a directory; give a file")
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise BadUse(f"{path} has more than {MOST_BYTES >> 20} MB: that is no configuration")
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadUse(f"{path}:{line}: not UTF-8; give a configuration in UTF-8") from None
    except (OSError, ValueError) as error:
        if isinstance(error, BadUse):
            raise
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise BadUse(f"{path} cannot be read ({reason}); give a file that can") from None
    return Source(path, text, settings or {})


def contents(path: str, system: str | None = None, settings: Mapping[str, str] | None = None) -> Contents:
    """Return what is in a configuration."""
    known = (*SYSTEMS, "neutral")
    if system is not None and system not in known:
        raise BadUse(f"--system: {system!r} is unknown{did_you_mean(system, known)}; give {', '.join(known)}")
    source = source_of(path, system, settings)
    every = _readers()
    chosen = system
    if chosen is None:
        chosen = next((name for name, reader in every.items() if reader.recognises(source)), None)
    if chosen is None:
        raise BadUse(
            f"{path}: whose configuration this is cannot be told; give --system, one of {', '.join(known)}"
        )
    if chosen not in every:
        raise BadUse(f"{path}: {chosen} has no reader in this version; write the neutral form")
    return applied(every[chosen].read(source), source.settings)
