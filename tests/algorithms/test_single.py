"""Single keys: entry points give what kernels give, and what they read stays as long as they are called."""

import gc
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algorithms import Capability, Node, create, names
from algorithms.hashing import hash_key
from algorithms.hashing.kernels import xxh64_of
from algorithms.machinery.intervals import intervals_from, one_of, place
from algorithms.machinery.kernel import kernel, plain_kernels
from algorithms.machinery.single import entry, text_entry
from experiments.conformance.check import declares

KEYS = ["", "a", "user:1", "x" * 31, "y" * 32, "z" * 101, "\0", "\x7f", "é", "日本", "a\u0100", "\U0001f600"]

HASHES = [0, 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]


@kernel
def _all_kinds(
    h: np.uint64,
    whole: int,
    word: np.uint64,
    real: float,
    flag: bool,
    row: np.ndarray,
    square: np.ndarray,
    empty: np.ndarray,
) -> np.int64:
    total = np.int64(h & np.uint64(7)) + whole + np.int64(word >> np.uint64(60)) + np.int64(real * 2)
    return total + (100 if flag else 0) + row[1] + square[1, 2] + len(empty) + square.shape[0]


_ENTRY = entry(_all_kinds)


@kernel
def _low_bits(h: np.uint64, mask: np.uint64) -> np.uint64:
    return h & mask


_LOW = entry(_low_bits)


@pytest.mark.parametrize("flag", [False, True])
def test_a_block_holds_numbers_and_arrays_of_all_kinds(flag: bool) -> None:
    row, square = np.array([5, -7], dtype=np.int32), np.arange(6, dtype=np.int64).reshape(2, 3)
    needs = (-3, np.uint64(15 << 60), 1.5, flag, row, square, np.zeros(0, dtype=np.bool_))
    one = _ENTRY.of(*needs)
    for h in HASHES:
        expected = (h & 7) - 3 + 15 + 3 + 100 * flag - 7 + 5 + 0 + 2
        assert one.place(h) == expected
    with plain_kernels():
        assert _ENTRY.of(*needs).place(5) == 5 - 3 + 15 + 3 + 100 * flag - 7 + 5 + 2


def test_places_lead_to_owners() -> None:
    owners = np.array([4, 9, 2, 7], dtype=np.int32)
    assert [_LOW.of(np.uint64(3), owners=owners).place(h) for h in range(4)] == [4, 9, 2, 7]
    assert [_LOW.of(np.uint64(3)).place(h) for h in range(4)] == [0, 1, 2, 3]
    with plain_kernels():
        assert [_LOW.of(np.uint64(3), owners=owners).place(h) for h in range(4)] == [4, 9, 2, 7]


def test_an_array_with_gaps_between_its_items_is_refused() -> None:
    with pytest.raises(ValueError, match="C-contiguous"):
        _LOW.of(np.uint64(3), owners=np.arange(8, dtype=np.int32)[::2])


@given(st.text(), st.integers(0, (1 << 64) - 1), st.integers(0, 63))
def test_a_text_is_hashed_as_its_bytes_are(text: str, seed: int, dropped: int) -> None:
    one = _LOW.of(np.uint64((1 << 62) - 1))
    texts = text_entry_of_xxh64.of(one, seed, dropped)
    assert texts is not None
    found = texts.enter(text, texts.address)
    if text.isascii():
        assert found == (hash_key("xxh64", text, seed=seed) >> dropped) & ((1 << 62) - 1)
    else:
        assert found == -1


text_entry_of_xxh64 = text_entry(xxh64_of)


@pytest.mark.parametrize("key", [b"a", 5, None, 1.5, ["a"], np.str_("a"), type("Text", (str,), {})("a")])
def test_what_is_no_plain_str_is_left_to_others(key: object) -> None:
    texts = text_entry_of_xxh64.of(_LOW.of(np.uint64(1)), 0, 0)
    assert texts is not None
    assert texts.enter(key, texts.address) == -1


