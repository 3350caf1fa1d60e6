"""What CONTRIBUTING tells a newcomer to do works, command by command."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import algorithms
from algorithms import Capability
from experiments.conformance import checks

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "slots.py"
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = [line for language, block in BLOCKS if not language for line in block.splitlines()]
(TRY,) = (line for line in COMMANDS if "examples/slots.py:Slots" in line)
(PROVE,) = (line for line in COMMANDS if "conform(Slots)" in line)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return one cache for all commands, each of which imports the example under a name of its own."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def environment(cache: Path) -> dict[str, str]:
    return {**os.environ, "NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT)}


def typed(command: str, *more: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Type a command of the text, with more arguments."""
    program, *arguments = shlex.split(command)
    assert program == "python"
    return subprocess.run(
        [sys.executable, *arguments, *more],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_text_shows_the_file_as_it_is() -> None:
    assert next(block for language, block in BLOCKS if language == "python") == EXAMPLE.read_text(
        encoding="utf-8"
    )


def test_the_text_shows_every_capability_with_its_meaning() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", TEXT, re.MULTILINE)
    assert rows == [(capability.name, capability.meaning) for capability in Capability]


def test_the_text_shows_every_property_beside_its_capability() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|.*\| ([^|]*) \|$", TEXT, re.MULTILINE)
    (every,) = re.findall(r"^Every partitioner promises (.*)\.$", TEXT, re.MULTILINE)
    listed = {name: re.findall(r"`(\w+)`", names) for name, names in [*rows, (None, every)]}
    expected: dict[str | None, list[str]] = {}
    for made in checks():
        expected.setdefault(made.promise and made.promise.name, []).append(made.name)
    assert listed == expected


def test_the_text_shows_every_folder_with_its_idea() -> None:
    packages = [module.name for module in pkgutil.iter_modules(algorithms.__path__) if module.ispkg]
    ideas = set(packages) - {"hashing", "interface", "machinery"}
    section = TEXT.partition("### Which folder")[2].partition("\n#")[0]
    rows = dict(re.findall(r"^\| `([a-z]+)/` \| (.*) \|$", section, re.MULTILINE))
    docs = {idea: (importlib.import_module(f"algorithms.{idea}").__doc__ or "").strip() for idea in ideas}
    assert {idea: f"{idea.capitalize()}: {about}" for idea, about in rows.items()} == docs
    (place,) = re.findall(r"^\| (`algorithms/rings/`.*?) \|", TEXT, re.MULTILINE)
    assert {name.rpartition("/")[2] for name in re.findall(r"`([a-z/]+)/`", place)} == ideas


def test_files_that_the_text_names_are_there() -> None:
    named = re.findall(r"`((?:algorithms|experiments|examples|tests|docs)/[a-z_/.]*)`", TEXT)
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_targets_that_the_text_names_are_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    lines = [line for line in COMMANDS if line.startswith("make ")] + re.findall(r"`(make [^`]*)`", TEXT)
    named = {word for line in lines for word in line.partition("#")[0].split()[1:] if word.isalpha()}
    assert {"test", "scaling", "lint", "types", "constraints"} <= named <= targets


def test_the_example_of_the_docstring_runs(environment: dict[str, str]) -> None:
    done = typed("python -m doctest examples/slots.py", environment=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_example_has_a_row_for_each_event(environment: dict[str, str], tmp_path: Path) -> None:
    done = typed(TRY, "--format", "json", "--out", str(tmp_path / "out"), "--quiet", environment=environment)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    mine = [row for row in rows if row["file"] == "rows" and row["label"] == "slots"]
    assert {row["event"] for row in mine} == {row["event"] for row in rows if row["label"] == "ring"}
    grown = [row["movement"] for row in mine if row["event"] == "add:1"]
    assert grown == pytest.approx([1 / 17] * 3, rel=0.2)
    refused = {row["event"] for row in mine if row["cannot"]}
    assert refused == {"remove:middle", "remove-random:3", "weight:2"}


def test_the_example_keeps_what_it_promises(environment: dict[str, str]) -> None:
    shorter = PROVE.replace("conform(Slots)", "print(len(conform(Slots, examples=25)))")
    done = typed(shorter, environment=environment)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30


def test_a_promise_too_many_ends_as_the_text_shows(environment: dict[str, str], tmp_path: Path) -> None:
    source = EXAMPLE.read_text(encoding="utf-8")
    lying = source.replace("Capability.UNIFORM,", "Capability.UNIFORM, Capability.ORDER_INDEPENDENT,")
    (tmp_path / "mine.py").write_text(lying, encoding="utf-8")
    environment["PYTHONPATH"] += os.pathsep + str(tmp_path)
    command = PROVE.replace("examples.slots", "mine").replace("conform(Slots)", "conform(Slots, examples=25)")
    done = typed(command, environment=environment)
    assert done.returncode == 1
    (shown,) = (line for line in COMMANDS if line.startswith("Refuted: "))
    assert done.stderr.splitlines()[-1].endswith(shown)
