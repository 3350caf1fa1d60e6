"""Key -> hash: the hash functions by name, for one key or a whole column.

A hash function gives every key an unsigned integer of its own width. One key goes through the library that
defines the function (xxhash, mmh3, zlib, hashlib); a column goes through compiled code that the tests hold
against those libraries. What an int key means is fixed once: its 8 little-endian bytes, except for
``splitmix64``, ``identity``, ``ordered``, ``pg_row`` and ``mongo_hashed``, which take it by its value.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import mmh3
import numpy as np
import xxhash
from numpy.typing import NDArray

from algorithms.checks import is_int
from algorithms.errors import InvalidKey, InvalidParameter, UnknownHash, suggestion
from algorithms.hashing import kernels as hash_kernels
from algorithms.hashing.columns import Chunked, Column, Integers, Key, Mixed, Offsets, Strings, plain_key
from algorithms.hashing.reading import as_column
from algorithms.hashing.systems import FUNCTIONS as SYSTEMS
from algorithms.machinery.kernel import Kernel
from algorithms.machinery.mixing import splitmix64_column, splitmix64_int
from algorithms.machinery.single import KeyEntry, key_entry

Hashes: TypeAlias = NDArray[np.uint64]
_BytesKernel: TypeAlias = Kernel[[NDArray[np.uint8], Offsets, np.uint64, Hashes], None]


@dataclass(frozen=True)
class HashFunction:
    """A hash function with what is known about it.

    Parameters
    ----------
    name
        The name by which it is asked for.
    summary
        A line about it.
    width
        Bits of its hashes.
    seed_bits
        Bits of the seed that it takes; 0 where it takes none.
    of_bytes
        (bytes, seed) -> hash; None where only ints are taken.
    of_int
        (int, seed) -> hash; None where an int is hashed by its 8 little-endian bytes.
    strings
        The kernel for a column of bytes; None where keys are hashed one by one.
    entry
        What hashes one key in compiled code and places it; None to go by ``of_bytes`` and ``of_int``.
    integers
        The function for a column of ints; None where it is hashed as a column of 8-byte keys.
    integers_kernel
        A kernel (values, seed, out) for a column of ints, to be compiled into a loop; None for none.
    scatters
        Whether similar keys get hashes far from each other, so that it can place names on a ring.

    Examples
    --------
    >>> hash_function("murmur3_64").seed_bits
    32
    """

    name: str
    summary: str
    width: int
    seed_bits: int = 0
    of_bytes: Callable[[bytes, int], int] | None = None
    of_int: Callable[[int, int], int] | None = None
    strings: _BytesKernel | None = None
    entry: KeyEntry | None = None
    integers: Callable[[Hashes, int, Hashes], None] | None = None
    integers_kernel: Kernel[[Hashes, np.uint64, Hashes], None] | None = None
    scatters: bool = True

    def __reduce__(self) -> tuple[Callable[[str], HashFunction], tuple[str]]:
        """Pickle by name: another process has the same functions."""
        return hash_function, (self.name,)

    @property
    def seeded(self) -> bool:
        """Whether a seed changes its hashes (SEEDED)."""
        return self.seed_bits > 0

    @property
    def takes_text(self) -> bool:
        """Whether str and bytes can be hashed, and not ints alone."""
        return self.of_bytes is not None

    def check_seed(self, seed: int) -> int:
        """Return the seed if this function can use it, else raise InvalidParameter."""
        if not 0 <= seed < 1 << self.seed_bits:
            allowed = f"0 <= seed < 2^{self.seed_bits}" if self.seeded else "no seed: leave it 0"
            raise InvalidParameter(
                f"seed {seed} cannot be used with the hash function {self.name}, which takes {allowed}"
            )
        return seed

    def check_bits(self, bits: int | None) -> int:
        """Return how many bits to keep: all for None; raise InvalidParameter for more than there are."""
        if bits is None:
            return self.width
        if not is_int(bits) or not 1 <= bits <= self.width:
            raise InvalidParameter(
                f"hash_bits {bits!r} is not possible with {self.name}: use 1 to {self.width}, or None"
            )
        return int(bits)

    def key(self, key: Key, seed: int = 0) -> int:
        """Return the hash of one key, of full width."""
        return self._plain(plain_key(key), seed)

    def column(self, keys: object, seed: int = 0, out: Hashes | None = None) -> Hashes:
        """Return the hashes of a column of keys, of full width, as (k,) uint64, in `out` if that is given."""
        column = as_column(keys)
        if out is None:
            out = np.empty(len(column), dtype=np.uint64)
        if isinstance(column, Chunked):
            at = 0
            for part in column.parts:
                self._write(part, seed, out[at : at + len(part)])
                at += len(part)
        else:
            self._write(column, seed, out)
        return out

    def _write(self, column: Integers | Strings | Mixed, seed: int, out: Hashes) -> None:
        if isinstance(column, Mixed):
            out[:] = [self._plain(key, seed) for key in column.keys]
        elif isinstance(column, Integers) and self.integers is not None:
            self.integers(column.values, seed, out)
        else:
            self._bytes_column(_eight_bytes(column) if isinstance(column, Integers) else column, seed, out)

    def _plain(self, key: int | bytes, seed: int) -> int:
        if isinstance(key, int):
            if self.of_int is not None:
                return self.of_int(key, seed)
            key = key.to_bytes(8, "little")
        if self.of_bytes is None:
            raise self._ints_only(key)
        return self.of_bytes(key, seed)

    def _bytes_column(self, column: Strings, seed: int, out: Hashes) -> None:
        if self.strings is not None:
            self.strings(column.data, column.offsets, np.uint64(seed), out)
        elif self.of_bytes is None:
            if len(column):
                raise self._ints_only(column[:1].tolist()[0])
        else:
            out[:] = [self.of_bytes(key, seed) for key in column.tolist()]

    def _ints_only(self, key: bytes) -> InvalidKey:
        return InvalidKey(
            f"the hash function {self.name} takes ints only, not {key!r:.60}: choose another for text"
        )


def _eight_bytes(column: Integers) -> Strings:
    data = column.values.astype("<u8", copy=False).view(np.uint8)
    return Strings(data, np.arange(0, 8 * len(column) + 1, 8, dtype=np.int64))


def _digest_word(algorithm: str, first: int, last: int) -> Callable[[bytes, int], int]:
    def word(key: bytes, seed: int) -> int:
        return int.from_bytes(hashlib.new(algorithm, key, usedforsecurity=False).digest()[first:last], "big")

    return word


def _sha1_28(key: bytes, seed: int) -> int:
    return int.from_bytes(hashlib.sha1(key, usedforsecurity=False).digest()[:4], "big") >> 4


def _fnv1a(key: bytes, seed: int) -> int:
    value = 0xCBF29CE484222325
    for byte in key:
        value = ((value ^ byte) * 0x100000001B3) & ((1 << 64) - 1)
    return value


def _copy(values: Hashes, seed: int, out: Hashes) -> None:
    out[:] = values


_FUNCTIONS = {
    function.name: function
    for function in (
        HashFunction(
            "xxh64",
            "xxHash64: fast, well mixed, seeded; the default",
            width=64,
            seed_bits=64,
            of_bytes=xxhash.xxh64_intdigest,
            strings=hash_kernels.xxh64_strings,
            entry=key_entry(hash_kernels.xxh64_of),
            integers=lambda values, seed, out: hash_kernels.xxh64_integers(values, np.uint64(seed), out),
            integers_kernel=hash_kernels.xxh64_integers,
        ),
        HashFunction(
            "murmur3_64",
            "the first word of MurmurHash3_x64_128, seeded with 32 bits",
            width=64,
            seed_bits=32,
            of_bytes=lambda key, seed: mmh3.hash64(key, seed=seed, signed=False)[0],
            strings=hash_kernels.murmur3_strings,
            entry=key_entry(hash_kernels.murmur3_64_of),
        ),
        HashFunction(
            "sha1_28",
            "the first 7 hexadecimal digits of SHA-1, 28 bits: the article's",
            width=28,
            of_bytes=_sha1_28,
        ),
        HashFunction(
            "md5_high64",
            "the high 64 bits of MD5, read as a big-endian integer",
            width=64,
            of_bytes=_digest_word("md5", 0, 8),
        ),
        HashFunction("md5_low64", "the low 64 bits of MD5", width=64, of_bytes=_digest_word("md5", 8, 16)),
        HashFunction(
            "crc32",
            "CRC-32 as in zlib: a checksum, poorly mixed",
            width=32,
            of_bytes=lambda key, seed: zlib.crc32(key),
            strings=hash_kernels.crc32_strings,
            entry=key_entry(hash_kernels.crc32_64_of),
        ),
        HashFunction(
            "fnv1a_64",
            "64-bit FNV-1a: its high bits hardly depend on the last bytes",
            width=64,
            of_bytes=_fnv1a,
            strings=hash_kernels.fnv1a_strings,
            entry=key_entry(hash_kernels.fnv1a_of),
        ),
        HashFunction(
            "splitmix64",
            "the first output of SplitMix64 seeded with the key; ints only",
            width=64,
            of_int=lambda key, seed: splitmix64_int(key),
            entry=key_entry(None, hash_kernels.splitmix64_of),
            integers=lambda values, seed, out: splitmix64_column(values, out),
            scatters=False,
        ),
        HashFunction(
            "identity",
            "the key itself; ints only",
            width=64,
            of_int=lambda key, seed: key,
            entry=key_entry(None, hash_kernels.identity_of),
            integers=_copy,
            scatters=False,
        ),
        HashFunction(
            "ordered",
            "keeps the order of keys: an int by its value, text by its first 8 bytes",
            width=64,
            of_bytes=lambda key, seed: int.from_bytes(key[:8].ljust(8, b"\0"), "big"),
            of_int=lambda key, seed: key,
            strings=hash_kernels.ordered_strings,
            entry=key_entry(hash_kernels.ordered_of, hash_kernels.identity_of),
            integers=_copy,
            scatters=False,
        ),
        *(
            HashFunction(
                one.name,
                one.summary,
                one.width,
                of_bytes=one.of_bytes,
                of_int=one.of_int,
                strings=one.strings,
                entry=one.entry,
                integers=one.integers,
            )
            for one in SYSTEMS
        ),
    )
}


def hash_names() -> tuple[str, ...]:
    """Return the names of all hash functions.

    Returns
    -------
    tuple of str
        The default first.

    Examples
    --------
    >>> hash_names()[0]
    'xxh64'
    """
    return tuple(_FUNCTIONS)


def hash_function(name: str) -> HashFunction:
    """Return a hash function by its name.

    Parameters
    ----------
    name
        One of :func:`hash_names`.

    Returns
    -------
    HashFunction
        With its width and what seeds it takes.

    Raises
    ------
    UnknownHash
        When there is none of this name.

    Examples
    --------
    >>> hash_function("sha1_28").width
    28
    """
    if name not in _FUNCTIONS:
        raise UnknownHash(f"no hash function is named {name!r}: {suggestion(str(name), _FUNCTIONS)}")
    return _FUNCTIONS[name]


def hash_key(name: str, key: Key, *, seed: int = 0, bits: int | None = None) -> int:
    """Return the hash of one key.

    Parameters
    ----------
    name
        The hash function, one of :func:`hash_names`.
    key
        A str (by its UTF-8 bytes), bytes, or an int with 0 <= key < 2^64.
    seed
        For functions that take one.
    bits
        How many of the hash's high bits to keep; None for all.

    Returns
    -------
    int
        0 <= hash < 2^bits.

    Raises
    ------
    UnknownHash, InvalidKey, InvalidParameter
        For a name, key, seed or number of bits that cannot be.

    Examples
    --------
    >>> hash_key("sha1_28", "server-a-0")
    148456820
    """
    function = hash_function(name)
    keep = function.check_bits(bits)
    return function.key(key, function.check_seed(seed)) >> (function.width - keep)


def hash_column(
    name: str, keys: object, *, seed: int = 0, bits: int | None = None, out: Hashes | None = None
) -> Hashes:
    """Return the hashes of a column of keys.

    Parameters
    ----------
    name
        The hash function, one of :func:`hash_names`.
    keys
        Whatever :func:`algorithms.hashing.columns.as_column` takes: a list, a numpy array, an Arrow array ...
    seed
        For functions that take one.
    bits
        How many of each hash's high bits to keep; None for all.
    out
        (k,) uint64 to write into; a new array when not given.

    Returns
    -------
    ndarray
        (k,) uint64, each below 2^bits; ``out`` if that was given. Costs 1 ns a key for ints and 10 to 30
        ns for strings with the compiled functions, about 700 ns for MD5 and SHA-1.

    Raises
    ------
    UnknownHash, InvalidKey, InvalidParameter
        For a name, key, seed or number of bits that cannot be.

    Examples
    --------
    >>> hash_column("md5_low64", ["60000", "60100"]) % 16
    array([12, 10], dtype=uint64)
    """
    function = hash_function(name)
    keep = function.check_bits(bits)
    hashes = function.column(keys, function.check_seed(seed), out)
    if keep < function.width:
        hashes >>= np.uint64(function.width - keep)
    return hashes


__all__ = ["Column", "HashFunction", "Hashes", "hash_column", "hash_function", "hash_key", "hash_names"]
