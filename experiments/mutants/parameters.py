"""The parameters of `mutants`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from experiments.harness.parameters import Parameters
from experiments.options.parameters import integer, parameter, text


@dataclass(frozen=True, kw_only=True)
class MutantsParameters(Parameters):
    """The parameters of `mutants`.

    Parameters
    ----------
    mutant
        Mutants by name; those that the sample has if empty.
    hosts
        Into how many members each defect is planted.
    edits
        How many edits of its source each member gets.
    effort
        Examples of each search.
    longer
        Examples of each search of a mutant that nothing has killed by then.
    """

    without: ClassVar[Mapping[str, str]] = {
        "algorithms": "defects are planted into members of all families; give --mutant MEMBER__DEFECT",
        "nodes": "the search draws the nodes",
        "cluster": "the search draws the nodes",
        "keys": "the search draws the hashes",
        "repetitions": "give --effort for more examples",
        "workload": "the search draws hashes, no keys of a workload",
        "set": "members have their default parameters",
        "vary": "members have their default parameters",
    }

    mutant: tuple[str, ...] = parameter(
        "mutants by name, MEMBER__DEFECT; a sample by default",
        text,
        (),
        many=True,
        metavar="NAME,...",
        least=0,
    )
    hosts: int = parameter("members into which each defect is planted", integer(0, 100), 1, metavar="N")
    edits: int = parameter("edits of the source of each member", integer(0, 1000), 1, metavar="N")
    effort: int = parameter("examples of each search", integer(1, 10**6), 10, metavar="N")
    longer: int = parameter(
        "examples of each search of a mutant that is not killed by then", integer(1, 10**6), 50, metavar="N"
    )
