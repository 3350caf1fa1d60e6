"""Workloads that are computed: the same keys on every machine, in any order, and by the law they name."""

from __future__ import annotations

import pickle
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from algorithms.errors import InvalidKey, UnknownHash
from algorithms.hashing import hash_column
from algorithms.hashing.columns import Strings
from algorithms.machinery.mixing import WORD
from experiments.options.errors import BadUse
from experiments.workloads import CHUNK, FAMILIES, Distinct, Workload, chunks_of, parse
from experiments.workloads.cache import HashCache
from experiments.workloads.census import first_names
from experiments.workloads.distinct import first_rows
from experiments.workloads.draws import law_of_weights, words

GENERATED = [
    "uniform",
    "sequential",
    "sequential:7",
    "zipf",
    "zipf:1.2:1000",
    "churn",
    "churn:0.8:1000:5000",
    "strings",
    "strings:s",
    "names",
    "names:full",
]
SEED = 20260101

# written by the first version of the streams; a difference means that all published results change
GOLDEN = {
    "uniform": ([12359302909148205862, 14724091788986752155, 8310497536970242595], 11233982958971878297),
    "sequential:7": ([7, 8, 9], 262151),
    "zipf": ([10836, 64400, 474], 4588),
    "zipf:1.1:100": ([12, 27, 3], 9),
    "churn:0.8:1000:5000": ([226, 425, 61], 53163),
    "strings": ([b"user:0", b"user:1", b"user:2"], b"user:262144"),
    "strings:a:b": ([b"a:b:0", b"a:b:1", b"a:b:2"], b"a:b:262144"),
    "names": ([b"LINKOUS", b"BEACHAM", b"CERVANTES"], b"SCHWARZ"),
    "names:full": ([b"DIANE LINKOUS", b"KRISTA BEACHAM", b"WILLA CERVANTES"], b"HOLLIE SCHWARZ"),
}


def oracle_word(seed: int, index: int, lane: int = 0) -> int:
    """Return a word of a stream as java.util.SplittableRandom would: a state that steps, and is mixed."""

    def output(state: int) -> int:
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & WORD
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB & WORD
        return state ^ (state >> 31)

    gamma = 0x9E3779B97F4A7C15
    state = output((output((seed + gamma) & WORD) ^ lane) + gamma & WORD)
    return output((state + (index + 1) * gamma) & WORD)


# --- the streams ---


@pytest.mark.parametrize("text", GOLDEN)
def test_the_first_keys_of_two_chunks_are_those_of_the_first_version(text: str) -> None:
    first, second = GOLDEN[text]
    assert parse(text).chunk(0, SEED, limit=3).tolist() == first
    assert parse(text).chunk(1, SEED, limit=1).tolist() == [second]


@settings(deadline=None)  # the first example may wait for the compiler
@given(seed=st.integers(0, WORD), first=st.integers(0, 2**63))
def test_words_equal_a_plain_reading_of_splitmix64(seed: int, first: int) -> None:
    assert words(seed, first, 3).tolist() == [oracle_word(seed, first + i) for i in range(3)]


@settings(deadline=None)  # the first example may wait for the compiler
@given(
    weights=st.lists(st.integers(1, 10**6), min_size=1, max_size=40),
    seed=st.integers(0, WORD),
    lane=st.integers(0, 3),
)
def test_draws_equal_a_search_among_exact_fractions(weights: list[int], seed: int, lane: int) -> None:
    ends = [Fraction(end, sum(weights)) for end in accumulate(weights)]
    expected = []
    for index in range(5, 25):
        u = Fraction(oracle_word(seed, index, lane), 2**64)
        expected.append(next(item for item, end in enumerate(ends) if u < end))
    assert law_of_weights(weights).draw(seed, 5, 20, lane=lane).tolist() == expected


def test_an_item_of_one_word_in_2_to_the_64_keeps_its_word() -> None:
    last = law_of_weights([1, 2**64 - 2, 1]).last
    assert last.tolist() == [0, 2**64 - 2, 2**64 - 1]


@pytest.mark.parametrize("text", GENERATED)
def test_chunks_are_the_same_in_any_order_and_on_any_thread(text: str) -> None:
    workload, numbers = parse(text), [3, 0, 7, 1, 5, 2, 6, 4] * 2
    limit = 5000
    in_order = [_bytes(workload, number, limit) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda number: _bytes(parse(text), number, limit), numbers))
    assert drawn == [in_order[number] for number in numbers]
    assert len(set(in_order)) == 8


