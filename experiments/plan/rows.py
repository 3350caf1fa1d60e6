"""A plan as objects for JSON and rows for CSV; exact fractions as counts of hashes beside their space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from experiments.plan.events import words_of
from experiments.plan.movement import Movement
from experiments.plan.planned import Change, PlacedPool
from experiments.plan.pool import PoolNode, Remark
from experiments.plan.show import counted, shown

__all__ = ["change_object", "change_rows", "pool_object", "pool_rows"]

DIGITS = 20


def decimal(share: Fraction) -> str:
    """Return a fraction as a decimal string.

    Examples
    --------
    >>> decimal(Fraction(1, 3))
    '0.33333333333333333333'
    """
    quotient = Context(prec=DIGITS).divide(Decimal(share.numerator), Decimal(share.denominator))
    return format(quotient, "f")


def node_object(node: PoolNode) -> dict[str, Any]:
    """Return what a configuration says of a node."""
    return {name: value for name, value in asdict(node).items() if value not in (None, (), False)}


def pool_object(
    placed: PlacedPool, remarks: Sequence[Remark], keys: Sequence[bytes] | None
) -> dict[str, Any]:
    """Return one pool."""
    pool, shares, wanted = placed.pool, placed.shares, placed.wanted.wanted
    structure = placed.structure
    made: dict[str, Any] = {
        "pool": pool.name,
        "system": pool.system,
        "method": pool.method,
        "hash": pool.hash,
        "version": pool.version,
        "file": pool.file,
        "line": pool.line,
        "shares": shares.method,
        "space": structure.space if structure is not None else shares.draws,
        "nodes": [
            {
                **node_object(node),
                "wanted": decimal(wanted[node.name]),
                "share": decimal(shares.shares.get(node.name, Fraction(0))),
            }
            for node in pool.nodes
        ],
        "warnings": [asdict(remark) for remark in remarks],
    }
    if keys is not None:
        made["keys"] = {"count": len(keys), "distinct": len(set(keys)), "nodes": counted(placed, keys)}
    return made


def movement_object(movement: Movement) -> dict[str, Any]:
    """Return the measures of a movement."""
    return {
        "method": movement.method,
        "moved": decimal(movement.moved),
        "minimum": decimal(movement.minimum),
        "excess": decimal(movement.excess),
        "stray": decimal(movement.stray),
        "moved_hashes": movement.moved_count,
        "space": movement.total,
    }


def change_object(change: Change, remarks: Sequence[Remark]) -> dict[str, Any]:
    """Return one change."""
    movement = change.movement
    after = change.after.pool
    made: dict[str, Any] = {
        "pool": after.name,
        "system": after.system,
        "method": after.method,
        "version": after.version,
        "event": words_of(change),
        "nodes": [node_object(node) for node in after.nodes],
        "before": {name: decimal(share) for name, share in movement.shares_before.items()},
        "after": {name: decimal(share) for name, share in movement.shares_after.items()},
        "movement": movement_object(movement),
        "flows": [
            {
                "from": source,
                "to": target,
                "fraction": decimal(share),
                "hashes": movement.counts[source, target],
            }
            for (source, target), share in movement.flows.items()
        ],
        "warnings": [asdict(remark) for remark in remarks],
    }
    if change.keys is not None:
        made["keys"] = {
            **movement_object(change.of_keys),
            "distinct": len(set(change.keys)),
            "distinct_moved": len(change.moves),
            "moves": [{"key": shown(key), "from": a, "to": b} for key, a, b in change.moves],
        }
    return made


def pool_rows(made: Mapping[str, Any]) -> list[list[str]]:
    """Return the rows of one pool, a header first."""
    rows = [["pool", "node", "weight", "wanted", "share", "method"]]
    for node in made["nodes"]:
        cells = (made["pool"], node["name"], node["weight"], node["wanted"], node["share"], made["shares"])
        rows.append([str(cell) for cell in cells])
    return rows


def change_rows(made: Mapping[str, Any]) -> list[list[str]]:
    """Return the rows of one change, a header first: each flow."""
    rows = [["pool", "from", "to", "fraction", "method"]]
    for flow in made["flows"]:
        cells = (made["pool"], flow["from"], flow["to"], flow["fraction"], made["movement"]["method"])
        rows.append([str(cell) for cell in cells])
    return rows
