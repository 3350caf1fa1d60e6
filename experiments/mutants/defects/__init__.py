"""Defects: what can be planted into any partitioner that has what the defect spoils.

A defect is a function class -> sub-class, in which one thing has gone wrong. They are found without a list:
whatever is decorated by `defect` in a module of this package.

placements
    Wrong answers: the hash is not all that decides, or a bucket is lost.
movements
    Events that move what they should leave, do not happen, or leave something of before.
shares
    Weights and arcs.
replicas
    Further nodes for a key.
elsewhere
    Other processes and threads, copies, and the expression that builds it anew.
refusals
    Bad input that is taken.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil

from experiments.mutants.defects.defect import Defect, defined

__all__ = ["Defect", "defects"]


@functools.cache
def defects() -> dict[str, Defect]:
    """Return all defects by name.

    Examples
    --------
    >>> len(defects()) >= 40, defects()["sorts_first"].about
    (True, 'sorts the hashes and forgets to put the answers back')
    """
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    return dict(sorted(defined.items()))
