"""The standard streams of a command: closed, full, left by their reader, or without a sign such as ±.

What is printed goes through here, so that no state of a stream ends a run that would have written results.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from contextlib import suppress
from typing import TextIO

from experiments.options.errors import BadUse, CannotWrite
from experiments.options.printable import printable

__all__ = ["complain", "flush", "prepare", "say", "settle", "shows_all"]

PLAIN = {"─": "-", "━": "-", "–": "-", "—": "-", "−": "-", "×": "x", "→": ">", "…": ".", "·": "."}
"""What stands for a sign that a stream's character set lacks, of the same width; for any other a ?."""

REPLACE = "shardlab.plain"
"""The name of the error handler that does so."""


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(PLAIN.get(sign, "?") for sign in error.object[error.start : error.end]), error.end


codecs.register_error(REPLACE, _replaced)


def prepare() -> None:
    """Make the streams fit to be written to: the first thing that a command does.

    The descriptors 0 to 2 are taken even where they were closed, so that no file of the run gets one of them.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            taken = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(taken, True)
    if sys.stderr is None:
        sys.stderr = _nowhere()
    closed = sys.stdout is None
    if closed:
        sys.stdout = _nowhere()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors=REPLACE)
    if closed:
        raise BadUse(f"the standard output is closed; to have nothing shown, write it to {os.devnull}")


def shows_all(stream: TextIO) -> bool:
    """Return whether a stream can show every character.

    Examples
    --------
    >>> shows_all(io.TextIOWrapper(io.BytesIO(), encoding="latin-1"))
    False
    """
    return codecs.lookup(stream.encoding or "utf-8").name.startswith("utf")


def say(text: str, *, styled: bool = False) -> None:
    """Print a text, its control characters spelled out; whoever left the pipe hears nothing."""
    try:
        print(text if styled else printable(text))
    except OSError as error:
        _give_up(error)


def flush() -> None:
    """Write out what was printed; raises as `say` does."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _give_up(error)


def complain(sentence: str) -> int:
    """Print a sentence on the standard error, if anybody listens, and return the code of bad use."""
    with suppress(OSError):
        print(f"shardlab: {printable(' '.join(sentence.split()))}", file=sys.stderr, flush=True)
    return 2


def settle() -> None:
    """Leave nothing in the buffers that cannot be written when the process ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            _hang_up(stream)


def _give_up(error: OSError) -> None:
    _hang_up(sys.stdout)
    # Windows has EINVAL for a pipe that nobody reads
    if not (isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL)):
        reason = error.strerror or str(error)
        raise CannotWrite(f"cannot print: {reason}; nothing that was written to files is lost") from None


def _hang_up(stream: TextIO) -> None:
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - lives as long as the process
