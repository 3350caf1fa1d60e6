"""Verify finds the same, and names what differs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fake_experiment import find
from runs import run_here

from experiments.harness.verify import difference, stored_runs, verify
from experiments.storage import store


def test_verify_finds_the_same_and_names_what_differs(tmp_path: Path) -> None:
    run_here(tmp_path / "fake" / "smoke")
    (folder,) = stored_runs([tmp_path])
    assert verify(folder, find).differences == []
    rows = folder / "rows.csv"
    rows.write_text(rows.read_text(encoding="utf-8").replace("1/2", "1/3", 1), encoding="utf-8")
    (folder / "tables" / "shares.md").unlink()
    (wrong, missing) = verify(folder, find).differences
    assert wrong.startswith(f"{rows}: line 2 is 'modulo,2,0,")
    assert missing == f"{folder / 'tables' / 'shares.md'}: is computed now, but not stored"


def test_verify_ignores_what_a_clock_decides(tmp_path: Path) -> None:
    run_here(tmp_path)
    (tmp_path / "timing.csv").write_text("other\n", encoding="utf-8")
    assert verify(tmp_path, find).differences == []


def test_verify_says_when_the_catalogue_has_changed(tmp_path: Path) -> None:
    run_here(tmp_path)
    facts = store.run_facts(tmp_path)
    facts["profile"] = "full"
    (tmp_path / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    assert verify(tmp_path, find).differences == [
        f"{tmp_path}: the catalogue's [full] has changed since; run it again"
    ]


def test_verify_says_when_a_run_cannot_be_computed_any_more(tmp_path: Path) -> None:
    run_here(tmp_path)
    facts = store.run_facts(tmp_path)
    facts["parameters"]["event"] = ["melt"]
    (tmp_path / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    (sentence,) = verify(tmp_path, find).differences
    assert sentence.startswith(f"{tmp_path}: cannot be computed again: --event: 'melt' is unknown")


@pytest.mark.parametrize(
    ("name", "stored", "again", "said"),
    [
        ("a.csv", b"1\n", b"1\n", None),
        ("a.csv", b"1\n2\n", b"1\n", "line 2 is '2', computed again ''"),
        ("a.csv", b"1", b"1\n2", "line 2 is no more, computed again '2'"),
        ("a.png", b"\x00\x01", b"\x00\x02", "byte 2 differs"),
        ("a.png", b"\x00", b"\x00\x02", "byte 2 differs"),
        ("a.csv", b"1", None, "is stored, but no longer computed"),
    ],
)
def test_a_difference_is_placed(name: str, stored: bytes, again: bytes | None, said: str | None) -> None:
    assert difference(name, stored, again) == said
