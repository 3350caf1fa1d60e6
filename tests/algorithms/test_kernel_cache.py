"""The cache of kernels: what is kept under which values, and what is done about files that are damaged."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from algorithms import errors
from algorithms.machinery import kernel_cache
from algorithms.machinery.kernel_cache import folder_of, untrusted

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
    import numpy as np
    from algorithms.machinery.kernel import kernel, set_compile_listener
    {imports}

    {above}

    @kernel
    def shift(x):
        return {value}

    @kernel
    def walk(values, out):
        for i in range(len(values)):
            out[i] = shift(values[i])

    heard = []
    set_compile_listener(heard.append)
    walk(np.arange(3), out := np.zeros(3, dtype=np.int64))
    print(out.tolist(), sorted(heard))
"""
WAYS = {
    "a name that was imported": ("from sibling import STEP", "", "x + STEP"),
    "an attribute of a module": ("import sibling", "", "x + sibling.STEP"),
    "an attribute of a module in a package": ("import package.inner", "", "x + package.inner.STEP"),
    "an array": ("from sibling import TABLE", "", "x + TABLE[1]"),
    "a tuple": ("from sibling import PAIR", "", "x + PAIR[1]"),
    "a default": ("from sibling import STEP", "", "x + step_of()"),
    "a closure": ("from sibling import add", "", "x + add()"),
    "a function that numba has compiled": ("from sibling import jitted", "", "x + jitted()"),
}
SIBLING = """
    import numba
    import numpy as np
    from algorithms.machinery.kernel import kernel
    from numbers_of_it import STEP

    TABLE = np.array([0, STEP])
    PAIR = (0, STEP)

    @numba.njit
    def jitted():
        return STEP

    def adder(step):
        @kernel
        def add():
            return step
        return add

    add = adder(STEP)
"""
DEFAULT = """
    @kernel
    def step_of(step=STEP):
        return step
"""


def run(folder: Path, cache: Path | None, program: str = "program.py", **variables: str) -> str:
    """Run a program in a process of its own; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-B", str(folder / program)],
        env={
            **os.environ,
            **({} if cache is None else {"NUMBA_CACHE_DIR": str(cache)}),
            "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip() + done.stderr.strip()


def written(folder: Path, way: str, step: int) -> None:
    """Write a program whose kernel uses a number in one of the ways, and what it imports."""
    imports, above, value = WAYS[way]
    above = DEFAULT if way == "a default" else above
    text = textwrap.dedent(PROGRAM)
    text = text.format(imports=imports, above=textwrap.dedent(above), value=value)
    (folder / "package").mkdir(parents=True, exist_ok=True)
    (folder / "package" / "__init__.py").write_text("")
    (folder / "package" / "inner.py").write_text("from numbers_of_it import STEP\n")
    (folder / "program.py").write_text(text)
    (folder / "sibling.py").write_text(textwrap.dedent(SIBLING))
    (folder / "numbers_of_it.py").write_text(f"STEP = {step}\n")


CLOSURE = """
    import numpy as np
    from algorithms.machinery.kernel import kernel, set_compile_listener
    from sibling import add, adder

    def walker(step_of):
        @kernel
        def walk(values, out):
            for i in range(len(values)):
                out[i] = values[i] + step_of()
        return walk

    heard = []
    set_compile_listener(heard.append)
    for walk in walker(add), walker(adder(1)):
        walk(np.arange(3), out := np.zeros(3, dtype=np.int64))
        print(out.tolist())
    print(len(walk.compiled.stats.cache_misses), len(heard))
