"""The article's errata, each with the smallest example that shows it, and what is out of scope here.

Every example is computed, most by exhaustion over the smallest hash space in which the slip can be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from algorithms import create
from experiments.article.address_book import best_split, census_letters, sums_of
from experiments.article.arithmetic import BITS, floored_movement, ranges
from experiments.article.bound import counterexample
from experiments.article.part import Part
from experiments.article.rings import HASH, event_rows, the_ring
from experiments.article.subjects import SPLITS, groups_of
from experiments.storage.records import Record

if TYPE_CHECKING:
    from experiments.article.parameters import ArticleParameters
    from experiments.harness.experiment import Context

__all__ = ["ERRATA", "OUT_OF_SCOPE", "Errata", "Erratum", "smallest_outside", "smallest_short"]


@dataclass(frozen=True)
class Erratum:
    """A slip of the article.

    Parameters
    ----------
    name
        By which an :class:`~experiments.article.part.Answer` refers to it.
    says
        What the article says.
    correct
        What is so.
    example
        Returns the smallest example, computed.
    """

    name: str
    says: str
    correct: str
    example: Callable[[], str]


def smallest_outside() -> tuple[int, int]:
    """Return the smallest space and number of partitions whose floored size leaves the last hash outside.

    Examples
    --------
    >>> smallest_outside()
    (2, 3)
    """
    return next(
        (bits, n)
        for bits in range(1, 64)
        for n in range(1, (1 << bits) + 1)
        if ((1 << bits) - 1) // ((1 << bits) // n) == n
    )


def smallest_short() -> tuple[int, int]:
    """Return the smallest space and number of ranges from which one range more does not move just half.

    Examples
    --------
    >>> smallest_short()
    (2, 2)
    """
    for bits in range(1, 64):
        for n in range(1, 1 << bits):
            if 2 * _moved(bits, n) != 1 << bits:
                return bits, n
    raise AssertionError("a space that 2 and 3 do not both divide is found at once")


def _moved(bits: int, nodes: int) -> int:
    *_, row = event_rows("", ranges(nodes, bits), ranges(nodes + 1, bits))
    moved: int = row["hashes"]
    return moved


def _space() -> str:
    arcs = create("ring", ["server-a"], points=1, hash=HASH, hash_bits=1).arcs()
    counted = sum(arcs.sizes())
    return f"1 bit, one node, one point: hashes 0 and 1 are {counted}; by the article's count {counted - 1}"


def _values() -> str:
    last = int(ranges(1).arcs().last[-1])
    return (
        f"1 bit: the hashes 0 and 1 are 2, the last is 1. 32 bits: {last + 1:,} hashes, the last is {last:,}"
    )


def _floored() -> str:
    bits, n = smallest_outside()
    space = 1 << bits
    home = ranges(n, bits).arcs().nodes[n - 1].name
    whole = 1 << BITS
    return (
        f"{space} hashes, {n} partitions of {space // n}: hash {space - 1} is in partition {n} of 0 "
        f"to {n - 1}; floor(hash * n / {space}) gives {home}. "
        f"2^32 by 17: {whole - 17 * (whole // 17)} hash is left over"
    )


def _half() -> str:
    bits, n = smallest_short()
    outside = floored_movement(16)
    return (
        f"{1 << bits} hashes, {n} -> {n + 1} ranges: {_moved(bits, n)} moves, not {(1 << bits) // 2}. "
        f"16 -> 17: {_moved(BITS, 16):,} of 2^32, {(1 << BITS) // 2 - _moved(BITS, 16)} short of half; "
        f"with the floored sizes {outside[0]:,}, {outside[0] - (1 << BITS) // 2} more than half"
    )


def _bound() -> str:
    newcomer, share = counterexample(2, 1)
    return (
        f"server-a and server-b with one point each: {newcomer} takes {100 * float(share):.2f} %, "
        "not at most 1/2"
    )


def _thirty() -> str:
    *_, moved = event_rows("", the_ring(2, 5), the_ring(3, 5))
    return f"{moved['hashes']:,} of {moved['total']:,} hashes are {100 * float(moved['share']):.2f} %"


def _almost_even() -> str:
    weights, people = census_letters(), sum(census_letters())

    def written(starts: Sequence[str]) -> str:
        sums = zip(groups_of(starts), sums_of(weights, starts), strict=True)
        return ", ".join(f"{held} {100 * (bearers / people):.1f} %" for held, bearers in sums)

    return f"{written(SPLITS['adjusted'])}; the most even three are {written(best_split(weights, 3))}"


ERRATA: Mapping[str, Erratum] = {
    erratum.name: erratum
    for erratum in (
        Erratum(
            "space",
            "the totals count 268,435,455 hashes",
            "[0, 2^28) has 268,435,456: the last arc of each table, its owner's share and the total "
            "are one more",
            _space,
        ),
        Erratum(
            "values",
            "between 0 and 2^32 (4,294,967,295)",
            "2^32 is 4,294,967,296; the last hash is one less",
            _values,
        ),
        Erratum(
            "floored",
            "17 partitions of floor(2^32 / 17) hashes each, the first one up to 252,645,134",
            "the last hash falls into a partition 17 that does not exist; floor(hash * 17 / 2^32) "
            "has room for all",
            _floored,
        ),
        Erratum(
            "half",
            "16 -> 17 moves exactly 50 %",
            "in the continuum; not on whole hashes that 16 * 17 does not divide",
            _half,
        ),
        Erratum(
            "bound",
            "consistent hashing moves at most 1/n",
            "1/(n+1) on average; no bound in the worst case",
            _bound,
        ),
        Erratum("thirty", "2 -> 3 nodes moves approximately 30 %", "31.65 %", _thirty),
        Erratum(
            "almost even",
            "A-B | C-D | the rest is almost even",
            "not for the last names of the census",
            _almost_even,
        ),
    )
}
"""The errata by name, in the article's order. "values" and "almost even" are slips of its text alone."""

OUT_OF_SCOPE: Mapping[str, str] = {
    "load balancers: round robin": "chooses a server for a request, not a node for a key: no key has "
    "a place that could move; the experiment requests has queues and response times",
    "load balancers: least outstanding requests": "depends on the requests under way, so it is no "
    "function of the key; it is in requests too",
    "caches": "which keys miss after a scale event is the movement above; what the misses come to is a "
    "matter of the traffic, and in the experiment cache",
    "databases": "ranges and hashes as above; what queries by range cost is in the experiment database",
    "functional splitting": "divides an application by its functions, not data by its keys",
}
"""What the article also speaks of, and why it is not reproduced here, or where."""


class Errata(Part):
    """The errata, and what is out of scope."""

    name = "errata"

    def measure(
        self, unit: Mapping[str, Any], parameters: ArticleParameters, context: Context
    ) -> Iterable[Record]:
        """Return each erratum with its example, and each subject out of scope with the reason."""
        for erratum in ERRATA.values():
            yield {
                "kind": "erratum",
                "erratum": erratum.name,
                "says": erratum.says,
                "correct": erratum.correct,
                "example": erratum.example(),
            }
        for subject, reason in OUT_OF_SCOPE.items():
            yield {"kind": "out of scope", "key": subject, "reason": reason}
