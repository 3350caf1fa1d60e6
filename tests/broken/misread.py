"""Kernels whose machine code is not what their source says."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing import Hashes
from algorithms.interface import Buckets
from algorithms.machinery.kernel import kernel
from broken import caught_by
from broken.remainder import Live, Remainder


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
