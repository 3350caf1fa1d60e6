"""Git, asked about one folder: what the environment says of other repositories is not heard."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

__all__ = ["git", "output_of"]

SETTINGS = {"core.fsmonitor": "false", "status.showUntrackedFiles": "normal", "status.relativePaths": "true"}
"""Of the user's or the repository's configuration, what would change an answer or run a program."""


def git(folder: Path, *arguments: str, seconds: float | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder, without the variables that name another repository, index or configuration."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    return subprocess.run(
        ["git", "--no-pager", "--no-optional-locks", "-C", str(folder), *settings, *arguments],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=seconds,
        check=False,
        env={**environment, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"},
    )


def output_of(folder: Path, *arguments: str) -> str | None:
    """Return what git prints, without blanks around it; None if it fails or is not there."""
    try:
        done = git(folder, *arguments, seconds=20)
    except (OSError, subprocess.SubprocessError):
        return None
    return os.fsdecode(done.stdout).strip() if done.returncode == 0 else None
