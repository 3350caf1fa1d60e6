"""Where the servers of one test are: a directory, ports that nobody else gets, and processes that all end.

A test that runs as root starts its servers as nobody, since some of them refuse root. A server is sent the
signal that ends it when the test does, passed or not, and by the kernel when the test's own process dies.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

import pytest

WANTED = "SHARDLAB_SERVERS"
"""The environment variable with which a missing program is a failure, and not a reason to skip."""

PATIENCE = 180.0
"""Seconds after which what is waited for will not come; a busy machine takes a few."""

FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/usr/lib/postgresql/*/bin")
"""Where programs are that the search path of a user may not have; of several versions, the newest."""

MEMORY = "/dev/shm"
HOST = "127.0.0.1"


def program(name: str, package: str) -> str:
    """Return the path of a program, or skip the test and say which package of Debian has it."""
    found = shutil.which(name)
    if found is None or "postgresql" in os.path.realpath(found):  # Debian's wrappers want clusters of its own
        newest = sorted(
            (path for folder in FOLDERS for path in Path("/").glob(f"{folder[1:]}/{name}")),
            key=lambda path: [int(part) for part in path.parts if part.isdigit()],
        )
        found = str(newest[-1]) if newest else found
    if found is None:
        missing(f"there is no {name} here", package)
    return found


def missing(why: str, package: str) -> None:
    """Skip a test for want of a package, or fail it where that is demanded."""
    assert WANTED not in os.environ, f"{WANTED} is set, and {why}"
    pytest.skip(f"{why}; on Debian: apt install {package}")


class Place:
    """A directory below the system's temporary one, and all that a test starts there."""

    directory: Path

    def __init__(self) -> None:
        self._ends = ExitStack()
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None

    def __enter__(self) -> Self:
        self.directory = Path(self._ends.enter_context(tempfile.TemporaryDirectory(prefix="shardlab-live-")))
        self._own(self.directory)
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def port(self) -> int:
        """Return a free port of TCP, kept for the servers of this place until it ends.

        A socket that is bound and never listens keeps a port from whoever asks for any, and lets a server
        that names it listen there, as both allow addresses to be reused.
        """
        kept = self._ends.enter_context(socket.socket())
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind((HOST, 0))
        return int(kept.getsockname()[1])

    def ports(self, count: int) -> list[int]:
        """Return so many of them."""
        return [self.port() for _ in range(count)]

    def folder(self, name: str) -> Path:
        """Make a folder in which servers may write."""
        folder = self.directory / name
        folder.mkdir()
        self._own(folder)
        return folder

    def folder_in_memory(self) -> Path:
        """Make a folder for a server that waits for its disk; on the disk where there is no other."""
        memory = MEMORY if os.access(MEMORY, os.W_OK) else None
        folder = Path(
            self._ends.enter_context(tempfile.TemporaryDirectory(prefix="shardlab-live-", dir=memory))
        )
        self._own(folder)
        return folder

    def write(self, name: str, text: str) -> Path:
        """Write a file that servers may read."""
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *command: str, sent: str | None = None) -> str:
        """Run a command to its end, as the user whom servers run as, and return what it prints."""
        done = self._done(command, sent)
        assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def succeeds(self, *command: str) -> bool:
        """Run a command to its end, and return whether its code is 0."""
        return self._done(command).returncode == 0

    def start(
        self, *command: str, ready: Callable[[], bool], stop: signal.Signals = signal.SIGTERM
    ) -> subprocess.Popen[bytes]:
        """Start a server in the foreground, and return it when it is ready; ``stop`` ends it orderly."""
        log = self.directory / f"{Path(command[0]).name}-{time.monotonic_ns()}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*self._as_user(stop.name.removeprefix("SIG")), *command],
                cwd=self.directory,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._ends.callback(_end, process, stop)

        def alive() -> bool:
            assert process.poll() is None, f"{' '.join(command)}:\n{log.read_text(errors='replace')}"
            return ready()

        wait(alive, f"{command[0]} is ready")
        return process

    def _done(self, command: Sequence[str], sent: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._as_user("KILL"), *command],
            cwd=self.directory,
            env=self._environment(),
            input=sent or "",
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def _as_user(self, sign: str) -> list[str]:
        """Return what makes a command end with its parent, and run without the rights of root."""
        setpriv = [program("setpriv", "util-linux"), "--pdeathsig", sign]
        if self._user is not None:
            setpriv += [f"--reuid={self._user.pw_uid}", f"--regid={self._user.pw_gid}", "--clear-groups"]
        return [*setpriv, "--"]

    def _environment(self) -> Mapping[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": str(self.directory)}

    def _own(self, path: Path) -> None:
        if self._user is not None:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)


def wait(condition: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds."""
    latest = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < latest, f"waited {PATIENCE:.0f} s in vain until {what}"
        time.sleep(0.01)


def listens(port: int) -> bool:
    """Return whether a server accepts connections."""
    with suppress(ConnectionRefusedError), socket.create_connection((HOST, port)):
        return True
    return False


def _end(process: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    process.send_signal(stop)
    try:
        process.wait(PATIENCE)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # whoever of its group is left
        process.wait()