@pytest.mark.parametrize("text", GENERATED)
def test_a_limited_chunk_is_the_beginning_of_the_chunk(text: str) -> None:
    workload = parse(text)
    whole = workload.chunk(1, SEED)
    assert len(whole) == CHUNK
    for limit in (0, 1, 1000):
        part = workload.chunk(1, SEED, limit=limit)
        assert len(part) == limit
        assert part.tolist() == whole[:limit].tolist()
        assert workload.ids(1, SEED, limit).tolist() == workload.ids(1, SEED)[:limit].tolist()


@pytest.mark.parametrize("text", GENERATED)
def test_the_seed_changes_draws_and_not_lists(text: str) -> None:
    workload = parse(text)
    same = _bytes(workload, 0, 100, seed=1) == _bytes(workload, 0, 100, seed=2)
    assert same == (workload.name in ("sequential", "strings"))


def test_neighbouring_seeds_share_no_key() -> None:
    drawn = [parse("uniform").chunk(0, seed, limit=20_000).values for seed in [*range(20), WORD, WORD - 1]]
    assert len(np.unique(np.concatenate(drawn))) == 22 * 20_000


@pytest.mark.parametrize("text", GENERATED)
def test_ids_are_equal_exactly_where_keys_are(text: str) -> None:
    workload = parse(text)
    ids = np.concatenate([workload.ids(number, SEED, 20_000) for number in range(2)]).tolist()
    keys = [key for number in range(2) for key in workload.chunk(number, SEED, 20_000).tolist()]
    assert len(set(ids)) == len(set(keys)) == len(set(zip(ids, keys, strict=True)))
    assert (len(set(keys)) < len(keys)) == workload.skewed


def test_an_item_of_churn_lasts_for_its_life_and_all_are_replaced_once_in_that_time() -> None:
    source = parse("churn:0:50:10000")
    keys = source.chunk(0, SEED, 40_000).values.astype(np.int64)
    ranks = parse("zipf:0:50").chunk(0, SEED, 40_000).values.astype(np.int64)
    assert np.array_equal(keys % 50, ranks)
    versions = keys // 50
    for rank in range(50):
        at, version = np.flatnonzero(ranks == rank), versions[ranks == rank]
        assert np.array_equal(np.unique(version), np.arange(version[0], version[-1] + 1))
        assert version[-1] - version[0] in (3, 4)
        changes = at[1:][np.diff(version) > 0]
        assert np.allclose(np.diff(changes), 10_000, atol=600)
    changed = np.concatenate([np.flatnonzero(np.diff(versions[ranks == rank])) for rank in range(50)])
    assert changed.std() > 100, "they are replaced one after the other, not at once"


def test_a_first_name_of_both_sexes_has_one_id() -> None:
    shared = set(first_names("female")[0]) & set(first_names("male")[0])
    drawn = parse("names:full").chunk(0, 1).tolist()
    assert sum(key.split()[0].decode() in shared for key in drawn) > 1000
    assert Distinct().add(parse("names:full").ids(0, 1)).count == len(set(drawn))


