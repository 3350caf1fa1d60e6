"""The checks, found without a list of them: whatever is a ``check_*`` in a module of this package.

placement
    What holds of every partitioner that assigns hashes: total, deterministic, batch or single.
movement
    Which keys an event may move.
weights
    Shares: uniform, or by weight.
arcs
    Intervals of the hash space, and their order.
replicas
    Further nodes for a key.
refusals
    Bad input: the declared error, and nothing changed.
isolation
    What another process or another thread sees.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil

from experiments.conformance.check import Check

__all__ = ["checks"]


@functools.cache
def checks() -> tuple[Check, ...]:
    """Return all checks, by module and then in the order in which they stand there.

    Returns
    -------
    tuple of Check

    Examples
    --------
    >>> "total_and_in_range" in [check.name for check in checks()]
    True
    """
    found: dict[str, Check] = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if name.startswith("check_") and isinstance(value, Check):
                found[value.name] = value
    return tuple(found.values())
