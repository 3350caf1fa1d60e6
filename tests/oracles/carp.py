"""CARP (Valloppillil & Ross 1998): the draft's factors, one after the other, to 60 digits."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from oracles.hashes import avalanche, hash_of

Nodes = dict[int, tuple[str, float]]
_DIGITS = Context(prec=60)


def own(n: int, bits: int) -> st.SearchStrategy[dict[str, Any]]:
    """Return no parameters."""
    return st.just({})


def factors(weights: list[float]) -> list[Decimal]:
    """Return X_1 to X_K, for weights in ascending order, by the draft's formula as it stands."""
    count, total = len(weights), sum(map(Decimal, weights))
    shares = [Decimal(0)] + [_DIGITS.divide(Decimal(weight), total) for weight in weights]
    found: list[Decimal] = []
    product = Decimal(1)
    for k in range(1, count + 1):
        left = count - k + 1
        before = _DIGITS.power(found[-1], left) if found else Decimal(0)
        gained = _DIGITS.divide(_DIGITS.multiply(left, _DIGITS.subtract(shares[k], shares[k - 1])), product)
        found.append(_DIGITS.power(_DIGITS.add(gained, before), _DIGITS.divide(Decimal(1), Decimal(left))))
        product = _DIGITS.multiply(product, found[-1])
    return found


def place(nodes: Nodes, value: int, bits: int, hash: str, seed: int) -> int:
    """Return the bucket of a hash."""
    order = sorted(nodes, key=lambda bucket: nodes[bucket][1])
    bids = []
    for bucket, factor in zip(order, factors([nodes[bucket][1] for bucket in order]), strict=True):
        name = nodes[bucket][0]
        word = avalanche(value ^ hash_of("xxh64", name, seed))
        # where all weights are equal the factors are 1, which 60 digits need not say
        factor = Decimal(1) if len({weight for _, weight in nodes.values()}) == 1 else factor
        bids.append((-Fraction(float(factor)) * Fraction(word >> 12, 1 << 52), -word, name.encode(), bucket))
    return min(bids)[-1]
