"""Texts as parts of the names of files: distinct, stable, short, and legible."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from experiments.report.slugs import LONGEST, slug

texts = st.text(st.sampled_from("aAbB01-_:./é è\x1b漢\ud800"), max_size=60) | st.text(max_size=60)


@given(texts, texts)
@example("strings:A", "strings:a")
@example("strings:é", "strings:è")
@example(
    "file:/a/very/long/folder/of/many/letters/one.txt", "file:/b/very/long/folder/of/many/letters/one.txt"
)
@example("a-b", "a_b")
@example("a.b", "a:b")
@example("漢", "字")
@example("", "x")
@example("strings:A", slug("strings:A"))
@example("k", "\N{KELVIN SIGN}")
@example("ss", "ß")
def test_two_texts_have_two_stems_whatever_the_file_system_makes_of_capitals(one: str, other: str) -> None:
    assert (slug(one).casefold() == slug(other).casefold()) == (one == other)


@given(texts)
def test_a_stem_is_short_and_of_letters_that_every_file_system_takes(text: str) -> None:
    assert len(slug(text)) <= LONGEST
    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", slug(text))


def test_names_of_workloads_and_hash_functions_stand_as_they_are() -> None:
    for text in ("uniform", "names", "sequential", "zipf", "xxh64", "fnv1a_64"):
        assert slug(text) == text


def test_a_stem_is_the_same_for_ever_and_ends_as_its_text_does() -> None:
    assert slug("zipf:1.2:500") == "zipf-1-2-500-ffc1a8c1"
    assert "people-csv-last-name" in slug("file:/home/me/keys/of/the/third/of/may/people.csv:last_name")
