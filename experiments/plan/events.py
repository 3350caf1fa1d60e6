"""What happened between two pools, in words."""

from __future__ import annotations

from collections.abc import Iterator

from experiments.plan.planned import Change
from experiments.plan.pool import Pool

__all__ = ["words_of"]

MOST = 4
MOST_SIGNS = 60


def words_of(change: Change) -> str:
    """Return the event in words: ``s3 deleted``, ``weight of b 1 -> 2``, ``order changed``."""
    before, after = change.before.pool, change.after.pool
    old = {change.renamed(node.name): node for node in before.nodes}
    new = {node.name: node for node in after.nodes}
    words = [] if before.system == after.system else [f"{before.system} -> {after.system}"]
    words += [_listed([name for name in old if name not in new], "deleted")]
    words.append(_listed([name for name in new if name not in old], "added"))
    both = [name for name in old if name in new]
    words.append(_listed([name for name in both if new[name].down and not old[name].down], "marked down"))
    words.append(_listed([name for name in both if old[name].down and not new[name].down], "up again"))
    alike = before.system == after.system
    for field in ("weight", "id", "address", "hash_key", "label") if alike else ():
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
    if alike:
        words += _options(before, after)
    renamed = [f"{a} is now {b}" for a, b in change.same.items() if a != b]
    return ", ".join(filter(None, [*words, *renamed])) or "nothing changed"


def _options(before: Pool, after: Pool) -> Iterator[str]:
    if before.directive != after.directive and before.directive and after.directive:
        yield f"{before.directive} -> {after.directive}"
    for name in sorted(set(before.options) | set(after.options)):
        a, b = before.options.get(name), after.options.get(name)
        if a == b or name in ("checks", "event", "note"):
            continue
        if isinstance(a or b, list) or len(f"{a}{b}") > MOST_SIGNS:
            yield f"other {name}"
        elif a is None or b is None:
            yield f"{name} {b} added" if a is None else f"{name} {a} deleted"
        else:
            yield f"{name} {a} -> {b}"


def _listed(names: list[str], what: str) -> str:
    if not names:
        return ""
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return f"{', '.join(names[:MOST])}{more} {what}"
