"""Kernels: compiled at the first call, cached under a digest of every source that can reach the code."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from algorithms.machinery.kernel import Kernel, kernel, set_compile_listener

CALLEE = """
    from algorithms.machinery.kernel import kernel

    @kernel
    def step(x):
        return x + {amount}
"""
CALLER = """
    import sys
    import numpy as np
    from algorithms.machinery.kernel import kernel, set_compile_listener
    from callee import step

    @kernel
    def walk(values, out):
        for i in range(len(values)):
            out[i] = step(values[i])

    compiled = []
    set_compile_listener(compiled.append)
    walk(np.arange(3), out := np.zeros(3, dtype=np.int64))
    print(out.tolist(), sorted(compiled))
"""


@kernel
def add_half(x: float) -> float:
    """Return half more."""
    return x + 0.5


def _run(folder: Path, amount: int, cache: Path) -> str:
    (folder / "callee.py").write_text(textwrap.dedent(CALLEE).format(amount=amount))
    (folder / "caller.py").write_text(textwrap.dedent(CALLER))
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-B", str(folder / "caller.py")],
        env={**os.environ, "NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": f"{folder}{os.pathsep}{root}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_an_edit_in_another_file_is_seen(tmp_path: Path) -> None:
    """Numba alone looks only at the file of the outermost function, and would serve the stale sum."""
    folder, cache = tmp_path / "package", tmp_path / "cache"
    folder.mkdir()
    assert _run(folder, 10, cache) == "[10, 11, 12] ['walk']"
    assert _run(folder, 10, cache) == "[10, 11, 12] []", "the second process finds the code in the cache"
    assert _run(folder, 20, cache) == "[20, 21, 22] ['walk']", "with an edited callee it is compiled anew"
    assert list(cache.rglob("*.nbi"))


def test_a_cache_that_cannot_be_written_is_no_hindrance(tmp_path: Path) -> None:
    folder, blocked = tmp_path / "package", tmp_path / "a file, not a folder"
    folder.mkdir()
    blocked.write_text("")
    assert _run(folder, 1, blocked).startswith("[1, 2, 3]")


def test_the_function_as_written_stays_at_hand() -> None:
    @kernel
    def twice(values: list[int], out: list[int]) -> None:
        """Double."""
        for i in range(len(values)):
            out[i] = 2 * values[i]

    assert isinstance(twice, Kernel)
    assert twice.__name__ == "twice"
    assert twice.__doc__ == "Double."
    twice.function([1, 2], plain := [0, 0])
    twice(np.array([1, 2]), compiled := np.zeros(2, dtype=np.int64))
    assert plain == compiled.tolist() == [2, 4]
    assert twice.compiled is twice.compiled


def test_the_listener_hears_of_each_compilation_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    heard: list[str] = []
    set_compile_listener(heard.append)
    try:
        add_half(1.0)
        add_half(2.0)
        Kernel(add_half.function)(1.0)  # as another process would: the code is on disk by now
    finally:
        set_compile_listener(None)
    assert heard == ["add_half"]


def test_division_by_zero_is_numpys() -> None:
    """No kernel raises inside a loop without the lock."""

    @kernel
    def divide(a: float, b: float) -> float:
        return a / b

    assert divide(1.0, 0.0) == float("inf")


def test_the_lock_is_released() -> None:
    @kernel
    def nothing(x: int) -> int:
        return x

    assert nothing(1) == 1
    assert nothing.compiled.targetoptions["nogil"] is True  # type: ignore[attr-defined]
    assert not nothing.compiled.targetoptions.get("fastmath")  # type: ignore[attr-defined]


WIDE = """
from algorithms.machinery.kernel import kernel
from algorithms.machinery.mixing import mix

@kernel
def mixed(values, out):
    for i in range(len(values)):
        out[i] = mix(values[i])

compiled = mixed.compiled
compiled.compile("void(uint64[::1], uint64[::1])")
print(compiled.inspect_asm(compiled.signatures[0]))
"""


def test_vectors_are_as_wide_as_they_can_be(tmp_path: Path) -> None:
    """Compiled for a processor for which LLVM prefers narrower ones, whether or not this machine is one."""
    root = Path(__file__).resolve().parents[2]
    features = "+avx,+avx2,+avx512f,+avx512vl,+avx512dq,+avx512bw,+avx512cd"
    variables = {"NUMBA_CPU_NAME": "icelake-server", "NUMBA_CPU_FEATURES": features}
    done = subprocess.run(
        [sys.executable, "-c", WIDE],
        env={**os.environ, **variables, "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "vpmullq" in done.stdout
    assert "zmm" in done.stdout
