"""What ``run.json`` says of a stored run: read with care, since it may have been damaged, altered or planted.

Every stored run is read through :func:`read_facts` and every one of its files through :func:`read_regular`.
What is not as a run has written it is refused in a sentence and never believed.

Format 2 adds to format 1 the digests of files that a clock decides (``timed``) and of the inputs, what is
known of the algorithms, and a digest of all other facts. Format 1 is read with what it has.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from experiments.options.errors import BadUse

__all__ = [
    "FORMAT",
    "RUN",
    "STEMS",
    "digest_of",
    "is_intact",
    "is_plain",
    "path_of",
    "read_facts",
    "read_regular",
    "sealed",
]

RUN = "run.json"
"""The file with the facts of a run; written last, so a folder that has it is complete."""

FORMAT = 2
"""Of the ``run.json`` that this version writes; it reads this one and those before."""

STEMS = ("rows", "timing")
"""What files of rows are called, without their suffixes."""

TYPES = ("boolean", "integer", "exact", "fraction", "float", "text")
"""Types of columns, see `experiments.storage.store.Stored`."""

LARGEST_FACTS = 1 << 26
LARGEST_FILE = 1 << 32

_PLAIN = re.compile(r"(rows|timing)\.(csv|parquet)|(tables|figures)/[^./\\\x00-\x1f][^/\\\x00-\x1f]*")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def is_plain(name: str) -> bool:
    """Return whether a name is one that a run gives to a file below its folder.

    >>> is_plain("tables/shares.md"), is_plain("tables/../../shares.md"), is_plain("/etc/passwd")
    (True, False, False)
    """
    return _PLAIN.fullmatch(name) is not None


def path_of(folder: Path, name: str) -> Path:
    """Return the path of a run's file; raise BadUse if it would lie outside the run's folder."""
    path = folder / name
    if not is_plain(name) or not path.resolve().is_relative_to(folder.resolve()):
        raise BadUse(f"{folder / RUN} names the file {name!r}, which is not in the run's folder; run again")
    return path


def read_regular(path: Path, largest: int = LARGEST_FILE) -> bytes:
    """Return the bytes of a regular file of reasonable size; never wait for a pipe or a device.

    Raises OSError if it cannot be read, and BadUse if it is something else or larger.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise BadUse(f"{path} is no regular file; remove it, or give another folder")
        content = b"" if state.st_size > largest else file.read(largest + 1)
    if content is None:  # a file of the kernel's that has nothing to say yet
        raise BadUse(f"{path} is no regular file; remove it, or give another folder")
    if state.st_size > largest or len(content) > largest:
        raise BadUse(f"{path} is larger than {largest:,} bytes, which no run has written; remove it")
    return content


def digest_of(facts: Mapping[str, Any]) -> str:
    """Return the digest of all facts but the digest itself, however they are laid out in the file."""
    others = {name: value for name, value in facts.items() if name != "digest"}
    written = json.dumps(others, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def sealed(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts with their digest, ready to be written."""
    return {**facts, "digest": digest_of(facts)}


def is_intact(folder: Path) -> bool:
    """Return whether the facts of a finished run are those that were written, if their format can tell."""
    try:
        read_facts(folder)
    except BadUse:
        return False
    return True


def read_facts(folder: Path, *, altered: bool = False) -> dict[str, Any]:
    """Return what ``run.json`` says of a finished run, every part there and of its type."""
    path = folder / RUN
    try:
        facts = json.loads(read_regular(path, LARGEST_FACTS).decode())
    except (FileNotFoundError, NotADirectoryError):
        raise BadUse(
            f"{folder} holds no finished run (no {RUN}); give the folder of one, such as results/scaling/full"
        ) from None
    except BadUse:
        raise
    except (OSError, ValueError, RecursionError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise BadUse(f"cannot read {path}: {reason}") from None
    if not isinstance(facts, dict):
        raise BadUse(f"{path} is not that of a run: it holds no object; run again")
    _check(path, facts)
    digest = facts.pop("digest", None)
    if not altered and facts.get("format", 1) > 1 and digest != digest_of(facts):
        raise BadUse(f"{path} is not the file that the run has written: its digest differs; run again")
    return facts


Test = Callable[[Any], bool]


def _is(*kinds: type) -> Test:
    return lambda value: isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds)


def _map(test: Test) -> Test:
    return lambda value: isinstance(value, dict) and all(map(test, value.values()))


def _list(test: Test) -> Test:
    return lambda value: isinstance(value, list) and all(map(test, value))


def _digest(value: Any) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


NONE = type(None)

PARTS: Mapping[str, Test] = {
    "experiment": _is(str),
    "profile": _is(str, NONE),
    "parameters": _is(dict),
    "command": _list(_is(str)),
    "started": _is(str),
    "seconds": _is(int, float),
    "cases": _map(_is(int)),
    "sources": _is(str),
    "commit": _is(str, NONE),
    "dirty": _is(bool, NONE),
    "versions": _map(_is(str, NONE)),
    "threads": _is(int),
    "machine": _is(dict),
    "rows": _map(_is(dict)),
    "files": _map(lambda value: value is None or _digest(value)),
    "meaning": _list(_is(str)),
    "failures": _list(_is(str)),
}

PARTS_SINCE_2: Mapping[str, Test] = {
    "inputs": _map(_digest),
    "algorithms": _map(_is(dict)),
    "timed": _map(_digest),
}


def _check(path: Path, facts: Mapping[str, Any]) -> None:
    version = facts.get("format", 1)
    if type(version) is not int or not 1 <= version <= FORMAT:
        raise BadUse(
            f"{path} has the format {version!r}, and this version reads those from 1 to {FORMAT}; run again"
        )
    if version == 1 and "digest" in facts:
        raise BadUse(f"{path} is not that of a run: it says nothing of format; run again")
    parts = PARTS if version == 1 else {**PARTS, **PARTS_SINCE_2}
    missing = [name for name in parts if name not in facts]
    if missing:
        raise BadUse(f"{path} is not that of a run: it says nothing of {', '.join(missing)}; run again")
    for name, test in parts.items():
        if not test(facts[name]):
            raise BadUse(f"{path} is not that of a run: its {name} is of another kind; run again")
    files: Mapping[str, Any] = facts["files"]
    for name in files:
        path_of(path.parent, name)
    if version > 1 and {name for name, digest in files.items() if digest is None} != set(facts["timed"]):
        raise BadUse(f"{path} is not that of a run: its timed is not of its files; run again")
    for stem, entry in facts["rows"].items():
        if stem not in STEMS or not _is_entry(stem, entry) or entry["file"] not in files:
            raise BadUse(f"{path} is not that of a run: its rows are of another kind; run again")
    if "rows" not in facts["rows"] or files[facts["rows"]["rows"]["file"]] is None:
        raise BadUse(f"{path} is not that of a run: it says nothing of its file of rows; run again")


def _is_entry(stem: str, entry: Mapping[str, Any]) -> bool:
    columns = entry.get("columns")
    return (
        entry.get("file") in (f"{stem}.csv", f"{stem}.parquet")
        and type(entry.get("count")) is int
        and entry["count"] >= 0
        and isinstance(columns, dict)
        and all(kind in TYPES for kind in columns.values())
    )
