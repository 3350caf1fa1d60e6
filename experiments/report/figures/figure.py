"""Figures: drawn by a function as PDF, SVG and PNG, byte-identical from run to run.

A figure holds no date, no random identifier and no setting of the person who runs it: matplotlib's own
defaults, the style below, and the DejaVu fonts that come with matplotlib. Nothing here touches pyplot.
"""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.report.figures.rounding import rounded
from experiments.report.names import check_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

__all__ = ["COLUMN", "FORMATS", "HEIGHT", "PAGE", "Figure", "blank", "render", "style"]

#: Widths of one and of two columns of a paper, in inches.
COLUMN = 3.4
PAGE = 7.0

#: The most that a page has room for above a caption, in inches.
HEIGHT = 8.8

#: The file formats of a figure, in the order in which they are written.
FORMATS = ("pdf", "svg", "png")

_METADATA: Mapping[str, Mapping[str, None]] = {
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
}

_STYLE: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "mathtext.fontset": "dejavusans",
    # names that users give stand as they are: an artist whose text is mathematics says so itself
    "text.parse_math": False,
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.titlelocation": "left",
    "axes.labelsize": 7.5,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "legend.handlelength": 2.2,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.minor.size": 1.5,
    "ytick.minor.size": 1.5,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
    "hatch.linewidth": 0.5,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "shardlab",
    "savefig.dpi": 220,
}

# matplotlib's settings are one per process: two threads that draw take turns.
_LOCK = threading.RLock()


@dataclass(frozen=True)
class Figure:
    """A drawing, before it is drawn.

    Parameters
    ----------
    name : str
        The stem of its files: lower-case letters, digits, ``-`` and ``_``.
    caption : str
        What it shows, with n, keys, repetitions and the kind of interval.
    draw : Callable[[matplotlib.figure.Figure], None]
        Draws into an empty figure of constrained layout. It must be a pure function of the results.
    size : tuple[float, float]
        Width and height in inches; the widths of a paper are `COLUMN` and `PAGE`.
    timing : bool
        Whether it shows what a clock measured, so that its bytes differ from run to run.

    Raises
    ------
    ValueError
        If the name cannot be the stem of a file, or the size is not positive.

    Examples
    --------
    >>> Figure("load", "Load by node.", lambda canvas: canvas.subplots().plot([1, 2]), size=(COLUMN, 2)).name
    'load'
    """

    name: str
    caption: str
    draw: Callable[[Canvas], object]
    size: tuple[float, float] = (COLUMN, 2.4)
    timing: bool = False

    def __post_init__(self) -> None:
        check_name(self.name, "figure")
        if not all(side > 0 for side in self.size):
            raise ValueError(
                f"size {self.size} of figure {self.name!r}: give a width and a height in inches, above 0"
            )


@contextmanager
def style() -> Iterator[None]:
    """Set the style of the project, on top of matplotlib's defaults, for one thread at a time."""
    import matplotlib

    settings: Any = {
        key: value for key, value in matplotlib.rcParamsDefault.items() if key != "backend"
    } | _STYLE
    with _LOCK, matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcParams.update(settings)
        # a letter that the font does not have is drawn as a box, which says enough
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def render(figure: Figure, formats: Sequence[str] = FORMATS) -> dict[str, bytes]:
    """Draw a figure once and return its files as bytes.

    Examples
    --------
    >>> figure = Figure("line", "A line.", lambda canvas: canvas.subplots().plot([1, 2]), size=(2, 1))
    >>> render(figure)["png"] == render(figure)["png"]
    True
    """
    for wanted in formats:
        if wanted not in FORMATS:
            raise ValueError(f"a figure cannot be written as {wanted!r}: choose from {', '.join(FORMATS)}")
    with style():
        canvas = blank(figure.size)
        figure.draw(canvas)
        files = {}
        for wanted in formats:
            buffer = io.BytesIO()
            canvas.savefig(buffer, format=wanted, metadata=dict(_METADATA[wanted]))
            files[wanted] = buffer.getvalue()
    return files


def blank(size: tuple[float, float]) -> Canvas:
    """Return an empty figure of constrained layout; whatever is drawn into it is rounded, see `rounded`."""
    from matplotlib.figure import Figure as Canvas

    class Rounded(Canvas):
        def draw(self, renderer: Any) -> None:
            with rounded(renderer):
                super().draw(renderer)

    return Rounded(figsize=size, layout="constrained")
