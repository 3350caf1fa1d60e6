"""The parameters of `fullest`."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.harness.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class FullestParameters(Parameters):
    """The common parameters, and no other."""
