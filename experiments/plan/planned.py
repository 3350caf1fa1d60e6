"""The door in Python: `read` a configuration, ask pools ``which`` node has a key, and what moves ``to``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, cast

from experiments.options.errors import BadUse, did_you_mean
from experiments.plan.movement import NOBODY, Movement, Side, of_nodes
from experiments.plan.placement import Answer, Placed, Placement, details_of, placement_of
from experiments.plan.pool import Pool, PoolNode, counted
from experiments.plan.reading import contents
from experiments.plan.source import Refused
from experiments.plan.structure import Structure, hashing_of, joint_of, shares_of, structure_of

__all__ = ["Change", "Configuration", "PlacedPool", "Shares", "plan", "read"]

HASHES = 1_000_000
"""How many random hashes stand for all where these cannot be counted."""

KEYS = 100_000
"""How many random keys, where a hash alone does not say who has it."""

OWNERS = ("cassandra", "redis")
"""Systems where a node that is down has its keys still: replicas answer."""

Key = str | bytes


@dataclass(frozen=True)
class Shares:
    """The share of each node: ``exact``, ``sampled`` with so many draws, or ``unknown``.

    Of replicas they sum to the number of copies.
    """

    shares: Mapping[str, Fraction]
    method: str
    draws: int = 0
    copies: int = 1


@dataclass(frozen=True)
class PlacedPool:
    """A pool of a configuration, and who has its keys."""

    pool: Pool

    @property
    def name(self) -> str:
        """Of the upstream, backend or cluster."""
        return self.pool.name

    @property
    def system(self) -> str:
        """Whose rules."""
        return self.pool.system

    @property
    def nodes(self) -> tuple[PoolNode, ...]:
        """In the order of the configuration."""
        return self.pool.nodes

    @cached_property
    def placement(self) -> Placement:
        """What the system's own rules make of the pool."""
        return placement_of(self.pool)

    @property
    def partitioner(self) -> Any:
        """The member of `algorithms` that places hashes as this pool does; None where none does."""
        return self.placement.partitioner

    @cached_property
    def structure(self) -> Structure | None:
        """What can be counted exactly; None where nothing can."""
        return structure_of(self.pool, self.placement)

    def which(self, keys: Sequence[Key]) -> list[Answer]:
        """Return the node of each key: a name, several names where there are replicas, None if not hashed."""
        return list(self.placement.which(_all_bytes(keys)))

    def details(self, keys: Sequence[Key]) -> list[Mapping[str, object]]:
        """Return hash, and slot or point, of each key, where the system tells."""
        return details_of(self.placement, _all_bytes(keys))

    @cached_property
    def wanted(self) -> Side:
        """What each node is to have: its weight in the sum of those that are usable."""
        weights, owner = self.declared, self.system in OWNERS
        once = Side.of_weights(
            {node.name: weights[node.name] if node.usable or owner else 0 for node in self.nodes}
        )
        return Side({name: share * self.copies for name, share in once.wanted.items()})

    @property
    def declared(self) -> dict[str, int]:
        """What stands for the weight of each node: tokens, slots or parts where there are no weights."""
        if self.system == "cassandra":
            return {node.name: len(node.tokens) for node in self.nodes}
        if self.system == "redis":
            points = self.placement.points  # type: ignore[attr-defined]
            return {node.name: points.get(node.name, 0) for node in self.nodes}
        if self.system == "postgresql" and self.pool.options.get("parts"):
            parts = self.pool.options["parts"]
            largest = max(modulus for modulus, _ in parts)
            return {
                node.name: largest // modulus for node, (modulus, _) in zip(self.nodes, parts, strict=True)
            }
        ignores = self.system in ("kafka", "elasticsearch", "mongodb", "guava", "pymemcache")
        return {node.name: 1 if ignores else node.weight for node in self.nodes}

    @cached_property
    def shares(self) -> Shares:
        """The share of each node, exact where it can be; none where keys are placed by their values."""
        structure, nodes = self.structure, dict.fromkeys(self.wanted.wanted, Fraction(0))
        if structure is not None:
            return Shares(nodes | shares_of(structure), "exact", copies=self.copies)
        if getattr(self.placement, "values", False):
            return Shares({}, "unknown")
        counts = _sampled([self], 0)
        total = sum(counts.values())
        shares: dict[str, Fraction] = {}
        for (name,), count in counts.items():
            shares[str(name)] = Fraction(count, total)
        return Shares(nodes | shares, "sampled", total)

    @property
    def copies(self) -> int:
        """How many nodes have each key."""
        return int(getattr(self.placement, "copies", 1))

    def answers(self, keys: Sequence[bytes]) -> list[Placed]:
        """Return who has each key; a dash for one that is not hashed."""
        found = self.placement.which(keys)
        if None in found:
            return [NOBODY if answer is None else answer for answer in found]
        return cast("list[Placed]", found)

    def to(
        self,
        other: PlacedPool,
        *,
        same: Mapping[str, str] | None = None,
        keys: Sequence[Key] | None = None,
        seed: int = 0,
    ) -> Change:
        """Compare with what this pool becomes; ``same`` maps old names to new ones of the same node."""
        ids = {node.label: node.name for node in other.nodes if node.label}
        known = {node.name: ids[node.label] for node in self.nodes if node.label in ids}
        return Change(
            self,
            other,
            {**(known if self.system == "redis" else {}), **(same or {})},
            None if keys is None else tuple(_all_bytes(keys)),
            seed,
        )


