"""The one interface: everything in the suite speaks to :class:`Partitioner` and to nothing behind it.

Whoever writes an algorithm takes all names from here.
"""

from algorithms.checks import one_of, whole_number
from algorithms.interface.nodes import Nodes, NodesLike
from algorithms.interface.partitioner import Buckets, Hashes, Partitioner, State
from algorithms.interface.spec import Capability, Cost, Publication, Spec

__all__ = [
    "Buckets",
    "Capability",
    "Cost",
    "Hashes",
    "Nodes",
    "NodesLike",
    "Partitioner",
    "Publication",
    "Spec",
    "State",
    "one_of",
    "whole_number",
]
