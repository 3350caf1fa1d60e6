"""Another Python, in an environment of its own, for peers that the one at hand cannot run.

The environment is made when it is first asked for: in the folder that the variable `VARIABLE` names, else in
``.venv-peers`` below the current folder. Where that variable is set and empty, none is made.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["VARIABLE", "CannotMake", "base_of", "interpreter"]

VARIABLE = "SHARDLAB_PEERS"

SECONDS = 600
"""How long an installation may take."""


class CannotMake(RuntimeError):
    """There is no such Python, or what is needed cannot be installed into its environment."""


@functools.cache
def interpreter(version: tuple[int, int], packages: Sequence[str]) -> Path:
    """Return the Python of an environment that has some packages; raises CannotMake."""
    written = ".".join(map(str, version))
    here = ".".join(map(str, sys.version_info[:2]))
    named = os.environ.get(VARIABLE)
    if named == "":
        raise CannotMake(f"needs Python {written}, this is {here}; {VARIABLE} allows no environment for it")
    folder = Path(named) if named else Path.cwd() / ".venv-peers"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / "installed"
    if done.is_file() and done.read_text(encoding="utf-8").split() == sorted(packages) and python.is_file():
        return python
    base, uv = base_of(version), shutil.which("uv")
    if base is not None:
        _run([str(base), "-m", "venv", "--clear", str(folder)])
        _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages])
    elif uv is not None:
        _run([uv, "venv", "--quiet", "--clear", "--python", written, str(folder)])
        _run([uv, "pip", "install", "--quiet", "--python", str(python), *packages])
    else:
        raise CannotMake(
            f"needs Python {written}, this is {here}; there is no python{written}, and neither pyenv nor uv"
            " has one"
        )
    done.write_text("\n".join(sorted(packages)), encoding="utf-8")
    return python


def base_of(version: tuple[int, int]) -> Path | None:
    """Return a Python of a version, or of a later one, on the PATH or among those of pyenv."""
    return next((python for python in _candidates(version) if _fits(python, version)), None)


def _candidates(version: tuple[int, int]) -> Iterator[Path]:
    major, least = version
    named = [shutil.which(f"python{major}.{minor}") for minor in range(least, least + 3)]
    yield from (Path(python) for python in named if python)
    for root in _roots_of_pyenv():
        for minor in range(least, least + 3):
            yield from sorted(root.glob(f"versions/{major}.{minor}.*/bin/python"))


def _roots_of_pyenv() -> Iterator[Path]:
    named = os.environ.get("PYENV_ROOT")
    if named:
        yield Path(named)
    elif pyenv := shutil.which("pyenv"):
        told = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=False)
        if told.stdout.strip():
            yield Path(told.stdout.strip())


def _fits(python: Path, version: tuple[int, int]) -> bool:
    test = f"import ensurepip, sys, venv; sys.exit(sys.version_info[:2] < {version})"
    try:
        return subprocess.run([str(python), "-c", test], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _run(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotMake(f"an environment for it cannot be made: {error}") from None
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        last = said[-1] if said else f"{command[0]} ends with {done.returncode}"
        raise CannotMake(f"an environment for it cannot be made: {last}")
