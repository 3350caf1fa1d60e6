"""What a lookup costs after removals, beside its laws, by simulation; and how the crate shares."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import numpy as np
import pytest
from oracles import anchor, choose, dx, memento, permutation
from oracles.jump import jump_consistent_hash
from recorded_engines import engine_of

from algorithms import Capability, create, spec_of
from experiments import theory
from experiments.conformance import subjects
from experiments.harness.selection import resolve
from experiments.storage.specs import plain, spec_from


def work_of(name: str, n: int, order: list[int], keys: int, seed: int) -> Any:
    """Return draws after the first and links followed, by key, after removals from n buckets."""
    engine = engine_of(name, {"n": str(n), "capacity": str(n), "ops": " ".join(f"-{b}" for b in order)})
    counts = []
    for h in np.random.PCG64(seed).random_raw(keys).tolist():
        draws = links = 0
        if name == "memento":
            b = jump_consistent_hash(h, n)
            while b in engine.table:
                live, draws = engine.table[b][0], draws + 1
                b = memento.absolute(memento.derive(h, b)) % live
                while b in engine.table and engine.table[b][0] >= live:
                    b, links = engine.table[b][0], links + 1
        else:
            word = anchor.absolute(anchor.derive(h, 0xDEADBEEF))
            b = word % n
            while engine.A[b]:
                live, draws = engine.A[b], draws + 1
                word = anchor.absolute(anchor.derive2(word, b, 0xDEADBEEF))
                b = word % live
                while engine.A[b] >= live:
                    b, links = engine.K[b], links + 1
        counts.append((draws, links))
    return np.array(counts, dtype=np.float64)


@pytest.mark.parametrize(("size", "live"), [(200, 100), (200, 20), (1000, 10)])
@pytest.mark.parametrize("name", ["anchor", "memento"])
def test_work_after_random_removals_follows_its_law(name: str, size: int, live: int) -> None:
    """The unit of replication is the order of removals: keys of one order share its links."""
    means = []
    for seed in range(12):
        order = np.random.Generator(np.random.PCG64(100 + seed)).permutation(size)[live:].tolist()
        means.append(work_of(name, size, order, 250, seed).mean(axis=0))
    draws, links = np.array(means).T
    law = theory.anchor_links if name == "anchor" else theory.memento_links
    for seen, expected in ((draws, float(theory.anchor_draws(size, live)) - 1), (links, law(size, live))):
        error = seen.std(ddof=1) / math.sqrt(len(seen))
        assert abs(seen.mean() - expected) < 5 * error, (seen.mean(), expected)


def test_links_after_adverse_removals() -> None:
    """Bucket 0 goes first, then from the top down: the links of anchor grow from 10 to 106."""
    size, live = 1000, 10
    order = [0, *range(size - 1, live, -1)]
    adverse = work_of("anchor", size, order, 400, 5)[:, 1].mean()
    assert 95 < adverse < 120
    ascending = work_of("memento", size, list(range(size - live)), 400, 5)[:, 1].mean()
    assert ascending < 10 < theory.memento_links(size, live)


def test_anchors_lead_through_every_bucket_in_the_worst_order() -> None:
    """Of n buckets whose first one goes before those from the last down, a chain has O(n) links."""
    n = 300
    p = create("jumpback_anchor", n)
    for bucket in [0, *range(n - 1, 1, -1)]:
        p.remove_node(f"node-{bucket}")
    assert list(p.nodes) == [1]
    _, stayed, stand_ins = p._state.structure
    longest = 0
    for start in range(n):
        bucket, links = start, 0
        while stayed[bucket] and links <= n:
            bucket, links = int(stand_ins[bucket]), links + 1
        longest = max(longest, links)
    assert n // 2 < longest <= n


@pytest.mark.parametrize(("size", "live"), [(64, 32), (64, 6), (200, 4)])
def test_candidates_of_a_permutation_follow_their_law(size: int, live: int) -> None:
    """Not 1 + H_a - H_n, as the README of the crate has it: the order is a uniform permutation."""
    for name, ranking in (("choose", choose.ranking), ("own", lambda h, n: permutation.ranking(h, n, "own"))):
        seen = []
        for h in np.random.PCG64(11).random_raw(250).tolist():
            chosen = np.random.Generator(np.random.PCG64(h % 1000)).permutation(size)[:live]
            present = set(chosen.tolist())
            seen.append(next(k for k, bucket in enumerate(ranking(h, size), 1) if bucket in present))
        expected = float(theory.candidates(size, live))
        error = np.std(seen, ddof=1) / math.sqrt(len(seen))
        assert abs(np.mean(seen) - expected) < 5 * error, name


@pytest.mark.parametrize(("size", "live", "count"), [(256, 10, 1), (256, 200, 3), (40, 10, 10)])
def test_draws_of_dx_follow_their_law(size: int, live: int, count: int) -> None:
    seen = []
    present = set(range(0, live))
    for h in np.random.PCG64(13).random_raw(400).tolist():
        taken: set[int] = set()
        draws = dx.drawn(h, size)
        seen.append(0)
        while len(taken) < count:
            taken |= {next(draws)} & present
            seen[-1] += 1
    error = np.std(seen, ddof=1) / math.sqrt(len(seen))
    assert abs(np.mean(seen) - float(theory.dx_draws(size, live, count))) < 5 * error


@pytest.mark.parametrize("n", [65, 129])
def test_rounds_of_the_crate_favour_the_last_bucket_and_ours_do_not(n: int) -> None:
    from scipy import stats

    hashes = np.random.PCG64(17).random_raw(1_000_000)
    own, crate = (
        int(np.count_nonzero(create("permutation", n, rounds=rounds).assign(hashes) == n - 1))
        for rounds in ("own", "crate")
    )
    assert stats.binomtest(own, len(hashes), 1 / n).pvalue > 1e-3
    assert stats.binomtest(crate, len(hashes), 1 / n).pvalue < 1e-9
    assert 1.04 < crate * n / len(hashes) < 1.13


def test_equal_shares_are_declared_of_our_rounds_alone() -> None:
    spec = spec_of("permutation")
    own, crate = spec.given({"rounds": "own"}), spec.given({"rounds": "crate"})
    assert own is spec
    assert own.capabilities - crate.capabilities == {Capability.UNIFORM}
    assert Capability.UNIFORM in crate.lacks
    assert (crate.movement_law, crate.balance_law) == ("", "")
    subject, candidate = subjects("permutation")[1], resolve(["permutation:rounds=crate"])[0]
    assert subject.spec == candidate.spec == crate
    assert resolve(["permutation:rounds=own"])[0].spec == spec
    assert spec_from(json.loads(json.dumps(plain(spec)))).given({"rounds": "crate"}) == crate
    with pytest.raises(ValueError, match="WEIGHTED cannot be lost by a parameter: it is not declared"):
        dataclasses.replace(spec, loses={"rounds": {"crate": {Capability.WEIGHTED: "never had"}}})
