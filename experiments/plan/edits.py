"""An edit of a pool in place of a second file: what the program makes of exactly that edit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from experiments.options.errors import BadUse, did_you_mean
from experiments.plan.pool import COUNTED, Pool, PoolNode

__all__ = ["Edits"]

STATED = {"postgresql": "parts", "mongodb": "chunks"}


@dataclass(frozen=True)
class Edits:
    """What ``--add``, ``--remove``, ``--weight``, ``--down`` and ``--up`` say."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    weights: tuple[tuple[str, int], ...] = ()
    down: tuple[str, ...] = ()
    up: tuple[str, ...] = ()

    @classmethod
    def parsed(
        cls,
        add: Sequence[str],
        remove: Sequence[str],
        weight: Sequence[str],
        down: Sequence[str],
        up: Sequence[str],
    ) -> Edits:
        """Read the flags."""
        weights = []
        for each in _names(weight):
            name, sign, text = each.rpartition("=")
            if not sign or not (text.isascii() and text.isdigit()):
                raise BadUse(f"--weight: {each!r} is no NODE=WEIGHT with a whole number")
            weights.append((name, int(text)))
        return cls(_names(add), _names(remove), tuple(weights), _names(down), _names(up))

    def __bool__(self) -> bool:
        return bool(self.add or self.remove or self.weights or self.down or self.up)

    def concern(self, pool: Pool) -> bool:
        """Return whether all nodes that are named are there."""
        names = {node.name for node in pool.nodes}
        return all(name in names for name in self._by_name(pool).named)

    @property
    def named(self) -> tuple[str, ...]:
        """All nodes that must be there."""
        joining = {_added(text).name for text in self.add}
        weighted = tuple(name for name, _ in self.weights if name not in joining)
        return (*self.remove, *weighted, *self.down, *self.up)

    def of(self, pool: Pool) -> Pool:
        """Return the pool after the edit."""
        edits = self._by_name(pool)
        return edits._of(pool)

    def _by_name(self, pool: Pool) -> Edits:
        """Return the edits with the names of nodes that are given by their addresses."""
        names = {node.name for node in pool.nodes}
        addresses = Counter(node.address for node in pool.nodes)
        called = {
            node.address: node.name
            for node in pool.nodes
            if node.address and node.address not in names and addresses[node.address] == 1
        }

        def all_of(given: Sequence[str]) -> tuple[str, ...]:
            return tuple(called.get(name, name) for name in given)

        weights = tuple((called.get(name, name), weight) for name, weight in self.weights)
        return Edits(self.add, all_of(self.remove), weights, all_of(self.down), all_of(self.up))

    def _of(self, pool: Pool) -> Pool:
        names = [node.name for node in pool.nodes]
        for name in self.named:
            if name not in names:
                hint = did_you_mean(name, names)
                listed = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
                raise BadUse(f"{pool.name or pool.system} has no node {name!r}{hint}; it has {listed}")
        if pool.system in STATED and (self.add or self.remove or self.weights):
            stated = STATED[pool.system]
            raise BadUse(
                f"{pool.system}: which {stated} a node has after this edit is the operator's choice; "
                "give a second file"
            )
        nodes = list(pool.nodes)
        weights = dict(self.weights)
        for text in self.add:
            node = _added(text)
            if node.name in names:
                raise BadUse(f"--add: {node.name!r} is in {pool.name or pool.system} already")
            nodes.append(_in(pool, node))
        edited = []
        for node in nodes:
            if node.name in self.remove:
                continue
            if node.name in weights:
                node = replace(node, weight=weights[node.name])
            if node.name in self.down or node.name in self.up:
                node = replace(node, down=node.name in self.down)
            edited.append(node)
        if not any(node.usable for node in edited):
            raise BadUse(f"{pool.name or pool.system}: no node is left that can have keys")
        options = dict(pool.options)
        if pool.system in COUNTED:
            options[COUNTED[pool.system]] = len(edited)
        after = replace(pool, nodes=tuple(edited), options=options)
        if pool.system == "redis" and (self.add or self.remove or self.weights):
            return _rebalanced(pool, after)
        return after


def _rebalanced(before: Pool, after: Pool) -> Pool:
    """Return a cluster after ``redis-cli --cluster rebalance``, which moves nothing within 2 %."""
    from experiments.plan.systems.redis import rebalanced

    numbers = {node.name: number for number, node in enumerate(after.nodes)}
    weights = {node.name: float(node.weight) for node in after.nodes}
    full = after.with_nodes([node for node in after.nodes if node.weight])
    slots = [
        [first, last, numbers[name]]
        for first, last, name in rebalanced(before, full, {name: w for name, w in weights.items() if w})
        if name in numbers
    ]
    return replace(after, options={**after.options, "slots": slots})


def _names(typed: Sequence[str]) -> tuple[str, ...]:
    names = tuple(name for each in typed for name in each.split(",") if name)
    for name in names:
        if names.count(name) > 1:
            raise BadUse(f"{name!r} is given twice; give it once")
    return names


def _added(text: str) -> PoolNode:
    """Return the node that is typed: NAME, or NAME=ADDRESS."""
    name, _, address = text.partition("=")
    return PoolNode(name, address or None)


def _in(pool: Pool, node: PoolNode) -> PoolNode:
    """Return the node with what its system takes from the address."""
    if pool.system == "cassandra":
        raise BadUse("--add: a node of Cassandra brings its tokens; give a second file")
    if pool.system not in ("libmemcached", "twemproxy", "pymemcache"):
        return node
    address = node.address or node.name
    host, sign, port = address.rpartition(":")
    if not sign or not port.isdigit():
        host, port = address, "11211"
    label = node.name if node.address else None
    return replace(node, host=host, port=int(port), label=label if pool.system == "twemproxy" else None)
