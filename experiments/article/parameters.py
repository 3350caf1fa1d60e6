"""The parameters of the article's reproduction: what may be varied, and what each common flag means here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.harness.parameters import Parameters, meaning_of_workload, target_of_setting
from experiments.options.errors import BadUse
from experiments.options.key_counts import KeyCount, key_count
from experiments.options.parameters import integer, parameter, text

if TYPE_CHECKING:
    from experiments.harness.candidate import Candidate
    from experiments.workloads import Workload

__all__ = ["ArticleParameters"]

RING = "ring."


@dataclass(frozen=True, kw_only=True)
class ArticleParameters(Parameters):
    """What may be varied. The 157 published numbers are reproduced whatever is given here.

    Parameters
    ----------
    nodes
        Sizes of rings of your own, drawn like the article's; with ``ring.`` settings alone, 2 and 3.
    ranges
        How many equal ranges the integer division begins with.
    algorithms
        Compared in the event from ``ranges`` nodes to one more.
    keys
        Names drawn for the address book, and keys of that comparison.
    repetitions
        Random rings in the study of "at most 1/n".
    seed
        Of the drawn names, the random rings and the salaries.
    workload
        The address book.
    set
        Parameters of algorithms; those of the ring also draw rings of your own.

    Examples
    --------
    >>> ArticleParameters().own_rings
    ()
    >>> ArticleParameters(set="ring.points=3").own_rings
    (2, 3)
    """

    without = {  # noqa: RUF012 - a ClassVar of the base
        "cluster": "the article's nodes are its own; give scaling or balance a cluster",
        "vary": "the article is about rings of its own; give scaling or balance a sweep",
    }

    algorithms: tuple[str, ...] = parameter(
        "algorithms compared from --ranges nodes to one more, by name or FILE.py:Class; all by default",
        text,
        (),
        many=True,
        metavar="NAME,...",
        least=0,
    )
    nodes: tuple[int, ...] = parameter(
        "sizes of rings of your own, drawn like the article's; 2,3 where --set changes the ring",
        integer(1, 10_000),
        (),
        many=True,
        metavar="N,...",
        least=0,
    )
    ranges: int = parameter(
        "equal ranges with which the integer division begins", integer(1, 2000), 16, metavar="N"
    )
    keys: int = parameter(
        "names drawn for the address book (all of a file's by default), and keys of the comparison",
        key_count,
        KeyCount(1_000_000, whole=True),
        metavar="K",
    )
    repetitions: int = parameter(
        'random rings in the study of "at most 1/n" and of balance', integer(1, 10**6), 400, metavar="R"
    )
    seed: int = parameter(
        "from which the names, the random rings and the salaries derive", integer(0), 0, metavar="S"
    )
    workload: tuple[str, ...] = parameter(
        "the address book: names, or your own such as file:people.csv:last_name",
        text,
        ("names",),
        many=True,
        separator=None,
        metavar="WORKLOAD",
        meaning=meaning_of_workload,
    )
    set: tuple[str, ...] = parameter(
        "a parameter of an algorithm; ring.points, ring.serves, ring.hash and ring.hash_bits draw "
        "rings of your own",
        text,
        (),
        many=True,
        separator=None,
        metavar="NAME.PARAM=VALUE",
        least=0,
        meaning=target_of_setting,
    )

    def check(self) -> None:
        """Check what concerns several fields at once."""
        if len(self.workload) > 1:
            raise BadUse(f"--workload: the article has one address book, not {len(self.workload)}; give one")
        if isinstance(self.keys, KeyCount) and not self.keys.named:
            raise BadUse(
                "--keys: all is no number of keys for the article's comparison; give one, or all,K for all "
                "names of a file and K keys of the comparison"
            )

    @property
    def ring_settings(self) -> tuple[str, ...]:
        """Those of `set` that are about the ring."""
        return tuple(setting for setting in self.set if setting.startswith(RING))

    @property
    def own_rings(self) -> tuple[int, ...]:
        """The sizes of rings beside the article's own; 2 and 3 where only settings are given."""
        return self.nodes or ((2, 3) if self.ring_settings else ())

    @property
    def others(self) -> ArticleParameters:
        """The same without the settings of a ring that is not among the algorithms."""
        from experiments.harness.selection import resolve

        if any(candidate.algorithm == "ring" for candidate in resolve(self.algorithms)):
            return self
        return self.replace({"set": [setting for setting in self.set if setting not in self.ring_settings]})

    def candidates(self) -> list[Candidate]:
        """Return the algorithms that are compared."""
        from experiments.harness.selection import resolve

        return resolve(self.algorithms, self.others.set)

    def ring(self) -> Candidate:
        """Return the ring of your own."""
        from experiments.harness.selection import resolve

        own = {target_of_setting(setting) for setting in self.ring_settings}
        article = ("ring.points=5", "ring.hash=sha1_28")
        usual = [setting for setting in article if target_of_setting(setting) not in own]
        (candidate,) = resolve(["ring"], [*usual, *self.ring_settings])
        return candidate

    def address_book(self) -> Workload:
        """Return the workload of the address book."""
        from experiments.workloads import parse

        book = parse(self.workload[0])
        if book.integers:
            raise BadUse(
                f"--workload: {book.text} gives ints, and an address book is of names; "
                "give names, or a file such as file:people.csv:last_name"
            )
        return book
