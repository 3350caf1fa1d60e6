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
from algorithms.errors import InvalidKey
from algorithms.hashing import hash_function, hash_key, hash_names
from algorithms.hashing.columns import Key
from algorithms.hashing.kernels import xxh64_of
from algorithms.machinery.exact_ranges import intervals_from
from algorithms.machinery.intervals import one_of, place
from algorithms.machinery.kernel import kernel, plain_kernels
from algorithms.machinery.single import entry, key_entry
from experiments.conformance.check import declares

TEXTS = ["", "a", "user:1", "x" * 31, "y" * 32, "z" * 101, "\0", "\x7f", "é", "日本", "a\u0100", "\U0001f600"]
INTS = [0, 1, 255, 1 << 31, 1 << 32, 1 << 63, (1 << 64) - 2, (1 << 64) - 1, np.uint64(7), np.int32(7)]
KEYS = [*TEXTS, *INTS, b"", b"user:1", b"\x80\xff\0", b"{a}b"]

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


XXH64 = key_entry(xxh64_of)

KEYED = st.one_of(st.text(), st.binary(), st.integers(-1, 1 << 64))


@given(KEYED, st.integers(0, (1 << 64) - 1), st.integers(0, 63))
def test_a_key_is_hashed_as_its_bytes_are(key: Key, seed: int, dropped: int) -> None:
    one = _LOW.of(np.uint64((1 << 62) - 1))
    keys = XXH64.of(one, seed, dropped)
    assert keys is not None
    found = keys.enter(key, keys.address)
    if key.isascii() if isinstance(key, str) else isinstance(key, bytes) or 0 <= key < (1 << 64) - 1:
        assert found == (hash_key("xxh64", key, seed=seed) >> dropped) & ((1 << 62) - 1)
    else:
        assert found == -1


@pytest.mark.parametrize("name", [name for name in hash_names() if hash_function(name).entry])
def test_an_entry_hashes_as_its_function_does(name: str) -> None:
    """What it sees it hashes to the bit; what it leaves is placed otherwise."""
    function = hash_function(name)
    seed = 5 if function.seeded else 0
    one = _LOW.of(np.uint64((1 << 64) - 1))
    keys = function.entry.of(one, seed, 2) if function.entry else None
    assert keys is not None
    seen = [key for key in KEYS if type(key) in (int, str, bytes) and keys.enter(key, keys.address) >= 0]
    assert [keys.enter(key, keys.address) for key in seen] == [function.key(key, seed) >> 2 for key in seen]
    assert len(seen) == (7 if not function.takes_text else 7 + 8 + 4)


@pytest.mark.parametrize(
    "key",
    [None, 1.5, ["a"], True, -1, 1 << 64, -(1 << 70), bytearray(b"a"), np.str_("a"), np.uint64(5)]
    + [type("Sub", (base,), {})(value) for base, value in ((str, "a"), (bytes, b"a"), (int, 1))],
    ids=lambda key: f"{type(key).__name__}-{key!r:.20}",
)
def test_what_is_no_plain_key_is_left_to_others(key: object) -> None:
    one = _LOW.of(np.uint64(1))
    keys = XXH64.of(one, 0, 0)
    assert keys is not None
    assert keys.enter(key, keys.address) == -1  # and no error is left, of which the next line would tell
    assert keys.enter(1, keys.address) >= 0


@pytest.mark.parametrize("key", [-1, 1 << 64, True, None, "\ud800"])
def test_what_is_no_key_is_refused_whatever_was_asked_before(key: object) -> None:
    for p in (create("jump", 3), create("modulo", 3), create("jump", 3, hash="splitmix64")):
        for _ in range(2):
            p.lookup(7)
            with pytest.raises(InvalidKey):
                p.lookup(key)  # type: ignore[arg-type]


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
        "from algorithms.machinery.single import entry, key_entry\n"
        "one = entry(_beyond).of(np.zeros(3, dtype=np.int32)); keys = key_entry(xxh64_of).of(one, 0, 0)\n"
        "for call in (lambda: one.place(5), lambda: keys.enter('a', keys.address)):\n"
        "    try: call()\n"
        "    except IndexError: print('refused')\n"
    )
    known = {**os.environ, "SHARDLAB_DEBUG": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=known, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["refused", "refused"]