@dataclass(frozen=True)
class Change:
    """What moves when one pool becomes another."""

    before: PlacedPool
    after: PlacedPool
    same: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[bytes, ...] | None = None
    seed: int = 0

    @property
    def moved(self) -> Fraction:
        """The fraction of all hashes whose node differs."""
        return self.movement.moved

    @property
    def minimum(self) -> Fraction:
        """The least that the loads before and after could move."""
        return self.movement.minimum

    @property
    def excess(self) -> Fraction:
        """What moves above the minimum."""
        return self.movement.excess

    @property
    def stray(self) -> Fraction:
        """Moves between nodes that the change is not about."""
        return self.movement.stray

    @property
    def flows(self) -> dict[tuple[str, str], Fraction]:
        """The fraction of each pair of nodes, those that stay too."""
        return self.movement.flows

    @property
    def method(self) -> str:
        """``exact`` or ``sampled``."""
        return self.movement.method

    @property
    def sides(self) -> tuple[Side, Side]:
        """What each node is to have before and after, renamed nodes by their new names."""
        wanted = {self.renamed(name): share for name, share in self.before.wanted.wanted.items()}
        return Side(wanted), self.after.wanted

    @cached_property
    def movement(self) -> Movement:
        """Of all hashes, exactly where both sides are arcs or tables of one hash; else of random ones."""
        before, after = self.before.structure, self.after.structure
        joint = joint_of(before, after) if before is not None and after is not None else None
        if joint is not None:
            return self._of(joint, "exact")
        if any(getattr(side.placement, "values", False) for side in (self.before, self.after)):
            if self.keys is None:
                raise BadUse(
                    f"{self.before.pool.file}: keys are placed by their values here, so what moves is a "
                    "question of yours; give --keys"
                )
            return self.of_keys
        return self._of(_sampled([self.before, self.after], self.seed), "sampled")

    @cached_property
    def of_keys(self) -> Movement:
        """Of the keys that were given, as often as each stands there."""
        before, after = self.answers
        return self._of(Counter(zip(before, after, strict=True)), "counted")

    @cached_property
    def moves(self) -> list[tuple[bytes, Placed, Placed]]:
        """The keys that move, each once, in their order: key, from, to."""
        moved = (
            (key, (source, target))
            for key, source, target in zip(self.keys or (), *self.answers, strict=True)
            if source != target
        )
        return [
            (key, source, target)
            for key, (source, target) in dict(moved).items()
            if isinstance(source, str) or isinstance(target, str) or set(source) != set(target)
        ]

    def renamed(self, name: str) -> str:
        """Return the name that a node has after the change."""
        return self.same.get(name, name)

    def _renamed(self, placed: Placed) -> Placed:
        if isinstance(placed, str):
            return self.renamed(placed)
        return tuple(map(self.renamed, placed))

    @cached_property
    def answers(self) -> tuple[list[Placed], list[Placed]]:
        """Who has each of the keys before, and after."""
        keys = self.keys or ()
        before = self.before.answers(keys)
        return list(map(self._renamed, before)) if self.same else before, self.after.answers(keys)

    def _of(self, counts: Mapping[Any, int], method: str) -> Movement:
        renamed: Counter[tuple[Placed, Placed]] = Counter()
        for (source, target), count in counts.items():
            renamed[source if method == "counted" else self._renamed(source), target] += count
        copies = max(self.before.copies, self.after.copies)
        return Movement(of_nodes(renamed), *self.sides, method, copies)


