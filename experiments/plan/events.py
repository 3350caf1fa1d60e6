"""What happened between two pools, in words."""

from __future__ import annotations

from experiments.plan.planned import Change

__all__ = ["words_of"]

MOST = 4


def words_of(change: Change) -> str:
    """Return the event in words: ``s3 deleted``, ``weight of b 1 -> 2``, ``order changed``."""
    before, after = change.before.pool, change.after.pool
    old = {change.renamed(node.name): node for node in before.nodes}
    new = {node.name: node for node in after.nodes}
    words = [_listed([name for name in old if name not in new], "deleted")]
    words.append(_listed([name for name in new if name not in old], "added"))
    both = [name for name in old if name in new]
    words.append(_listed([name for name in both if new[name].down and not old[name].down], "marked down"))
    words.append(_listed([name for name in both if old[name].down and not new[name].down], "up again"))
    for field in ("weight", "id", "address", "hash_key", "label"):
        changed = [name for name in both if getattr(old[name], field) != getattr(new[name], field)]
        each = [
            f"{field} of {name} {getattr(old[name], field)} -> {getattr(new[name], field)}"
            for name in changed
        ]
        if len(each) > MOST:
            each = [*each[:MOST], f"{field} of {len(each) - MOST} more"]
        words += each
    words.append(_listed([name for name in both if old[name].tokens != new[name].tokens], "has other tokens"))
    if both != [name for name in new if name in old]:
        words.append("order changed")
    if before.directive != after.directive and before.directive and after.directive:
        words.append(f"{before.directive} -> {after.directive}")
    for name in sorted(set(before.options) | set(after.options)):
        a, b = before.options.get(name), after.options.get(name)
        if a != b and name not in ("checks", "event", "note"):
            words.append(f"{name} {a} -> {b}" if len(f"{a}{b}") < 60 else f"other {name}")
    renamed = [f"{a} is now {b}" for a, b in change.same.items() if a != b]
    return ", ".join(filter(None, [*words, *renamed])) or "nothing changed"


def _listed(names: list[str], what: str) -> str:
    if not names:
        return ""
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return f"{', '.join(names[:MOST])}{more} {what}"
