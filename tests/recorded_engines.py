"""Plain readings of engines whose placements were recorded, by the name of the member, for the tests."""

from __future__ import annotations

from typing import Any

from oracles import anchor, histories, jumpback_anchor, memento

Row = dict[str, str]


def engine_of(name: str, state: Row) -> Any:
    """Return the oracle's engine after the events of a state."""
    n = int(state["n"])
    engine = {
        "anchor": lambda: anchor.Anchor(n, int(state["capacity"])),
        "jumpback_anchor": lambda: jumpback_anchor.JumpBackAnchor(n),
        "memento": lambda: memento.Memento(n),
    }[name]()
    histories.replay(engine, state["ops"])
    return engine
