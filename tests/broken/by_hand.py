"""What no transformation makes: code of a compiler, Python's own seed, promises that are too much."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms import Capability
from algorithms.hashing import Hashes
from algorithms.interface import Buckets
from algorithms.interface.nodes import Nodes
from algorithms.machinery.kernel import kernel
from algorithms.rings.ring import Ring
from broken import caught_by
from broken.remainder import Live, Remainder


@caught_by("same_in_another_process")
class BuiltinHash(Remainder):
    """Orders nodes by Python's own hash of their names, which is another one in each process."""

    def _build(self, nodes: Nodes) -> Live:
        return np.array(sorted(nodes, key=lambda bucket: hash(nodes[bucket].name)), dtype=np.int32)


@kernel
def signed_remainder(hashes: Hashes, live: NDArray[np.int32], out: Buckets) -> None:
    """Write the live bucket of place hash mod n, where n is signed."""
    for i in range(len(hashes)):
        out[i] = live[hashes[i] % len(live)]


@caught_by("deterministic")
class SignedRemainder(Remainder):
    """Divides by a signed number, so that numba makes hashes of 2^63 and more negative."""

    def _place(self, structure: Live, hashes: Any, out: Any) -> None:
        signed_remainder(hashes, structure, out)


@caught_by("growth_onto_new_only", "removal_from_removed_only", declares=(Capability.MINIMAL_MOVEMENT,))
class MovesSurvivors(Remainder):
    """Declares that it moves nothing in vain, and is hash mod n."""


@caught_by("independent_of_naming_order", declares=(Capability.ORDER_INDEPENDENT,))
class OrderDecides(Remainder):
    """Declares that the order of naming is no matter, and is hash mod n."""


@caught_by("uniform", "equal_shares_exactly", declares=(Capability.UNIFORM,))
class RingCalledUniform(Ring):
    """Declares equal shares, and is a ring, whose shares spread by 1/sqrt(points)."""
