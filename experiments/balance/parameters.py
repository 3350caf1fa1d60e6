"""The parameters of `balance`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

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
    hash
        Hash functions, for every algorithm that was not given one by its selection.
    draws
        Draws of a hash seed and of some keys by which every CV² that follows a law is tested; more of them
        where one has few degrees of freedom, and not those of the repetitions.
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
    draws: int = parameter(
        "draws that hold each CV² against its law; 0 for none, else 2 to 2^20",
        integer(0, 1 << 20),
        0,
        metavar="D",
    )

    def check(self) -> None:
        """Refuse a single draw."""
        if self.draws == 1:
            raise BadUse("--draws: one draw has no deviation; give 0, or 2 and more")
