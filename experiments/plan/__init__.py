"""Which node has a key, how even the nodes are, and what moves: from a deployed program's configuration.

``read(path).pools`` are the pools that hash; ``pool.which(keys)`` says who has them, and ``pool.to(other)``
what moves; ``printed`` makes of either what ``python -m experiments.run plan`` prints.
"""

from experiments.plan.planned import Change, Configuration, PlacedPool, plan, read
from experiments.plan.printing import printed, warnings_of

__all__ = ["Change", "Configuration", "PlacedPool", "plan", "printed", "read", "warnings_of"]
