"""The folder of a run: whether it may have it, and what is held and cleared while it does.

A run writes where nothing of others is lost: into a folder that is not there or empty, into one of an
unfinished run of the same experiment, or over a finished run of the same experiment and the same profile or
parameters. It touches the names that runs give to their files and no others.
"""

from __future__ import annotations

import datetime
import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from experiments.harness.experiment import Experiment
from experiments.harness.journal import experiment_of
from experiments.options.errors import BadUse
from experiments.storage.facts import RUN, is_plain, read_facts, read_regular
from experiments.storage.files import is_temporary, write_atomically, writing

__all__ = ["HOLDER", "JOURNAL", "LOCK", "check_folder", "held"]

JOURNAL, LOCK, HOLDER = ".journal.jsonl", ".lock", ".holder.json"

BELOW = ("tables", "figures")
"""The folders below a run's."""

LARGEST_HOLDER = 1 << 16

REMOVE = "remove it, or give another folder with --out DIR"


def check_folder(
    folder: Path, experiment: Experiment[Any], parameters: Any, profile: str | None, *, typed: bool
) -> None:
    """Raise BadUse if a run of these parameters must not have the folder; change nothing."""
    entries = _entries(folder)
    other = "give another folder with --out DIR"
    if RUN in entries:
        try:
            facts = read_facts(folder, altered=True)
        except BadUse as error:
            if typed:
                raise BadUse(
                    f"{folder} is not known to be of {experiment.name}: {error}, or {other}"
                ) from None
            return
        if facts["experiment"] != experiment.name:
            raise BadUse(f"{folder} holds a finished run of {facts['experiment']}; {other}")
        if (profile is None or facts["profile"] != profile) and not _same(experiment, facts, parameters):
            of = f"at profile {facts['profile']}" if facts["profile"] else "of other parameters"
            raise BadUse(f"{folder} holds a finished run of {experiment.name} {of}; {other}")
        if typed and JOURNAL not in entries:
            _refuse_foreign(folder, _files(folder) - facts["files"].keys(), other)
    elif JOURNAL in entries:
        owner = experiment_of(folder / JOURNAL)
        if owner not in (None, experiment.name):
            raise BadUse(f"{folder} holds an unfinished run of {owner}; {other}")
        if owner is None and typed:
            ours = {JOURNAL, LOCK, HOLDER, *BELOW}
            _refuse_foreign(folder, {name for name in entries - ours if not is_plain(name)}, other)
    elif typed:
        _refuse_foreign(folder, entries - {LOCK, HOLDER}, other)


def _same(experiment: Experiment[Any], facts: dict[str, Any], parameters: Any) -> bool:
    try:
        return bool(experiment.Parameters.of_stored(facts["parameters"]) == parameters)
    except BadUse:
        return False


def _refuse_foreign(folder: Path, names: set[str], other: str) -> None:
    foreign = sorted(name for name in names if not is_temporary(name.rpartition("/")[2]))
    if foreign:
        more = f" and {len(foreign) - 3:,} more" if len(foreign) > 3 else ""
        listed = ", ".join(foreign[:3])
        raise BadUse(f"{folder} holds what no run has written there: {listed}{more}; {other}")


def _files(folder: Path) -> set[str]:
    """Return the names that a run could take and that are there."""
    below = {f"{name}/{entry}" for name in BELOW for entry in _names(folder / name)}
    return {name for name in _names(folder) | below if is_plain(name)}


def _names(folder: Path) -> set[str]:
    try:
        return set(os.listdir(folder))  # noqa: PTH208 - names alone, as the file system has them
    except (FileNotFoundError, NotADirectoryError):
        return set()


def _entries(folder: Path) -> set[str]:
    """Return the names in a folder; raise BadUse if one that a run needs is of another kind."""
    with writing(folder):
        names = _names(folder)
        for name in names:
            path = folder / name
            if name in (RUN, JOURNAL, LOCK, HOLDER):
                if not stat.S_ISREG(path.lstat().st_mode):
                    raise BadUse(f"{path} is no regular file; {REMOVE}")
            elif name in BELOW:
                if not stat.S_ISDIR(path.lstat().st_mode):
                    raise BadUse(f"{path} is no folder; {REMOVE}")
            elif is_plain(name) and path.is_dir():
                raise BadUse(f"{path} is a folder; {REMOVE}")
    return names


@contextmanager
def held(folder: Path, check: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold a folder for one run, made if need be; leave no folder behind that is still empty at the end.

    ``check`` is called before anything is made and once more when the folder is held.
    """
    import filelock

    _entries(folder)
    check()
    with writing(folder):
        made = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(folder / LOCK)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            holder = f"another run has {folder}{_holder(folder)}"
            raise BadUse(f"{holder}; wait for it, or give another folder with --out DIR") from None
    try:
        check()
        _clear(folder)
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        write_atomically(folder / HOLDER, json.dumps({"pid": os.getpid(), "since": now}).encode())
        yield
    finally:
        with suppress(OSError):
            (folder / HOLDER).unlink(missing_ok=True)
            if {path.name for path in folder.iterdir()} <= {LOCK}:
                (folder / LOCK).unlink(missing_ok=True)
                for path in made:
                    path.rmdir()
        lock.release()


def _clear(folder: Path) -> None:
    """Remove the unfinished files that a killed run has left in the folder and in those below it."""
    with writing(folder):
        for place in (folder, *(folder / name for name in BELOW)):
            for name in filter(is_temporary, _names(place)):
                if stat.S_ISREG((place / name).lstat().st_mode):
                    (place / name).unlink(missing_ok=True)


def _holder(folder: Path) -> str:
    try:
        holder = json.loads(read_regular(folder / HOLDER, LARGEST_HOLDER))
        return f" (process {holder['pid']}, since {holder['since']})"
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return ""
