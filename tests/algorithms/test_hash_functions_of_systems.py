"""Hash functions of deployed programs, against what these programs did."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator
from pathlib import Path

import mmh3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algorithms.hashing import blockwise, bytewise

VECTORS = Path(__file__).parents[1] / "vectors" / "hash_functions_of_systems.csv"


def _rows() -> Iterator[tuple[str, bytes, int, int]]:
    with VECTORS.open(newline="") as file:
        for row in csv.DictReader(file):
            yield row["function"], bytes.fromhex(row["key"]), int(row["modulus"]), int(row["value"])


def _hash(name: str, key: bytes) -> int:
    if name == "pg_integer":
        return int(blockwise.pg_integer(np.uint64(int.from_bytes(key, "little"))))
    name, _, after = name.partition("+")
    function = getattr(bytewise, name, None) or getattr(blockwise, name)
    value = function(np.frombuffer(key or b"\0", dtype=np.uint8), 0, len(key))
    return int(bytewise.avalanche(value) if after else value)


@pytest.mark.parametrize("name", sorted({row[0] for row in _rows()}))
def test_a_hash_is_what_the_program_computed(name: str) -> None:
    rows = [row for row in _rows() if row[0] == name]
    assert len(rows) >= 60
    for _, key, modulus, value in rows:
        computed = _hash(name, key)
        assert (computed % modulus if modulus else computed) == value, key


@pytest.mark.parametrize(
    ("key", "slot"),
    [
        ("foo{bar}zap", 5061),
        ("foo{bar}{zap}", 5061),
        ("{user1000}.following", 3443),
        ("foo{}{bar}", 8363),
        ("foo{{bar}}zap", 4015),
        ("a{'1':{'i32':1}}", 5540),
        ("", 0),
    ],
)
def test_a_slot_is_that_of_the_first_tag(key: str, slot: int) -> None:
    """The rule and the first five are those of Redis' documentation; the sixth is of its issue 6027."""
    assert _hash("crc16_slot", key.encode()) == slot


@given(st.binary(max_size=40))
def test_hashes_are_those_of_the_libraries_that_define_them(key: bytes) -> None:
    assert _hash("murmur3_32", key) == mmh3.hash(key, 0, signed=False)
    seed = (0xDEADBEEF * len(key)) & 0xFFFFFFFF
    assert _hash("murmur3_memcached", key) == mmh3.hash(key, seed, signed=False)
    assert _hash("crc15", key) == (zlib.crc32(key) >> 16) & 0x7FFF
    if key.isascii():
        token = mmh3.hash64(key, signed=True)[0]
        assert _hash("murmur3_cassandra", key) == token + (1 << 63)


@given(st.lists(st.integers(0, 2**32 - 1), min_size=2, max_size=50, unique=True))
def test_the_avalanche_is_a_bijection(values: list[int]) -> None:
    assert len({int(bytewise.avalanche(np.uint64(value))) for value in values}) == len(values)
