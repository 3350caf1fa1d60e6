"""Two builds to compare: their sources side by side, and a process at work on each."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from experiments.storage.git import git, output_of

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("algorithms", "experiments")

LAST_LINES = 20
"""Lines of a failed worker's output that are shown."""


class CannotCompare(Exception):
    """Bad use: the message says what to do."""


@dataclass(eq=False)
class Side:
    """One build: its sources, and a process at work on them while there is one.

    Parameters
    ----------
    name
        As messages call it.
    sources
        The folder that the packages are in.
    kernels
        Where its compiled kernels are kept; None for where they always are.
    """

    name: str
    sources: Path
    kernels: Path | None = None
    process: subprocess.Popen[str] | None = None
    log: IO[str] | None = None

    def __enter__(self) -> Side:
        """Start a new process, and keep what it says."""
        self.log = tempfile.TemporaryFile("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).with_name("worker.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            cwd=self.sources,
            env={
                **os.environ,
                "PYTHONPATH": str(self.sources),
                **({"NUMBA_CACHE_DIR": str(self.kernels)} if self.kernels else {}),
            },
        )
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout, self.log):
                if stream is not None:
                    stream.close()
            self.process = None

    def ask(self, do: str, **more: Any) -> dict[str, Any]:
        """Send a request to the worker and return its reply."""
        process = self.process
        if process is None or process.stdin is None or process.stdout is None or self.log is None:
            raise RuntimeError("no process is at work")
        try:
            process.stdin.write(json.dumps({"do": do, **more}) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.log.seek(0)
            said = self.log.read().strip().splitlines()[-LAST_LINES:]
            raise CannotCompare("\n".join([f"{self.name} cannot run the suite:", *said]))
        reply: dict[str, Any] = json.loads(line)
        return reply


def lay_out(base: str, folder: Path) -> tuple[Side, Side]:
    """Write sources side by side: those of a revision, and those of the working tree as they are now."""
    commit = output_of(ROOT, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}")
    if not commit:
        raise CannotCompare(f"there is no commit {base!r} here: give a branch, a tag or a commit with --base")
    for name in ("base", "this"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    archive = git(ROOT, "archive", "--format=tar", commit, *PACKAGES)
    archive.check_returncode()
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as packed:
        packed.extractall(folder / "base", filter="data")
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, folder / "this" / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    kernels = folder / "kernels"
    return (
        Side(f"{base} ({commit[:8]})", folder / "base", kernels),
        Side("the working tree", folder / "this", kernels),
    )
