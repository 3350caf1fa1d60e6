"""What `plan` prints of a pool or a change, as one text; and the warnings of a change in one list."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.plan import show
from experiments.plan.planned import Change, PlacedPool
from experiments.plan.pool import Remark
from experiments.plan.remarks import remarks, remarks_of_change

__all__ = ["change_text", "pool_text", "printed", "warnings_of"]


def warnings_of(said: PlacedPool | Change, keys: Sequence[bytes] | None = None) -> list[Remark]:
    """Return the warnings of a pool; of a change its own first, then those of what it comes to."""
    if isinstance(said, PlacedPool):
        return remarks(said, None if keys is None else list(keys))
    about = remarks_of_change(said)
    codes = {remark.code for remark in about}
    return [*about, *(each for each in warnings_of(said.after, said.keys) if each.code not in codes)]


def pool_text(placed: PlacedPool, loads: show.Loads | None = None, said: Sequence[Remark] = ()) -> str:
    """Return what is printed of one pool."""
    return "\n".join([*show.placed(placed, loads), *show.remark_lines(said)])


def change_text(change: Change, limit: int, said: Sequence[Remark] = ()) -> str:
    """Return what is printed of a change, with so many keys that move."""
    lines = list(show.changed(change))
    if change.keys is not None and limit:
        lines += ["", *show.keys_moved(change, limit)]
    return "\n".join([*lines, *show.remark_lines(said)])


def printed(said: PlacedPool | Change, *, limit: int = 20) -> str:
    """Return what the command prints of a pool or a change, with so many keys that move."""
    if isinstance(said, PlacedPool):
        return pool_text(said, None, warnings_of(said))
    return change_text(said, limit, warnings_of(said))
