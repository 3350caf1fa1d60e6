"""Plain-Python readings of the papers: big ints, bisect and fractions, one hash at a time.

They are written from the papers and not from the kernels, on purpose: nothing is shared with ``algorithms``
but the words. Each module named after an algorithm has

``place(nodes, value, bits, hash, seed, **own)``
    the bucket of one hash, where ``nodes`` is a dict bucket -> (name, weight), and

``own(n, bits)``
    a Hypothesis strategy for the algorithm's own parameters, with n nodes in a space of 2^bits hashes.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

SHARED = ("circles", "elsewhere", "hashes", "hashes_of_systems", "histories", "ranges", "words")
UNPLACED = ("balancers", "caches", "preferences")
"""Readings of what places no hash by itself: each has a test of its own."""


def oracles() -> dict[str, ModuleType]:
    """Return the oracle of each algorithm that has one."""
    return {
        module.name: importlib.import_module(f"{__name__}.{module.name}")
        for module in pkgutil.iter_modules(__path__)
        if module.name not in (*SHARED, *UNPLACED)
    }
