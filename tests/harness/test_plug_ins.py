"""Algorithms of others: whatever is wrong with one is said in a sentence, and stops nothing else."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from broken.remainder import Remainder

from algorithms import (
    InvalidParameter,
    create,
    names,
    registry,
    unregister,
)
from algorithms.errors import BrokenAlgorithm, say_once
from algorithms.hashing import Hashes
from algorithms.machinery.kernel import kernel
from experiments import run
from experiments.conformance import conform
from experiments.harness.selection import resolve
from experiments.options.errors import BadUse
from experiments.throughput import cold_start

ROOT = Path(__file__).resolve().parents[2]

FILE = """
import numpy as np
from algorithms import Capability, Partitioner, Spec, register
from algorithms.machinery.kernel import kernel

{above}

CAN = frozenset({{Capability.REMOVES_ANY}})

@register(Spec(name="mine", title="Mine", summary="hash mod n", capabilities=CAN))
class Mine(Partitioner):
    {init}
    def _build(self, nodes):
        return (nodes.buckets().copy(),)

    def _place(self, structure, hashes, out):
        {place}
"""
HONEST = "out[:] = structure[0][(hashes % np.uint64(len(structure[0]))).astype(np.int64)]"


def mine(folder: Path, *, above: str = "", init: str = "", place: str = HONEST) -> str:
    """Write an algorithm into a file; return its selection."""
    path = folder / "mine.py"
    path.write_text(FILE.format(above=above, init=init, place=place), encoding="utf-8")
    return f"{path}:Mine"


@pytest.fixture(autouse=True)
def _forget_the_algorithms_of_files() -> Iterator[None]:
    before = names()
    yield
    for name in set(names()) - set(before):
        unregister(name)


def refused(capsys: pytest.CaptureFixture[str], *typed: str) -> str:
    """Run a command that must be refused; return the sentence."""
    assert run.main([*typed, "--quiet"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    return printed.err


EXPERIMENTS = ["scaling", "balance", "sequence", "throughput"]


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_a_wrong_bucket_is_told_with_the_algorithm_and_n(
    experiment: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    selection = mine(tmp_path, place="out[:] = len(structure[0])")
    typed = [experiment, "--profile", "smoke", "--algorithms", selection, "--out", str(tmp_path / "out")]
    typed += ["--mode", "batch"] if experiment == "throughput" else []
    said = refused(capsys, *typed)
    assert "mine gives hash" in said
    assert "which no live node has (n = " in said


@pytest.mark.parametrize(
    ("place", "above"),
    [
        ("structure[0][0] = 0", ""),
        ("put(structure[0], out)", "@kernel\ndef put(owners, out):\n    owners[0] = 0\n"),
    ],
)
def test_a_structure_that_is_changed_is_told_with_the_line(
    place: str, above: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    selection = mine(tmp_path, place=place, above=above)
    out = str(tmp_path / "out")
    said = refused(capsys, "scaling", "--profile", "smoke", "--algorithms", selection, "--out", out)
    assert "mine failed with" in said
    assert "mine.py, line" in said
    assert "a structure is never changed" in said


def test_read_only_structures_are_compiled_for_once() -> None:
    """A kernel that met arrays of both kinds would be compiled twice."""
    program = (ROOT / "tests" / "signatures.py").read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {}


@pytest.mark.parametrize("buckets", [-1, 3, 7, -(1 << 31)])
def test_a_bucket_out_of_range_is_refused_by_every_question(buckets: int) -> None:
    class Wrong(Remainder):
        def _place(self, structure: Any, hashes: Any, out: Any) -> None:
            out[:] = buckets

    p = Wrong(["a", "b", "c"])
    for ask in (lambda: p.assign(np.arange(2, dtype=np.uint64)), lambda: p.lookup_many(["key"])):
        with pytest.raises(BrokenAlgorithm, match=rf"bucket {buckets}, which no live node has \(n = 3, "):
            ask()


def test_a_bucket_that_is_free_is_refused() -> None:
    class Forgets(Remainder):
        def _place(self, structure: Any, hashes: Any, out: Any) -> None:
            out[:] = 1

    p = Forgets(["a", "b", "c"])
    p.assign(np.arange(2, dtype=np.uint64))
    p.remove_node("b")
    with pytest.raises(BrokenAlgorithm, match=r"bucket 1, which no live node has \(n = 2, buckets 0, 2\)"):
        p.assign(np.arange(2, dtype=np.uint64))


def test_an_error_of_an_algorithm_is_told_with_its_cause() -> None:
    class Fails(Remainder):
        def _place(self, structure: Any, hashes: Any, out: Any) -> None:
            raise IndexError("beyond the table\nand more")

    said = r"failed with 2 nodes, in .*test_plug_ins.py, line \d+: IndexError: beyond the table$"
    with pytest.raises(BrokenAlgorithm, match=said) as caught:
        Fails(["a", "b"]).assign(np.arange(2, dtype=np.uint64))
    assert isinstance(caught.value.__cause__, IndexError)


@kernel
def beyond(hashes: Hashes, out: Any) -> None:
    """Read far beyond the end."""
    for i in range(len(out)):
        out[i] = hashes[i + 1_000_000_000_000]


CRASH = """
import faulthandler
faulthandler.enable()
import numpy as np
from test_plug_ins import beyond
beyond(np.zeros(2, np.uint64), np.zeros(2, np.int32))
"""


@pytest.mark.parametrize(("mode", "said"), [("0", "SHARDLAB_DEBUG=1 checks the bounds"), ("1", "IndexError"),
                                            ("python", "IndexError")])  # fmt: skip
def test_a_crash_names_what_finds_its_cause(mode: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CRASH],
        env={
            **os.environ,
            "SHARDLAB_DEBUG": mode,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests"), str(Path(__file__).parent)]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (-11 if mode == "0" else 1)
    assert said in done.stderr


def test_a_run_that_crashes_says_so(tmp_path: Path) -> None:
    above = (
        "@kernel\ndef put(owners, out):\n    for i in range(len(out)):\n        out[i] = owners[i + 10**12]\n"
    )
    selection = mine(tmp_path, above=above, place="put(structure[0], out)")
    command = ["-m", "experiments.run", "scaling", "--profile", "smoke", "--algorithms", selection]
    done = subprocess.run(
        [sys.executable, *command, "--out", str(tmp_path / "out"), "--quiet"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -11
    assert "SHARDLAB_DEBUG=1 checks the bounds" in done.stderr
    assert "mine.py" in done.stderr


PRINTS = 'print("hello from mine")\nimport os\nos.write(1, b"and from below")'


def test_an_algorithm_that_prints_is_timed_all_the_same(tmp_path: Path) -> None:
    selection = mine(tmp_path, above=PRINTS, place=f'print("placing"); {HONEST}')
    assert set(cold_start.measure(selection, [], 3, 100)) == set(cold_start.STAGES)


def test_an_algorithm_that_prints_can_be_proved(tmp_path: Path) -> None:
    made = {case.check.name: case for case in _cases(mine(tmp_path, above=PRINTS))}
    made["same_in_another_process"].run(examples=1)


def _cases(selection: str) -> Any:
    from experiments.conformance import cases

    (candidate,) = resolve([selection])
    return cases(candidate.cls)


def test_results_alone_go_to_the_standard_output(tmp_path: Path) -> None:
    selection = mine(tmp_path, above='print("hello")', place=f'print("placing"); {HONEST}')
    command = ["-m", "experiments.run", "scaling", "--profile", "smoke", "--algorithms", selection]
    done = subprocess.run(
        [sys.executable, *command, "--out", str(tmp_path / "out"), "--quiet", "--format", "json"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)
    assert "hello" in done.stderr
    assert "placing" in done.stderr


REQUIRED = (
    "def __init__(self, nodes, *, depth: int, hash='xxh64', hash_bits=None, seed=0):\n"
    "        self.depth = depth\n"
    "        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)\n"
)


def test_a_parameter_without_a_default_is_asked_for(tmp_path: Path) -> None:
    selection = mine(tmp_path, init=REQUIRED)
    with pytest.raises(BadUse, match=r"mine has no default for depth: give a value, such as depth=\.\.\."):
        resolve([selection])
    (candidate,) = resolve([f"{selection}:depth=3"])
    assert repr(candidate.build(2)) == "Mine(2, depth=3)"
    with pytest.raises(InvalidParameter, match="no default for depth"):
        create("mine", 3)
    with pytest.raises(InvalidParameter, match="no default for depth"):
        conform("mine")


@pytest.mark.parametrize(
    ("init", "said"),
    [
        ("def __init__(self, nodes, *, depth=3, **rest):\n        super().__init__(nodes, **rest)\n",
         "takes the parameter 'depth' and keeps no attribute of this name: write self.depth = "),
    ],
)  # fmt: skip
def test_a_parameter_that_is_not_kept_is_told(init: str, said: str, tmp_path: Path) -> None:
    (candidate,) = resolve([mine(tmp_path, init=init)])
    with pytest.raises(BrokenAlgorithm, match=said):
        repr(candidate.build(3))


def test_a_constructor_may_hand_on_the_rest(tmp_path: Path) -> None:
    init = (
        "def __init__(self, nodes, *, depth: int = 3, **rest):\n"
        "        self.depth = depth\n"
        "        super().__init__(nodes, **rest)\n"
    )
    (candidate,) = resolve([mine(tmp_path, init=init) + ":hash=murmur3_64:depth=4"])
    assert repr(candidate.build(3)) == "Mine(3, depth=4, hash='murmur3_64')"
    assert set(registry.parameters_of(candidate.cls)) == {"depth", "hash", "hash_bits", "seed"}


def test_a_class_that_cannot_be_built_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(FILE.format(above="", init="", place=HONEST).replace("_place", "_put"), encoding="utf-8")
    with pytest.raises(BadUse, match="Mine is no algorithm yet: write _place"):
        resolve([f"{path}:Mine"])


def test_a_file_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    selection = mine(tmp_path)
    path = Path(selection.rpartition(":")[0])
    whole = path.read_text(encoding="utf-8")
    path.write_text(f"{whole}\nraise OSError('no such table')\n", encoding="utf-8")
    with pytest.raises(BadUse, match="OSError: no such table"):
        resolve([selection])
    assert "mine" not in names()
    path.write_text(whole, encoding="utf-8")
    assert resolve([selection])[0].label == "mine"


def test_a_name_that_is_taken_is_told_with_who_has_it(tmp_path: Path) -> None:
    path = Path(mine(tmp_path).rpartition(":")[0])
    path.write_text(path.read_text(encoding="utf-8").replace('name="mine"', 'name="ring"'), encoding="utf-8")
    with pytest.raises(
        BadUse, match=r"'ring' is taken by algorithms.rings.ring.Ring \(.*ring.py\): choose another"
    ):
        resolve([f"{path}:Mine"])


class Entry:
    """An entry point as `importlib.metadata` gives it."""

    name, value = "theirs", "their.module"

    def __init__(self, error: BaseException | None) -> None:
        self.error, self.loads = error, 0

    def load(self) -> None:
        self.loads += 1
        if self.error is not None:
            raise self.error


@pytest.mark.parametrize(
    "error", [ModuleNotFoundError("No module named 'their'"), SystemExit(3), ValueError("x")]
)
def test_an_entry_point_that_fails_is_named_and_left_out(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    say_once.cache_clear()
    entries = [Entry(error), Entry(None)]
    monkeypatch.setattr(registry, "_discovered", False)
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: entries)
    assert "ring" in names()
    assert names() == names()
    assert [entry.loads for entry in entries] == [1, 1]
    (said,) = [record.message for record in caplog.records]
    assert "'theirs'" in said
    assert "their.module" in said
    assert type(error).__name__ in said
    assert repr(create("ring", 3)) == "Ring(3)"
