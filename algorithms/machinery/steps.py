"""Steps: what a lookup does for a key, counted by the very kernel that places it.

A kernel that places one key takes ``steps`` as its last parameter, None by default, and calls `tally` where
it takes a step. Numba compiles it once for None, where nothing is left of these calls, and once for an array
of counts. So the code that is counted is the code that places keys, and not a copy of it. The default costs
whoever calls from Python half a microsecond: what a single lookup calls passes None.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms.machinery.kernel import Kernel, kernel

__all__ = ["LINKS", "PROBES", "STEPS", "WORDS", "Steps", "counted", "tally"]

STEPS = ("words", "links", "probes")
"""Words are drawn that decide something, links followed from one place to another, places looked at."""

WORDS, LINKS, PROBES = range(len(STEPS))

Steps = NDArray[np.int64]


@kernel
def tally(steps: Steps | None, step: int) -> None:
    """Count one step of a key; nothing where steps are not counted."""
    if steps is not None:
        steps[step] += 1


def counted(place: Kernel[..., Any]) -> Kernel[..., None]:
    """Return a kernel that places hashes one by one and counts the steps of each.

    Parameters
    ----------
    place
        Places one hash: its parameters are the hash, what the algorithm needs, and the steps.

    Returns
    -------
    Kernel
        Of hashes, a tuple of what the algorithm needs, room for the buckets, and counts of nought, (k, 3).

    Examples
    --------
    >>> from algorithms.jumps.jump import jump_bucket
    >>> steps = np.zeros((1, len(STEPS)), dtype=np.int64)
    >>> counted(jump_bucket)(np.array([42], np.uint64), (57,), out := np.empty(1, np.int32), steps)
    >>> out, steps
    (array([43], dtype=int32), array([[7, 0, 0]]))
    """
    # bound as a global, so that the code of all is one, and each has a name of its own
    scope = {**_place_each.__globals__, "_place": place}
    return kernel(FunctionType(_place_each.__code__, scope, f"{place.function.__name__}_counted"))


def _place_each(hashes: NDArray[np.uint64], needs: tuple[Any, ...], out: Any, steps: Steps) -> None:
    """Place hashes one by one, each with the counts of its own steps."""
    for i in range(len(hashes)):
        out[i] = _place(hashes[i], *needs, steps[i])


def _place(h: np.uint64, *needs: Any) -> int:
    """Stand for the kernel that `counted` puts here."""
    raise NotImplementedError  # never called: this name is bound to the kernel where counting is compiled
