"""Wrong answers: the hash is not all that decides, or a bucket is lost."""

# ruff: noqa: D401 - a defect's first line is what a class that has it does

from __future__ import annotations

from typing import Any

import numpy as np

from algorithms import Capability
from algorithms.hashing import Hashes
from algorithms.interface import Buckets, Nodes, State
from experiments.mutants.defects.defect import Base, altered, chosen, defect, rare, scrambled


@defect()
def one_too_far(base: Base) -> Base:
    """Gives the last hash of the space to the bucket after the last one."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        out[hashes == np.uint64((1 << p.hash_bits) - 1)] = state.nodes.top

    return altered(base, alter)


@defect()
def eight_bits(base: Base) -> Base:
    """Keeps buckets in a signed byte."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        out[:] = out.astype(np.int8)

    return altered(base, alter)


@defect(Capability.UNIFORM)
def loses_a_bucket(base: Base) -> Base:
    """Never gives a key to the last of its nodes, but to the first."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        live = state.nodes.buckets()
        out[out == live[-1]] = live[0]

    return altered(base, alter)


@defect(Capability.UNIFORM)
def bias_of_2_percent(base: Base) -> Base:
    """Gives the first bucket one hash in 64 that is another's."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        out[scrambled(hashes) % np.uint64(64) == 0] = state.nodes.buckets()[0]

    return altered(base, alter)


@defect(Capability.UNIFORM)
def bias_of_a_thousandth(base: Base) -> Base:
    """Gives the first bucket one hash in 1024 that is another's."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        out[scrambled(hashes) % np.uint64(1024) == 0] = state.nodes.buckets()[0]

    return altered(base, alter)


@defect()
def takes_turns(base: Base) -> Base:
    """Depends on how many calls came before, for one hash in 128."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        p._calls = getattr(p, "_calls", 0) + 1
        some = rare(hashes)
        out[some] = chosen(state.nodes.buckets(), scrambled(hashes[some]) + np.uint64(p._calls))

    return altered(base, alter)


@defect()
def no_twins(base: Base) -> Base:
    """Depends on whether an even number of partitioners was built before."""

    class NoTwins(altered(base, _turned)):  # type: ignore[misc]  # a class that is made
        _turned = False

        def _build(self, nodes: Nodes) -> Any:
            type(self)._turned = not type(self)._turned
            self._by = int(type(self)._turned)
            return super()._build(nodes)

    return NoTwins


def _turned(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
    live = state.nodes.buckets()
    out[:] = live[(np.searchsorted(live, out) + p._by) % len(live)]


@defect()
def one_is_special(base: Base) -> Base:
    """Has a short cut for a batch of one hash, which takes the hash beside it."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        if len(hashes) == 1:
            p._place(state.structure, hashes ^ np.uint64(1), out)

    return altered(base, alter)


@defect()
def row_counts(base: Base) -> Base:
    """Lets the row decide in every eighth row of a batch."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        rows = np.arange(7, len(hashes), 8)
        out[rows] = chosen(state.nodes.buckets(), rows.astype(np.uint64))

    return altered(base, alter)


@defect()
def last_of_a_block(base: Base) -> Base:
    """Forgets the last hash of a batch of an odd size, which has the bucket of the first."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        if len(out) % 2:
            out[-1] = out[0]

    return altered(base, alter)


@defect()
def sorts_first(base: Base) -> Base:
    """Sorts the hashes and forgets to put the answers back."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        out[:] = out[np.argsort(hashes, kind="stable")]

    return altered(base, alter)


@defect()
def half_of_the_hash(base: Base) -> Base:
    """Reads 32 bits of a hash of more."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        p._place(state.structure, hashes & np.uint64(0xFFFFFFFF), out)

    return altered(base, alter)


@defect(Capability.INTERVALS)
def boundary_a_hash_late(base: Base) -> Base:
    """Serves each arc one hash late: < where <= should be."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        p._place(state.structure, hashes - (hashes > 0), out)

    return altered(base, alter)


@defect(Capability.INTERVALS)
def wrap_forgotten(base: Base) -> Base:
    """Gives the first arc, which belongs to who has the last hashes or the next ones, to the arc after it."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        arcs = p._arcs(state.structure, state.nodes)
        out[hashes <= arcs.last[0]] = arcs.bucket[1 % len(arcs)]

    return altered(base, alter)


@defect()
def lookup_of_another_hash(base: Base) -> Base:
    """Hashes a single key in another way."""

    class LookupOfAnotherHash(base):  # type: ignore[valid-type, misc]
        def lookup(self, key: Any) -> str:
            hashes = np.array(
                [self._hash_function.key(key, self._hash_seed) // 2 % (1 << self.hash_bits)], dtype=np.uint64
            )
            return str(self.nodes[int(self.assign(hashes)[0])].name)

    return LookupOfAnotherHash


@defect()
def counted_are_other(base: Base) -> Base:
    """Places counted nodes in the reverse order."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        if not list(state.nodes.spelled()):
            live = state.nodes.buckets()
            out[:] = live[::-1][np.searchsorted(live, out)]

    return altered(base, alter)


@defect(Capability.ORDERED)
def descends(base: Base) -> Base:
    """Gives the lowest hashes to the last node."""

    def alter(p: Any, state: State[Any], hashes: Hashes, out: Buckets) -> None:
        live = state.nodes.buckets()
        out[:] = live[::-1][np.searchsorted(live, out)]

    return altered(base, alter)
