"""Placements are what they were when the algorithm was accepted."""

from __future__ import annotations

import pytest
from golden import command, path_of, read, render, rows

from algorithms import names


@pytest.mark.parametrize("name", names())
def test_placements_are_the_golden_ones(name: str) -> None:
    if not path_of(name).exists():
        pytest.fail(f"{name} has no golden placements; write them with: {command(name)}")
    now = rows(name)
    changed = [(old, new) for old, new in zip(read(name), now, strict=False) if old != new]
    assert not changed, (
        f"{len(changed)} placements of {name} have changed, the first from {changed[0][0]} to {changed[0][1]}"
    )
    assert len(read(name)) == len(now)


def test_every_golden_file_is_of_an_algorithm() -> None:
    assert {path.stem for path in path_of("any").parent.glob("*.csv")} <= set(names())


def test_rendering_is_what_is_kept() -> None:
    name = names()[0]
    assert path_of(name).read_text(encoding="utf-8") == render(read(name))
