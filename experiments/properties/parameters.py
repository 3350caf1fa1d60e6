"""The parameters of `properties`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from experiments.harness.parameters import Parameters
from experiments.options.errors import BadUse
from experiments.options.parameters import integer, parameter, text


def _example(value: object) -> str:
    if not isinstance(value, str):
        raise BadUse(f"{value!r} is not a text; give the one that was printed")
    return value


@dataclass(frozen=True, kw_only=True)
class PropertiesParameters(Parameters):
    """The parameters of `properties`.

    Parameters
    ----------
    property
        Names of properties; empty for all.
    effort
        Examples that each search tries.
    replay
        An example to try instead of a search. It names its algorithm and property, so that
        `algorithms`, `set` and `property` mean nothing beside it.
    """

    without: ClassVar[Mapping[str, str]] = {
        "nodes": "the search draws the nodes",
        "cluster": "the search draws the nodes",
        "keys": "the search draws the hashes",
        "repetitions": "give --effort for more examples",
        "workload": "the search draws hashes, no keys of a workload",
        "vary": "give each variant as NAME:PARAM=VALUE",
    }

    property: tuple[str, ...] = parameter(
        "properties by name; all by default", text, (), many=True, metavar="NAME,...", least=0
    )
    effort: int = parameter("examples of each search", integer(1, 10**6), 100, metavar="N")
    replay: str = parameter(
        "an example to try instead of a search, as it was printed; it names its algorithm and property",
        _example, "", metavar="TEXT",
    )  # fmt: skip
