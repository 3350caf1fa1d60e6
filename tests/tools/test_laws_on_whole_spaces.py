"""Movement by exact laws: on exact arcs, and on hash spaces that are looked through to the last hash."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algorithms import Arcs, Capability, Partitioner, create, having, names, spec_of
from experiments.conformance import checks, examine, subjects
from experiments.conformance.check import declares
from experiments.conformance.events import draw_event, draw_partitioner
from experiments.conformance.words import owners

SIZES = [(n, k) for n in range(1, 25) for k in range(1, 25) if n != k]


def following(law: str) -> list[str]:
    """Return the algorithms that name a law of movement."""
    return [name for name in names() if spec_of(name).movement_law == law]


def resized(p: Partitioner[Any], k: int) -> Partitioner[Any]:
    """Return it with k nodes: the last leave, or new ones join. Who removes none is built anew."""
    n = len(p.nodes)
    if k < n and not declares(p.spec, Capability.REMOVES_LAST):
        return create(p.spec.name, k, **p.parameters)
    after = p.copy()
    after.change(add=[f"node-{i}" for i in range(n, k)], remove=[f"node-{i}" for i in range(k, n)])
    return after


def moved(before: Arcs, after: Arcs) -> int:
    """Return how many hashes change their node between two sets of arcs, exactly."""
    cuts = np.union1d(before.start, after.start)
    ends = [*cuts[1:].tolist(), 1 << before.hash_bits]
    sides = []
    for arcs in (before, after):
        buckets = arcs.bucket[np.searchsorted(arcs.start, cuts, side="right") - 1]
        sides.append([arcs.nodes[bucket].name for bucket in buckets.tolist()])
    pieces = zip(cuts.tolist(), ends, *sides, strict=True)
    return sum(end - start for start, end, was, now in pieces if was != now)


def stays_in_range(n: int, k: int) -> Fraction:
    """Return the fraction that stays when n equal ranges become k, in the continuum."""
    a, b = min(n, k), max(n, k)
    q = -(-a // (b - a))
    return Fraction(q * (q + 1), 2 * b) - Fraction(q * (q - 1), 2 * a)


@pytest.mark.parametrize("name", following("modulo"))
def test_modulo_moves_all_but_one_in_the_least_common_multiple(name: str) -> None:
    """From n to k nodes 1 - min / lcm of the hashes move: exactly, over one period."""
    for n, k in SIZES:
        period = math.lcm(n, k)
        hashes = np.arange(period, dtype=np.uint64)
        p = create(name, n)
        before = owners(p, hashes)
        assert np.count_nonzero(before != owners(resized(p, k), hashes)) == period - min(n, k)


@pytest.mark.parametrize("name", following("modulo"))
@pytest.mark.parametrize("bits", [8, 10, 12])
def test_modulo_on_a_small_space_is_near_the_continuum(name: str, bits: int) -> None:
    hashes = np.arange(1 << bits, dtype=np.uint64)
    for n, k in [(2, 3), (16, 17), (7, 5), (20, 40)]:
        p = create(name, n, hash_bits=bits)
        before = owners(p, hashes)
        measured = Fraction(int(np.count_nonzero(before != owners(resized(p, k), hashes))), 1 << bits)
        assert abs(measured - (1 - Fraction(min(n, k), math.lcm(n, k)))) <= Fraction(n + k, 1 << bits)


@pytest.mark.parametrize("name", following("range"))
@pytest.mark.parametrize("bits", [9, 28, 64])
def test_range_moves_what_the_overlaps_leave(name: str, bits: int) -> None:
    """From n to k ranges, within (n + k) hashes of the continuum; from n to n + 1 one half."""
    # a program may count its ranges in chunks, each of an even number of hashes
    grain = 4 if spec_of(name).kind == "deployed" else 1
    for n, k in SIZES:
        p = create(name, n, hash_bits=bits)
        before = p.arcs()
        measured = Fraction(moved(before, resized(p, k).arcs()), 1 << bits)
        law = 1 - stays_in_range(n, k)
        assert abs(measured - law) <= Fraction(grain * (n + k), 1 << bits)
        if abs(n - k) == 1:
            assert law == Fraction(1, 2)


@pytest.mark.parametrize("name", following("range"))
def test_sixteen_ranges_to_seventeen_in_32_bits(name: str) -> None:
    """Half of 2^32, but for the rounding of boundaries."""
    p = create(name, 16, hash_bits=32)
    before = p.arcs()
    p.add_node("node-16")
    assert abs(moved(before, p.arcs()) - 2**31) <= 16 + 17


@pytest.mark.parametrize(
    "name", [name for name in following("bound") if spec_of(name).can(Capability.INTERVALS)]
)
@given(data=st.data())
def test_the_bound_is_met_exactly(name: str, data: st.DataObject) -> None:
    """Movement is the total variation distance of the shares before and after: no scheme moves less."""
    p = draw_partitioner(data, subjects(name)[0])
    before = p.arcs()
    event = draw_event(data, p) or {}
    p.change(**event)
    after = p.arcs()
    was = {before.nodes[bucket].name: share for bucket, share in before.shares().items()}
    now = {after.nodes[bucket].name: share for bucket, share in after.shares().items()}
    distance = sum(abs(was.get(node, 0) - now.get(node, 0)) for node in was.keys() | now.keys())
    assert 2 * moved(before, after) == distance


@pytest.mark.parametrize("name", having(Capability.INTERVALS, Capability.MINIMAL_MOVEMENT))
@given(data=st.data())
def test_a_new_node_takes_just_its_share(name: str, data: st.DataObject) -> None:
    """Exactly as many hashes move as the new node has; when it leaves again, exactly those move."""
    p = draw_partitioner(data, subjects(name)[0])
    before = p.arcs()
    bucket = p.add_node("the new one")
    after = p.arcs()
    assert moved(before, after) == after.shares()[bucket]
    p.remove_node("the new one")
    assert moved(after, p.arcs()) == after.shares()[bucket]


@pytest.mark.parametrize("name", following("consistent"))
@pytest.mark.parametrize("bits", [8, 10])
def test_consistent_algorithms_have_no_strays_on_a_whole_space(name: str, bits: int) -> None:
    hashes = np.arange(1 << bits, dtype=np.uint64)
    p = create(name, 1, hash_bits=bits)
    for n in range(1, 20):
        before = owners(p, hashes)
        p.add_node(f"node-{n}")
        after = owners(p, hashes)
        assert set(after[before != after]) <= {f"node-{n}"}


@pytest.mark.parametrize("name", following("random"))
def test_random_choice_keeps_a_node_only_by_luck(name: str) -> None:
    """A key stays with probability 1 / max(n, k): within five standard deviations, on a literal seed."""
    hashes = np.random.PCG64(7).random_raw(100_000)
    for n, k in [(2, 3), (16, 17), (10, 5)]:
        p = create(name, n)
        before = owners(p, hashes)
        stay, law = np.mean(before == owners(resized(p, k), hashes)), 1 / max(n, k)
        assert abs(stay - law) < 5 * math.sqrt(law * (1 - law) / len(hashes))


@pytest.mark.parametrize("name", [name for name in names() if spec_of(name).balance_law == "ring"])
def test_a_ring_is_refuted_as_uniform(name: str) -> None:
    """Shares spread by 1/sqrt(points), which neither the exact check nor the statistical one lets pass."""
    (ring,) = [subject for subject in subjects(name) if not subject.fixed]
    for made in checks():
        if made.promise is Capability.UNIFORM:
            assert examine(made, ring, examples=50).counterexample
