"""One chain of jumps serves two sizes."""

from __future__ import annotations

import numpy as np
import pytest

from algorithms import create
from algorithms.interface.together import Together


@pytest.mark.parametrize(
    ("one", "other"), [(16, 17), (17, 16), (1, 1), (1000, 3), (5, 100_000), (2**31 - 2, 7)]
)
def test_one_chain_of_jumps_serves_two_sizes(one: int, other: int) -> None:
    before, after = create("jump", one), create("jump", other)
    together = Together([before, after])
    for count in (0, 1, 1023, 1024, 2500):  # a block of keys that jump together is 1024
        hashes = np.random.default_rng([one, count]).integers(0, 2**64, count, dtype=np.uint64)
        outs = np.empty((2, count), dtype=np.int32)
        together.assign(hashes, outs)
        assert np.array_equal(outs[0], before.assign(hashes))
        assert np.array_equal(outs[1], after.assign(hashes))
