"""Tables of a plan: one pool, a change, and which node has which key."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat

from experiments.options.printable import printable
from experiments.options.screen import COLUMNS
from experiments.plan.events import words_of
from experiments.plan.laws import movement_law, spread_law
from experiments.plan.movement import Movement
from experiments.plan.placement import Answer
from experiments.plan.planned import Change, PlacedPool
from experiments.plan.pool import Pool, Remark, place

__all__ = [
    "Loads",
    "changed",
    "flows",
    "keys_moved",
    "largest_flow",
    "nodes_changed",
    "placed",
    "remark_lines",
    "shown",
    "told",
    "which_lines",
]

KINDS = {"nginx": "upstream", "haproxy": "backend", "envoy": "cluster"}
EVEN = 1.005
"""Below, how busy the busiest node is need not be said."""

MOST_FLOWS = 12
"""Above so many nodes the matrix of flows is left out for the largest flows."""

LEAST = 6
"""Lines that a table has on one screen, however much else is said."""

HEADS = 3
"""Lines of a table that are none of its rows: two above, and one that says what is left out."""


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
    how = f"{how}{function}, " if how else ""
    return printable(f"{name}: {how}{nodes}{version}")


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


def placed(placed: PlacedPool, loads: Loads | None = None, most: int | None = None) -> list[str]:
    """Return what is shown of one pool, in so many lines if not all."""
    pool = placed.pool
    shares, wanted = placed.shares, placed.wanted.wanted
    declared = placed.declared
    points = getattr(placed.placement, "points", None) or {}
    known = shares.method != "unknown"
    header = ["node", "weight", "wanted", *(["share"] if known else []), *(["points"] if points else [])]
    header += ["keys", "of keys"] if loads else []
    rows, distances = [], []
    for name in dict.fromkeys([*wanted, *shares.shares, *(loads.of_nodes if loads else ())]):
        due, share = wanted.get(name, Fraction(0)), shares.shares.get(name, Fraction(0))
        row = [name, str(declared.get(name, "-")), percent(due)]
        row += [percent(share)] if known else []
        row += [f"{points.get(name, 0):,}"] if points else []
        if loads:
            count = loads.of_nodes.get(name, 0)
            share = Fraction(count, loads.keys or 1)
            row += [f"{count:,}", percent(share)]
        rows.append(row)
        distances.append(abs(share - due) if known or loads else Fraction(0))
    told = known or loads is not None
    said = wrapped(" ".join(_said(placed)), COLUMNS)
    said += [f"{loads.keys:,} keys, {loads.distinct:,} of them distinct."] if loads else []
    space = None if most is None else most - 1 - len(said)
    return [
        f"{title(pool)}{' ' * 4}{place(pool.file, pool.line)}".rstrip(),
        *_part(header, rows, distances, space, "the furthest from what is wanted" if told else "the first"),
        *said,
    ]


def _part(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    distances: Sequence[Fraction | float],
    most: int | None,
    chosen: str,
) -> Iterator[str]:
    """Yield the lines of a table of nodes; in so many lines those of the largest distances, in order."""
    space = len(rows) + HEADS if most is None else max(LEAST, most)
    if len(rows) + HEADS - 1 <= space:
        yield from table(header, rows)
        return
    many = space - HEADS
    places = sorted(range(len(rows)), key=lambda place: (-distances[place], place))[:many]
    yield from table(header, [rows[place] for place in sorted(places)])
    yield f"and {len(rows) - many:,} other nodes; these are {chosen}: --details"


def _said(placed: PlacedPool) -> Iterator[str]:
    """Yield sentences about shares: how they were got, the busiest node, and the law."""
    shares, wanted = placed.shares, placed.wanted.wanted
    if shares.method == "unknown":
        yield "Keys are placed by their values: shares are those of yours; give --keys."
        return
    copies = f" of {shares.copies} replicas" if shares.copies > 1 else ""
    if shares.method == "exact":
        yield f"Shares{copies} are exact."
    else:
        width = max(1.96 * math.sqrt(s * (1 - s) / shares.draws) for s in map(float, shares.shares.values()))
        yield f"Shares are sampled: {shares.draws:,} random keys, ± {100 * width:.2f} %."
    over = [
        (shares.shares.get(name, Fraction(0)) / share, name) for name, share in wanted.items() if share > 0
    ]
    times, name = max(over, default=(Fraction(1), ""))
    if times < EVEN:
        yield "Each node has what is wanted, within 0.5 %."
        return
    law = spread_law(placed, float(times))
    yield f"Busiest node: {name}, {float(times):.2f} times what is wanted{';' if law else '.'}"
    if law:
        yield (
            f"of rings of so many random points {_chance(law.chance)} have one as busy (law: shares spread "
            f"by {100 * law.cv:.1f} %)."
        )


def _chance(chance: float) -> str:
    return f"{100 * chance:.0f} %" if chance >= 0.01 else f"{100 * chance:.1g} %" if chance > 1e-6 else "none"


@dataclass(frozen=True)
class Loads:
    """How many of the user's keys each node has, replicas counting each; all keys, and distinct ones."""

    of_nodes: Mapping[str, int]
    keys: int
    distinct: int

    @classmethod
    def of(cls, placed: PlacedPool, keys: Sequence[bytes]) -> Loads:
        """Count."""
        counts: dict[str, int] = {}
        for answer, count in Counter(placed.answers(keys)).items():
            for name in (answer,) if isinstance(answer, str) else answer:
                counts[name] = counts.get(name, 0) + count
        return cls(counts, len(keys), len(set(keys)))


