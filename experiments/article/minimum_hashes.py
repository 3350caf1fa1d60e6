"""The article's table of minimum hashes: which node serves from which hash on, and what an added row does.

One row more takes from the one node in whose range it stands, and relieves nobody else. Several rows, one in
each range, relieve all of them; with the fewest hashes moved, all are equal afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from algorithms import Partitioner, create
from experiments.article.part import Part
from experiments.article.rings import HASH, arc_rows, event_rows, server, servers
from experiments.article.subjects import SPACE
from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.article.parameters import ArticleParameters
    from experiments.harness.experiment import Context

__all__ = ["MinimumHashes", "events"]

NODES = 4
QUARTER = SPACE // NODES


def events() -> dict[str, tuple[Partitioner[Any], Partitioner[Any]]]:
    """Return the table before and after each event.

    Examples
    --------
    >>> before, after = events()["one row"]
    >>> [after.arcs().shares()[bucket] - before.arcs().shares()[bucket] for bucket in range(4)]
    [0, -33554432, 0, 0]
    """
    names = servers(NODES)
    rows = [(QUARTER * index, name) for index, name in enumerate(names)]
    newcomer = server(NODES)
    one = [(QUARTER + QUARTER // 2, newcomer)]
    several = [(QUARTER * index + QUARTER * 4 // 5, newcomer) for index in range(NODES)]
    made = {}
    for event, added in (("one row", one), ("several rows", several), ("fewest moves", None)):
        before = create("table", names, rows=rows, hash=HASH)
        after = before.copy()
        if added is None:
            after.change(add=[newcomer])
        else:
            after.change(add=[newcomer], rows=[*rows, *added])  # type: ignore[call-arg]  # a table takes rows
        made[event] = (before, after)
    return made


class MinimumHashes(Part):
    """A table of minimum hashes, and rows added to it."""

    name = "minimum hashes"

    def measure(
        self, unit: Mapping[str, Any], parameters: ArticleParameters, context: Context
    ) -> Iterable[Record]:
        """Return the table's rows before and after, loads, and exact flows."""
        for event, (before, after) in events().items():
            for side, table in (("before", before), ("after", after)):
                arcs = table.arcs()
                yield from ({"kind": side, "table": event, **row} for row in arc_rows(arcs))
                for bucket, hashes in arcs.shares().items():
                    node = table.nodes[bucket].name
                    yield {"kind": f"load {side}", "table": event, "node": node, "hashes": hashes}
            yield from event_rows(event, before, after)
