"""C compiled when it is first wanted, by the system's compiler, in a temporary folder."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

__all__ = ["FOLDER", "CannotCompile", "compiler", "folder", "library", "why_not"]

OPTIONS = ("-O3", "-march=native", "-ffp-contract=off", "-fPIC", "-shared")
"""Products and sums are rounded one by one, as in kernels: a logarithm with fused ones has other bits."""

FOLDER = "SHARDLAB_COMPILED"
"""The environment variable by which a process tells those that it starts where it has its libraries."""


class CannotCompile(RuntimeError):
    """There is no C compiler, or it failed."""


def compiler() -> str | None:
    """Return the system's C compiler: what the variable CC names, cc, gcc or clang; None if there is none."""
    wanted = [os.environ.get("CC", ""), "cc", "gcc", "clang"]
    return next((program for name in wanted if name and (program := shutil.which(name))), None)


def folder() -> Path:
    """Return where libraries are kept until this process ends, or that which started it."""
    named = os.environ.get(FOLDER)
    return Path(named) if named else Path(_own_folder().name)


@functools.cache
def _own_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="shardlab-")


@functools.cache
def library(source: Path, options: Sequence[str] = OPTIONS) -> ctypes.CDLL:
    """Compile a file of C and load it; raises CannotCompile."""
    command = compiler()
    if command is None:
        raise CannotCompile("there is no C compiler")
    known = hashlib.sha256(repr((command, options)).encode() + source.read_bytes()).hexdigest()[:16]
    kept = folder() / f"{source.stem}-{known}.so"
    if not kept.is_file():
        with tempfile.TemporaryDirectory(dir=folder()) as temporary:
            built = Path(temporary) / kept.name
            done = subprocess.run(
                [command, *options, "-o", str(built), str(source)],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise CannotCompile(f"{command} failed: {done.stderr.strip() or done.returncode}")
            built.replace(kept)
    return ctypes.CDLL(str(kept))


def why_not(source: Path, options: Sequence[str] = OPTIONS) -> str | None:
    """Return why a file of C cannot be compiled here, or None if it can."""
    try:
        library(source, options)
    except CannotCompile as error:
        return str(error)
    return None
