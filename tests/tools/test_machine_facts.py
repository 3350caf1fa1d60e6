"""What is said of the machine, read from files that are made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.storage import machine
from experiments.storage.machine import Ticks

CPUINFO = "model name\t: Some Processor\ncpu MHz\t\t: 2000.500\nflags\t\t: fpu avx2 sse4_2 avx512f\n"
STAT = "cpu  100 20 30 800 10 0 5 35 7 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_machine_is_described_by_what_its_files_say(root: Path) -> None:
    write(root, "proc/cpuinfo", CPUINFO + CPUINFO.replace("2000.500", "3000.500"))
    write(root, "sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n")
    write(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n")
    found = machine.described()
    assert found["cpu"] == "Some Processor"
    assert found["vectors"] == ["avx2", "avx512f", "sse4_2"]
    assert (found["huge_pages"], found["governor"], found["megahertz"]) == ("madvise", "performance", 2500.5)


def test_what_a_machine_does_not_say_is_none(root: Path) -> None:
    found = machine.described()
    assert (found["huge_pages"], found["governor"], found["megahertz"]) == (None, None, None)
    assert found["vectors"] == []
    assert machine.ticks() is None
    write(root, "proc/stat", "nothing\n")
    assert machine.ticks() is None


def test_time_that_others_took_is_a_part_of_what_has_passed(root: Path) -> None:
    write(root, "proc/stat", STAT)
    before = machine.ticks()
    assert before == Ticks(total=1000, stolen=35), "what guests had is no more time"
    write(root, "proc/stat", "cpu  150 20 30 840 10 0 5 45 9 0\n")
    after = machine.ticks()
    assert after is not None
    assert after.stolen_since(before) == pytest.approx(0.1)
    assert before.stolen_since(before) is None