def changed(change: Change) -> Iterator[str]:
    """Yield what a change comes to: what moves, what must, and what the law says."""
    before, after = change.before.pool, change.after.pool
    where = ", ".join(dict.fromkeys(filter(None, (place(p.file, p.line) for p in (before, after)))))
    kind = KINDS.get(after.system, after.system)
    name = f"{kind} {after.name}" if after.name else kind
    yield printable(f"{name}: {words_of(change)}    {where}".rstrip())
    movement = change.movement
    lines = [] if movement.method == "counted" else [_row(_label(movement), movement)]
    if change.keys is not None:
        lines.append(_row(f"{len(change.keys):,} keys", change.of_keys))
    yield from table(["", "moved", "minimum", "excess", "strays"], lines)
    law = movement_law(change)
    if law is not None:
        kept = f" as it is, {percent(law.kept)} if each node kept its points" if law.kept is not None else ""
        yield f"law: {percent(law.moved)}{kept}"
    if change.keys is not None:
        distinct = len(set(change.keys))
        moved = sum(1 for a, b in zip(*change.answers, strict=True) if a != b)
        yield (
            f"{moved:,} of {len(change.keys):,} keys move; "
            f"{len(change.moves):,} of {distinct:,} distinct ones"
        )


def nodes_changed(change: Change, most: int | None = None) -> list[str]:
    """Return the table of what each node has before and after, in so many lines if not all."""
    movement, wanted = change.movement, change.sides[1].wanted
    rows, distances = [], []
    for name in dict.fromkeys([*change.sides[0].wanted, *wanted]):
        before, after = movement.shares_before.get(name), movement.shares_after.get(name)
        shares = (before, after, wanted.get(name))
        rows.append([name, *("-" if share is None else percent(share) for share in shares)])
        distances.append(abs((after or Fraction(0)) - (before or Fraction(0))))
    return list(
        _part(["node", "before", "after", "wanted"], rows, distances, most, "those whose share changes most")
    )


def _label(movement: Movement) -> str:
    what = "hashes" if movement.copies == 1 else f"copies, {movement.copies} of each hash"
    if movement.method == "exact":
        return f"all {what}, exact"
    return f"{movement.total:,} random keys, ± {100 * movement.half_width:.2f} %"


def _row(label: str, movement: Movement) -> list[str]:
    measures = (movement.moved, movement.minimum, movement.excess, movement.stray)
    return [label, *map(percent, measures)]


