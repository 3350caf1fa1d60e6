"""Wrong answers: the hash is not all that decides."""

from __future__ import annotations

from typing import Any

import numpy as np

from algorithms.interface.nodes import Nodes
from broken import caught_by
from broken.remainder import Live, Remainder


@caught_by("total_and_in_range")
class BucketThatIsNotThere(Remainder):
    """Numbers the nodes from 1."""

    def _place(self, structure: Live, hashes: Any, out: Any) -> None:
        out[:] = hashes % np.uint64(len(structure)) + np.uint64(1)


@caught_by("sizes_around_powers_of_two")
class EightBits(Remainder):
    """Keeps buckets in a signed byte."""

    def _place(self, structure: Live, hashes: Any, out: Any) -> None:
        super()._place(structure, hashes, out)
        out[:] = out.astype(np.int8)


@caught_by("deterministic")
class TakesTurns(Remainder):
    """Depends on how many calls came before."""

    _calls = 0

    def _place(self, structure: Live, hashes: Any, out: Any) -> None:
        super()._place(structure, hashes + np.uint64(self._calls), out)
        self._calls += 1


@caught_by("deterministic")
class NoTwins(Remainder):
    """Depends on how many partitioners were made before."""

    _made = 0

    def _build(self, nodes: Nodes) -> Live:
        type(self)._made += 1
        return np.roll(nodes.buckets(), self._made)


@caught_by("rebuilt_by_copy_pickle_and_repr")
class ReprForgetsTheOrder(Remainder):
    """Shows its nodes by name, not in the order of their buckets."""

    def __repr__(self) -> str:
        space = f"hash={self.hash!r}, hash_bits={self.hash_bits}"
        return f"{type(self).__name__}({sorted(self.nodes.names())!r}, {space})"


@caught_by("copies_are_apart")
class CopyIsItself(Remainder):
    """Returns itself as its copy."""

    def copy(self) -> CopyIsItself:
        return self


@caught_by("batch_equals_single")
class OneIsSpecial(Remainder):
    """Has a short cut for one hash, which is wrong."""

    def _place(self, structure: Live, hashes: Any, out: Any) -> None:
        super()._place(structure, hashes if len(hashes) != 1 else hashes + np.uint64(1), out)


@caught_by("order_of_keys_does_not_matter")
class RowCounts(Remainder):
    """Lets the row of a hash decide."""

    def _place(self, structure: Live, hashes: Any, out: Any) -> None:
        super()._place(structure, hashes + np.arange(len(hashes), dtype=np.uint64), out)


@caught_by("order_of_keys_does_not_matter")
class SortsFirst(Remainder):
    """Sorts the hashes and forgets to put the answers back."""

    def _place(self, structure: Live, hashes: Any, out: Any) -> None:
        super()._place(structure, np.sort(hashes), out)


@caught_by("one_key_as_a_column")
class LookupBySomethingElse(Remainder):
    """Hashes a single key in another way."""

    def lookup(self, key: Any) -> str:
        hashes = np.array([self._hash_function.key(key) // 2 % (1 << self.hash_bits)], dtype=np.uint64)
        return self.nodes[int(self.assign(hashes)[0])].name


@caught_by("same_by_name_or_by_node")
class CountedAreOther(Remainder):
    """Places counted nodes in the reverse order."""

    def _build(self, nodes: Nodes) -> Live:
        return nodes.buckets() if list(nodes.spelled()) else nodes.buckets()[::-1].copy()
