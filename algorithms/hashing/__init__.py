"""Hash functions, single keys and columns of keys: from what a user stores to a position."""

from algorithms.hashing.functions import (
    Column,
    Hashes,
    HashFunction,
    hash_column,
    hash_function,
    hash_key,
    hash_names,
)

__all__ = ["Column", "HashFunction", "Hashes", "hash_column", "hash_function", "hash_key", "hash_names"]
