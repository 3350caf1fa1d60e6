"""Tables of a plan: one pool, a change, and which node has which key."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from experiments.options.printable import printable
from experiments.plan.events import words_of
from experiments.plan.movement import Movement
from experiments.plan.planned import Change, PlacedPool
from experiments.plan.pool import Pool, Remark, place

__all__ = ["changed", "keys_moved", "placed", "remark_lines", "which_lines"]

KINDS = {"nginx": "upstream", "haproxy": "backend", "envoy": "cluster"}
WIDTH = 112
MOST_FLOWS = 12
"""Above so many nodes the matrix of flows is left out for the largest flows."""


def percent(share: Fraction | float) -> str:
    """Return a share in percent."""
    return f"{100 * float(share):.2f} %"


def title(pool: Pool) -> str:
    """Return what a pool is called, how it hashes, and how many nodes it has."""
    kind = KINDS.get(pool.system, pool.system)
    name = f"{kind} {pool.name}" if pool.name else kind
    how = pool.directive or " ".join(filter(None, [pool.method, pool.hash]))
    function = f" ({pool.hash.replace('+', ' with ')})" if pool.system == "haproxy" and pool.hash else ""
    count = len(pool.nodes)
    nodes = f"{count} node{'' if count == 1 else 's'}"
    version = f", rules of {pool.version}" if pool.version else ""
    return printable(f"{name}: {how}{function}, {nodes}{version}")


def table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> Iterator[str]:
    """Yield the lines of a table; the first columns stand left, the others right."""
    cells = [list(map(printable, header)), *(list(map(printable, row)) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    for number, row in enumerate(cells):
        line = "  ".join(
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield line.rstrip()
        if number == 0:
            yield "─" * (sum(widths) + 2 * (len(widths) - 1))


def placed(placed: PlacedPool, keys: Sequence[bytes] | None = None) -> Iterator[str]:
    """Yield what is shown of one pool."""
    pool = placed.pool
    yield f"{title(pool)}{' ' * 4}{place(pool.file, pool.line)}".rstrip()
    shares, wanted = placed.shares, placed.wanted.wanted
    declared = placed.declared
    points = getattr(placed.placement, "points", None) or {}
    header = ["node", "weight", "wanted", "share", *(["points"] if points else [])]
    loads: Mapping[str, int] = {}
    if keys is not None:
        loads = counted(placed, keys)
        header += ["keys", "of keys"]
    rows = []
    for name in dict.fromkeys([*wanted, *shares.shares, *loads]):
        weight = str(declared[name]) if name in declared else "-"
        share = shares.shares.get(name, Fraction(0))
        row = [name, weight, percent(wanted.get(name, 0)), percent(share)]
        row += [str(points.get(name, 0))] if points else []
        if keys is not None:
            count = loads.get(name, 0)
            row += [f"{count:,}", percent(Fraction(count, len(keys) or 1))]
        rows.append(row)
    yield from table(header, rows)
    how = "exact" if shares.method == "exact" else f"sampled: {shares.draws:,} random keys, ± 0.3 %"
    over = [
        (shares.shares.get(name, Fraction(0)) / share, name) for name, share in wanted.items() if share > 0
    ]
    busiest = max(over, default=(Fraction(1), ""))
    name, times = printable(busiest[1]), float(busiest[0])
    copies = f" of {shares.copies} replicas" if shares.copies > 1 else ""
    yield f"Shares{copies} are {how}. Busiest node: {name}, {times:.2f} times what is wanted."
    if keys is not None:
        yield f"{len(keys):,} keys, {len(set(keys)):,} of them distinct."


def counted(placed: PlacedPool, keys: Sequence[bytes]) -> dict[str, int]:
    """Return how many keys each node has; replicas count each."""
    loads: dict[str, int] = {}
    for answer in placed.placement.which(list(keys)):
        for name in answer if isinstance(answer, tuple) else (answer or "-",):
            loads[name] = loads.get(name, 0) + 1
    return loads


def changed(change: Change) -> Iterator[str]:
    """Yield what is shown of a change."""
    before, after = change.before.pool, change.after.pool
    where = ", ".join(dict.fromkeys(filter(None, (place(p.file, p.line) for p in (before, after)))))
    kind = KINDS.get(after.system, after.system)
    yield printable(f"{kind} {after.name}: {words_of(change)}") + f"    {where}"
    movement = change.movement
    exact = movement.method == "exact"
    lines = [_row("all hashes, exact" if exact else f"{movement.total:,} random keys, sampled", movement)]
    if change.keys is not None:
        lines.append(_row(f"{len(change.keys):,} keys", change.of_keys))
    yield from table(["", "moved", "minimum", "excess", "strays"], lines)
    if change.keys is not None:
        distinct = len(set(change.keys))
        yield (
            f"{change.of_keys.moved_count:,} of {len(change.keys):,} keys move; "
            f"{len(change.moves):,} of {distinct:,} distinct ones"
        )
    yield ""
    yield from _flows(movement)
    yield ""
    wanted = change.sides[1].wanted
    rows = []
    for name in dict.fromkeys([*change.sides[0].wanted, *wanted]):
        shares = (movement.shares_before.get(name), movement.shares_after.get(name), wanted.get(name))
        rows.append([name, *("-" if share is None else percent(share) for share in shares)])
    yield from table(["node", "before", "after", "wanted"], rows)


def _row(label: str, movement: Movement) -> list[str]:
    measures = (movement.moved, movement.minimum, movement.excess, movement.stray)
    return [label, *map(percent, measures)]


def _flows(movement: Movement) -> Iterator[str]:
    sources, targets = list(movement.shares_before), list(movement.shares_after)
    flows = movement.flows
    if max(len(sources), len(targets)) <= MOST_FLOWS:
        rows = [
            [
                source,
                *(percent(flows[source, target]) if (source, target) in flows else "." for target in targets),
            ]
            for source in sources
        ]
        yield from table(["from \\ to", *targets], rows)
        return
    moving = sorted(
        ((share, source, target) for (source, target), share in flows.items() if source != target),
        key=lambda flow: -flow[0],
    )
    rows = [[source, target, percent(share)] for share, source, target in moving[:MOST_FLOWS]]
    yield from table(["from", "to", "largest flows"], rows, left=2)
    if len(moving) > MOST_FLOWS:
        yield f"and {len(moving) - MOST_FLOWS:,} other flows"


def keys_moved(change: Change, limit: int) -> Iterator[str]:
    """Yield the first keys that move."""
    moves = change.moves[:limit]
    for key, source, target in moves:
        yield printable(f"{shown(key)}  {source} -> {target}")
    if len(change.moves) > len(moves) > 0:
        yield f"{len(moves)} of {len(change.moves):,}; all of them with --moved FILE"


def remark_lines(remarks: Sequence[Remark]) -> Iterator[str]:
    """Yield warnings, a code and a place each."""
    if not remarks:
        return
    codes = max(len(remark.code) for remark in remarks)
    places = max(len(place(remark.file, remark.line)) for remark in remarks)
    for remark in remarks:
        head = f"warning  {remark.code.ljust(codes)}  {place(remark.file, remark.line).ljust(places)}  "
        lines = textwrap.wrap(printable(remark.text), max(40, WIDTH - len(head)))
        yield head + lines[0]
        yield from (" " * len(head) + line for line in lines[1:])


def shown(key: bytes) -> str:
    """Return a key as text, or in hexadecimal where it is none."""
    try:
        return key.decode()
    except UnicodeDecodeError:
        return key.hex()


def which_lines(placed: PlacedPool, keys: Sequence[bytes], *, told: bool = True) -> Iterator[str]:
    """Yield key, node, and what the system tells: hash, slot or point; tabs between them."""
    answers = placed.placement.which(list(keys))
    details = placed.details(keys) if told else [{} for _ in keys]
    for key, answer, detail in zip(keys, answers, details, strict=True):
        node = "-" if answer is None else answer if isinstance(answer, str) else "|".join(answer)
        cells = [
            shown(key),
            node,
            *(str(detail[name]) for name in ("hash", "slot", "point") if name in detail),
        ]
        if answer is None:
            cells.append(str(detail.get("reason", "the program does not hash this key")))
        yield "\t".join(map(printable, cells))
