"""Files of keys, stored runs and journals: fixtures of several files of tests."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from fake_experiment import FAKE
from key_files import Write
from stored import SMOKE, Stopping

from experiments.harness import runner


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write files into the working folder, so that texts hold short paths."""
    monkeypatch.chdir(tmp_path)

    def write_file(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(content) if name.lower().endswith(".gz") else content)
        return path

    return write_file


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files of a run that nothing has happened to."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    runner.run(FAKE, SMOKE, profile="smoke", out=folder)
    files = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return {str(name): path.read_bytes() for name, path in files.items() if path.name != ".lock"}


@pytest.fixture
def folder(tmp_path: Path, whole: dict[str, bytes]) -> Path:
    """Return a folder with a copy of these files."""
    for name, content in whole.items():
        path = tmp_path / "run" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "run"


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the journal of a run that was interrupted before its last case."""
    folder = tmp_path_factory.mktemp("interrupted") / "run"
    with pytest.raises(KeyboardInterrupt):
        runner.run(Stopping(3), SMOKE, profile="smoke", out=folder)
    return (folder / ".journal.jsonl").read_bytes()