@dataclass(frozen=True)
class Configuration:
    """A file that was read: its pools that can be placed, and those that cannot."""

    path: str
    pools: tuple[PlacedPool, ...]
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()

    def pool(self, name: str | None = None) -> PlacedPool:
        """Return the pool of a name, or the only one."""
        if name is None:
            if len(self.pools) == 1:
                return self.pools[0]
            if not self.pools and self.refused:
                raise BadUse(str(self.refused[0]))
            if not self.pools:
                raise BadUse(f"{self.path}: nothing in it hashes")
            names = ", ".join(pool.name for pool in self.pools[:8])
            more = f" and {len(self.pools) - 8} more" if len(self.pools) > 8 else ""
            raise BadUse(f"{self.path} has {names}{more}; give --pool with one of them")
        for pool in self.pools:
            if pool.name == name:
                return pool
        for refused in self.refused:
            if refused.name == name:
                raise BadUse(str(refused))
        hint = did_you_mean(name, [pool.name for pool in self.pools])
        names = ", ".join(pool.name for pool in self.pools[:8]) or "none that hashes"
        raise BadUse(f"{self.path} has no pool {name!r}{hint}; it has {names}")


def read(path: str, *, system: str | None = None, settings: Mapping[str, str] | None = None) -> Configuration:
    """Read a configuration, and place its pools."""
    found = contents(str(path), system, settings)
    return Configuration(
        str(path), tuple(PlacedPool(counted(pool)) for pool in found.pools), found.refused, found.notes
    )


def plan(
    before: str,
    after: str,
    *,
    pool: str | None = None,
    same: Mapping[str, str] | None = None,
    keys: Sequence[Key] | None = None,
    **options: Any,
) -> Change:
    """Compare one pool of two configurations; `printed` makes of it what ``plan BEFORE AFTER`` prints."""
    old, new = read(before, **options).pool(pool), read(after, **options).pool(pool)
    return old.to(new, same=same, keys=keys)


def _all_bytes(keys: Sequence[Key]) -> Sequence[bytes]:
    if set(map(type, keys)) <= {bytes}:
        return cast("Sequence[bytes]", keys)
    return [key.encode() if isinstance(key, str) else key for key in keys]


def _sampled(pools: Sequence[PlacedPool], seed: int) -> Mapping[tuple[Placed, ...], int]:
    """Return how often each node, or nodes of several pools, had one of many random hashes or keys."""
    import numpy as np

    random = np.random.default_rng(np.random.SeedSequence([seed, 0x706C616E]))
    partitioners = [pool.partitioner for pool in pools]
    alike = (
        len({hashing_of(pool.pool, pool.placement) for pool in pools if pool.partitioner is not None}) == 1
    )
    if alike and None not in partitioners and all(map(_takes_hashes, pools)):
        bits = partitioners[0].hash_bits
        hashes = random.integers(0, (1 << bits) - 1, HASHES, dtype=np.uint64, endpoint=True)
        names = [each.nodes.names_of(each.assign(hashes)).tolist() for each in partitioners]
    else:
        keys = _random_keys(pools[0].pool, random.integers(0, 1 << 63, KEYS, dtype=np.int64).tolist())
        names = [pool.answers(keys) for pool in pools]
    return Counter(zip(*names, strict=True))


def _takes_hashes(pool: PlacedPool) -> bool:
    """Return whether all hashes of a partitioner's are as likely as keys make them."""
    partitioner, placement = pool.partitioner, pool.placement
    return not partitioner.by_text and pool.copies == 1 and getattr(placement, "space", None) is None


def _random_keys(pool: Pool, words: Sequence[int]) -> list[bytes]:
    """Return a key of the kind that a pool hashes for each word."""
    types = [str(kind) for kind in pool.options.get("types") or ()]
    if pool.method == "ip_hash" or str(pool.options.get("balance", "")).startswith("source"):
        return [b"%d.%d.%d.%d" % (w & 255, w >> 8 & 255, w >> 16 & 255, w >> 24 & 255) for w in words]
    if types:
        return [b"\t".join(_random_value(kind, word) for kind in types) for word in words]
    if pool.options.get("input") == "long" or pool.system == "mongodb":
        return [b"%d" % word for word in words]
    return [b"%016x" % word for word in words]


def _random_value(kind: str, word: int) -> bytes:
    sizes = {"smallint": 15, "int": 31, "integer": 31, "bigint": 63}
    if kind in sizes:
        return b"%d" % (word & ((1 << sizes[kind]) - 1))
    if kind == "uuid":
        return b"%08x-%04x-4000-8000-%012x" % (word >> 31, word & 0xFFFF, word & 0xFFFFFFFFFFFF)
    return b"%016x" % word
