"""The article's examples of hash values: MD5 of two strings, SHA-1's space, and modulo of whole keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from algorithms import create
from algorithms.hashing import hash_key
from experiments.article.part import Answer, Part
from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.article.parameters import ArticleParameters
    from experiments.article.published import Question
    from experiments.harness.experiment import Context

__all__ = ["Digests", "md5"]

STRINGS = ("60000", "60100")
KEYS = (0, 1, 15, 16)
PARTITIONS = 16
SHA1_BITS = 160


def md5(text: str) -> int:
    """Return the MD5 of a string as an integer of 128 bits, from the two 64-bit hash functions.

    Examples
    --------
    >>> md5("60000")
    57500283691658467528082923406379043196
    """
    return hash_key("md5_high64", text) << 64 | hash_key("md5_low64", text)


class Digests(Part):
    """Hash values, and where modulo and integer division put them."""

    name = "hash values"

    def measure(
        self, unit: Mapping[str, Any], parameters: ArticleParameters, context: Context
    ) -> Iterable[Record]:
        """Return MD5, and the partitions of the examples; 16 divides 2^64, so half of the bits are enough."""
        for text in STRINGS:
            yield {
                "kind": "md5",
                "key": text,
                "hash": md5(text),
                "modulo": _partition("modulo", "md5_low64", text),
                "range": _partition("key_range", "md5_high64", text),
            }
        for key in KEYS:
            yield {"kind": "whole key", "key": str(key), "modulo": _partition("modulo", "identity", key)}

    def answers(self) -> Mapping[Question, Answer]:
        """Answer for MD5, SHA-1's space, and modulo of whole keys."""
        answers: dict[Question, Answer] = {}
        for text in STRINGS:
            answers["hash", "md5", text] = Answer(str(md5(text)))
            answers["partition", "md5 mod 16", text] = Answer(str(_partition("modulo", "md5_low64", text)))
            answers["partition", "md5 div 2^124", text] = Answer(
                str(_partition("key_range", "md5_high64", text))
            )
        values = 1 << SHA1_BITS
        each = values // 10_000
        clash = "a clash is likely from about 2^80 points in all, long before it is certain"
        answers["limit", "sha1, 160 bits, 10000 nodes", "partitions per node before they must clash"] = (
            Answer(_power(each), note=f"2^160 / 10,000 = {each:.3e}; {clash}")
        )
        answers["limit", "sha1, 160 bits", "possible values"] = Answer(
            _power(values), note=f"2^160 = {values}"
        )
        placed = ", ".join(str(_partition("modulo", "identity", key)) for key in KEYS)
        answers["modulo", "16 partitions", f"key {', '.join(map(str, KEYS))}"] = Answer(placed)
        return answers


def _partition(algorithm: str, hash: str, key: str | int) -> int:
    nodes = create(algorithm, PARTITIONS, hash=hash)
    return nodes.nodes.bucket_of(nodes.lookup(key))


def _power(value: int) -> str:
    """Return the largest power of ten that is below a number."""
    return f"10^{len(str(value - 1)) - 1}"
