"""The parameters of `balance`."""

from __future__ import annotations

from dataclasses import dataclass

from algorithms import ShardlabError
from algorithms.hashing import hash_function
from experiments.harness.parameters import Parameters
from experiments.options.errors import BadUse
from experiments.options.parameters import integer, parameter


def known_hash(value: object) -> str:
    """Read the name of a hash function.

    Examples
    --------
    >>> known_hash("xxh64")
    'xxh64'
    """
    try:
        return hash_function(str(value)).name
    except ShardlabError as error:
        raise BadUse(str(error)) from None


@dataclass(frozen=True, kw_only=True)
class BalanceParameters(Parameters):
    """The parameters of `balance`.

    Parameters
    ----------
    points
        Points of a node, for every algorithm that has a parameter of this name and was not given one by its
        selection; none for the algorithm's default.
    hash
        Hash functions, for every algorithm that was not given one by its selection.
    """

    points: tuple[int, ...] = parameter(
        "points of a node, for algorithms that have any; their default if not given",
        integer(1, 1 << 26), (), many=True, metavar="V,...", least=0,
    )  # fmt: skip
    hash: tuple[str, ...] = parameter("hash functions", known_hash, ("xxh64",), many=True, metavar="HASH,...")
