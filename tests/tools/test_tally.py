"""Counts of pieces are those of the whole, and what is placed together is what each places."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithms import create, registry
from algorithms.errors import InvalidHash, InvalidParameter
from algorithms.interface.together import Together
from experiments.harness.buffers import kept
from experiments.measures import EventShape, Flows, mark_moved
from experiments.measures import tally as tally_module
from experiments.workloads import CHUNK, parse


@pytest.mark.parametrize(
    ("cells", "few"), [(1 << 20, 1 << 12), (1 << 20, 0), (0, 0)], ids=["two", "one", "none"]
)
@settings(deadline=None)  # the first example compiles the kernel
@given(st.lists(st.integers(0, 50), max_size=5), st.integers(0, 2**32 - 1))
def test_pieces_are_counted_as_one(cells: int, few: int, sizes: list[int], seed: int) -> None:
    before = create("anchor", 5)
    before.remove_node("node-1")
    after = before.copy()
    after.change(add=["new"], remove=["node-3"])
    shape = EventShape.between(before.nodes, after.nodes)
    words = np.random.default_rng(seed).integers(0, 1 << 64, sum(sizes), dtype=np.uint64)
    columns = before.assign(words), after.assign(words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tally_module, "DENSE_CELLS", cells)
        patch.setattr(tally_module, "FEW_CELLS", few)
        tally, at = shape.tally(), 0
        for size in sizes:
            tally.add(*(column[at : at + size] for column in columns))
            at += size
        flows = Flows.counted(shape, tally)
    rows = shape.before[columns[0]], shape.after[columns[1]]
    pairs = sorted(zip(*(row.tolist() for row in rows), strict=True))
    assert list(zip(flows.source.tolist(), flows.target.tolist(), strict=True)) == sorted(set(pairs))
    assert flows.count.tolist() == [pairs.count(pair) for pair in sorted(set(pairs))]
    assert tally.moved == sum(a != b for a, b in pairs)
    moved = np.zeros(len(words), dtype=np.bool_)
    assert mark_moved(*columns, shape.before, shape.after, moved) == tally.moved
    assert moved.tolist() == (rows[0] != rows[1]).tolist()


def test_a_tally_of_more_rows_than_fit_is_merged_as_it_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.arange(2000)
    tally = tally_module.Tally(rows, rows[::-1].copy())
    rng = np.random.default_rng(5)
    pieces = rng.integers(0, 2000, (2, 3, 40_000)).astype(np.int32)
    for before, after in zip(*pieces, strict=True):
        tally.add(before, after)
    cells = np.zeros((2000, 2000), dtype=np.int64)
    np.add.at(cells, (pieces[0].ravel(), 1999 - pieces[1].ravel()), 1)
    source, target, counts = tally.pairs()
    assert np.array_equal(np.stack(np.nonzero(cells)), np.stack([source, target]))
    assert np.array_equal(counts, cells[source, target])


@pytest.mark.parametrize("text", ["uniform", "sequential:7", "zipf", "names"])
@pytest.mark.parametrize("hash", ["xxh64", "sha1_28"])
def test_hashes_in_pieces_are_those_of_the_chunk(text: str, hash: str) -> None:
    source, p = parse(text), create("modulo", 4, hash=hash, seed=3 if hash == "xxh64" else 0)
    limit = 40_000 if hash == "xxh64" else 3_000
    whole = source.hashes_for(p, 1, seed=9, limit=limit)
    for outs in (1, 200):
        words, _ = kept(outs)
        pieces = [piece.copy() for piece in source.hashes_in_pieces(p, 1, seed=9, limit=limit, room=words)]
        assert all(len(piece) <= words.shape[1] for piece in pieces)
        assert np.array_equal(np.concatenate(pieces), whole)
    with pytest.raises(ValueError, match=f"has {CHUNK} keys"):
        list(parse("uniform").hashes_in_pieces(p, 0, seed=9, limit=CHUNK + 1, room=words))


@pytest.mark.parametrize("algorithm", registry.names())
def test_partitioners_place_together_what_each_places(algorithm: str) -> None:
    p = create(algorithm, 6, hash="murmur3_64")
    grown, larger = p.copy(), p.copy()
    grown.change(add=["a"])
    larger.change(add=["a", "b"])
    others = [create("modulo", 3), p.copy(), create(algorithm, 6, hash="murmur3_64", hash_bits=40)]
    words = np.random.default_rng(1).integers(0, 1 << 40, 5_000, dtype=np.uint64)
    everyone = [p, grown, larger, *others]
    together, outs = Together(everyone), np.full((len(everyone), len(words)), -1, dtype=np.int32)
    expected = [one.assign(words) for one in everyone]
    grown.change(add=["later"])  # an event afterwards is not seen
    together.assign(words, outs)
    assert np.array_equal(outs, expected)
    with pytest.raises(InvalidHash, match="2\\^40"):
        together.assign(words << np.uint64(20), outs)
    with pytest.raises(InvalidParameter, match="arrays for 6 partitioners"):
        together.assign(words, outs[:2])


@pytest.mark.parametrize("n", [1, 2, 5, 64])
def test_nodes_on_both_sides_bid_once_and_nothing_changes(n: int) -> None:
    p = create("rendezvous", n)
    others = [p.copy(), p.copy(), p.copy(), create("rendezvous", ["u", "v"])]
    others[0].change(add=["x", "y"], remove=["node-0"])
    others[1].change(weights={"node-0": 3.0})
    words = np.random.default_rng(n).integers(0, 1 << 64, 4_099, dtype=np.uint64)
    for other in others:
        for pair in ((p, other), (other, p)):
            outs = np.empty((2, len(words)), dtype=np.int32)
            Together(pair).assign(words, outs)
            assert np.array_equal(outs, [one.assign(words) for one in pair])


@pytest.mark.parametrize(
    ("n", "m"), [(1, 1), (1, 2), (16, 17), (17, 16), (5, 3000), (3000, 2999), (400, 400)]
)
def test_one_chain_of_jumps_serves_two_sizes(n: int, m: int) -> None:
    pair = create("jump", n), create("jump", m)
    words = np.random.default_rng(n).integers(0, 1 << 64, 5_003, dtype=np.uint64)
    outs = np.empty((2, len(words)), dtype=np.int32)
    Together(pair).assign(words, outs)
    assert np.array_equal(outs, [one.assign(words) for one in pair])
