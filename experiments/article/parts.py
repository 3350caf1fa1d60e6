"""The parts of the article, in the order in which they are shown."""

from __future__ import annotations

from experiments.article.address_book import AddressBook
from experiments.article.arithmetic import Arithmetic
from experiments.article.bound import Bound
from experiments.article.comparison import Comparison
from experiments.article.digests import Digests
from experiments.article.errata import Errata
from experiments.article.folklore import Folklore
from experiments.article.minimum_hashes import MinimumHashes
from experiments.article.part import Part
from experiments.article.range_queries import RangeQueries
from experiments.article.rings import Rings
from experiments.article.verdicts import PublishedNumbers

__all__ = ["PARTS"]

_IDEAS: tuple[Part, ...] = (
    AddressBook(),
    RangeQueries(),
    MinimumHashes(),
    Digests(),
    Arithmetic(),
    Comparison(),
    Rings(),
    Bound(),
    Folklore(),
)

PARTS: tuple[Part, ...] = (PublishedNumbers(_IDEAS), Errata(), *_IDEAS)
"""All parts: first what became of the published numbers and the errata, then idea by idea."""
