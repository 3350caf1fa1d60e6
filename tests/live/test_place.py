"""Servers end with the test that started them, however it ends, and nobody else gets their ports."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from live.place import HOST, Place, listens, program, wait
from live.servers import Memcached, Nginx

KILLED = """
import time
from live.place import Place
from live.servers import Memcached, Nginx
with Place() as place:
    Nginx(place).start([], {})
    print(place.directory, *Memcached(place, 1).ports, flush=True)
    time.sleep(600)
"""


def processes(directory: Path) -> list[int]:
    """Return the processes that work in a directory."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if str(path.readlink()).startswith(str(directory)):
                found.append(int(path.parent.name))
        except OSError:
            continue  # it ended, or is another user's
    return found


def fails(place: Place) -> None:
    Nginx(place).start(place.ports(1), {})
    (port,) = Memcached(place, 1).ports
    assert listens(port)
    assert len(processes(place.directory)) == 3  # nginx has a master and a worker
    raise ZeroDivisionError


def test_a_test_that_fails_leaves_no_process_and_no_file() -> None:
    place = Place()
    with pytest.raises(ZeroDivisionError), place:
        fails(place)
    assert processes(place.directory) == []
    assert not place.directory.exists()


def test_servers_of_a_run_that_is_killed_end_too() -> None:
    program("nginx", "nginx-light"), program("memcached", "memcached")
    killed = subprocess.Popen(
        [sys.executable, "-c", KILLED],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert killed.stdout is not None
    with killed:
        directory, port = killed.stdout.readline().split()
        assert listens(int(port))
        killed.send_signal(signal.SIGKILL)
    wait(lambda: not processes(Path(directory)), "servers have ended")
    shutil.rmtree(directory)


def test_a_server_that_cannot_start_says_why() -> None:
    with Place() as place, pytest.raises(AssertionError, match="no such thing"):
        place.start(sys.executable, "-c", "raise SystemExit('no such thing')", ready=lambda: False)


def test_ports_are_kept_from_others() -> None:
    with Place() as place, socket.socket() as other:
        port = place.port()
        with pytest.raises(OSError, match="in use"):
            other.bind((HOST, port))
        assert len({port, *place.ports(50)}) == 51
