"""How the command line shows that a run goes on: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from experiments.harness.runner import Reporter, Silent
from experiments.options.printable import printable

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["Bar", "Lines", "reporter_for"]

SECONDS = 5.0
"""The least time between two plain lines."""


def reporter_for(stream: TextIO, title: str, *, quiet: bool = False) -> Reporter:
    """Return the reporter that suits a stream.

    Examples
    --------
    >>> import io
    >>> type(reporter_for(io.StringIO(), "scaling")).__name__
    'Lines'
    """
    if quiet:
        return Silent()
    return Bar(stream, title) if stream.isatty() else Lines(stream, title)


class Lines:
    """Writes plain lines, at most one in `SECONDS`; nothing for a run shorter than that.

    Parameters
    ----------
    stream
        Where to write.
    title
        What is running.

    Examples
    --------
    >>> import sys
    >>> lines = Lines(sys.stdout, "scaling")
    >>> lines.notice("resuming: 3 of 8 cases were finished before")
    scaling: resuming: 3 of 8 cases were finished before
    """

    def __init__(self, stream: TextIO, title: str) -> None:
        self.stream = stream
        self.title = title
        self._cases = 0
        self._last = time.monotonic()

    def notice(self, text: str) -> None:
        """Write a sentence at once."""
        with suppress(OSError):  # nobody listens any more
            self.stream.write(printable(f"{self.title}: {text}\n"))
            self.stream.flush()

    def begin(self, cases: int, done: int) -> None:
        """Take note of the number of cases."""
        self._cases = cases
        self._last = time.monotonic()

    def progress(self, done: float) -> None:
        """Write how far it is, if the last line is old enough."""
        now = time.monotonic()
        if now - self._last >= SECONDS:
            self._last = now
            self.notice(f"{int(done)} of {self._cases} cases, {done / max(self._cases, 1):.0%}")

    def end(self) -> None:
        """Write nothing more."""


class Bar:
    """Shows a progress bar with the time that is left.

    Parameters
    ----------
    stream
        A terminal.
    title
        What is running.
    """

    def __init__(self, stream: TextIO, title: str) -> None:
        self.stream = stream
        self.title = title
        self._progress: Progress | None = None

    def notice(self, text: str) -> None:
        """Write a sentence above the bar."""
        line = printable(f"{self.title}: {text}")
        if self._progress is not None:
            self._progress.console.print(line, markup=False, highlight=False)
        else:
            with suppress(OSError):
                self.stream.write(line + "\n")
                self.stream.flush()

    def begin(self, cases: int, done: int) -> None:
        """Show the bar."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
        )
        self._progress = Progress(*columns, console=Console(file=self.stream), transient=True)
        self._progress.start()
        self._progress.add_task(printable(self.title), total=cases, completed=done)

    def progress(self, done: float) -> None:
        """Move the bar."""
        if self._progress is not None:
            self._progress.update(self._progress.task_ids[0], completed=done)

    def end(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