@given(st.lists(st.integers(1, 255), unique=True, max_size=40), st.integers(1, 8))
def test_one_hash_has_the_owner_that_a_batch_gives_it(bounds: list[int], spread: int) -> None:
    starts = [0, *sorted(bounds)]
    owners = np.arange(len(starts), dtype=np.int32) * np.int32(spread)
    table = intervals_from(starts, owners, 8)
    hashes = np.arange(256, dtype=np.uint64)
    out = np.empty(256, dtype=np.int32)
    place(table, hashes, out)
    one = one_of(table)
    assert [one.place(h) for h in range(256)] == out.tolist()


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("nodes", [[Node("a"), Node("b"), Node("c")], 300], ids=["named", "counted"])
def test_single_keys_are_placed_as_columns_are_before_and_after_events(name: str, nodes: object) -> None:
    p = create(name, nodes)
    events = [{}, {"add": ["d"]}, {"remove": ["d"]}]
    for event in events if declares(p.spec, Capability.REMOVES_LAST) else events[:-1]:
        p.change(**event)
        expected = p.lookup_many(KEYS).tolist()
        assert [p.lookup(key) for key in KEYS] == expected
        assert [p.lookup(key) for key in KEYS] == expected  # by what the first pass has kept
        assert [p.copy().lookup(key) for key in KEYS] == expected
        assert [pickle.loads(pickle.dumps(p)).lookup(key) for key in KEYS] == expected
        with plain_kernels():
            assert [pickle.loads(pickle.dumps(p)).lookup(key) for key in KEYS] == expected


def test_names_are_kept_for_so_many_nodes_only() -> None:
    p = create("jump", 1_000_000)
    keys = [f"k{i}" for i in range(300)]
    assert [p.lookup(key) for key in keys] == p.lookup_many(keys).tolist()
    assert [p.lookup(key) for key in keys] == p.lookup_many(keys).tolist()
    assert p.nbytes < 100_000


def test_lookups_during_events_see_the_nodes_before_or_after() -> None:
    """What the entry point reads stays until it returns, though its state is replaced and freed meanwhile."""
    p = create("ring", ["a", "b"], points=40)
    keys = [f"k{i}" for i in range(50)]
    before, larger = p.lookup_many(keys).tolist(), p.copy()
    larger.add_node("c")
    after = larger.lookup_many(keys).tolist()
    wrong: list[tuple[str, str]] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            for key, one, other in zip(keys, before, after, strict=True):
                name = p.lookup(key)
                if name not in (one, other):
                    wrong.append((key, name))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(60):
        p.add_node("c")
        gc.collect(0)
        p.remove_node("c")
    over.set()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_fork_looks_up_what_its_parent_does() -> None:
    code = (
        "import os, sys; from algorithms import create; p = create('ring', 5)\n"
        "names = [p.lookup('a'), p.lookup('b')]\n"
        "child = os.fork()\n"
        "if not child: os._exit(int([p.lookup('a'), p.lookup('b')] != names))\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "environment",
    [{"SHARDLAB_DEBUG": "python"}, {"NUMBA_DISABLE_JIT": "1"}],
    ids=str,
)
def test_kernels_that_are_checked_or_not_compiled_place_the_same(
    environment: dict[str, str], tmp_path: Path
) -> None:
    code = "from algorithms import create; print([create('ring', 5).lookup(k) for k in ('a', 'user:1', 'é')])"
    expected = [create("ring", 5).lookup(key) for key in ("a", "user:1", "é")]
    known = {**os.environ, **environment}
    done = subprocess.run([sys.executable, "-c", code], env=known, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(expected)


@kernel
def _beyond(h: np.uint64, row: np.ndarray) -> np.int32:
    return row[h]


def test_bounds_are_checked_behind_an_entry_too() -> None:
    code = (
        "import numpy as np\n"
        "from tests.algorithms.test_single import _beyond\n"
        "from algorithms.hashing.kernels import xxh64_of\n"
        "from algorithms.machinery.single import entry, text_entry\n"
        "one = entry(_beyond).of(np.zeros(3, dtype=np.int32)); texts = text_entry(xxh64_of).of(one, 0, 0)\n"
        "for call in (lambda: one.place(5), lambda: texts.enter('a', texts.address)):\n"
        "    try: call()\n"
        "    except IndexError: print('refused')\n"
    )
    known = {**os.environ, "SHARDLAB_DEBUG": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=known, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["refused", "refused"]
