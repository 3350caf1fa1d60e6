"""A Python for peers that the one at hand cannot run: where it is looked for, and what is said else."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from algorithms import create
from experiments.peers import Task, fastring, interpreters, peers
from experiments.peers.interpreters import CannotMake, base_of, interpreter
from experiments.storage.machine import Spent

HERE = sys.version_info[:2]

FAKE = """
class HashRing:
    def __init__(self, virtual_nodes):
        self.points, self.names = virtual_nodes, []

    def add_node(self, name):
        self.names.append(name)

    def get_node(self, key):
        return self.names[len(key) % len(self.names)]

    def get_node_batch(self, keys):
        return [self.get_node(key) for key in keys]
"""


@pytest.fixture(autouse=True)
def forget() -> None:
    interpreter.cache_clear()


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_it_is_found_on_the_path_and_among_those_of_pyenv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = f"{HERE[0]}.{HERE[1]}"
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    assert base_of(HERE) is None
    old = script(tmp_path / f"pyenv/versions/{later}.0/bin/python", "exit 1")
    assert base_of(HERE) is None, "it is there, and is too old"
    old.unlink()
    old.symlink_to(sys.executable)
    assert base_of(HERE) == old
    (tmp_path / "bin").mkdir()
    (tmp_path / f"bin/python{later}").symlink_to(sys.executable)
    assert base_of(HERE) == tmp_path / f"bin/python{later}", "the PATH comes first"


def test_the_root_of_pyenv_is_asked_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path / "bin/pyenv", f"echo {tmp_path}/there")
    found = tmp_path / f"there/versions/{HERE[0]}.{HERE[1]}.7/bin/python"
    found.parent.mkdir(parents=True)
    found.symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    assert base_of(HERE) == found


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("", "needs Python 9.9, this is .*; SHARDLAB_PEERS allows no environment for it"),
        ("peers", "needs Python 9.9, this is .*; there is no python9.9, and neither pyenv nor uv has one"),
    ],
)
def test_without_one_it_is_said(
    folder: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHARDLAB_PEERS", folder and str(tmp_path / folder))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    with pytest.raises(CannotMake, match=said):
        interpreter((9, 9), ("nothing",))


def test_an_environment_is_made_once_and_what_fails_is_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, asked = tmp_path / "peers", tmp_path / "asked"
    # "python -m venv" makes a python in its folder, which "-m pip" is then asked of
    inner = f'echo "$@" >> {asked}; case "$*" in *broken*) echo no such package >&2; exit 1;; esac'
    outer = (
        f'case "$*" in *venv\\ --clear*) mkdir -p {folder}/bin; '
        f"printf '#!/bin/sh\\n%s\\n' '{inner}' > {folder}/bin/python; chmod +x {folder}/bin/python;; esac"
    )
    base = script(tmp_path / "base", outer)
    monkeypatch.setattr(interpreters, "base_of", lambda version: base)
    monkeypatch.setenv("SHARDLAB_PEERS", str(folder))
    with pytest.raises(CannotMake, match="an environment for it cannot be made: no such package"):
        interpreter((9, 9), ("broken",))
    for _ in range(2):
        assert interpreter((9, 9), ("fastring",)) == folder / "bin/python"
        interpreter.cache_clear()
    assert asked.read_text().count("install") == 2, "once for each list of packages"


def test_a_ring_elsewhere_is_asked_and_timed_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fastring.py").write_text(FAKE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(fastring, "interpreter", lambda version, packages: Path(sys.executable))
    monkeypatch.setattr(fastring, "PYTHON", (99, 0))
    known = {one.name: one for one in peers()}
    names, keys = ["a", "b", "c"], ["", "1", "22", "333"]
    task, none = Task(names, create("ring", names)), np.empty(0, dtype=np.uint64)
    expected = ["a", "b", "c", "a"]
    for name in ("fastring list", "fastring Arrow"):
        assert known[name].missing() is None
        call = known[name].calls(task, none)(keys)
        assert call() == expected
        spent = call.timed()  # type: ignore[attr-defined]
        assert isinstance(spent, Spent)
        assert min(spent.wall, spent.processor) > 0
    call_of = known["fastring"].calls(task, none)
    first = call_of(["22"])
    assert first() == "c"
    assert call_of(keys)() == "a"
    with pytest.raises(RuntimeError, match="have given way to those of a later call"):
        first()


def test_a_ring_that_dies_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fastring.py").write_text("raise SystemExit(3)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(fastring, "_python", lambda: Path(sys.executable))
    with pytest.raises(RuntimeError, match="fastring's process has ended with 3"):
        fastring.Ring(["a"])
