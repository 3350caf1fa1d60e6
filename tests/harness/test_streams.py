"""The standard streams in every state: closed, full, left by the reader, in another character set."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from fake_experiment import FAKE as FAKE_EXPERIMENT

from experiments.harness.parameters import Parameters
from experiments.harness.runner import run as run_experiment
from experiments.options.errors import BadUse
from experiments.storage import store

ROOT = Path(__file__).resolve().parents[2]

RUN = "fake --profile smoke --threads 1"

COMMANDS = {
    "help": "--help",
    "help of an experiment": "scaling --help",
    "list": "list",
    "list algorithms": "list algorithms",
    "run": f"{RUN} --out out",
    "json": f"{RUN} --out out --format json",
    "all": "all --profile smoke --only memory",
    "report": "report results/fake --format markdown --out report",
    "verify": "verify results/fake",
    "bad use": "scaling --nodes 0",
}
"""A command of each kind that prints."""

FAKE = Path(__file__).parents[1] / "fake_experiment.py"
"""The command line with an experiment that takes no time."""


def shell(command: str, folder: Path, redirected: str = "", **environment: str) -> tuple[int, bytes, bytes]:
    """Run the real command by a shell, with its streams redirected; return exit code, output and errors."""
    program = [str(FAKE)] if "fake" in command else ["-m", "experiments.run"]
    python = f"{shlex.join([sys.executable, *program])} {command}"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {python} {redirected}"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **environment},
        capture_output=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a finished run, for the commands that read one."""
    folder = tmp_path_factory.mktemp("stored")
    assert shell(RUN, folder)[0] == 0
    assert shell(COMMANDS["all"], folder)[0] == 0
    return folder


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(
    ("redirected", "said"),
    [
        (">&-", "the standard output is closed"),
        (">/dev/full", "cannot print: No space left on device"),
        ("2>&-", None),
        ("2>/dev/full", None),
        ("<&-", None),
        ("<&- 2>&-", None),
        ("| head -c 1", None),
        ("2>&1 | head -c 1", None),
    ],
)
def test_no_state_of_a_stream_ends_a_command_otherwise_than_in_a_sentence(
    name: str, redirected: str, said: str | None, stored: Path
) -> None:
    if "/dev/full" in redirected and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    code, output, errors = shell(COMMANDS[name], stored, redirected)
    bad = name == "bad use"
    silent = "2>" in redirected
    assert b"Traceback" not in output + errors
    assert b"Exception ignored" not in output + errors
    if said is None or (bad and "full" in redirected):
        assert code == (2 if bad else 0), errors
        assert bad or output
        assert errors.startswith(b"shardlab: --nodes") if bad and not silent else not errors.startswith(b"sh")
    else:
        assert (code, output) == (2, b"")
        assert errors.decode().startswith("shardlab: ")
        assert said in errors.decode().splitlines()[-1]


@pytest.mark.parametrize("redirected", ["2>&-", "2>/dev/full", "<&-", ">/dev/full", "| head -c 1"])
def test_a_run_writes_its_results_whatever_becomes_of_the_streams(redirected: str, tmp_path: Path) -> None:
    shell(f"{RUN} --out out", tmp_path, redirected)
    assert len(store.load(tmp_path / "out")) > 0


def test_a_closed_output_is_told_before_anything_is_measured(tmp_path: Path) -> None:
    assert shell(f"{RUN} --out out", tmp_path, ">&-")[0] == 2
    assert list(tmp_path.iterdir()) == []


CHARACTER_SETS = [
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "cp1252"},
    {"PYTHONIOENCODING": "cp437"},
    {"PYTHONIOENCODING": "ascii:strict"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]


@pytest.mark.parametrize("environment", CHARACTER_SETS, ids=str)
def test_tables_come_out_in_any_character_set(environment: dict[str, str], tmp_path: Path) -> None:
    _, usual, _ = shell(RUN, tmp_path)
    code, output, errors = shell(RUN, tmp_path, **environment)
    assert (code, errors) == (0, b"")
    encoding = environment.get("PYTHONIOENCODING", "ascii").partition(":")[0]
    # up to the table of what a clock has measured
    shown, wanted = (
        text.partition("Seconds")[0].splitlines() for text in (output.decode(encoding), usual.decode())
    )
    assert len(shown) > 4
    assert [len(line) for line in shown] == [len(line) for line in wanted]
    for line, other in zip(shown, wanted, strict=True):
        for sign, original in zip(line, other, strict=True):
            assert sign == original or not can_be_written(original, encoding)


def can_be_written(sign: str, encoding: str) -> bool:
    """Return whether a character set has a sign."""
    return sign.encode(encoding, "ignore") != b""


@pytest.mark.parametrize(
    "command",
    ["list", "list workloads", "scaling --help", COMMANDS["report"], COMMANDS["verify"]],
)
@pytest.mark.parametrize("environment", CHARACTER_SETS[::5], ids=str)
def test_other_commands_print_in_any_character_set(
    command: str, environment: dict[str, str], stored: Path
) -> None:
    code, output, errors = shell(command, stored, **environment)
    assert code == 0, errors
    assert output
    assert b"Traceback" not in errors


