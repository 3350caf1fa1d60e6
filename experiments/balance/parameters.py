"""The parameters of `balance`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from algorithms import ShardlabError
from algorithms.hashing import hash_function
from experiments.harness.parameters import Parameters
from experiments.options.errors import BadUse
from experiments.options.parameters import parameter


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
    hash
        Hash functions, for every algorithm that was not given one by its selection.
    """

    gone: ClassVar[Mapping[str, str]] = {"points": "give --vary ring.points=40,160"}

    @classmethod
    def migrated(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters of a stored run; before there were sweeps, the ring's points had a name."""
        migrated: dict[str, Any] = {}
        for name, value in values.items():
            if name != "points":
                migrated[name] = value
            elif value:
                migrated["vary"] = [f"ring.points={','.join(map(str, value))}"]
        return migrated

    hash: tuple[str, ...] = parameter("hash functions", known_hash, ("xxh64",), many=True, metavar="HASH,...")
