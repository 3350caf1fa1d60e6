"""Memento: jump hash, and a memory of just those buckets that are gone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.interface import (
    Buckets,
    Capability,
    Cost,
    Hashes,
    PartitionerWithHistory,
    Publication,
    Spec,
    Step,
)
from algorithms.jumps.jump import jump_bucket, jump_kernel, jump_room
from algorithms.machinery.histories import History, Places
from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import absolute, derive
from algorithms.machinery.single import One, entry
from algorithms.machinery.steps import LINKS, WORDS, Steps, counted, tally
from algorithms.registry import register


class Replacements(NamedTuple):
    """A history with, by bucket, the one that replaced it: as many as stayed when it went, 0 where live."""

    history: History
    replacers: Places


@kernel
def remembered(h: np.uint64, size: int, replacers: Places, steps: Steps | None = None) -> np.int32:
    """Return the bucket of one hash: the paper's lookup."""
    return replaced(h, np.int32(jump_bucket(h, size, steps)), replacers, steps)


@kernel
def replaced(h: np.uint64, bucket: np.int32, replacers: Places, steps: Steps | None = None) -> np.int32:
    """Return the live bucket to which a draw of a hash leads."""
    above = np.int32(len(replacers) - 1)
    live = replacers[min(bucket, above)]
    while live:
        tally(steps, WORDS)
        bucket = np.int32(absolute(derive(h, np.uint64(bucket))) % np.uint64(live))
        replacer = replacers[min(bucket, above)]
        while replacer >= live:
            tally(steps, LINKS)
            bucket = replacer
            replacer = replacers[min(bucket, above)]
        live = replacer
    return bucket


@kernel
def replaced_kernel(
    hashes: Hashes, replacers: Places, out: Buckets, waiting: NDArray[np.int64], block: int
) -> None:
    """Follow each draw in ``out`` to a live bucket; ``waiting`` is room for a block of keys."""
    above = np.int32(len(replacers) - 1)
    for first in range(0, len(hashes), block):
        left = 0
        for i in range(first, min(first + block, len(hashes))):
            # written always and kept only where the bucket is gone, which costs less than a wrong guess
            waiting[left] = i
            left += 1 if replacers[min(out[i], above)] else 0
        while left:
            still = 0
            for t in range(left):
                i = waiting[t]
                bucket = out[i]
                live = replacers[bucket]
                bucket = np.int32(absolute(derive(hashes[i], np.uint64(bucket))) % np.uint64(live))
                replacer = replacers[min(bucket, above)]
                while replacer >= live:
                    bucket = replacer
                    replacer = replacers[min(bucket, above)]
                out[i] = bucket
                waiting[still] = i
                still += 1 if replacer else 0
            left = still


BLOCK = 256
"""Keys that are drawn again together."""


count_draws = counted(remembered)
one_draw = entry(remembered)


@register(
    Spec(
        name="memento",
        title="Memento",
        summary="jump hash; if the bucket is gone, a draw again among those who stayed when it went",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.UNIFORM,
                Capability.MINIMAL_MOVEMENT,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.WEIGHTED: "a node is only its number, so a weight other than 1 is refused",
            Capability.INTERVALS: "hashes are drawn one by one, so the arcs would be single hashes",
            Capability.REPLICAS: "a key has one path of draws, which ends at the first live bucket",
        },
        reference="Coluzzi et al., MementoHash: A stateful, minimal memory, best performing consistent hash "
        "algorithm, IEEE/ACM ToN 2024",
        year=2024,
        publications=(
            Publication(
                "memento",
                "article",
                "Coluzzi, Massimo and Brocco, Amos and Antonucci, Alessandro and Leidi, Tiziano",
                "MementoHash: A stateful, minimal memory, best performing consistent hash algorithm",
                2024,
                {"journal": "IEEE/ACM Transactions on Networking", "doi": "10.1109/TNET.2024.3393476"},
            ),
        ),
        lookup_cost=Cost("O(log n + a/n)", "where a counts the free buckets too"),
        resize_cost=Cost("O(a)"),
        memory_cost=Cost("O(a)", "none while no bucket is free"),
        by_default=False,
        movement_law="bound",
        balance_law="multinomial",
        steps={
            "words": Step("jumps and draws"),
            "links": Step(
                "links to replacements",
                published="squared logarithm",
                source="the paper's Proposition 18, as quoted in issue 4 of SUPSI's code",
            ),
        },
    )
)
class Memento(PartitionerWithHistory[Replacements]):
    """MementoHash (Coluzzi, Brocco, Antonucci & Leidi 2024).

    Jump hash among all buckets that are live or free. Only for a free bucket something is remembered: how
    many stayed when it went, which is also the number of the bucket that replaced it. A key that meets it is
    drawn again among as many, and a draw that meets a bucket gone before then follows the replacements.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.interface.Partitioner`.
    removed
        Free buckets, the one freed last at the end; the others count as freed before, the highest first.
    hash, hash_bits, seed
        As for :class:`~algorithms.interface.Partitioner`.

    Raises
    ------
    InvalidParameter
        For ``removed`` buckets that cannot be.

    Notes
    -----
    **Sources.** arXiv:2306.09783; IEEE/ACM Transactions on Networking 2024; the authors' Java code
    (``MementoEngine``) and slashdotted's in C++. The draws after jump are words of one family
    (``mixing.derive``) of the hash and the bucket that is gone. Jump is the paper's; the one of the Java code
    overflows on rare hashes.

    **Done otherwise.** The table of replacements is an array up to the highest free bucket instead of a hash
    table, 4 bytes a bucket, which a lookup reads in one step; there is none while nothing is free. An event
    makes it anew.

    **Costs.** assign H_a steps of jump and, after random removals, H_a - H_n draws and about
    a/n - 1 - ln(a/n) links, with a buckets live or free: all but jump's steps nearly come to a/n, and not to
    the logarithm's square that the paper states. An event O(a), the array; memory 4 bytes a bucket up to the
    highest free one.

    **Adverse case.** Random removal of nearly all: with 100 of 10,000 left a key follows 94 links, where
    anchor follows 10. Ascending removal is cheap, 1.8 links with a tenth left.

    Examples
    --------
    >>> p = Memento(["a", "b", "c", "d"])
    >>> p.change(remove=["b"])
    >>> p.change(remove=["d"])
    >>> p
    Memento({0: 'a', 2: 'c'}, removed=(3,))
    >>> p.add_node("e"), p.add_node("f"), p.add_node("g")
    (3, 1, 4)
    """

    def _remember(self, history: History, before: Replacements | None) -> Replacements:
        return Replacements(history, history.stayed())

    def _one(self, structure: Replacements) -> One:
        return one_draw.of(structure.history.size, structure.replacers)

    def _place(self, structure: Replacements, hashes: Hashes, out: Buckets) -> None:
        size = structure.history.size
        jump_kernel(hashes, size, out, *jump_room())
        if len(structure.history.freed):
            replaced_kernel(hashes, structure.replacers, out, np.empty(BLOCK, np.int64), BLOCK)

    def _place_counting(self, structure: Replacements, hashes: Hashes, out: Buckets, steps: Steps) -> None:
        count_draws(hashes, (structure.history.size, structure.replacers), out, steps)
