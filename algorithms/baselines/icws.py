"""Consistent weighted sampling: the bucket is a real number below n, which n decides as a weight would."""

from __future__ import annotations

from decimal import Context
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.interface import Buckets, Capability, Cost, Hashes, Nodes, Partitioner, Publication, Spec
from algorithms.machinery.kernel import kernel
from algorithms.machinery.lanes import scratch
from algorithms.machinery.logarithm import exponential, minus_log_of_uniform
from algorithms.machinery.mixing import stream
from algorithms.machinery.single import One, entry
from algorithms.registry import register

LANES = 64
"""Keys that are placed side by side, so that the loop over them vectorises."""

_DIGITS = Context(prec=40)
_FIRST, _SECOND, _THIRD, _S12 = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(12)
# the bits of the double 2^52: or an integer below it in, subtract 2^52
_EXACT, _TWO_TO_52, _TO_UNIFORM = np.uint64(0x4330000000000000), float(1 << 52), 1.0 / (1 << 52)


class Size(NamedTuple):
    """How many nodes there are, and its logarithm."""

    n: int
    log_n: float


@kernel
def uniform(word: np.uint64) -> float:
    """Return the number from 0 to 1 that the top 52 bits of a word stand for: bits / 2^52."""
    bits: float = np.uint64((word >> _S12) | _EXACT).view(np.float64) - _TWO_TO_52
    return bits * _TO_UNIFORM


@kernel
def sample(rate: float, offset: float, n: float, log_n: float) -> float:
    """Return the sample of a weight n, from a rate of Gamma(2) and a uniform offset, cut to whole numbers.

    The samples of all weights are e^(rate (t - offset)) for whole t, and n has the largest up to itself.
    """
    t = np.floor(log_n / rate + offset)
    bucket: float = np.floor(min(exponential(rate * (t - offset)), n - 1.0))
    return bucket


@kernel
def icws_bucket(h: np.uint64, n: float, log_n: float) -> Any:
    """Return the bucket of one hash."""
    rate = minus_log_of_uniform(stream(h, _FIRST)) + minus_log_of_uniform(stream(h, _SECOND))
    return np.int32(sample(rate, uniform(stream(h, _THIRD)), n, log_n))


one_sample = entry(icws_bucket)


@kernel
def icws_kernel(
    hashes: Hashes,
    n: float,
    log_n: float,
    out: Buckets,
    rates: NDArray[np.float64],
    others: NDArray[np.float64],
) -> None:
    """Write the bucket of each hash; the last two are room for `LANES` numbers.

    The steps are loops of their own, each short enough to vectorise.
    """
    for first in range(0, len(hashes), LANES):
        size = min(LANES, len(hashes) - first)
        for i in range(size):
            rates[i] = minus_log_of_uniform(stream(hashes[first + i], _FIRST))
        for i in range(size):
            others[i] = minus_log_of_uniform(stream(hashes[first + i], _SECOND))
        for i in range(size):
            offset = uniform(stream(hashes[first + i], _THIRD))
            out[first + i] = np.int32(sample(rates[i] + others[i], offset, n, log_n))


@register(
    Spec(
        name="icws",
        title="Weighted sampling",
        summary="the largest of a key's random numbers, a geometric progression, that is at most n",
        capabilities=frozenset(
            {
                Capability.REMOVES_LAST,
                Capability.UNIFORM,
                Capability.MINIMAL_MOVEMENT,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.REMOVES_ANY: "buckets are a count, so only the last one can go",
            Capability.WEIGHTED: "a node is only its number, so a weight other than 1 is refused",
            Capability.INTERVALS: "each hash is drawn for itself, so the arcs would be single hashes",
            Capability.REPLICAS: "a key has one answer; a second hash may lead to the same node",
        },
        reference="Ioffe, Improved consistent sampling, weighted minhash and L1 sketching, ICDM 2010",
        year=2010,
        publications=(
            Publication(
                "icws",
                "inproceedings",
                "Ioffe, Sergey",
                "Improved consistent sampling, weighted minhash and L1 sketching",
                2010,
                {
                    "booktitle": "10th IEEE International Conference on Data Mining (ICDM)",
                    "pages": "246–255",
                    "doi": "10.1109/ICDM.2010.80",
                },
            ),
        ),
        lookup_cost=Cost("O(1)"),
        resize_cost=Cost("O(1)"),
        memory_cost=Cost("O(1)"),
        by_default=False,
        movement_law="bound",
        balance_law="multinomial",
        kind="baseline",
    )
)
class ICWS(Partitioner[Size]):
    """Improved consistent weighted sampling (Ioffe 2010) as a consistent hash, as in hash4j.

    For each key there is a random geometric progression of real numbers. A weight is sampled by the largest
    of them that it reaches, which is uniform below the weight, and stays while the weight grows, until the
    next one is reached. With the number of nodes as the weight, the whole part of the sample is a bucket. It
    is what jump hash does in steps, continuously: any real number of nodes would do.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Notes
    -----
    **Sources.** ICDM 2010; dynatrace-oss/hash4j, ``ImprovedConsistentWeightedSampling``, whose placements,
    with exponential variables from a ziggurat, are read by the oracle in the tests.

    **Done otherwise.** The exponential variables are logarithms of the first two words of the hash's stream
    (``mixing.stream``), the offset is the third. Logarithm and exponential are our own, in IEEE operations of
    fixed order (``logarithm.py``): the same bucket on every machine.

    **Costs.** assign O(1), two logarithms, a division and an exponential; an event O(1); memory none.

    **Adverse case.** None is known for hashes that scatter. But it works with rounded real numbers: about one
    key in 2^50 is on the wrong side of a boundary, and may move when it must not.

    Examples
    --------
    >>> p = ICWS(["a", "b", "c", "d"])
    >>> before = p.lookup_many(range(1000))
    >>> p.remove_node("d")
    >>> sorted(set(before[p.lookup_many(range(1000)) != before]))
    ['d']
    """

    def _build(self, nodes: Nodes) -> Size:
        return Size(len(nodes), float(_DIGITS.ln(len(nodes))))

    def _one(self, structure: Size) -> One:
        return one_sample.of(float(structure.n), structure.log_n)

    def _place(self, structure: Size, hashes: Hashes, out: Buckets) -> None:
        icws_kernel(hashes, float(structure.n), structure.log_n, out, *scratch(LANES, np.float64, np.float64))
