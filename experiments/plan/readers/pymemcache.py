"""Lists of servers of pymemcache's HashClient."""

from __future__ import annotations

from experiments.plan.pool import Pool
from experiments.plan.readers.libmemcached import servers_of
from experiments.plan.source import Contents, Source

__all__ = ["SYSTEM", "read", "recognises"]

SYSTEM = "pymemcache"


def recognises(source: Source) -> bool:
    """Return whether whose list this is can be told: it cannot."""
    return False


def read(source: Source) -> Contents:
    """Return the one pool."""
    nodes = servers_of(source, weights=False)
    return Contents((Pool("pymemcache", nodes, directive="HashClient", file=source.path, line=1),))
