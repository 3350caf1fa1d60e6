"""Steps of lookups are counted by the kernels that place keys: same buckets, and counts known by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from numpy.typing import NDArray

from algorithms import (
    BrokenAlgorithm,
    Capability,
    MissingCapability,
    Partitioner,
    Spec,
    create,
    names,
    register,
)
from algorithms.interface import Buckets, Hashes, Nodes, Step
from algorithms.machinery.kernel import plain_kernels
from algorithms.machinery.mixing import mix_int
from algorithms.machinery.steps import LINKS, PROBES, STEPS, WORDS
from algorithms.registry import class_of, spec_of, unregister
from experiments.storage.specs import plain, spec_from
from tests.oracles import jump, words

HASHES = np.random.PCG64(2024).random_raw(3000)
COUNTING = [name for name in names() if spec_of(name).steps]


def high(bits: int) -> NDArray[np.uint64]:
    """Return the hashes in a space of so many bits."""
    return HASHES >> np.uint64(64 - bits)


@pytest.mark.parametrize("name", COUNTING)
@pytest.mark.parametrize("n", [1, 2, 3, 17, 100])
def test_hashes_whose_steps_are_counted_are_placed_as_batches_place_them(name: str, n: int) -> None:
    p = create(name, n)
    hashes = high(p.hash_bits)
    buckets, steps = p.count_steps(hashes)
    assert (buckets == p.assign(hashes)).all()
    assert steps.shape == (len(hashes), len(STEPS))
    assert steps.min() >= 0
    if n > 2:
        named = {step for at, step in enumerate(STEPS) if steps[:, at].any()}
        assert named | {"links"} == set(p.spec.steps) | {"links"}


@pytest.mark.parametrize("name", [name for name in COUNTING if spec_of(name).can(Capability.REMOVES_ANY)])
def test_after_removals_too_and_with_other_parameters_of_the_nodes(name: str) -> None:
    p = create(name, 40)
    for bucket in (39, 0, 7, 38, 22, 21):
        p.remove_node(f"node-{bucket}")
    if spec_of(name).can(Capability.WEIGHTED):
        p.change(weights={"node-3": 2.0, "node-5": 0.5 if spec_of(name).whole_weights is None else 3.0})
    hashes = high(p.hash_bits)
    buckets, _ = p.count_steps(hashes)
    assert (buckets == p.assign(hashes)).all()
    assert p.numbered >= max(p.nodes) + 1 or name == "weighted_dx"


@pytest.mark.parametrize("name", COUNTING)
def test_plain_python_counts_as_many_steps(name: str) -> None:
    p = create(name, 9)
    few = high(p.hash_bits)[:40]
    if spec_of(name).can(Capability.REMOVES_ANY):
        p.change(remove=["node-2", "node-6"])
    compiled = p.count_steps(few)
    with plain_kernels():
        buckets, steps = p.count_steps(few)
    assert (buckets == compiled[0]).all()
    assert (steps == compiled[1]).all()


def test_words_of_jump_are_those_of_the_papers_loop() -> None:
    def loop(h: int, n: int) -> int:
        words = b = j = 0
        while j < n:
            b, words = j, words + 1
            h = (h * 2862933555777941757 + 1) % 2**64
            j = int((b + 1) * (2.0**31 / ((h >> 33) + 1)))
        assert b == jump.jump_consistent_hash(first, n)
        return words

    steps = create("jump", 57).count_steps(HASHES)[1]
    for first, counted in zip(HASHES[:500].tolist(), steps[:500, WORDS].tolist(), strict=True):
        assert counted == loop(first, 57)


def test_one_node_of_each_history_by_hand() -> None:
    """Of 2 buckets, bucket 0 went: half of the keys are drawn again among 1, and find who stands in there."""
    for name, link in (("anchor", 1), ("jumpback_anchor", 1), ("memento", 1)):
        p = create(name, 2, **({"capacity": 2} if name == "anchor" else {}))
        p.remove_node("node-0")
        buckets, steps = p.count_steps(HASHES)
        assert set(buckets.tolist()) == {1}
        again = steps[:, LINKS] == link
        assert steps[~again][:, LINKS].max() == 0
        assert abs(again.mean() - 0.5) < 0.05
        first = create("jump", 2).count_steps(HASHES)[1][:, WORDS] if name == "memento" else 1
        assert (steps[:, WORDS] == first + again).all()


@pytest.mark.parametrize("name", ["anchor", "memento"])
def test_draws_and_links_are_those_of_the_walk_in_plain_python(name: str) -> None:
    """The walk is written down once more, over dicts and lists, and counts what it does."""
    size, order = 30, [4, 29, 0, 17, 11, 28, 3, 9, 20, 1, 13]
    p = create(name, size, **({"capacity": size} if name == "anchor" else {}))
    for bucket in order:
        p.remove_node(f"node-{bucket}")
    stayed = {bucket: size - 1 - at for at, bucket in enumerate(order)}
    live, stand_in = list(range(size)), {}
    for bucket in order:
        last = live.pop()
        if bucket == last:
            stand_in[bucket] = bucket
        else:
            live[live.index(bucket)] = last
            stand_in[bucket] = last
    _, steps = p.count_steps(HASHES[:400])
    for h, counted in zip(HASHES[:400].tolist(), steps.tolist(), strict=True):
        drawn, links = 1, 0
        if name == "anchor":
            word = words.absolute(words.derive(h, 0xDEADBEEF))
            b = word % size
            while b in stayed:
                n, drawn = stayed[b], drawn + 1
                word = words.absolute(words.derive2(word, b, 0xDEADBEEF))
                b = word % n
                while stayed.get(b, 0) >= n:
                    b, links = stand_in[b], links + 1
        else:
            b = jump.jump_consistent_hash(h, size)
            drawn = 0
            while b in stayed:
                n, drawn = stayed[b], drawn + 1
                b = words.absolute(words.derive(h, b)) % n
                while stayed.get(b, 0) >= n:
                    b, links = stayed[b], links + 1
            drawn += int(create("jump", size).count_steps(np.array([h], np.uint64))[1][0, WORDS])
        assert counted == [drawn, links, 0]


def test_slots_of_dx_are_counted_one_by_one() -> None:
    p = create("dx", 3, capacity=8)
    p.remove_node("node-1")
    _, steps = p.count_steps(HASHES[:300])
    gamma = 0x9E3779B97F4A7C15
    for h, counted in zip(HASHES[:300].tolist(), steps[:, PROBES].tolist(), strict=True):
        probes = next(t for t in range(1, 1000) if mix_int((h + t * gamma) % 2**64) * 8 >> 64 in (0, 2))
        assert counted == probes


def test_who_names_no_steps_is_told() -> None:
    with pytest.raises(MissingCapability, match="modulo counts no steps"):
        create("modulo", 3).count_steps(HASHES)


def test_unknown_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="'hops' are no steps: choose of words, links, probes"):
        Spec(name="x", title="X", summary="", capabilities=frozenset(), steps={"hops": Step()})


@pytest.mark.parametrize("name", names())
def test_what_is_known_of_steps_is_stored_with_a_run(name: str) -> None:
    assert spec_from(json.loads(json.dumps(plain(spec_of(name))))) == spec_of(name)


@contextmanager
def registered(spec: Spec) -> Iterator[type[Partitioner[int]]]:
    @register(spec)
    class Silent(Partitioner[int]):
        def _build(self, nodes: Nodes) -> int:
            return len(nodes)

        def _place(self, structure: int, hashes: Hashes, out: Buckets) -> None:
            out[:] = 0

    try:
        yield Silent
    finally:
        unregister(spec.name)


def test_steps_that_are_named_must_be_counted() -> None:
    capabilities = frozenset({Capability.REMOVES_ANY})
    spec = Spec(name="silent", title="S", summary="", capabilities=capabilities, steps={"words": Step()})
    with registered(spec) as cls, pytest.raises(BrokenAlgorithm, match="write _place_counting"):
        cls(2).count_steps(HASHES)


def test_orders_that_cost_the_most_leave_a_node() -> None:
    for name in names():
        for n in (1, 2, 3, 9):
            order = class_of(name).adverse_removals(n)
            assert len(set(order)) == len(order) < n or not order
            assert set(order) <= set(range(n))
