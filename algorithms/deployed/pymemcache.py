"""pymemcache's HashClient: rendezvous over the text of node and key, by MurmurHash3 of 32 bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from algorithms.hashing.columns import Chunked, Integers, Key, Mixed, Offsets, Strings, plain_key
from algorithms.hashing.reading import as_column
from algorithms.interface import (
    Buckets,
    Capability,
    Cost,
    Hashes,
    Nodes,
    Partitioner,
    Publication,
    Spec,
    State,
)
from algorithms.interface.nodes import NodesLike
from algorithms.machinery.kernel import kernel
from algorithms.registry import register

_C1, _C2, _FIVE, _ADDED = np.uint32(0xCC9E2D51), np.uint32(0x1B873593), np.uint32(5), np.uint32(0xE6546B64)
_MIX1, _MIX2 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_ZERO, _FOUR, _DIGITS = np.uint32(0), np.uint32(4), 16


class Begun(NamedTuple):
    """MurmurHash3 of ``name-`` for each node, the greatest name first, up to where the key goes on.

    Parameters
    ----------
    states
        After all whole words, (n,) uint32.
    rests
        Up to three bytes that are left, as a little-endian integer, (n,) uint32.
    lengths
        How many bytes there were, (n,) uint32.
    buckets
        Whose they are, (n,) int32.
    """

    states: NDArray[np.uint32]
    rests: NDArray[np.uint32]
    lengths: NDArray[np.uint32]
    buckets: NDArray[np.int32]


@kernel
def _turned(x: np.uint32, bits: int) -> np.uint32:
    return np.uint32((x << np.uint32(bits)) | (x >> np.uint32(32 - bits)))


@kernel
def _scrambled(word: np.uint32) -> np.uint32:
    return np.uint32(_turned(np.uint32(word * _C1), 15) * _C2)


@kernel
def _taken(state: np.uint32, word: np.uint32) -> np.uint32:
    return np.uint32(_turned(np.uint32(state ^ _scrambled(word)), 13) * _FIVE + _ADDED)


@kernel
def begin_kernel(
    data: NDArray[np.uint8],
    offsets: Offsets,
    states: NDArray[np.uint32],
    rests: NDArray[np.uint32],
    lengths: NDArray[np.uint32],
) -> None:
    """Take the whole words of each text into its state, and leave the rest."""
    for i in range(len(states)):
        length = offsets[i + 1] - offsets[i]
        lengths[i] = np.uint32(length)
        word = _ZERO
        for j in range(length):
            word = np.uint32(word | (np.uint32(data[offsets[i] + j]) << np.uint32(8 * (j % 4))))
            if j % 4 == 3:
                states[i], word = _taken(states[i], word), _ZERO
        rests[i] = word


@kernel
def score(
    state: np.uint32, rest: np.uint32, length: np.uint32, data: NDArray[np.uint8], start: int, stop: int
) -> np.uint32:
    """Return the MurmurHash3 of a text that is begun and goes on with some bytes."""
    word, filled = rest, np.uint32(length % _FOUR)
    for i in range(start, stop):
        word = np.uint32(word | (np.uint32(data[i]) << np.uint32(filled << np.uint32(3))))
        filled = np.uint32(filled + np.uint32(1))
        if filled == _FOUR:
            state, word, filled = _taken(state, word), _ZERO, _ZERO
    h = np.uint32(state ^ _scrambled(word))
    h = np.uint32(h ^ np.uint32(length + np.uint32(stop - start)))
    h = np.uint32((h ^ (h >> np.uint32(16))) * _MIX1)
    h = np.uint32((h ^ (h >> np.uint32(13))) * _MIX2)
    return np.uint32(h ^ (h >> np.uint32(16)))


@kernel
def best(
    states: NDArray[np.uint32],
    rests: NDArray[np.uint32],
    lengths: NDArray[np.uint32],
    data: NDArray[np.uint8],
    start: int,
    stop: int,
) -> np.int64:
    """Return the place of the highest score, of equal ones the first."""
    place, highest = np.int64(0), score(states[0], rests[0], lengths[0], data, start, stop)
    for i in range(1, len(states)):
        own = score(states[i], rests[i], lengths[i], data, start, stop)
        if own > highest:
            place, highest = np.int64(i), own
    return place


@kernel
def texts_kernel(
    states: NDArray[np.uint32],
    rests: NDArray[np.uint32],
    lengths: NDArray[np.uint32],
    buckets: NDArray[np.int32],
    data: NDArray[np.uint8],
    offsets: Offsets,
    out: Buckets,
) -> None:
    """Write the bucket with the highest score for each text."""
    for i in range(len(out)):
        out[i] = buckets[best(states, rests, lengths, data, offsets[i], offsets[i + 1])]


@kernel
def hashes_kernel(
    states: NDArray[np.uint32],
    rests: NDArray[np.uint32],
    lengths: NDArray[np.uint32],
    buckets: NDArray[np.int32],
    hashes: Hashes,
    digits: NDArray[np.uint8],
    out: Buckets,
) -> None:
    """Write the same for the 16 hexadecimal digits of each hash; there is room for them."""
    for i in range(len(out)):
        for j in range(len(digits)):
            digit = np.uint8((hashes[i] >> np.uint64(60 - 4 * j)) & np.uint64(15))
            digits[j] = digit + np.uint8(48 if digit < 10 else 87)
        out[i] = buckets[best(states, rests, lengths, digits, 0, len(digits))]


def hashed_text(text: bytes) -> bytes:
    r"""Return the bytes that the client hashes of a text: the low byte of each character.

    Parameters
    ----------
    text
        UTF-8. What is none stands for itself.

    Returns
    -------
    bytes

    Examples
    --------
    >>> hashed_text(b"user:1"), hashed_text("é€".encode())
    (b'user:1', b'\xe9\xac')
    """
    if text.isascii():
        return text
    try:
        return bytes(ord(character) & 255 for character in text.decode())
    except UnicodeDecodeError:
        return text


@register(
    Spec(
        name="pymemcache",
        title="pymemcache",
        summary="the server with the highest MurmurHash3 of server-key",
        capabilities=frozenset(
            {
                Capability.REMOVES_ANY,
                Capability.MINIMAL_MOVEMENT,
                Capability.UNIFORM,
                Capability.ORDER_INDEPENDENT,
                Capability.REVERSIBLE,
            }
        ),
        lacks={
            Capability.WEIGHTED: "servers have no weights",
            Capability.INTERVALS: "each key is drawn for itself, so the arcs would be single hashes",
            Capability.REPLICAS: "the client asks one server for each key",
        },
        reference="pymemcache 4.0.0, HashClient with RendezvousHash",
        year=2016,
        publications=(
            Publication(
                "pymemcache",
                "misc",
                "{Pinterest}",
                "pymemcache documentation: HashClient",
                2016,
                {"howpublished": "pymemcache.readthedocs.io"},
            ),
        ),
        lookup_cost=Cost("O(n)"),
        resize_cost=Cost("O(n log n)"),
        memory_cost=Cost("O(n)"),
        movement_law="consistent",
        balance_law="multinomial",
        kind="deployed",
        by_default=False,
    )
)
class Pymemcache(Partitioner[Begun]):
    """The rendezvous hashing of pymemcache's ``HashClient``, bit for bit.

    For each server the MurmurHash3 (32 bits) of ``f"{server}-{key}"`` is a score, and the highest has the
    key; of equal scores that of the greater name.

    Parameters
    ----------
    nodes
        As for :class:`~algorithms.Partitioner`, by ``host:port``.
    seed
        Of the scores: 0 in the client. Both its halves are taken together, since MurmurHash3 has 32 bits.
    hash, hash_bits
        Of what `assign` takes; keys that are looked up are not hashed by it.

    Notes
    -----
    **Sources.** Recorded from pymemcache 4.0.0; keys outside ASCII are checked against its code in a test.

    **Done otherwise.** The text of a key decides, and no hash of it can. So lookups of keys are the client's,
    and `assign` places each hash as the key that is its 16 hexadecimal digits. The client hashes the low byte
    of each character of a str, and so is done here; an int key is 8 bytes, as everywhere in the suite.

    **Costs.** A lookup O(n L) for keys of L bytes, some 2 ns each; an event O(n log n); memory 16 bytes a
    node.

    **Adverse case.** Many servers: 1000 cost a thousand scores a key.

    Examples
    --------
    >>> p = Pymemcache(["10.0.1.1:11211", "10.0.1.2:11211", "10.0.1.3:11211"])
    >>> p.lookup("user:42")
    '10.0.1.1:11211'
    """

    by_text = True

    def __init__(
        self, nodes: NodesLike, *, hash: str = "xxh64", hash_bits: int | None = None, seed: int = 0
    ) -> None:
        super().__init__(nodes, hash=hash, hash_bits=hash_bits, seed=seed)

    def _build(self, nodes: Nodes) -> Begun:
        order = np.argsort(nodes.name_order())[::-1]
        names = nodes.names()
        texts = Strings.of([hashed_text(f"{names[row]}-".encode()) for row in order.tolist()])
        states = np.full(len(names), (self.seed ^ self.seed >> 32) & 0xFFFFFFFF, dtype=np.uint32)
        rests, lengths = np.empty_like(states), np.empty_like(states)
        begin_kernel(texts.data, texts.offsets, states, rests, lengths)
        return Begun(states, rests, lengths, nodes.buckets()[order])

    def _place(self, structure: Begun, hashes: Hashes, out: Buckets) -> None:
        hashes_kernel(*structure, hashes, np.empty(_DIGITS, dtype=np.uint8), out)

    def _place_keys(self, structure: Begun, keys: object) -> Buckets:
        if not self._hash_function.takes_text:
            self.hashes_of(keys)  # refuses text, as everywhere
        column = as_column(keys)
        parts = column.parts if isinstance(column, Chunked) else (column,)
        out = np.empty(len(column), dtype=np.int32)
        at = 0
        for part in parts:
            texts = _texts(part)
            texts_kernel(*structure, texts.data, texts.offsets, out[at : at + len(part)])
            at += len(part)
        return out

    def _finder(self, state: State[Begun]) -> Callable[[Key], str]:
        name = state.nodes.name_of

        def find(key: Key) -> str:
            plain = plain_key(key)
            if not self._hash_function.takes_text:
                self._hash_function.key(plain)
            texts, out = _texts(Mixed((plain,))), np.empty(1, dtype=np.int32)
            texts_kernel(*state.structure, texts.data, texts.offsets, out)
            return name(int(out[0]))

        state.find = find
        return find


def _texts(column: Any) -> Strings:
    """Return the texts of a column as the client hashes them."""
    if isinstance(column, Strings) and not np.any(column.data >= np.uint8(128)):
        return column
    if isinstance(column, Integers):
        data = column.values.astype("<u8", copy=False).view(np.uint8)
        return Strings(data, np.arange(0, 8 * len(column) + 1, 8, dtype=np.int64))
    keys = column.keys if isinstance(column, Mixed) else column.tolist()
    return Strings.of(
        [key.to_bytes(8, "little") if isinstance(key, int) else hashed_text(key) for key in keys]
    )
