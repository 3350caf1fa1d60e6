"""libmemcached itself, the library that clients in C, Python and PHP are made with: which server has a key.

It says so without asking any server.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from live.place import missing

NAME, PACKAGE = "libmemcached.so.11", "libmemcached11"

BEHAVIORS = {"HASH": 2, "KETAMA": 3, "DISTRIBUTION": 9, "KETAMA_WEIGHTED": 16, "KETAMA_HASH": 17}
HASHES = {
    name: number
    for number, name in enumerate(
        (
            "default",
            "md5",
            "crc",
            "fnv1_64",
            "fnv1a_64",
            "fnv1_32",
            "fnv1a_32",
            "",
            "murmur",
            "jenkins",
            "murmur3",
        )
    )
    if name
}
"""By the library's numbers; the one between is not compiled in."""

Call = str | tuple[str, int | str]
Server = tuple[str, int, int]


class Library:
    """The functions that are called here."""

    def __init__(self) -> None:
        try:
            found = ctypes.CDLL(NAME)
        except OSError:
            missing(f"there is no {NAME} here", PACKAGE)
        client, text = ctypes.c_void_p, ctypes.c_char_p
        for function, result, arguments in (
            ("create", client, (client,)),
            ("free", None, (client,)),
            ("behavior_set", ctypes.c_int, (client, ctypes.c_int, ctypes.c_uint64)),
            ("server_add_with_weight", ctypes.c_int, (client, text, ctypes.c_uint16, ctypes.c_uint32)),
            ("server_by_key", client, (client, text, ctypes.c_size_t, ctypes.POINTER(ctypes.c_int))),
            ("server_name", text, (client,)),
            ("server_port", ctypes.c_uint16, (client,)),
        ):
            foreign = getattr(found, f"memcached_{function}")
            foreign.restype, foreign.argtypes = result, arguments
            setattr(self, f"_{function}", foreign)

    def which(self, calls: Sequence[Call], servers: Sequence[Server], keys: Sequence[bytes]) -> list[str]:
        """Return the ``host:port`` of each key, after calls, of which ``"servers"`` lists the servers."""
        with self._client() as client:
            for call in calls:
                if isinstance(call, str):
                    done = [self._server_add_with_weight(client, h.encode(), p, w) for h, p, w in servers]
                else:
                    name, value = call
                    number = HASHES[value] if isinstance(value, str) else value
                    done = [self._behavior_set(client, BEHAVIORS[name], number)]
                assert not any(done), (call, done)
            error = ctypes.c_int()
            found = [self._server_by_key(client, key, len(key), ctypes.byref(error)) for key in keys]
            return [f"{self._server_name(each).decode()}:{self._server_port(each)}" for each in found]

    @contextmanager
    def _client(self) -> Iterator[int]:
        client = self._create(None)
        try:
            yield client
        finally:
            self._free(client)