def flows(movement: Movement, most: int | None = None) -> list[str]:
    """Return who gives to whom, as a matrix where it has few nodes; the largest flows in so many lines."""
    sources, targets = list(movement.shares_before), list(movement.shares_after)
    shares = movement.flows
    if max(len(sources), len(targets)) <= MOST_FLOWS:
        rows = [
            [
                source,
                *(
                    percent(shares[source, target]) if (source, target) in shares else "."
                    for target in targets
                ),
            ]
            for source in sources
        ]
        matrix = list(table(["from \\ to", *targets], rows))
        if most is None or (len(matrix) <= most and max(map(len, matrix)) <= COLUMNS):
            return matrix
    moving = _moving(movement)
    space = None if most is None else max(LEAST, most)
    whole = space is None or len(moving) + HEADS - 1 <= space
    largest = moving[: MOST_FLOWS if whole or space is None else min(MOST_FLOWS, space - HEADS)]
    rows = [[source, target, percent(shares[source, target])] for _, source, target in largest]
    lines = list(table(["from", "to", "largest flows"], rows, left=2))
    if len(moving) > len(largest):
        lines.append(f"and {len(moving) - len(largest):,} other flows")
    return lines


def largest_flow(movement: Movement) -> str:
    """Return how many flows there are and the largest of them, in a line."""
    moving = _moving(movement)
    if not moving:
        return "no flows"
    _, source, target = moving[0]
    share = percent(movement.flows[source, target])
    return f"{len(moving):,} flows, the largest {source} to {target}, {share}: --details has the largest"


def _moving(movement: Movement) -> list[tuple[int, str, str]]:
    """Return how much goes from whom to whom, the largest first."""
    flows = (
        (count, source, target) for (source, target), count in movement.counts.items() if source != target
    )
    return sorted(flows, key=lambda flow: -flow[0])


def keys_moved(change: Change, limit: int) -> Iterator[str]:
    """Yield the first keys that move."""
    moves = change.moves[:limit]
    for key, source, target in moves:
        yield printable(f"{shown(key)}  {told(source)} -> {told(target)}")
    if len(change.moves) > len(moves) > 0:
        yield f"{len(moves)} of {len(change.moves):,}; all of them with --moved FILE"


def told(answer: Answer) -> str:
    """Return who has a key as one text; a dash for nobody."""
    return "-" if answer is None else answer if isinstance(answer, str) else "|".join(answer)


def disagreement(one: PlacedPool, other: PlacedPool, keys: Sequence[bytes]) -> str:
    """Return how many keys two clients place differently."""
    differ = sum(a != b for a, b in zip(one.answers(keys), other.answers(keys), strict=True))
    names = f"{one.pool.method} and {other.pool.method}"
    return printable(f"{names} place {differ:,} of {len(keys):,} keys on different partitions.")


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text; a number keeps its sign of percent."""
    lines = textwrap.wrap(printable(text).replace(" %", "\N{NO-BREAK SPACE}%"), width)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def remark_lines(remarks: Sequence[Remark]) -> Iterator[str]:
    """Yield warnings, a code and a place each."""
    if not remarks:
        return
    codes = max(len(remark.code) for remark in remarks)
    places = max(len(place(remark.file, remark.line)) for remark in remarks)
    for remark in remarks:
        head = f"warning  {remark.code.ljust(codes)}  {place(remark.file, remark.line).ljust(places)}  "
        lines = wrapped(remark.text, max(40, COLUMNS - len(head)))
        yield head + lines[0]
        yield from (" " * len(head) + line for line in lines[1:])


def shown(key: bytes) -> str:
    """Return a key as text, or in hexadecimal where it is none."""
    try:
        return key.decode()
    except UnicodeDecodeError:
        return key.hex()


def which_lines(
    placed: PlacedPool, keys: Sequence[bytes], labels: Sequence[str], *, details: bool
) -> Iterator[str]:
    """Yield key and node, a tab between them; with ``details`` hash, and slot or point, where there are."""
    answers = placed.which(keys)
    tells = placed.details(keys) if details or None in answers else repeat({}, len(keys))
    names = ("hash", "slot", "point") if details else ()
    for label, answer, tell in zip(labels, answers, tells, strict=True):
        cells = [
            label,
            told(answer),
            *(str(tell[name]) for name in names if name in tell),
        ]
        if answer is None:
            cells.append(str(tell.get("reason", "the program does not hash this key")))
        yield "\t".join(map(_one_line, cells))


def _one_line(text: str) -> str:
    return text if text.isprintable() else printable(text).replace("\n", "\\x0a")