# --- what a workload says of itself ---


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("uniform", "uniform"),
        (" uniform ", "uniform"),
        ("sequential", "sequential"),
        ("sequential:0", "sequential"),
        ("sequential:1e3", "sequential:1000"),
        ("zipf", "zipf"),
        ("zipf:0.99", "zipf"),
        ("zipf:0.990:1e6", "zipf"),
        ("zipf:1", "zipf:1"),
        ("zipf:-0.0", "zipf:0"),
        ("zipf:0.99:1000", "zipf:0.99:1000"),
        ("zipf:1.0:1000", "zipf:1:1000"),
        ("churn", "churn"),
        ("churn:0.90:1e5:1e6", "churn"),
        ("churn:1.0", "churn:1"),
        ("churn:0.9:500", "churn:0.9:500"),
        ("churn:0.9:100000:5", "churn:0.9:100000:5"),
        ("strings:user", "strings"),
        ("strings:a:b", "strings:a:b"),
        ("names", "names"),
        ("names:full", "names:full"),
    ],
)
def test_texts_have_one_short_form(typed: str, text: str) -> None:
    workload = parse(typed)
    assert workload.text == text
    assert parse(text) == workload
    assert pickle.loads(pickle.dumps(workload)) == workload
    assert workload.name == text.partition(":")[0]
    assert workload.describe
    assert workload.inputs == ()
    assert workload.digest is None
    assert workload.available(10**12) == 10**12


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "there is no workload ''; give uniform, sequential[:START], zipf[:S[:ITEMS]], "),
        ("unifrom", "did you mean 'uniform'?"),
        ("Uniform", "there is no workload 'Uniform'; give uniform"),
        ("uniform:1", "uniform takes no option, and '1' is given"),
        ("uniform:", "uniform takes no option, and '' is given"),
        ("sequential:-1", "START of sequential: '-1' is below 0"),
        ("sequential:x", "START of sequential: 'x' is not a whole number"),
        ("sequential:", "START of sequential: '' is not a whole number"),
        ("zipf:", "S of zipf: '' is not a number"),
        ("zipf:-1", "S of zipf: '-1' is not allowed; give a number from 0 up to 10"),
        ("zipf:11", "S of zipf: '11' is not allowed"),
        ("zipf:nan", "S of zipf: 'nan' is not allowed"),
        ("zipf:1:", "ITEMS of zipf: '' is not a whole number"),
        ("zipf:1:0", "ITEMS of zipf: '0' is below 1"),
        ("zipf:1:1e9", "ITEMS of zipf: '1e9' is above 100000000"),
        ("zipf:1:10:3", "ITEMS of zipf: '10:3' is not a whole number"),
        ("churn:", "S of churn: '' is not a number"),
        ("churn:1:", "ITEMS of churn: '' is not a whole number"),
        ("churn:1:10:0", "LIFE of churn: '0' is below 1"),
        ("churn:1:10:5:2", "LIFE of churn: '5:2' is not a whole number"),
        ("strings:", "'' is no PREFIX of strings"),
        ("strings:\udcff", "is no PREFIX of strings"),
        ("names:first", "names has no option 'first'; give names or names:full"),
        ("names:", "names has no option ''"),
        ("file", "file needs a path; give file:PATH[:COLUMN]"),
        ("file:", "file needs a path"),
    ],
)
def test_what_is_not_understood_is_told_in_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(BadUse) as caught:
        parse(typed)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_families_are_listed_with_syntax_and_summary() -> None:
    assert list(FAMILIES) == [
        "uniform", "sequential", "zipf", "churn", "strings", "names", "salaries", "times", "file", "trace",
    ]  # fmt: skip
    for name, family in FAMILIES.items():
        assert family.syntax.startswith(name)
        assert family.summary


def test_reading_about_workloads_needs_no_compiler_and_no_tables() -> None:
    code = (
        "import sys; from experiments.workloads import parse; parse('names:full').text;"
        "print({'numba', 'pyarrow', 'pandas', 'scipy', 'matplotlib'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# --- chunks, hashes, distinct keys ---


@settings(deadline=None)  # the first example may wait for the compiler
@given(keys=st.integers(0, 10**12))
def test_chunks_hold_all_keys(keys: int) -> None:
    chunks = chunks_of(keys)
    assert len(chunks) == (keys + CHUNK - 1) // CHUNK
    if keys:
        sizes = [chunks.size(0), chunks.size(len(chunks) - 1)]
        assert (len(chunks) - 1) * CHUNK + sizes[-1] == keys
        assert all(0 < size <= CHUNK for size in sizes)


def test_chunks_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match="-1 keys make no chunks"):
        chunks_of(-1)
    for number in (-1, 2):
        with pytest.raises(IndexError, match=f"chunk {number} of 2"):
            chunks_of(CHUNK + 1).size(number)
    for number, seed, limit in [
        (-1, 0, None),
        (0, -1, None),
        (0, 2**64, None),
        (0, 0, CHUNK + 1),
        (0, 0, -1),
    ]:
        with pytest.raises(ValueError, match=r"give one|cannot be had"):
            parse("uniform").chunk(number, seed, limit)


@pytest.mark.parametrize("text", GENERATED)
@pytest.mark.parametrize(("hash", "bits"), [("xxh64", None), ("murmur3_64", 32), ("crc32", None)])
def test_hashes_are_those_of_the_keys(text: str, hash: str, bits: int | None) -> None:
    workload = parse(text)
    hashes = workload.hashes(1, seed=3, hash=hash, bits=bits, limit=500, hash_seed=0)
    assert hashes.tolist() == hash_column(hash, workload.chunk(1, 3, 500), bits=bits).tolist()
    again = workload.hashes(1, seed=3, hash=hash, bits=bits, limit=500)
    assert (again is hashes) == workload.remembered
    assert again.tolist() == hashes.tolist()
    with pytest.raises(ValueError, match="read-only"):
        hashes[0] = 0


