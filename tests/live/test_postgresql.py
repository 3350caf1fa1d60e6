"""PostgreSQL itself: the partition that rows of several types are in, beside `plan which` of its own dump."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pytest

from live.asking import planned
from live.place import Place
from live.servers import Postgres

NUMBERS = [
    int(number) for number in np.random.default_rng(12).integers(-(1 << 63), 1 << 63, 60, dtype=np.int64)
]
TEXTS = [
    "",
    " ",
    "a",
    "user:1",
    "twelve bytes",
    "ä",
    "日本語",
    "x" * 300,
    "\\",
    "'quoted'",
    *map(str, NUMBERS),
]
WORDS = [text for text in TEXTS if text.strip() and "\\" not in text]

TABLES: Mapping[str, tuple[str, Sequence[Sequence[object]]]] = {
    "texts": ("a text", [[text] for text in TEXTS]),
    "names": ("a varchar(400)", [[text] for text in TEXTS]),
    "blanks": ("a char(320)", [[text] for text in TEXTS]),
    "small": ("a smallint", [[number] for number in (*range(-30, 30), -32768, 32767)]),
    "whole": ("a int", [[number] for number in (*range(-30, 30), -(1 << 31), (1 << 31) - 1)]),
    "large": ("a bigint", [[number] for number in (0, -1, -(1 << 63), (1 << 63) - 1, *NUMBERS)]),
    "ids": ("a uuid", [[uuid.UUID(int=abs(number) * 0x10001)] for number in NUMBERS]),
    "days": ("a date", [[f"{1999 + number // 12}-{number % 12 + 1:02}-28"] for number in range(60)]),
    "moments": ("a timestamp", [[f"2026-11-26 12:00:00.{abs(number) % 10**6:06}"] for number in NUMBERS]),
    "zoned": (
        "a timestamptz",
        [[f"2026-11-26 12:00:{abs(number) % 60:02}{number % 9 - 4:+03}:30"] for number in NUMBERS],
    ),
    "pairs": ("a text, b bigint", [[text, number] for text, number in zip(WORDS, NUMBERS, strict=False)]),
    "triples": (
        "a int, b uuid, c varchar",
        [[number % 99, uuid.UUID(int=abs(number)), f"{number:x}"] for number in NUMBERS],
    ),
}
"""The columns of each table, all of them its key, and rows."""

PARTS = ((4, 0), (4, 1), (4, 2), (8, 3), (16, 7), (16, 15))
"""Modulus and remainder of each partition: some have been split."""


def literal(value: object) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def names(columns: str) -> str:
    return ", ".join(column.split()[0] for column in columns.split(", "))


def created() -> Iterator[str]:
    """Yield the statements that make each table, with its partitions and rows."""
    for table, (columns, rows) in TABLES.items():
        yield f"CREATE TABLE {table} (number int, {columns}) PARTITION BY HASH ({names(columns)});"
        for m, r in PARTS:
            bound = f"FOR VALUES WITH (MODULUS {m}, REMAINDER {r})"
            yield f"CREATE TABLE {table}_{m}_{r} PARTITION OF {table} {bound};"
        values = (f"({number}, {', '.join(map(literal, row))})" for number, row in enumerate(rows))
        yield f"INSERT INTO {table} VALUES {', '.join(values)};"


def test_rows_are_where_plan_says(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    database = Postgres(place)
    database.sql("\n".join(created()))
    path = place.write("dump.sql", database.dumped())
    for table, (columns, rows) in TABLES.items():
        keys = ["\t".join(map(str, row)).encode() for row in rows]
        said = planned(capsys, path, keys, "--pool", f"public.{table}", folder=place.directory)
        ask = f"SET search_path = ''; SELECT tableoid::regclass FROM public.{table} ORDER BY number"
        assert said == [name for (name,) in database.sql(ask)], table
        assert len(set(said)) == len(PARTS)
        description = place.write("described.txt", database.described(table))
        short = planned(capsys, description, keys, folder=place.directory)
        assert [f"public.{name}" for name in short] == said
        satisfied = f"satisfies_hash_partition('{table}'::regclass, m, r, {names(columns)})"
        parts = ", ".join(map(str, PARTS))
        ask = f"SELECT m, r FROM {table}, (VALUES {parts}) parts (m, r) WHERE {satisfied} ORDER BY number"
        assert said == [f"public.{table}_{m}_{r}" for m, r in database.sql(ask)], table
