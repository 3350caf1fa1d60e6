"""The parameters of `servers`."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.harness.parameters import Parameters
from experiments.options.parameters import choice, integer, parameter
from experiments.servers.systems import EDITS, MOST_NODES, SYSTEMS


@dataclass(frozen=True, kw_only=True)
class ServersParameters(Parameters):
    """The parameters of `servers`.

    Parameters
    ----------
    system
        Which systems; empty for all.
    edit
        What is done to their configurations; empty for all.
    nodes
        Numbers of servers before the edit.
    keys
        Random hashes, for the systems whose hashes cannot be counted.
    repetitions
        Sets of addresses, each with other hashes where these are drawn.
    """

    without = {  # noqa: RUF012 - a ClassVar
        "algorithms": "each system has its own; give --system",
        "cluster": "servers are named as each system names them; for a configuration of yours run plan",
        "workload": "all hashes are counted; for keys of yours run plan",
        "set": "each system is configured as it is by default; for a configuration of yours run plan",
        "vary": "each system is configured as it is by default; for a configuration of yours run plan",
    }

    system: tuple[str, ...] = parameter(
        "some systems; all by default", choice(*SYSTEMS), (), many=True, metavar="NAME,...", least=0
    )
    edit: tuple[str, ...] = parameter(
        "what is done: " + ", ".join(f"{name} ({what})" for name, what in EDITS.items()) + "; all by default",
        choice(*EDITS), (), many=True, metavar="EDIT,...", least=0,
    )  # fmt: skip
    nodes: tuple[int, ...] = parameter(
        "numbers of servers", integer(1, MOST_NODES), (5, 50), many=True, metavar="N,..."
    )
    keys: int = parameter(
        "random hashes, where a system's cannot be counted", integer(1), 100_000, metavar="K"
    )
    repetitions: int = parameter(
        "sets of addresses, where these decide placements", integer(1, 1 << 16), 5, metavar="R"
    )
