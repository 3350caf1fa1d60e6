"""Strategies: nodes, hash spaces, hashes, keys and parameters; `events` has what a partitioner goes through.

Whatever shrinks, shrinks to something that can be checked by hand: nodes a, b, c, and a space of 2^8 hashes,
of which all are looked at.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

from algorithms import Node, Partitioner, ShardlabError
from algorithms.hashing import Hashes
from algorithms.interface.signature import limited
from experiments.conformance.check import Make

__all__ = [
    "LETTERS",
    "MOST_DRAWN",
    "SPACES",
    "capacity_of",
    "draw_hashes",
    "fitting",
    "keys",
    "names",
    "node_lists",
    "own_values",
    "probes",
    "spaces",
    "spread_hashes",
    "weights",
]

SPACES: tuple[Mapping[str, Any], ...] = (
    {"hash_bits": 8},
    {},
    {"hash_bits": 1},
    {"hash_bits": 12, "seed": 7},
    {"hash": "sha1_28"},
    {"hash": "murmur3_64", "seed": (1 << 32) - 1},
    {"hash": "crc32"},
    {"hash": "identity"},
    {"hash": "ordered", "hash_bits": 63},
    {"seed": (1 << 64) - 1},
)
"""Hash functions, bits and seeds, the handiest first."""

# names that are prefixes of each other or of labels, look like counted nodes, or leave ASCII
_AWKWARD = (
    "ab",
    "abc",
    "1",
    "11",
    "1-1",
    "a-0",
    "node-0",
    "node-1",
    "node-01",
    "node-9",
    "é",
    "節点",
    "\U0001f600",
    " ",
    "\0",
)
LETTERS = "abcdefgh"
"""Names of nodes that a reader can follow."""

MOST_DRAWN = 7
"""So many nodes are drawn at most."""
_ALL_OF_THEM = 10
_NEAR = 64


@functools.cache
def names() -> SearchStrategy[str]:
    """Return names of nodes: short ones, awkward ones, and any text that UTF-8 can write."""
    return (
        st.sampled_from(LETTERS)
        | st.sampled_from(_AWKWARD)
        | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
    )


@functools.cache
def weights(whole: tuple[int, int] | None = None) -> SearchStrategy[float]:
    """Return weights from 1/64 to 16, or whole ones up to 16, simple ones first."""
    if whole is not None:
        return st.integers(whole[0], min(whole[1], 16)).map(float)
    return st.sampled_from((1.0, 2.0, 3.0, 0.5, 1 / 3, 0.1, 1 / 16, 1 / 64)) | st.floats(1 / 64, 16)


@functools.cache
def node_lists(
    *, weighted: bool, whole: tuple[int, int] | None = None, least: int = 1, most: int = MOST_DRAWN
) -> SearchStrategy[list[Node]]:
    """Return lists of nodes of different names.

    Parameters
    ----------
    weighted
        Whether weights differ from 1: of weighted nodes a third of the lists weigh 1 all over, and a third
        have but two weights, as several nodes of one weight take other paths than those that all differ.
    whole
        The least and the greatest weight where only whole ones are taken, as the spec says.
    least, most
        How many nodes.

    Returns
    -------
    SearchStrategy
    """

    def lists(some: SearchStrategy[float]) -> SearchStrategy[list[Node]]:
        nodes = st.builds(Node, names(), some)
        return st.lists(nodes, min_size=least, max_size=most, unique_by=lambda node: node.name)

    if not weighted:
        return lists(st.just(1.0))
    two = st.tuples(weights(whole), weights(whole)).map(st.sampled_from).flatmap(lists)
    return lists(st.just(1.0)) | two | lists(weights(whole))


def capacity_of(make: Make) -> int:
    """Return how many nodes of weight 1 a partitioner can have, as its room says.

    Parameters
    ----------
    make
        What builds it.

    Returns
    -------
    int
    """
    p = make(1)
    return len(p.nodes) + p.room


def fitting(make: Make, n: int) -> int:
    """Return n, or how many nodes a partitioner can have where these are fewer.

    A capacity that grows with the nodes for which it is built is no limit.

    Parameters
    ----------
    make
        What builds it.
    n
        How many nodes are wanted.

    Returns
    -------
    int

    Examples
    --------
    >>> from experiments.conformance import subjects
    >>> fitting(subjects("bounded")[0], 10_000), fitting(subjects("anchor")[0], 10_000)
    (4096, 10000)
    """
    most = capacity_of(make)
    if n <= most:
        return n
    try:
        make(n)
    except ShardlabError:
        return most
    return n


@functools.cache
def spaces() -> SearchStrategy[dict[str, Any]]:
    """Return ``hash``, ``hash_bits`` and ``seed`` for a partitioner."""
    return st.sampled_from(SPACES).map(dict)


@functools.cache
def keys() -> SearchStrategy[str | bytes | int]:
    """Return keys of every kind."""
    text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    return text | st.binary(max_size=40) | st.integers(0, (1 << 64) - 1)


@functools.cache
def probes(bits: int) -> Hashes:
    """Return the hashes that every check looks at: all of a small space; of a large one the corners.

    Parameters
    ----------
    bits
        Of the hash space.

    Returns
    -------
    ndarray
        (k,) uint64, ascending: both ends, both sides of every power of two, and 256 spread evenly.

    Examples
    --------
    >>> probes(2)
    array([0, 1, 2, 3], dtype=uint64)
    """
    size = 1 << bits
    if bits <= _ALL_OF_THEM:
        return _frozen(np.arange(size, dtype=np.uint64))
    found = set(range(32)) | set(range(size - 16, size))
    for power in range(5, bits):
        found |= {(1 << power) - 1, 1 << power, (1 << power) + 1}
    found |= set(spread_hashes(256, bits).tolist())
    return _frozen(np.array(sorted(found), dtype=np.uint64))


@functools.cache
def spread_hashes(count: int, bits: int) -> Hashes:
    """Return hashes that lie evenly in a space, and in no order.

    Parameters
    ----------
    count
        How many.
    bits
        Of the hash space.

    Returns
    -------
    ndarray
        (count,) uint64: multiples of 2^64 over the golden ratio, cut to their highest bits.

    Examples
    --------
    >>> spread_hashes(4, 8)
    array([158,  60, 218, 120], dtype=uint64)
    """
    steps = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return _frozen(steps >> np.uint64(64 - bits))


def _frozen(hashes: Hashes) -> Hashes:
    hashes.flags.writeable = False
    return hashes


def draw_hashes(data: DataObject, bits: int) -> Hashes:
    """Return the probes of a space, and with them some hashes that Hypothesis draws; ascending."""
    fixed = probes(bits)
    if bits <= _ALL_OF_THEM:
        return fixed
    drawn = data.draw(st.lists(st.integers(0, (1 << bits) - 1), max_size=8), label="hashes")
    return np.union1d(fixed, np.array(drawn, dtype=np.uint64))


def own_values(algorithm: type[Partitioner[Any]]) -> SearchStrategy[dict[str, Any]]:
    """Return values for those parameters of an algorithm's own that say which they take; small ones.

    Parameters
    ----------
    algorithm
        The class.

    Returns
    -------
    SearchStrategy
        Of arguments of the constructor: named values, and whole numbers up to 64 above the least.
    """
    some: dict[str, SearchStrategy[Any]] = {}
    for parameter in limited(algorithm):
        bounds = parameter.bounds
        if bounds is None:
            some[parameter.name] = st.sampled_from(parameter.named)
        else:
            near = range(bounds.low, min(bounds.high, bounds.low + _NEAR) + 1)
            some[parameter.name] = st.sampled_from(
                [value for value in near if bounds.only is None or bounds.only(value)]
            )
    return st.fixed_dictionaries({}, optional=some)
