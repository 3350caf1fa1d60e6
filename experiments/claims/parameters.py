"""The parameters of `claims`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from experiments.harness.parameters import Parameters
from experiments.options.parameters import integer, parameter, text


@dataclass(frozen=True, kw_only=True)
class ClaimsParameters(Parameters):
    """The parameters of `claims`.

    Parameters
    ----------
    keys
        Keys, where something is sampled over keys.
    repetitions
        Rings, where something is sampled over rings.
    claim
        Ids of claims, or how they begin; empty for all.
    """

    without: ClassVar[Mapping[str, str]] = {
        "algorithms": "a claim says which algorithm it is about",
        "nodes": "a claim says how many nodes there are",
        "cluster": "a claim says how many nodes there are",
        "workload": "claims are about uniform hashes",
        "set": "a claim says the parameters of its algorithm",
        "vary": "a claim says the parameters of its algorithm",
    }

    claim: tuple[str, ...] = parameter(
        "claims by id, or by how it begins; all by default", text, (), many=True, metavar="ID,...", least=0
    )
    keys: int = parameter("keys, where a claim is sampled", integer(1), 1_000_000, metavar="K")
    repetitions: int = parameter(
        "rings, where a claim is about random rings", integer(1, 10**6), 200, metavar="R"
    )
