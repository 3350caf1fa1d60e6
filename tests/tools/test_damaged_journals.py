"""Whatever happens to a journal, the rows are the same."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_experiment import FAKE
from hypothesis import given
from hypothesis import strategies as st
from stored import SMOKE
from told import Told

from experiments.harness import runner


@st.composite
def damages(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """Return a way to damage a file: bits, bytes, lines."""
    at, other = draw(st.floats(0, 1, exclude_max=True)), draw(st.floats(0, 1, exclude_max=True))
    kind = draw(st.sampled_from(["bit", "byte", "cut", "drop", "double", "swap", "insert"]))
    value = draw(st.integers(0, 255))

    def damage(content: bytes) -> bytes:
        place = int(at * len(content))
        lines = content.splitlines(keepends=True)
        one, two = int(at * len(lines)), int(other * len(lines))
        if kind == "bit":
            return content[:place] + bytes([content[place] ^ (1 << value % 8)]) + content[place + 1 :]
        if kind == "byte":
            return content[:place] + bytes([value]) + content[place + 1 :]
        if kind == "insert":
            return content[:place] + bytes([value]) + content[place:]
        if kind == "cut":
            return content[:place]
        if kind == "drop":
            return b"".join(lines[:one] + lines[one + 1 :])
        if kind == "double":
            return b"".join([*lines[:one], lines[two], *lines[one:]])
        lines[one], lines[two] = lines[two], lines[one]
        return b"".join(lines)

    return damage


def resumed(content: bytes, folder: Path) -> tuple[bytes, list[str], int]:
    """Return the rows, the notices and the resumed cases of a run that goes on with a journal."""
    folder.mkdir()
    (folder / ".journal.jsonl").write_bytes(content)
    told = Told()
    outcome = runner.run(FAKE, SMOKE, profile="smoke", out=folder, reporter=told)
    return (folder / "rows.csv").read_bytes(), told.notices, outcome.resumed


def test_whatever_happens_to_a_journal_the_rows_are_the_same(
    journal: bytes, whole: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert len(journal.splitlines()) == 4

    @given(st.lists(damages(), min_size=1, max_size=3))
    def check(several: list[Callable[[bytes], bytes]]) -> None:
        content = journal
        for damage in several:
            content = damage(content) if content else content
        rows, _, found = resumed(content, tmp_path_factory.mktemp("damaged") / "run")
        assert rows == whole["rows.csv"]
        assert found <= 3

    check()


def test_every_flipped_bit_of_a_journal_costs_a_case_at_most(journal: bytes, tmp_path: Path) -> None:
    from experiments.harness.journal import Journal

    header = json.loads(journal.partition(b"\n")[0].partition(b" ")[2])
    belongs = {name: value for name, value in header.items() if name != "journal"}
    undamaged = Journal(tmp_path / "whole", belongs)
    (tmp_path / "whole").write_bytes(journal)
    with Journal(tmp_path / "whole", belongs) as read:
        finished = read.finished
    undamaged.close()
    assert len(finished) == 3
    path = tmp_path / "journal"
    for place in random.Random(1).sample(range(8 * len(journal)), 400):
        content = bytearray(journal)
        content[place // 8] ^= 1 << place % 8
        path.write_bytes(content)
        with Journal(path, belongs) as read:
            assert len(read.finished) >= 1
            assert all(finished[case] == measured for case, measured in read.finished.items())
            assert not read.discarded
        with Journal(path, belongs) as again:
            assert (again.finished, again.damaged) == (read.finished, 0)


def test_a_damaged_line_is_measured_again_and_that_is_said_once(
    journal: bytes, whole: dict[str, bytes], tmp_path: Path
) -> None:
    lines = journal.splitlines(keepends=True)
    lines[2] = lines[2].replace(b"0.", b"1.", 1).replace(b'"load":', b'"laod":')
    assert b"".join(lines) != journal
    rows, notices, found = resumed(b"".join(lines), tmp_path / "run")
    assert (rows, found) == (whole["rows.csv"], 2)
    assert notices == [
        "a line is damaged in the journal of an interrupted run: measured again",
        "resuming: 2 of 4 cases were finished before",
    ]
