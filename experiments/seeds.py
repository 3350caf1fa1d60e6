"""Seeds from named axes: what a repetition draws depends on what it is, and on nothing else.

The axes are the workload and the repetition, never the algorithm: all algorithms see the same keys and
the same hash seeds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from algorithms import Node
    from experiments.clusters import Cluster

__all__ = ["Repetition", "derive", "repetition_of"]

NODE_BYTES = 400
"""About what a node takes whose name has a prefix: the name, the node, and its entries in two dicts."""


def derive(seed: int, *axes: str | int) -> int:
    """Return the 64-bit seed that belongs to some axes.

    Each axis is encoded with its type and its length, so ``("a", "bc")`` and ``("ab", "c")``, or ``1`` and
    ``"1"``, are different axes.

    Examples
    --------
    >>> derive(0, "keys", "uniform", 3) == derive(0, "keys", "uniform", 3)
    True
    >>> derive(0, "a", "bc") == derive(0, "ab", "c"), derive(0, 1) == derive(0, "1")
    (False, False)
    """
    digest = hashlib.blake2b(digest_size=8)
    for axis in (seed, *axes):
        written = str(axis).encode("utf-8", "surrogatepass")
        kind = b"s" if isinstance(axis, str) else b"i"
        digest.update(kind + len(written).to_bytes(8, "little") + written)
    return int.from_bytes(digest.digest(), "little")


@dataclass(frozen=True)
class Repetition:
    """What one repetition draws with.

    Parameters
    ----------
    number
        Which repetition, from 0.
    keys
        The seed of the keys, 64 bits: for the chunks of a workload. It depends on the workload too.
    hash
        The seed of the hash function, of as many bits as it takes. It does not depend on the
        workload: all workloads meet the same rings.
    prefix
        What node names begin with in this repetition: empty where the hash function takes a seed.
    cluster
        The nodes of a file; None where there are just so many.
    """

    number: int
    keys: int
    hash: int
    prefix: str
    cluster: Cluster | None = None

    def nodes(self, count: int) -> int | Sequence[str | Node]:
        """Return `count` nodes as partitioners take them: the number, or names with this prefix.

        Examples
        --------
        >>> Repetition(0, 1, 2, "").nodes(3), Repetition(0, 1, 0, "ab-").nodes(2)
        (3, ['ab-node-0', 'ab-node-1'])
        """
        if self.cluster is not None:
            return self.cluster.prefixed(self.prefix)
        if not self.prefix:
            return count
        from algorithms.interface.memory import must_fit

        must_fit(count, NODE_BYTES, "spelled names of nodes")
        return [self.node(index) for index in range(count)]

    def node(self, index: int) -> str:
        """Return the name of node `index` in this repetition; of a cluster, one that its file has not.

        Examples
        --------
        >>> Repetition(0, 1, 2, "").node(16)
        'node-16'
        """
        return f"{self.prefix}{'node' if self.cluster is None else self.cluster.newcomer}-{index}"


def repetition_of(
    seed: int, workload: str, number: int, *, seed_bits: int, cluster: Cluster | None = None
) -> Repetition:
    """Return what one repetition draws with.

    Examples
    --------
    >>> a, b = (repetition_of(0, name, 1, seed_bits=32) for name in ("uniform", "names"))
    >>> a.hash == b.hash < 2**32, a.keys == b.keys, a.prefix
    (True, False, '')
    >>> unseeded = repetition_of(0, "uniform", 1, seed_bits=0)
    >>> unseeded.hash, len(unseeded.prefix)
    (0, 9)
    """
    drawn = derive(seed, "hash", number)
    as_named = seed_bits or (cluster is not None and number == 0)
    prefix = "" if as_named else f"{derive(seed, 'nodes', number) >> 32:08x}-"
    keys = derive(seed, "keys", workload, number)
    return Repetition(number, keys, drawn & ((1 << seed_bits) - 1), prefix, cluster)
