"""Words made of words: known answers, plain readings, and streams as published."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algorithms.machinery.mixing import GOLDEN_GAMMA, WORD, derive, derive2, mix_int, stream

VECTORS = Path(__file__).parents[1] / "vectors" / "hash_functions.csv"
WORDS = st.integers(0, WORD)


def _rows() -> list[dict[str, str]]:
    with VECTORS.open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["hash"] == "idmix"]


def _word(value: int) -> np.uint64:
    return np.uint64(value & WORD)


def test_derived_words_are_the_recorded_ones() -> None:
    forms = {"hash(key;seed)": 0, "hash(key;index;seed)": 0}
    for row in _rows():
        h, i = _word(int(row["a"])), _word(int(row["b"]))
        found = derive2(h, i, _word(int(row["c"]))) if row["c"] else derive(h, i)
        assert int(found) == int(row["value"])
        forms[row["form"]] += 1
    assert forms == {"hash(key;seed)": 18, "hash(key;index;seed)": 24}


@given(h=WORDS, i=WORDS, j=WORDS)
def test_derived_words_are_their_definition(h: int, i: int, j: int) -> None:
    def plain(h: int, i: int) -> int:
        return mix_int(h ^ GOLDEN_GAMMA * (i % 2**32 + 1) % 2**64)

    assert int(derive(_word(h), _word(i))) == plain(h, i)
    assert int(derive2(_word(h), _word(i), _word(j))) == plain(plain(h, i), j)
    assert int(stream(_word(h), _word(i))) == mix_int((h + i * GOLDEN_GAMMA) % 2**64)


def test_the_last_number_does_not_wrap_to_the_word_itself() -> None:
    """The number after it is 2^32, and not 0, for which `derive` would be a bare `mix`."""
    assert int(derive(_word(7), _word(-1))) == mix_int(7 ^ GOLDEN_GAMMA * 2**32 % 2**64) != mix_int(7)


@pytest.mark.parametrize(
    ("seed", "words"),
    [
        (0, [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]),
        (1234567, [6457827717110365317, 3203168211198807973, 9817491932198370423]),
    ],
)
def test_a_stream_is_splitmix64(seed: int, words: list[int]) -> None:
    assert [int(stream(_word(seed), _word(t))) for t in (1, 2, 3)] == words
