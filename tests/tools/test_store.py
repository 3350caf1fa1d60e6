"""The store: types survive the file, bytes depend on the rows alone, files appear whole or not at all."""

from __future__ import annotations

import io
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from altered import put, restate
from hypothesis import example, given, settings
from hypothesis import strategies as st

from experiments.options.errors import BadUse, CannotWrite
from experiments.storage import store
from experiments.storage.files import write_atomically

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "exact": st.one_of(st.just(2**64), st.integers()),
    "fraction": st.fractions(),
    "float": st.floats(allow_nan=False),
    "text": texts,
}


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, Any]]:
    names = draw(st.lists(texts, min_size=1, max_size=4, unique=True))
    kinds = {name: draw(st.sampled_from(sorted(KINDS))) for name in names}
    cells = st.fixed_dictionaries({name: st.none() | KINDS[kind] for name, kind in kinds.items()})
    return draw(st.lists(cells, min_size=1, max_size=5))


def as_plain(frame: Any) -> list[dict[str, Any]]:
    return [
        {name: store.plain(None if frame[name].isna().iloc[at] else frame[name].iloc[at]) for name in frame}
        for at in range(len(frame))
    ]


@settings(deadline=None)  # the first example imports pandas
@given(tables())
@example([{"a": None}])
@example([{"a": "NA"}, {"a": "\r\n"}, {"a": '"'}])
@example([{"a": math.inf, "b": Fraction(4, 2)}])
@example([{"a": 1, "b": True}, {"b": None}, {"c": 2**70}])
def test_rows_survive_the_file(rows: list[dict[str, Any]]) -> None:
    stored = store.encode("rows", rows)
    frame = store.decode(stored)
    names = list(dict.fromkeys(name for row in rows for name in row))
    expected = [{name: store.plain(row.get(name)) for name in names} for row in rows]
    assert stored.name == "rows.csv"
    assert list(frame.columns) == names
    assert as_plain(frame) == expected
    file = io.BytesIO()
    frame.to_parquet(file)
    assert pd.read_parquet(io.BytesIO(file.getvalue())).equals(frame)
    assert store.encode("rows", rows) == stored


def test_many_rows_are_csv_too() -> None:
    stored = store.encode("rows", [{"n": n} for n in range(60_000)])
    assert (stored.name, stored.rows) == ("rows.csv", 60_000)
    assert store.decode(stored)["n"].tolist() == list(range(60_000))


@pytest.mark.parametrize(
    ("values", "kind", "dtype"),
    [
        ([True, False], "boolean", "bool"),
        ([True, None], "boolean", "boolean"),
        ([1, 2], "integer", "int64"),
        ([1, None], "integer", "Int64"),
        ([1, 2**63], "exact", "exact[integer]"),
        ([1, 0.5], "float", "float64"),
        ([1.5, None], "float", "float64"),
        ([1, Fraction(1, 3)], "fraction", "exact[fraction]"),
        (["a", "b"], "text", "str"),
        ([np.uint64(2**63), np.uint64(0)], "exact", "exact[integer]"),
        ([np.float32(0.5), np.bool_(False).item() + 1.0], "float", "float64"),
    ],
)
def test_a_column_has_the_type_of_its_values(values: list[Any], kind: str, dtype: str) -> None:
    stored = store.encode("rows", [{"x": value} for value in values])
    assert stored.types == {"x": kind}
    assert str(store.decode(stored)["x"].dtype) == dtype


def test_exact_numbers_stay_exact_whatever_is_computed_of_them() -> None:
    rows = [
        {"n": 2**64, "share": Fraction(1, 3), "k": 1},
        {"share": Fraction(1, 2), "k": 2},
        {"n": 5, "k": 2},
    ]
    frame = store.decode(store.encode("rows", rows))
    assert frame["n"].max() - frame["n"].min() == 2**64 - 5
    assert frame["share"].sum() == Fraction(5, 6)
    assert (frame["share"].dropna() * 2).tolist() == [Fraction(2, 3), Fraction(1)]
    assert frame.groupby("k")["share"].sum().tolist() == [Fraction(1, 3), Fraction(1, 2)]
    assert frame["share"].dropna().map(float).dtype == "float64"
    assert frame["n"].isna().tolist() == [False, True, False]
    assert frame.sort_values("n")["k"].tolist()[:2] == [2, 1]
    assert frame.to_dict("records")[0] == {"n": 2**64, "share": Fraction(1, 3), "k": 1}


@pytest.mark.parametrize("values", [[1, "a"], [True, 1], [0.5, Fraction(1, 2)], ["a", 0.5]])
def test_kinds_that_do_not_mix_are_refused_and_the_column_is_named(values: list[Any]) -> None:
    with pytest.raises(TypeError, match="column 'x' mixes"):
        store.encode("rows", [{"x": value} for value in values])


@pytest.mark.parametrize("value", [[1], object(), b"bytes", 1j])
def test_what_is_no_value_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="cannot be stored"):
        store.plain(value)


def test_floats_keep_twelve_digits_so_the_last_bits_of_a_machine_do_not_show() -> None:
    sums = [0.3, 0.1 + 0.2]
    assert sums[0] != sums[1]
    assert len({store.encode("rows", [{"x": value}]).content for value in sums}) == 1


def test_load_takes_a_folder_or_a_file(tmp_path: Path) -> None:
    put(tmp_path, [{"n": 1, "share": Fraction(1, 3)}])
    for path in (tmp_path, tmp_path / "rows.csv", str(tmp_path)):
        assert store.load(path).to_dict("records") == [{"n": 1, "share": Fraction(1, 3)}]


def test_load_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(BadUse, match=r"no run\.json"):
        store.load(tmp_path)
    put(tmp_path, [{"n": 1}])
    with pytest.raises(BadUse, match="has no 'timing'; it has rows"):
        store.load(tmp_path, "timing")
    (tmp_path / "rows.csv").write_text("n\nx\n", encoding="utf-8")
    restate(tmp_path)
    with pytest.raises(BadUse, match="not of its column's type"):
        store.load(tmp_path)
    (tmp_path / "rows.csv").write_text("m\n1\n", encoding="utf-8")
    restate(tmp_path)
    with pytest.raises(BadUse, match="has the columns m"):
        store.load(tmp_path)
    (tmp_path / "rows.csv").unlink()
    with pytest.raises(BadUse, match="cannot read"):
        store.load(tmp_path)
    (tmp_path / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadUse, match="cannot read"):
        store.load(tmp_path)


def test_a_file_that_fails_half_way_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    write_atomically(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CannotWrite, match=r"cannot write .*a\.txt: No space left on device; give"):
        write_atomically(path, b"new")
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]
    assert path.read_bytes() == b"old"
