"""The one interface: everything in the suite speaks to :class:`Partitioner` and to nothing behind it.

Whoever writes an algorithm takes all names from here.
"""

from algorithms.checks import one_of, whole_number
from algorithms.interface.history import PartitionerWithHistory
from algorithms.interface.nodes import MOST_NODES, Nodes, NodesLike
from algorithms.interface.partitioner import Buckets, Hashes, Partitioner, State
from algorithms.interface.signature import Whole
from algorithms.interface.spec import Capability, Cost, Publication, Spec, Step

__all__ = [
    "MOST_NODES",
    "Buckets",
    "Capability",
    "Cost",
    "Hashes",
    "Nodes",
    "NodesLike",
    "Partitioner",
    "PartitionerWithHistory",
    "Publication",
    "Spec",
    "State",
    "Step",
    "Whole",
    "one_of",
    "whole_number",
]
