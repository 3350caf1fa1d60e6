"""Partitioning algorithms behind one interface.

Examples
--------
>>> from algorithms import create
>>> ring = create("ring", ["a", "b", "c"], points=160)
>>> ring.lookup("user:42")
'c'
>>> ring.add_node("d")
3
"""

from algorithms.errors import (
    BrokenAlgorithm,
    DuplicateNode,
    InvalidHash,
    InvalidKey,
    InvalidNode,
    InvalidParameter,
    InvalidWeight,
    MissingCapability,
    NoNodes,
    ShardlabError,
    UnknownAlgorithm,
    UnknownHash,
    UnknownNode,
    UnsupportedEvent,
)
from algorithms.interface import Capability, Cost, Partitioner, Publication, Spec
from algorithms.interface.arcs import Arcs
from algorithms.interface.node import Node
from algorithms.interface.nodes import Nodes
from algorithms.registry import (
    class_of,
    create,
    having,
    leading,
    names,
    parameters_of,
    register,
    spec_of,
    unregister,
    usual,
)

__all__ = [
    "Arcs",
    "BrokenAlgorithm",
    "Capability",
    "Cost",
    "DuplicateNode",
    "InvalidHash",
    "InvalidKey",
    "InvalidNode",
    "InvalidParameter",
    "InvalidWeight",
    "MissingCapability",
    "NoNodes",
    "Node",
    "Nodes",
    "Partitioner",
    "Publication",
    "ShardlabError",
    "Spec",
    "UnknownAlgorithm",
    "UnknownHash",
    "UnknownNode",
    "UnsupportedEvent",
    "class_of",
    "create",
    "having",
    "leading",
    "names",
    "parameters_of",
    "register",
    "spec_of",
    "unregister",
    "usual",
]
