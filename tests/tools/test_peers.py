"""Peers: they place what they promise to place, what is missing says so, and nobody keeps a list of them."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from algorithms import Capability, Node, create
from experiments.harness import runner
from experiments.harness.selection import resolve
from experiments.peers import CallOf, Disagrees, Peer, Task, peers
from experiments.peers.compiled import OPTIONS, compiler, library, why_not
from experiments.peers.loops import LOOPS, TAKEN, call_of
from experiments.peers.vectors import VECTORS
from experiments.throughput import EXPERIMENT
from experiments.throughput.parameters import MODES

KEYS = 2000


def task(algorithm: str, n: int, seed: int = 5) -> tuple[Task, NDArray[np.uint64]]:
    hashes = np.random.default_rng(seed).integers(0, 2**64, KEYS, dtype=np.uint64)
    hashes[:4] = [0, 1, 2**63, 2**64 - 1]
    names = [f"node-{i}" for i in range(n)]
    return Task(names, create(algorithm, names)), hashes


def available(n: int = 1) -> list[Peer]:
    return [one for one in peers() if one.missing(n) is None]


@pytest.mark.parametrize("n", [1, 2, 16, 100, 1000])
@pytest.mark.parametrize("one", [one for one in available() if one.same], ids=lambda one: one.name)
def test_whoever_promises_our_placement_places_as_we_do(one: Peer, n: int) -> None:
    given, hashes = task(one.beside, n)
    call = one.calls(given, hashes)(hashes)
    assert np.array_equal(np.asarray(call()), given.ours.assign(hashes))
    hashes[:] = hashes[::-1].copy()
    assert np.array_equal(np.asarray(call()), given.ours.assign(hashes)), "keys are those of the buffer"


@pytest.mark.parametrize("one", [one for one in available(9) if not one.same], ids=lambda one: one.name)
def test_others_answer_with_the_name_of_a_node(one: Peer) -> None:
    given, hashes = task(one.beside, 9)
    texts = [str(value) for value in hashes[:50].tolist()]
    answer: Any = one.calls(given, hashes)(pa.array(texts) if one.mode == "arrow" else texts)()
    names = answer if isinstance(answer, list) else [answer]
    assert set(names) <= set(given.names)
    assert len(names) == (1 if one.mode == "single" else 50)


def test_one_key_of_jump_has_the_node_of_the_c_extension() -> None:
    one = next(one for one in peers() if one.name == "jump-consistent-hash")
    if one.missing() is None:
        given, hashes = task("jump", 1000)
        call_of = one.calls(given, hashes)
        texts = [str(value) for value in hashes[:200].tolist()]
        assert [call_of([text])() for text in texts] == [given.ours.lookup(text) for text in texts]


def test_references_need_no_library_and_come_first() -> None:
    references = peers(libraries=False)
    assert references == peers()[: len(references)]
    assert {one.beside for one in references} == {"modulo", "ring", "jump", *TAKEN}
    assert all(one.same and not one.library for one in references)
    assert {one.mode for one in peers()} <= set(MODES)


def test_a_false_promise_is_found_before_anything_is_timed() -> None:
    def off_by_one(given: Task) -> CallOf:
        return lambda hashes: lambda: (given.ours.assign(hashes) + 1) % 7

    liar = Peer("liar", "jump", "batch", "Python", off_by_one, same=True)
    with pytest.raises(Disagrees, match=r"liar places the hash 0 in bucket 1, and jump in 0"):
        liar.calls(*task("jump", 7))


def test_what_is_missing_says_why() -> None:
    def nothing(given: Task) -> Any:
        raise AssertionError("it is never made")

    made = {"beside": "ring", "mode": "single", "written_in": "Python", "make": nothing}
    assert Peer("a", **made, library="a-lib", module="no_such_module").missing() == (
        "not installed: pip install a-lib, or all with the extra 'peers'"
    )
    assert "needs Python 9.9, this is" in str(Peer("b", **made, python=(9, 9)).missing())
    assert Peer("c", **made, most_nodes=10).missing(11) == "takes minutes to build beyond 10 nodes"
    assert Peer("c", **made, most_nodes=10).missing(10) is None
    assert Peer("d", **made, needs=lambda: "no compiler").missing() == "no compiler"


@pytest.mark.parametrize("n", [1, 2, 17, 100])
def test_narrower_vectors_by_hand_place_as_ours(n: int) -> None:
    """What is written for AVX2 is compiled where there is AVX-512 too, and run where there is AVX2."""
    options = (*OPTIONS, "-mno-avx512f")
    if why_not(VECTORS, options) is not None:
        assert why_not(VECTORS) is not None or compiler() is None
        return
    (given, hashes), out = task("rendezvous", n), np.empty(KEYS, dtype=np.int32)
    seeds, _, _, buckets = given.ours._state.structure
    pointers = [ctypes.c_void_p(part.ctypes.data) for part in (hashes, seeds, buckets, out)]
    narrow = library(VECTORS, options)
    assert not hasattr(narrow, "jump_vectors")
    narrow.rendezvous_vectors(
        pointers[0], ctypes.c_int64(KEYS), *pointers[1:3], ctypes.c_int64(n), pointers[3]
    )
    assert np.array_equal(out, given.ours.assign(hashes))


def test_a_machine_without_a_compiler_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    library.cache_clear()
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CC", raising=False)
    assert compiler() is None
    assert why_not(LOOPS) == "there is no C compiler"
    library.cache_clear()


def test_a_compiler_that_fails_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    failing = tmp_path / "cc"
    failing.write_text("#!/bin/sh\necho no such thing >&2\nexit 3\n")
    failing.chmod(0o755)
    library.cache_clear()
    monkeypatch.setenv("CC", str(failing))
    assert str(why_not(LOOPS)).endswith("cc failed: no such thing")
    library.cache_clear()


SELECTIONS = [
    *TAKEN,
    "jumpback:generator=xorshift",
    "binomial:rehash=authors",
    "binomial:retries=0",
    "anchor:capacity=5000",
    "permutation:rounds=crate",
]


@pytest.mark.parametrize("removed", [0, 1, 40], ids=lambda percent: f"{percent} % removed")
@pytest.mark.parametrize("n", [1, 2, 17, 64, 1000])
@pytest.mark.parametrize("selection", SELECTIONS)
def test_loops_in_c_place_as_ours_also_after_removals(selection: str, n: int, removed: int) -> None:
    if compiler() is None:
        assert why_not(LOOPS) == "there is no C compiler"
        return
    (candidate,) = resolve([selection])
    ours = candidate.build(n, seed=n)
    leaving = [f"node-{i}" for i in np.random.default_rng(n).permutation(n)[: n * removed // 100]]
    if leaving and not ours.spec.can(Capability.REMOVES_ANY):
        leaving = []
    if leaving:
        ours.change(remove=leaving)
    hashes = np.random.default_rng(removed).integers(0, 1 << 64, 5_000, dtype=np.uint64)
    task = Task([node.name for node in ours.nodes.values()], ours)
    symbol, arguments = TAKEN[candidate.algorithm]
    theirs: Any = call_of(task, LOOPS, symbol, arguments)(hashes)()
    np.testing.assert_array_equal(theirs, ours.assign(hashes))


@pytest.mark.parametrize("algorithm", ["carp", "hierarchical", "weighted_dx", "straw2"])
def test_loops_in_c_place_as_ours_with_weights(algorithm: str) -> None:
    if compiler() is None:
        assert why_not(LOOPS) == "there is no C compiler"
        return
    ours = create(algorithm, [Node(f"node-{i}", [1.0, 0.5, 3.0][i % 3]) for i in range(50)])
    hashes = np.random.default_rng(8).integers(0, 1 << 64, 50_000, dtype=np.uint64)
    theirs: Any = call_of(Task([], ours), LOOPS, *TAKEN[algorithm])(hashes)()
    np.testing.assert_array_equal(theirs, ours.assign(hashes))


def test_a_missing_peer_is_a_row_and_a_note(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "uhashring", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    changed = {"peers": True, "nodes": 4, "keys": 500, "rounds": 2, "milliseconds": 0.1, "threads": 1}
    parameters = EXPERIMENT.profile("smoke").replace({**changed, "algorithms": "ring,jump,rendezvous"})
    outcome = runner.run(EXPERIMENT, parameters, out=tmp_path / "out")
    timing = outcome.results.timing
    assert timing is not None
    uhashring = timing[timing["label"] == "uhashring"]
    assert len(uhashring) == 1
    assert uhashring["cannot"].iloc[0].startswith("not installed: pip install uhashring")
    assert uhashring["nanoseconds"].isna().all()
    table = next(table for table in outcome.presentation.tables if table.name == "peers")
    assert any(note.startswith("uhashring is not timed: not installed") for note in table.notes)
    others = {one.name for one in peers() if one.library and one.beside in ("ring", "jump", "rendezvous")}
    assert others <= set(timing[timing["cannot"].notna()]["label"])


def test_the_switch_stands_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from experiments import run

    flags = ["--algorithms", "jump", "--nodes", "4", "--keys", "500", "--rounds", "2", "--mode", "single"]
    shown = ["--quiet", "--details", "--out", str(tmp_path / "out")]
    typed = ["throughput", "--profile", "smoke", *flags, *shown, "--peers"]
    assert run.main(typed) == 0
    assert "jump-consistent-hash" in capsys.readouterr().out
