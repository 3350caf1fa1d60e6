"""Which node has a key, how even the nodes are, and what moves: from a deployed program's configuration.

``read(path).pools`` are the pools that hash; ``pool.which(keys)`` says who has them, and ``pool.to(other)``
what moves. ``python -m experiments.run plan`` prints the same.
"""

from experiments.plan.planned import Change, Configuration, PlacedPool, plan, read

__all__ = ["Change", "Configuration", "PlacedPool", "plan", "read"]