@pytest.mark.parametrize("environment", CHARACTER_SETS[::5], ids=str)
def test_rows_for_programs_lose_nothing_in_any_character_set(
    environment: dict[str, str], tmp_path: Path
) -> None:
    command = f"{RUN} --format json"
    usual, other = shell(command, tmp_path), shell(command, tmp_path, **environment)
    assert usual[0] == other[0] == 0
    encoding = environment.get("PYTHONIOENCODING", "ascii").partition(":")[0]
    rows = [
        [row for row in json.loads(text) if row["file"] == "rows"]
        for text in (usual[1].decode(), other[1].decode(encoding))
    ]
    assert rows[0] == rows[1] != []


def test_rows_with_text_of_other_scripts_are_whole_in_ascii(tmp_path: Path) -> None:
    command = (
        "scaling --profile smoke --algorithms jump --repetitions 1 --keys 100 --event add --threads 1 "
        "--workload strings:ключ --format json --out out"
    )
    code, output, errors = shell(command, tmp_path, PYTHONIOENCODING="ascii")
    assert code == 0, errors
    assert {row["workload"] for row in json.loads(output.decode("ascii"))} == {"strings:ключ"}


def test_complaints_come_out_in_any_character_set(tmp_path: Path) -> None:
    for environment in CHARACTER_SETS:
        code, output, errors = shell("scaling --workload 'zü←'", tmp_path, **environment)
        assert (code, output) == (2, b"")
        assert errors.startswith(b"shardlab: ")
        assert errors.count(b"\n") == 1


NOT_UTF8 = "caf\udce9"
"""The file name caf\\xe9, as Python has it."""


@pytest.mark.parametrize(
    "command",
    [
        "scaling --out NAME",
        "scaling --workload file:NAME",
        "scaling --workload file:keys.csv:NAME",
        "scaling --workload strings:NAME",
        "scaling --algorithms NAME.py:Mine",
        "article --workload file:NAME",
        "targets --document NAME.md",
        "properties --replay NAME",
        "verify NAME",
        "report NAME",
        "report --out NAME",
        "list NAME",
        "NAME",
    ],
)
def test_a_name_that_is_not_utf8_is_refused_before_anything_happens(command: str, tmp_path: Path) -> None:
    name = os.fsencode(NOT_UTF8)
    typed = [part.encode().replace(b"NAME", name) for part in command.split()]
    (tmp_path / "keys.csv").write_text("a\n1\n", encoding="utf-8")
    before = sorted(path.name for path in tmp_path.iterdir())
    done = subprocess.run(
        [os.fsencode(sys.executable), b"-m", b"experiments.run", *typed],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"shardlab: ")
    assert b"is not UTF-8" in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_name_that_is_not_utf8_is_refused_in_python_too(tmp_path: Path) -> None:
    with pytest.raises(BadUse, match=r"--workload: .* is not UTF-8"):
        Parameters(workload=f"file:{NOT_UTF8}")
    with pytest.raises(BadUse, match=r"--algorithms: .* is not UTF-8"):
        Parameters(algorithms=[f"{NOT_UTF8}.py:Mine"])
    with pytest.raises(BadUse, match="is not UTF-8"):
        run_experiment(FAKE_EXPERIMENT, FAKE_EXPERIMENT.profile("smoke"), out=tmp_path / NOT_UTF8)
    assert list(tmp_path.iterdir()) == []


def test_a_run_in_a_folder_whose_name_is_not_utf8_is_written_and_read(tmp_path: Path) -> None:
    folder = tmp_path / NOT_UTF8
    folder.mkdir()
    assert shell(RUN, folder)[0] == 0
    assert shell("verify results/fake", folder)[0] == 0
    assert shell("report results/fake --out report.html", folder)[0] == 0


LONG = "x" * 300


@pytest.mark.parametrize(
    "command",
    [
        f"{RUN} --out {LONG}",
        f"{RUN} --out {'y/' * 3000}",
        f"scaling --workload file:{LONG}",
        f"scaling --workload file:{LONG}.csv:a",
        f"scaling --algorithms {LONG}",
        f"scaling --algorithms {LONG}.py:Mine",
        f"targets --document {LONG}",
        f"verify {LONG}",
        f"report {LONG}",
        f"report results/fake --out {LONG}",
        f"list {LONG}",
        LONG,
    ],
    ids=lambda command: command.replace(LONG, "LONG")[:60],
)
def test_a_name_that_is_too_long_is_refused_in_one_sentence(command: str, stored: Path) -> None:
    before = sorted(path.name for path in stored.rglob("*"))
    code, output, errors = shell(command, stored)
    assert (code, errors.count(b"\n")) == (2, 1), errors[-2000:]
    assert errors.startswith(b"shardlab: ")
    assert b"Traceback" not in errors
    assert output == b"" or command.startswith("report results/fake")
    assert sorted(path.name for path in stored.rglob("*")) == before
