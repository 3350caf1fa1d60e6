"""Coordinates on a grid: a drawing has the same bytes whatever the processor makes of a last digit.

A logarithm or a product of matrices may end in another bit where vectors are wider or products are fused with
sums. Nobody sees that, but it shows in a file with six or ten decimals. So all that reaches a renderer is
rounded first, to a thousandth of its unit, which is a point or a pixel. The grid's boundaries lie askew:
coordinates of regular drawings are simple fractions, which would else lie on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["on_grid", "rounded"]

STEPS = 1000.0
"""Steps of the grid in a unit."""

_ASKEW = 0.5718281828


def on_grid(coordinates: ArrayLike) -> NDArray[np.float64]:
    """Return coordinates on the grid; what is on it stays where it is.

    Examples
    --------
    >>> on_grid([0.1 + 0.2, 0.3, 449.4960825, 449.4960824999999]).tolist()
    [0.3, 0.3, 449.496, 449.496]
    """
    return np.floor(np.asarray(coordinates, dtype=np.float64) * STEPS + _ASKEW) / STEPS


@contextmanager
def rounded(renderer: Any) -> Iterator[None]:
    """Round whatever is drawn by a renderer of matplotlib."""
    from matplotlib.backend_bases import RendererBase

    own: dict[str, Callable[..., Any]] = {
        "draw_path": _draw_path(renderer.draw_path),
        "draw_markers": _draw_markers(renderer.draw_markers),
        "draw_text": _draw_text(renderer.draw_text),
        # that of the base class draws path by path, each by the method above
        "draw_path_collection": RendererBase.draw_path_collection.__get__(renderer),
    }
    before = {name: vars(renderer)[name] for name in own if name in vars(renderer)}
    vars(renderer).update(own)
    try:
        yield
    finally:
        for name in own:
            del vars(renderer)[name]
        vars(renderer).update(before)


def _draw_path(draw: Callable[..., Any]) -> Callable[..., Any]:
    def draw_path(gc: Any, path: Any, transform: Any, rgbFace: Any = None) -> None:  # noqa: N803 - matplotlib's name
        from matplotlib.transforms import IdentityTransform

        _clip(gc)
        draw(gc, _path(path, transform), IdentityTransform(), rgbFace)

    return draw_path


def _draw_markers(draw: Callable[..., Any]) -> Callable[..., Any]:
    def draw_markers(
        gc: Any,
        marker_path: Any,
        marker_trans: Any,
        path: Any,
        trans: Any,
        rgbFace: Any = None,  # noqa: N803 - matplotlib's name
    ) -> None:
        from matplotlib.transforms import IdentityTransform

        _clip(gc)
        marker = _path(marker_path, marker_trans)
        draw(gc, marker, IdentityTransform(), _path(path, trans), IdentityTransform(), rgbFace)

    return draw_markers


def _draw_text(draw: Callable[..., Any]) -> Callable[..., Any]:
    def draw_text(gc: Any, x: float, y: float, *rest: Any, **options: Any) -> None:
        _clip(gc)
        draw(gc, float(on_grid(x)), float(on_grid(y)), *rest, **options)

    return draw_text


def _path(path: Any, transform: Any) -> Any:
    moved = transform.transform_path(path)
    made = type(moved)(on_grid(moved.vertices), moved.codes)
    made.should_simplify = path.should_simplify
    made.simplify_threshold = path.simplify_threshold
    return made


def _clip(gc: Any) -> None:
    from matplotlib.transforms import Bbox

    rectangle = gc.get_clip_rectangle()
    if rectangle is not None:
        gc.set_clip_rectangle(Bbox(on_grid(rectangle.get_points())))
