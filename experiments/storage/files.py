"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from experiments.options.errors import CannotWrite

__all__ = ["is_temporary", "staged", "write_atomically", "writing"]

_TEMPORARY = re.compile(r"\..+\.shardlab-[0-9a-f]{12}\.tmp", re.DOTALL)
"""What the siblings of unfinished files are called; what a killed process leaves behind."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a sibling first, which then takes the name.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_atomically(folder / "a.txt", b"whole")
    >>> [path.name for path in folder.iterdir()]
    ['a.txt']
    """
    with staged({path: content}) as place:
        place()


@contextmanager
def staged(contents: Mapping[Path, bytes]) -> Iterator[Callable[[], None]]:
    """Write the siblings of several files; what is given then has them take their names, in their order.

    Until then nothing is changed, so that a disk that is full leaves what was there.
    """
    siblings: dict[Path, Path] = {}

    def place() -> None:
        for path in list(siblings):
            with writing(path):
                siblings[path].replace(path)
            del siblings[path]

    try:
        for path, content in contents.items():
            with writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                sibling = path.with_name(f".{path.name[:48]}.shardlab-{secrets.token_hex(6)}.tmp")
                # made by open, so that it has the rights that the umask leaves
                with sibling.open("xb") as file:
                    siblings[path] = sibling
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
        yield place
    finally:
        for sibling in siblings.values():
            with suppress(OSError):
                sibling.unlink(missing_ok=True)


def is_temporary(name: str) -> bool:
    """Return whether a name is one that :func:`staged` gives to an unfinished file.

    >>> is_temporary(".rows.csv.shardlab-0123456789ab.tmp"), is_temporary(".mine.tmp")
    (True, False)
    """
    return _TEMPORARY.fullmatch(name) is not None


class writing:  # noqa: N801 - a context manager that reads as a word
    """Inside, an `OSError` becomes a `CannotWrite` that says what cannot be written and what to do.

    Parameters
    ----------
    path
        What is being written.

    Examples
    --------
    >>> with writing(Path("some/file")):
    ...     raise PermissionError(13, "Permission denied")
    Traceback (most recent call last):
        ...
    experiments.options.errors.CannotWrite: cannot write some/file: Permission denied; give ...
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            reason = error.strerror or str(error)
            raise CannotWrite(
                f"cannot write {self.path}: {reason}; give a folder that can be written with --out DIR"
            ) from error
