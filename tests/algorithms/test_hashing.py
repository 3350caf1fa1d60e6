"""Hash functions: columns equal single keys, and both equal the libraries that define them."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.hashes import WIDTHS, hash_of

from algorithms import InvalidKey, InvalidParameter, UnknownHash
from algorithms.hashing import hash_column, hash_function, hash_key, hash_names
from algorithms.hashing.columns import Strings
from algorithms.hashing.labels import labels
from algorithms.hashing.reading import as_column
from experiments.conformance.strategies import keys

TEXT = [name for name in hash_names() if hash_function(name).takes_text]
INTS_ONLY = [name for name in hash_names() if not hash_function(name).takes_text]
SEEDED = [name for name in hash_names() if hash_function(name).seeded]
INTS = st.integers(0, 2**64 - 1)
# every length up to three blocks of the widest function, so that each tail is met
LENGTHS = [bytes(range(7, 7 + length)) for length in range(100)]


@pytest.mark.parametrize("name", TEXT)
@given(column=st.lists(keys(), max_size=8), data=st.data())
def test_column_equals_key_equals_library(
    name: str, column: list[str | bytes | int], data: st.DataObject
) -> None:
    seed = data.draw(st.integers(0, 2 ** hash_function(name).seed_bits - 1), label="seed")
    expected = [hash_of(name, key, seed) for key in column]
    assert [hash_key(name, key, seed=seed) for key in column] == expected
    assert hash_column(name, column, seed=seed).tolist() == expected


@pytest.mark.parametrize("name", TEXT)
def test_every_length(name: str) -> None:
    assert hash_column(name, LENGTHS).tolist() == [hash_of(name, key) for key in LENGTHS]


@pytest.mark.parametrize("name", hash_names())
@given(column=st.lists(INTS, max_size=8))
def test_integers(name: str, column: list[int]) -> None:
    expected = [hash_of(name, key) for key in column]
    assert [hash_key(name, key) for key in column] == expected
    assert hash_column(name, np.array(column, dtype=np.uint64)).tolist() == expected


@pytest.mark.parametrize("name", hash_names())
@given(key=INTS)
def test_fewer_bits_are_the_high_ones(name: str, key: int) -> None:
    width = WIDTHS.get(name, 64)
    assert hash_function(name).width == width
    whole = hash_key(name, key)
    assert whole < 1 << width
    for bits in (1, 8, width - 1, width):
        assert hash_key(name, key, bits=bits) == whole >> (width - bits)
        assert hash_column(name, [key], bits=bits).tolist() == [whole >> (width - bits)]


@pytest.mark.parametrize("name", SEEDED)
def test_a_seed_changes_every_hash(name: str) -> None:
    most = 2 ** hash_function(name).seed_bits - 1
    same = [hash_column(name, LENGTHS, seed=seed) for seed in (0, 1, most)]
    assert not (same[0] == same[1]).any()
    assert not (same[1] == same[2]).any()


@pytest.mark.parametrize("name", hash_names())
def test_seeds_that_cannot_be_are_refused(name: str) -> None:
    seed = 2 ** hash_function(name).seed_bits
    with pytest.raises(InvalidParameter, match=re.escape(name)):
        hash_key(name, 1, seed=seed)
    with pytest.raises(InvalidParameter, match=re.escape(name)):
        hash_column(name, [1], seed=seed)


@pytest.mark.parametrize("name", INTS_ONLY)
@pytest.mark.parametrize("key", ["text", b"bytes"])
def test_text_is_refused_by_functions_of_ints(name: str, key: str | bytes) -> None:
    with pytest.raises(InvalidKey, match="ints only"):
        hash_key(name, key)
    for column in ([key], np.array([key]), [1, key]):
        with pytest.raises(InvalidKey, match="ints only"):
            hash_column(name, column)


@pytest.mark.parametrize("bits", [0, -1, 65, 1.0, True, "8"])
def test_bits_that_cannot_be_are_refused(bits: object) -> None:
    with pytest.raises(InvalidParameter, match="hash_bits"):
        hash_key("xxh64", "key", bits=bits)  # type: ignore[arg-type]


def test_an_unknown_name_is_answered_by_the_closest() -> None:
    with pytest.raises(UnknownHash, match="did you mean 'murmur3_64'"):
        hash_function("murmur3")


@pytest.mark.parametrize("name", ["crc32", "fnv1a_64", "xxh64", "murmur3_64"])
def test_published_values(name: str) -> None:
    """Check values from the definitions of the functions."""
    published = {
        "crc32": [(b"123456789", 0xCBF43926), (b"", 0)],
        "fnv1a_64": [(b"", 0xCBF29CE484222325), (b"a", 0xAF63DC4C8601EC8C), (b"foobar", 0x85944171F73967E8)],
        "xxh64": [(b"", 0xEF46DB3751D8E999), (b"abc", 0x44BC2CF5AD770999)],
        "murmur3_64": [(b"", 0), (b"The quick brown fox jumps over the lazy dog", 0xE34BBC7BBC071B6C)],
    }
    for key, value in published[name]:
        assert hash_key(name, key) == value
        assert hash_column(name, [key]).tolist() == [value]


def test_splitmix_published_values() -> None:
    """The first three outputs of the generator seeded with 1234567."""
    states = [1234567, 1234567 + 0x9E3779B97F4A7C15, (1234567 + 2 * 0x9E3779B97F4A7C15) % 2**64]
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert hash_column("splitmix64", states).tolist() == expected


@given(first=st.text(max_size=12), second=st.text(max_size=12))
def test_ordered_keeps_the_order_of_bytes(first: str, second: str) -> None:
    low, high = sorted(
        [first.encode("utf-8", "surrogatepass")[:8], second.encode("utf-8", "surrogatepass")[:8]]
    )
    assert hash_key("ordered", low) <= hash_key("ordered", high)


# ---- columns -------------------------------------------------------------------------------------------


@given(
    column=st.lists(st.binary(max_size=9), max_size=12),
    start=st.integers(-14, 14),
    step=st.sampled_from((1, 2, -1)),
)
def test_slices_of_strings(column: list[bytes], start: int, step: int) -> None:
    strings = Strings.of(column)
    assert strings[start::step].tolist() == column[start::step]
    assert hash_column("xxh64", strings[start::step]).tolist() == [
        hash_of("xxh64", key) for key in column[start::step]
    ]


@given(rows=st.lists(st.integers(0, 3), max_size=6))
def test_rows_of_strings(rows: list[int]) -> None:
    column = [b"", b"a", b"bcd", "é".encode()]
    assert Strings.of(column).take(np.array(rows, dtype=np.int64)).tolist() == [column[row] for row in rows]


@given(
    prefixes=st.lists(st.binary(max_size=5), min_size=1, max_size=4),
    data=st.data(),
    separator=st.sampled_from((b"-", b"", b"::")),
)
def test_labels_are_what_python_writes(prefixes: list[bytes], data: st.DataObject, separator: bytes) -> None:
    n = len(prefixes)
    counts = data.draw(st.lists(st.integers(0, 12), min_size=n, max_size=n), label="counts")
    starts = data.draw(
        st.lists(st.sampled_from((0, 1, 9, 99, 10**18 - 5)), min_size=n, max_size=n), label="starts"
    )
    found = labels(Strings.of(prefixes), np.array(counts), starts=np.array(starts), separator=separator)
    assert found.tolist() == [
        prefix + separator + str(start + i).encode()
        for prefix, count, start in zip(prefixes, counts, starts, strict=True)
        for i in range(count)
    ]


def test_a_long_column() -> None:
    """Offsets are 64-bit, and nothing depends on where in the column a key stands."""
    column = [f"user:{i}" for i in range(70_000)]
    hashes = hash_column("xxh64", column)
    for row in (0, 1, 32_767, 32_768, 65_535, 65_536, 69_999):
        assert int(hashes[row]) == hash_of("xxh64", column[row])


def test_a_column_is_left_as_it_is() -> None:
    values = np.arange(5, dtype=np.uint64)
    values.flags.writeable = False
    hashes = hash_column("identity", values)
    hashes += np.uint64(1)
    assert values.tolist() == [0, 1, 2, 3, 4]
    assert as_column(values).tolist() == [0, 1, 2, 3, 4]


def test_columns_of_bytes_are_of_one_type_so_that_kernels_are_compiled_once() -> None:
    written = np.array(list(b"ab"), dtype=np.uint8)
    own = Strings(written, np.array([0, 1, 2], dtype=np.int64))
    others = Strings.of([b"a", b"b"])
    assert not own.data.flags.writeable
    assert not others.data.flags.writeable
    assert written.flags.writeable
    assert own.tolist() == others.tolist()