"""


def test_a_closure_over_another_kernel_is_found_by_the_next_process(tmp_path: Path) -> None:
    folder, cache = tmp_path / "here", tmp_path / "cache"
    written(folder, "a closure", 10)
    (folder / "program.py").write_text(textwrap.dedent(CLOSURE))
    assert run(folder, cache) == "[10, 11, 12]\n[1, 2, 3]\n1 2"
    assert run(folder, cache) == "[10, 11, 12]\n[1, 2, 3]\n0 0"


@pytest.mark.parametrize("way", WAYS)
def test_an_edited_constant_is_seen_by_the_next_process(way: str, tmp_path: Path) -> None:
    """Numba takes values for constants; the file of the kernel stays as it is."""
    folder, cache = tmp_path / "here", tmp_path / "cache"
    written(folder, way, 10)
    assert run(folder, cache).startswith("[10, 11, 12]")
    assert run(folder, cache) == "[10, 11, 12] []", "the second process finds the code in the cache"
    written(folder, way, 20)
    assert run(folder, cache).startswith("[20, 21, 22]")


@pytest.mark.parametrize("pattern", ["*.nbi", "*.nbc"])
@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "text"])
def test_a_damaged_file_is_compiled_anew_and_replaced(pattern: str, damage: str, tmp_path: Path) -> None:
    folder, cache = tmp_path / "here", tmp_path / "cache"
    written(folder, "a name that was imported", 10)
    run(folder, cache)
    for path in cache.rglob(pattern):
        whole = path.read_bytes()
        middle = len(whole) // 2
        flipped = whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :]
        path.write_bytes(
            {"empty": b"", "cut": whole[:middle], "flipped": flipped, "text": b"no code"}[damage]
        )
    assert run(folder, cache).startswith("[10, 11, 12]")
    assert run(folder, cache) == "[10, 11, 12] []", "the damaged file has been replaced by a whole one"


def test_a_folder_is_trusted_if_nobody_else_can_write_on_its_way(tmp_path: Path) -> None:
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    assert untrusted(inner) == ""
    assert untrusted(inner / "not yet there") == ""
    for mode in (0o777, 0o775, 0o757):
        inner.parent.chmod(mode)
        assert untrusted(inner) == f"others may write to {inner.parent}"
    inner.parent.chmod(0o1777)
    assert untrusted(inner) == "", "in a sticky folder everybody's entries are their own, as in /tmp"


def test_a_folder_or_file_of_another_user_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "kernel.nbi").write_bytes(b"")
    facts = inner.stat()
    theirs = os.stat_result([*facts[:4], 54_321, *facts[5:]])
    stat = Path.stat
    monkeypatch.setattr(Path, "stat", lambda self, **how: theirs if self == inner else stat(self, **how))
    assert untrusted(inner) == f"{inner} belongs to another user"
    monkeypatch.setattr(Path, "stat", stat)
    monkeypatch.setattr(Path, "lstat", lambda self: theirs)
    assert untrusted(inner) == f"{inner / 'kernel.nbi'} belongs to another user"


def test_a_file_that_others_can_write_is_not_trusted(tmp_path: Path) -> None:
    index = tmp_path / "kernel.nbi"
    index.write_bytes(b"")
    index.chmod(0o666)
    assert untrusted(tmp_path) == f"others may write to {index}"


def test_a_way_through_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "open" / "cache").mkdir(parents=True)
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path / "open" / "cache")
    assert untrusted(tmp_path / "link") == f"others may write to {tmp_path / 'open'}"


def test_a_folder_that_is_not_trusted_is_not_used_and_that_is_said_once(tmp_path: Path) -> None:
    folder, shared = tmp_path / "here", tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    written(folder, "a name that was imported", 10)
    heard = run(folder, shared, TMPDIR=str(tmp_path))
    assert heard.startswith("[10, 11, 12]")
    assert heard.count("others may write") == 1
    assert str(shared) in heard
    assert list(shared.iterdir()) == []


def test_without_a_cache_folder_there_is_one_of_the_user_for_all_processes(tmp_path: Path) -> None:
    folder, blocked, temporary = tmp_path / "here", tmp_path / "a file", tmp_path / "temporary"
    blocked.write_text("")
    temporary.mkdir()
    written(folder, "a name that was imported", 10)
    assert run(folder, blocked, TMPDIR=str(temporary)) == "[10, 11, 12] ['walk']"
    assert run(folder, blocked, TMPDIR=str(temporary)) == "[10, 11, 12] []"
    assert len(list(temporary.iterdir())) == 1


def test_a_folder_of_the_process_is_removed_at_its_end(tmp_path: Path) -> None:
    """Somebody has made the user's folder before: it is not used."""
    folder, temporary = tmp_path / "here", tmp_path / "temporary"
    temporary.mkdir()
    planted = temporary / f"shardlab-kernels-{os.geteuid()}"
    planted.mkdir()
    planted.chmod(0o777)
    (tmp_path / "a file").write_text("")
    written(folder, "a name that was imported", 10)
    assert run(folder, tmp_path / "a file", TMPDIR=str(temporary)).startswith("[10, 11, 12]")
    assert list(temporary.iterdir()) == [planted]
    assert list(planted.iterdir()) == []


def test_a_disk_that_is_full_is_said_in_one_sentence(tmp_path: Path) -> None:
    folder, cache = tmp_path / "here", tmp_path / "cache"
    written(folder, "a name that was imported", 10)
    full = """
        import errno, os
        from numba.core import caching
        def full(self, path):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        caching.IndexDataCacheFile._open_for_write = full
        import program
    """
    (folder / "full.py").write_text(textwrap.dedent(full))
    heard = run(folder, cache, "full.py")
    assert heard.startswith("[10, 11, 12]")
    assert heard.count("No space left on device") == 1, "two kernels are not kept"
    assert "Traceback" not in heard


def test_folders_are_made_for_the_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "deep" / "cache"))
    before = os.umask(0)
    try:
        folder = folder_of("digest", "module")
    finally:
        os.umask(before)
    assert folder == tmp_path / "deep" / "cache" / "shardlab" / "digest" / "module"
    assert untrusted(folder) == ""


def test_a_home_that_is_not_absolute_is_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "relative")
    monkeypatch.chdir(tmp_path)
    folder = folder_of("digest")
    assert folder is not None
    assert folder.is_absolute()
    assert not folder.is_relative_to(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_sentence_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    errors.say_once.cache_clear()
    errors.say_once("said")
    errors.say_once("said")
    assert [record.message for record in caplog.records] == ["said"]
    assert kernel_cache.say_once is errors.say_once
