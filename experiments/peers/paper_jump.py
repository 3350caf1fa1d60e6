"""The loop of the jump paper in C, compiled with -O3 when it is first wanted, by the system's compiler."""

from __future__ import annotations

import ctypes
import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.peers.peer import CallOf, Task, peer

SOURCE = r"""
#include <stdint.h>

/* Lamping & Veach, arXiv:1406.2294, figure 1 */
static int32_t JumpConsistentHash(uint64_t key, int32_t num_buckets) {
    int64_t b = -1, j = 0;
    while (j < num_buckets) {
        b = j;
        key = key * 2862933555777941757ULL + 1;
        j = (b + 1) * ((double)(1LL << 31) / (double)((key >> 33) + 1));
    }
    return b;
}

void jump_all(const uint64_t *keys, int64_t count, int32_t num_buckets, int32_t *out) {
    for (int64_t i = 0; i < count; i++)
        out[i] = JumpConsistentHash(keys[i], num_buckets);
}
"""


class CannotCompile(RuntimeError):
    """There is no C compiler, or it failed."""


def compiler() -> str | None:
    """Return the system's C compiler: what the variable CC names, cc, gcc or clang; None if there is none."""
    wanted = [os.environ.get("CC", ""), "cc", "gcc", "clang"]
    return next((found for name in wanted if name and (found := shutil.which(name))), None)


@functools.cache
def compiled_loop() -> Any:
    """Compile the loop in a temporary folder and load it."""
    command = compiler()
    if command is None:
        raise CannotCompile("there is no C compiler")
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder) / "jump.c", Path(folder) / "jump.so"
        source.write_text(SOURCE, encoding="utf-8")
        done = subprocess.run(
            [command, "-O3", "-fPIC", "-shared", "-o", str(library), str(source)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotCompile(f"{command} failed: {done.stderr.strip() or done.returncode}")
        loop: Any = ctypes.CDLL(str(library)).jump_all
    loop.argtypes = [ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32, ctypes.c_void_p]
    loop.restype = None
    return loop


def why_not() -> str | None:
    """Return why there is no compiled loop, or None if there is one."""
    try:
        compiled_loop()
    except CannotCompile as error:
        return str(error)
    return None


@peer("C -O3 loop", beside="jump", mode="batch", written_in="C", same=True, needs=why_not)
def paper_jump(task: Task) -> CallOf:
    """Get the loop ready."""
    loop, n = compiled_loop(), len(task.names)
    hashes, out = np.ascontiguousarray(task.hashes), np.empty(len(task.hashes), dtype=np.int32)

    def call_of(count: int) -> Callable[[], object]:
        def call() -> NDArray[np.int32]:
            loop(hashes.ctypes.data, count, n, out.ctypes.data)
            return out[:count]

        return call

    return call_of
