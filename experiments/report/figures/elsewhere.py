"""Figures drawn by processes beside, which import matplotlib while this one measures.

To import matplotlib and to draw a figure in three formats take a second each, under Python's lock. A server
that has imported it forks a process for each figure. What cannot be sent to it, or where it cannot be made,
is drawn here: the bytes are the same.
"""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence

from experiments.report.figures.figure import Figure, render

__all__ = ["Drawing", "prepare", "serve", "start"]

Files = dict[str, bytes]

_server: subprocess.Popen[bytes] | None = None


def prepare(processes: int) -> None:
    """Begin to import what figures need, in a process beside, if it is not imported here already."""
    if processes > 1 and _server is None and "matplotlib" not in sys.modules:
        start(processes)


def start(processes: int) -> None:
    """Start the server, which draws so many figures at a time, where there is `os.fork`."""
    global _server
    if "fork" not in multiprocessing.get_all_start_methods():
        return
    code = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import serve; serve({processes})"
    with contextlib.suppress(OSError):
        _server = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl-C is for who measures
        )
        atexit.register(_stop, _server)


class Drawing:
    """Figures that are being drawn, elsewhere where that was prepared.

    Examples
    --------
    >>> figure = Figure("line", "A line.", lambda canvas: canvas.subplots().plot([1, 2]), size=(2, 1))
    >>> [sorted(files) for files in Drawing([figure]).files()]
    [['pdf', 'png', 'svg']]
    """

    def __init__(self, figures: Sequence[Figure]) -> None:
        global _server
        self._figures = figures
        self._from, _server = _server, None
        if self._from is not None and not _sent(figures, self._from):
            _stop(self._from)
            self._from = None

    def files(self) -> Iterator[Files]:
        """Yield the files of each figure, in their order; what has not come from elsewhere is drawn here."""
        done = 0
        if self._from is not None:
            assert self._from.stdout is not None
            with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError):  # it was killed, or failed
                while done < len(self._figures):
                    yield pickle.load(self._from.stdout)
                    done += 1
            _stop(self._from)
        for figure in self._figures[done:]:
            yield render(figure)


def serve(processes: int) -> None:
    """Draw the figures that come by the standard input, and send their files by the standard output."""
    from matplotlib.backends import backend_agg, backend_pdf, backend_svg  # noqa: F401

    from experiments.report.figures import drawn  # noqa: F401

    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a drawing prints is no file
    figures = pickle.load(sys.stdin.buffer)
    with multiprocessing.get_context("fork").Pool(min(processes, len(figures))) as pool:
        for files in pool.imap(render, figures):
            pickle.dump(files, output)
            output.flush()


def _sent(figures: Sequence[Figure], server: subprocess.Popen[bytes]) -> bool:
    assert server.stdin is not None
    if not figures:
        return False
    try:
        server.stdin.write(pickle.dumps(list(figures)))
        server.stdin.close()
    except (pickle.PicklingError, AttributeError, TypeError):  # one is drawn by a function within another
        return False
    except OSError:  # it is gone
        return False
    return True


def _stop(server: subprocess.Popen[bytes]) -> None:
    atexit.unregister(_stop)
    server.kill()
    server.wait()
    for stream in (server.stdin, server.stdout):
        with contextlib.suppress(OSError):  # what was not written yet goes nowhere
            assert stream is not None
            stream.close()
