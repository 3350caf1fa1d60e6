"""Whatever the environment says, every algorithm gives the same answers, in a process of its own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

PROGRAM = """
import numpy as np
from algorithms import Capability, Node, create, names, spec_of
words = np.arange(300, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
text = []
for name in names():
    nodes = [Node(f"n{i}", 1.0 + i % 2 if spec_of(name).can(Capability.WEIGHTED) else 1.0) for i in range(5)]
    for given in (nodes, 5):
        p = create(name, given)
        hashes = words >> np.uint64(64 - p.hash_bits)
        text.append((name, p.assign(hashes).tolist(), p.lookup_many(["a", "b", "c"]).tolist()))
        text.append([p.lookup(key) for key in ("a", "b", "key", b"c", 2**64 - 1, 2**63, 0)])
        p.change(add=["another"])
        text.append((p.assign(hashes).tolist(), [p.lookup(i << 58) for i in range(64)]))
        if p.spec.can(Capability.REPLICAS):
            text.append(p.assign_replicas(hashes[:9], 2).tolist())
import hashlib
print(hashlib.sha256(repr(text).encode()).hexdigest())
"""
CONFORM = """
from algorithms import names
from experiments.conformance import cases
import experiments.conformance.search
for name in names():
    for case in cases(name):
        if case.check.name in ("deterministic", "batch_equals_single", "one_key_as_a_column"):
            case.run(examples=2)
print("done")
"""


def heard(program: str, *flags: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
    """Run a program with these variables set, or unset where they are None."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment |= {name: value for name, value in variables.items() if value is not None}
    for name in [name for name, value in variables.items() if value is None]:
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, *flags, "-c", program],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def usual() -> str:
    done = heard(PROGRAM)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip()) == hashlib.sha256().digest_size * 2
    return done.stdout


VARIABLES: list[dict[str, str | None]] = [
    {"NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "error"},
    {"SHARDLAB_DEBUG": "1", "NUMBA_CACHE_LOCATOR_CLASSES": "nowhere.Nobody"},
    {"SHARDLAB_DEBUG": "python"},
    {"NUMBA_NUM_THREADS": "bad", "NUMBA_CPU_NAME": "generic"},
    {"PYTHONOPTIMIZE": "2", "PYTHONHASHSEED": "17", "SHARDLAB_DEBUG": "0"},
    {"PYTHONWARNINGS": "error", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONSAFEPATH": "1"},
    {"PYTHONDEVMODE": "1", "LC_ALL": "C", "PYTHONUTF8": "0"},
    {"HOME": "relative", "NUMBA_CACHE_DIR": ""},
    {"HOME": "/nowhere/at/all", "XDG_CACHE_HOME": "relative"},
    {"TMPDIR": "/nowhere/at/all", "HOME": "/dev/null"},
]
"""Each in a process; those that have nothing to do with each other share one."""


@pytest.mark.parametrize(
    "variables", VARIABLES, ids=lambda given: " ".join(f"{k}={v}" for k, v in given.items())
)
def test_answers_are_the_same(variables: dict[str, str | None], usual: str) -> None:
    done = heard(PROGRAM, **variables)
    assert done.returncode == 0, done.stderr
    assert done.stdout == usual
    if "NUMBA_NUM_THREADS" not in variables:
        assert done.stderr == ""


def test_an_isolated_interpreter_gives_the_same_answers(usual: str) -> None:
    done = heard(f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{PROGRAM}", "-I")
    assert (done.returncode, done.stdout, done.stderr) == (0, usual, "")


def test_a_user_that_nobody_knows_gives_the_same_answers(usual: str) -> None:
    """A container's numeric user has no entry from which a home could be known."""
    unknown = """
import os, pwd
def getpwuid(uid):
    raise KeyError(f"getpwuid(): uid not found: {uid}")
pwd.getpwuid = getpwuid
"""
    done = heard(unknown + PROGRAM, HOME=None, XDG_CACHE_HOME=None)
    assert (done.returncode, done.stdout, done.stderr) == (0, usual, "")


@pytest.mark.parametrize("variables", [{"NUMBA_DISABLE_JIT": "1"}, {"PYTHONOPTIMIZE": "2"}], ids=str)
def test_promises_hold_without_a_compiler_and_without_docstrings(variables: dict[str, str | None]) -> None:
    done = heard(CONFORM, **variables)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_a_debug_mode_that_is_none_is_refused_in_a_sentence() -> None:
    done = heard(PROGRAM, SHARDLAB_DEBUG="yes")
    assert done.returncode == 1
    assert "SHARDLAB_DEBUG=yes means nothing: set 1 to check bounds, or python" in done.stderr


@pytest.mark.parametrize("command", [["list", "algorithms"], ["--help"], ["scaling", "--help"]], ids=" ".join)
def test_the_command_line_answers_without_docstrings(command: list[str]) -> None:
    told = [
        subprocess.run(
            [sys.executable, *flags, "-m", "experiments.run", *command],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        for flags in ([], ["-OO"])
    ]
    assert told[0].returncode == told[1].returncode == 0, told[1].stderr
    assert told[0].stdout == told[1].stdout
