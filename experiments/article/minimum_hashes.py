"""The article's table of minimum hashes: which node serves from which hash on, and what an added row does.

One row more takes from the one node in whose range it stands, and relieves nobody else. Several rows, one in
each range, relieve all of them; with the fewest hashes moved, all are equal afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from algorithms import Partitioner, create
from experiments.article.part import Part, Verdicts
from experiments.article.rings import HASH, event_rows, server, servers
from experiments.article.subjects import SPACE
from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.article.parameters import ArticleParameters
    from experiments.harness.experiment import Context
    from experiments.report.figures.figure import Figure
    from experiments.report.tables.table import Table

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
                for start, last, bucket, hashes in zip(
                    arcs.start.tolist(), arcs.last.tolist(), arcs.bucket.tolist(), arcs.sizes(), strict=True
                ):
                    node = table.nodes[bucket].name
                    yield {
                        "kind": side,
                        "table": event,
                        "node": node,
                        "start": start,
                        "last": last,
                        "hashes": hashes,
                    }
                for bucket, hashes in arcs.shares().items():
                    node = table.nodes[bucket].name
                    yield {"kind": f"load {side}", "table": event, "node": node, "hashes": hashes}
            yield from event_rows(event, before, after)

    def tables(self, rows: Sequence[Record], verdicts: Verdicts) -> Sequence[Table]:
        """Return the loads before and after each event."""
        from experiments.report.tables.formats import Percent
        from experiments.report.tables.table import Table

        loads = {
            (row["table"], row["kind"], row["node"]): row["hashes"]
            for row in rows
            if row["kind"].startswith("load")
        }
        names = servers(NODES + 1)
        body: list[tuple[Any, ...]] = []
        for row in rows:
            if row["kind"] != "moved":
                continue
            event = row["table"]
            added = [part for part in rows if part["kind"] == "after" and part["table"] == event]
            given = {part["node"] for part in rows if part["kind"] == "flow" and part["table"] == event}
            after = [loads[event, "load after", name] / SPACE for name in names]
            body.append((event, len(added), row["share"], row["minimum"], len(given), *after))
        before = [loads[body[0][0], "load before", name] / SPACE for name in names[:NODES]]
        body.insert(0, ("before", NODES, None, None, None, *before, None))
        shares = {name: Percent(1) for name in names}
        return [
            Table.of_rows(
                "minimum-hashes",
                "The table of minimum hashes: rows added for a fifth node",
                ["event", "rows", "moved", "minimum", "relieved", *names],
                body,
                caption="Exact, over 2^28 hashes: one row relieves one node, a row in each range "
                "relieves all four.",
                formats={"moved": Percent(1), "minimum": Percent(1), **shares},
                headers={"relieved": "nodes relieved"},
            )
        ]

    def figures(self, rows: Sequence[Record]) -> Sequence[Figure]:
        """Return the table before and after one row and several rows."""
        from experiments.article import figures

        return [figures.minimum_hashes(rows)]
