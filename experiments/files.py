"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from experiments.errors import CannotWrite

__all__ = ["write_atomically", "writing"]

TEMPORARY = ".*.tmp"
"""What the siblings of unfinished files are called; what a killed process leaves behind."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a sibling first, which then takes the name.

    Parameters
    ----------
    path
        The file; its folder is made if need be.
    content
        Its bytes.

    Raises
    ------
    CannotWrite
        If it cannot be written.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_atomically(folder / "a.txt", b"whole")
    >>> [path.name for path in folder.iterdir()]
    ['a.txt']
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, sibling = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(sibling).chmod(0o644)
            Path(sibling).replace(path)
        except BaseException:
            Path(sibling).unlink(missing_ok=True)
            raise


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
    experiments.errors.CannotWrite: cannot write some/file: Permission denied; give ...
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
