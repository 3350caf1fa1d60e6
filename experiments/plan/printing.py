"""What `plan` prints of a pool or a change, as one text; and the warnings of a change in one list."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.options.screen import LINES
from experiments.plan import show
from experiments.plan.planned import Change, PlacedPool
from experiments.plan.pool import Remark
from experiments.plan.remarks import remarks, remarks_of_change

__all__ = ["change_text", "pool_text", "printed", "warnings_of"]

FEW_KEYS, ALL_KEYS = 3, 20
"""Keys that are printed of those that move, where no number is asked for: on one screen, and in full."""


def warnings_of(said: PlacedPool | Change, keys: Sequence[bytes] | None = None) -> list[Remark]:
    """Return the warnings of a pool; of a change its own first, then those of what it comes to."""
    if isinstance(said, PlacedPool):
        return remarks(said, None if keys is None else list(keys))
    about = remarks_of_change(said)
    codes = {remark.code for remark in about}
    return [*about, *(each for each in warnings_of(said.after, said.keys) if each.code not in codes)]


def pool_text(
    placed: PlacedPool,
    loads: show.Loads | None = None,
    said: Sequence[Remark] = (),
    most: int | None = None,
) -> str:
    """Return what is printed of one pool, in so many lines if not all; all warnings are."""
    warnings = list(show.remark_lines(said))
    space = None if most is None else most - len(warnings)
    return "\n".join([*show.placed(placed, loads, space), *warnings])


def change_text(
    change: Change, limit: int | None, said: Sequence[Remark] = (), most: int | None = None
) -> str:
    """Return what is printed of a change, with so many keys that move, in so many lines if not all.

    All warnings are printed, and all keys where their number was asked for.
    """
    head, warnings = list(show.changed(change)), list(show.remark_lines(said))
    asked = limit if limit is not None else ALL_KEYS if most is None else FEW_KEYS
    keys = ["", *show.keys_moved(change, asked)] if change.keys is not None and asked else []
    flows, nodes = show.flows(change.movement, most), show.nodes_changed(change)
    if most is not None:
        space = most - len(head) - len(keys) - len(warnings) - 2  # empty lines between the tables
        if len(flows) + len(nodes) > space:
            room = max(space // 2, space - len(nodes))
            few = room < show.LEAST
            flows = [show.largest_flow(change.movement)] if few else show.flows(change.movement, room)
            nodes = show.nodes_changed(change, space - len(flows))
    return "\n".join([*head, "", *flows, "", *nodes, *keys, *warnings])


def printed(said: PlacedPool | Change, *, limit: int | None = None, details: bool = False) -> str:
    """Return what the command prints of a pool or a change, on one screen or in full."""
    most = None if details else LINES
    if isinstance(said, PlacedPool):
        return pool_text(said, None, warnings_of(said), most)
    return change_text(said, limit, warnings_of(said), most)
