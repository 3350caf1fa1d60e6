"""Laws beside what is shown: of the movement of rings, and of how busy their busiest node is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from algorithms import Capability

if TYPE_CHECKING:
    from experiments.plan.planned import Change, PlacedPool

__all__ = ["MovementLaw", "SpreadLaw", "movement_law", "spread_law"]

Blocks = Mapping[object, tuple[str, int]]


@dataclass(frozen=True)
class MovementLaw:
    """What moves on average over hash functions; ``kept`` where less would if nodes kept their points."""

    moved: Fraction
    kept: Fraction | None = None


@dataclass(frozen=True)
class SpreadLaw:
    """Of rings of so many random points: the CV of shares over what is wanted, and how many are as uneven."""

    cv: float
    chance: float


def expected(before: Blocks, after: Blocks) -> Fraction:
    """Return what moves on average between rings of random points, of which each block has a sequence.

    A hash falls on any point of the union alike; where that is of one side alone, who has it on the other is
    whoever has any of the points there.

    Examples
    --------
    >>> expected({1: ("a", 4), 2: ("b", 4)}, {1: ("a", 4), 2: ("b", 4), 3: ("c", 4)})
    Fraction(1, 3)
    >>> expected({1: ("a", 4), 2: ("b", 4), 3: ("c", 4)}, {1: ("a", 4), 2: ("c", 4)})
    Fraction(1, 2)
    """
    totals = [sum(count for _, count in side.values()) for side in (before, after)]
    if not all(totals):
        return Fraction(1)
    shares = [_by_owner(side, total) for side, total in zip((before, after), totals, strict=True)]
    moved, union = Fraction(0), 0
    for block in dict.fromkeys([*before, *after]):
        (old, had), (new, has) = before.get(block, ("", 0)), after.get(block, ("", 0))
        union += max(had, has)
        moved += min(had, has) * (old != new)
        moved += max(had - has, 0) * (1 - shares[1].get(old, 0)) + max(has - had, 0) * (
            1 - shares[0].get(new, 0)
        )
    return moved / union


def _by_owner(blocks: Blocks, total: int) -> dict[str, Fraction]:
    shares: dict[str, Fraction] = {}
    for owner, count in blocks.values():
        shares[owner] = shares.get(owner, Fraction(0)) + Fraction(count, total)
    return shares


def movement_law(change: Change) -> MovementLaw | None:
    """Return the law of a change; None where there is none, or methods differ."""
    pools = change.before.pool, change.after.pool
    sides = [getattr(side.placement, "blocks", None) for side in (change.before, change.after)]
    if sides[0] is None or sides[1] is None or pools[0].system != pools[1].system:
        return None
    if pools[0].hash != pools[1].hash or pools[0].method != pools[1].method:
        return None
    before = {block: (change.renamed(name), count) for block, (name, count) in sides[0].items()}
    moved = expected(before, sides[1])
    kept = expected(*({name: (name, count) for name, count in side.values()} for side in (before, sides[1])))
    return MovementLaw(moved, kept if kept < moved else None)


def spread_law(placed: PlacedPool, busiest: float) -> SpreadLaw | None:
    """Return the law of a ring's shares, and the chance that a node has so many times what is wanted."""
    blocks, partitioner = getattr(placed.placement, "blocks", None), placed.partitioner
    if not blocks or partitioner is None or not partitioner.spec.can(Capability.INTERVALS):
        return None
    from scipy import special

    doubled = 2 if getattr(placed.placement, "nearest", False) else 1  # half of each neighbouring gap
    wanted = placed.wanted.wanted
    points = {name: doubled * count for name, count in blocks.values() if count and wanted.get(name)}
    total = sum(points.values())
    if len(points) < 2 or min(points.values()) < 1:
        return None
    none_busier, squares = 1.0, 0.0
    for name, count in points.items():
        share, want = count / total, float(wanted[name])
        squares += share * (1 - share) / (total + 1) / want**2
        none_busier *= float(special.betainc(count, total - count, min(busiest * want, 1.0)))
    return SpreadLaw((squares / len(points)) ** 0.5, 1 - none_busier)
