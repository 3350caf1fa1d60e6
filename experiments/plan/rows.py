"""A plan as objects for JSON and rows for CSV; exact fractions as counts of hashes beside their space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from experiments.plan.events import words_of
from experiments.plan.laws import movement_law
from experiments.plan.movement import Movement
from experiments.plan.planned import Change, PlacedPool
from experiments.plan.pool import PoolNode, Remark
from experiments.plan.show import Loads, shown, told

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


def pool_object(placed: PlacedPool, remarks: Sequence[Remark], loads: Loads | None = None) -> dict[str, Any]:
    """Return one pool."""
    pool, shares, wanted = placed.pool, placed.shares, placed.wanted.wanted
    space = placed.structure.space if placed.structure is not None else shares.draws
    points = getattr(placed.placement, "points", None) or {}
    made: dict[str, Any] = {
        "pool": pool.name,
        "system": pool.system,
        "method": pool.method,
        "hash": pool.hash,
        "version": pool.version,
        "file": pool.file,
        "line": pool.line,
        "shares": shares.method,
        "space": space,
        "nodes": [
            {
                **node_object(node),
                "wanted": decimal(wanted[node.name]),
                **_share(shares.shares.get(node.name, Fraction(0)), space, shares.method),
                **({"points": points[node.name]} if node.name in points else {}),
            }
            for node in pool.nodes
        ],
        "warnings": [asdict(remark) for remark in remarks],
    }
    if loads is not None:
        made["keys"] = {"count": loads.keys, "distinct": loads.distinct, "nodes": dict(loads.of_nodes)}
    return made


def _share(share: Fraction, space: int, method: str) -> dict[str, Any]:
    """Return a share, and how many hashes of the space, or of those drawn, it is."""
    return {} if method == "unknown" else {"share": decimal(share), "hashes": int(share * space)}


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
    law = movement_law(change)
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
        **({"law": decimal(law.moved)} if law is not None else {}),
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
            "moves": [{"key": shown(key), "from": told(a), "to": told(b)} for key, a, b in change.moves],
        }
    return made


def pool_rows(made: Mapping[str, Any]) -> list[list[str]]:
    """Return the rows of one pool, a header first."""
    rows = [["pool", "node", "weight", "wanted", "share", "method"]]
    for node in made["nodes"]:
        share = node.get("share", "")
        cells = (made["pool"], node["name"], node["weight"], node["wanted"], share, made["shares"])
        rows.append([str(cell) for cell in cells])
    return rows


def change_rows(made: Mapping[str, Any]) -> list[list[str]]:
    """Return the rows of one change, a header first: each flow."""
    rows = [["pool", "from", "to", "fraction", "method"]]
    for flow in made["flows"]:
        cells = (made["pool"], flow["from"], flow["to"], flow["fraction"], made["movement"]["method"])
        rows.append([str(cell) for cell in cells])
    return rows