def test_each_argument_of_hashes_has_its_own_hashes() -> None:
    workload = parse("zipf:1:50")
    one = {"number": 0, "seed": 1, "hash": "xxh64", "hash_seed": 0, "bits": None, "limit": 9}
    others = [
        {"number": 1},
        {"seed": 2},
        {"hash": "murmur3_64"},
        {"hash_seed": 5},
        {"bits": 60},
        {"limit": 8},
    ]
    results = [workload.hashes(**{**one, **other}).tolist() for other in [{}, *others, {}]]
    assert results[0] == results[-1]
    assert len({tuple(result) for result in results}) == 1 + len(others)
    assert parse("zipf:1:51").hashes(**{**one, "limit": 8}).tolist() != results[-2]


def test_hash_functions_for_ints_refuse_text() -> None:
    assert [parse(text).integers for text in ("uniform", "sequential", "zipf", "strings", "names")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    with pytest.raises(InvalidKey, match="takes ints only"):
        parse("names").hashes(0, seed=0, hash="splitmix64", limit=5)
    with pytest.raises(UnknownHash, match="no hash function"):
        parse("names").hashes(0, seed=0, hash="xxh65", limit=5)


def test_the_cache_keeps_what_was_used_last() -> None:
    cache = HashCache(3 * 80)
    made: list[str] = []

    def compute(key: str, size: int = 10) -> np.ndarray:
        def make() -> np.ndarray:
            made.append(key)
            return np.full(size, ord(key), dtype=np.uint64)

        return cache.get(key, make)

    for key in "abcabca":
        assert compute(key)[0] == ord(key)
    assert made == ["a", "b", "c"]
    compute("d")  # b is the oldest
    compute("a")
    assert made == ["a", "b", "c", "d"]
    compute("b")
    assert made == ["a", "b", "c", "d", "b"]
    assert cache.nbytes == 240
    compute("e", size=31)  # larger than all that is kept
    compute("e", size=31)
    assert made[-2:] == ["e", "e"]
    assert cache.nbytes == 240
    cache.clear()
    assert cache.nbytes == 0


def test_the_cache_counts_its_bytes_right_under_many_threads() -> None:
    cache = HashCache(5 * 80)
    generator = random.Random(7)
    keys = [generator.randrange(12) for _ in range(2000)]
    with ThreadPoolExecutor(8) as pool:
        results = pool.map(lambda key: cache.get(key, lambda: np.full(10, key, dtype=np.uint64)), keys)
        assert all((array == key).all() for key, array in zip(keys, results, strict=True))
    assert cache.nbytes == 80 * len(cache._kept) == 400


@settings(deadline=None)  # the first example may wait for the compiler
@given(st.lists(st.lists(st.integers(0, 20) | st.integers(0, WORD), max_size=30), max_size=10))
def test_distinct_counts_like_a_set(columns: list[list[int]]) -> None:
    arrays = [np.array(column, dtype=np.uint64) for column in columns]
    counter = Distinct()
    for array in arrays:
        counter.add(array)
    assert counter.count == len({value for column in columns for value in column})


def test_distinct_counts_across_its_own_merges() -> None:
    counter, generator = Distinct(), np.random.default_rng(1)
    arrays = [generator.integers(0, 3_000_000, CHUNK) for _ in range(12)]
    for array in arrays:
        counter.add(array.astype(np.uint64))
    assert counter.count == np.count_nonzero(np.bincount(np.concatenate(arrays)))


@settings(deadline=None)  # the first example may wait for the compiler
@given(st.lists(st.binary(max_size=3), max_size=60))
def test_first_rows_are_those_of_a_dict(keys: list[bytes]) -> None:
    seen: dict[bytes, int] = {}
    expected = [seen.setdefault(key, row) for row, key in enumerate(keys)]
    assert first_rows(Strings.of(keys)).tolist() == expected


def test_distinct_keys_that_moved_are_fewer_than_draws_that_moved() -> None:
    workload = parse("zipf:1:100")
    ids = workload.ids(0, 1)
    moved = workload.hashes(0, seed=1, hash="xxh64") % 2 == 1
    expected = {
        key for key, moves in zip(workload.chunk(0, 1).tolist(), moved.tolist(), strict=True) if moves
    }
    assert Distinct().add(ids[moved]).count == len(expected) < Distinct().add(ids).count == 100 < moved.sum()


def _bytes(workload: Workload, number: int, limit: int, seed: int = SEED) -> bytes:
    keys = workload.chunk(number, seed, limit)
    assert len(keys) == limit
    return keys.values.tobytes() if workload.integers else b"\n".join(keys.tolist())
