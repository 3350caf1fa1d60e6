"""Use every algorithm in every way, and print the kernels that were compiled for arrays of both kinds."""

import collections
import json
import sys

import numpy as np

from algorithms import Capability, Node, create, names, spec_of
from algorithms.machinery import kernel as kernels

words = np.arange(5000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
for name in names():
    spec = spec_of(name)
    heavy = 2.0 if spec.can(Capability.WEIGHTED) else 1.0
    for nodes in ([Node("a"), Node("b", heavy), Node("c")], 5):
        p = create(name, nodes)
        hashes = words >> np.uint64(64 - p.hash_bits)
        shrinks = spec.can(Capability.REMOVES_ANY) or spec.can(Capability.REMOVES_LAST)
        for event in ({}, {"add": ["d"]}, {"remove": ["d"]} if shrinks else {}):
            p.change(**event)
            p.assign(hashes)
            p.lookup("key")
            p.lookup_many(["a", "b"])
            if spec.can(Capability.REPLICAS):
                p.assign_replicas(hashes[:5], 2)
            if spec.can(Capability.INTERVALS):
                p.arcs().shares()

# kernels of texts meet the texts that a caller may have made read-only; the others meet structures
both = collections.defaultdict(list)
for number, one in enumerate(kernels._kernels):  # several may have one name
    module = one.__module__
    for signature in getattr(one._dispatcher, "signatures", []):
        if module not in ("algorithms.hashing.kernels", "algorithms.hashing.labels"):
            both[f"{module}.{one.__name__} {number}"].append(
                [str(part).replace("readonly ", "") for part in signature]
            )
twice = {name: found for name, found in both.items() if any(found.count(one) > 1 for one in found)}
sys.stdout.write(json.dumps(twice))
