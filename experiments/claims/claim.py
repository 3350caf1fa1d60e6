"""A claim: a published value, where it stands, and how it is recomputed; read from ``*.toml`` here.

A file begins with ``title``, ``work`` and ``read``; whatever stands there holds for all of its claims unless
one says otherwise. A claim with ``over = "n"`` stands for several: ``given.n`` is then a list, or for "set.n"
``given.set.n``; ``value``, ``tolerance``, ``expected``, ``by`` and ``why`` may be lists of the same length.
All of them are one fact, and so are entries with the same ``fact``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from experiments.inference.verdict import CONFIRMED, REFUTED, RELATIONS, UNDECIDED

__all__ = ["FOLDER", "READ", "Claim", "claims_of", "load"]

FOLDER: Final = Path(__file__).with_name("sources")

READ: Final[Mapping[str, str]] = {
    "P": "the authors' own text or result files",
    "Q": "quoted by somebody else, not read in the original",
    "T": "a third party's measurement, not the authors'",
    "C": "our own computation",
    "F": "folklore, without an author",
}
"""How a source was read."""


@dataclass(frozen=True)
class Claim:
    """One published value.

    Parameters
    ----------
    id
        ``FILE.NAME``, unique.
    title
        Of the file: what its claims are about.
    work, read, where
        The source, how it was read (a letter of `READ`), and the table or cell.
    says
        The claim in our words.
    value
        What is published; None where the article's own data file holds it.
    tolerance, reason
        How far ours may be from it, and why so far.
    relation
        "equals", "at most" or "at least".
    by, given
        The recipe, and its arguments.
    needs
        Algorithms without which it cannot be recomputed.
    modules
        What must be installed for it, beyond what the suite itself takes.
    link, at, seen
        An address or a DOI of the source; the page, section or commit; the day on which it was read.
    fact
        What it is a cell of: a fact counts once, however many claims it has.
    expected
        The verdict that is expected.
    why
        What there is to say about the verdict.
    percent
        Whether values are shown as percentages.
    """

    id: str
    title: str
    work: str
    read: str
    where: str
    says: str
    value: float | None
    tolerance: float
    reason: str
    by: str
    expected: str
    given: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    link: str = ""
    at: str = ""
    seen: str = ""
    fact: str = ""
    relation: str = "equals"
    why: str = ""
    percent: bool = False

    def __post_init__(self) -> None:
        """Refuse what no claim can be."""
        for name, value, allowed in (
            ("read", self.read, tuple(READ)),
            ("relation", self.relation, RELATIONS),
            ("expected", self.expected, (CONFIRMED, REFUTED, UNDECIDED)),
        ):
            if value not in allowed:
                raise ValueError(f"claim {self.id}: {name} = {value!r}; give one of {', '.join(allowed)}")
        if self.tolerance < 0 or not self.reason or not self.says or not self.where:
            raise ValueError(f"claim {self.id}: give says, where, a tolerance from 0, and the reason for it")


def load(folder: Path = FOLDER) -> tuple[Claim, ...]:
    """Return all claims, by file and then in its order.

    Examples
    --------
    >>> {claim.read for claim in load()} <= set(READ)
    True
    """
    found: dict[str, Claim] = {}
    for path in sorted(folder.glob("*.toml")):
        for claim in claims_of(path):
            if claim.id in found:
                raise ValueError(f"two claims have the id {claim.id}")
            found[claim.id] = claim
    return tuple(found.values())


def claims_of(path: Path) -> Iterator[Claim]:
    """Yield the claims of one file."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    common = {name: value for name, value in document.items() if name != "claim"}
    for entry in document["claim"]:
        for number, single in enumerate(_spread(entry)):
            name = single.pop("id")
            fact = f"{path.stem}.{entry.get('fact', entry['id'])}"
            try:
                fields: dict[str, Any] = {
                    "value": None,
                    **common,
                    **single,
                    "id": f"{path.stem}.{name}",
                    "fact": fact,
                }
                names = {name: tuple(fields.get(name, ())) for name in ("needs", "modules")}
                yield Claim(**{**fields, **names})
            except TypeError as error:
                raise ValueError(f"{path.name}, claim {name} ({number}): {error}") from None


def _spread(entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    plain = dict(entry)
    over = plain.pop("over", None)
    if over is None:
        yield plain
        return
    outer, _, inner = over.rpartition(".")
    lists = plain["given"][outer] if outer else plain["given"]
    steps = lists[inner]
    for number, step in enumerate(steps):
        single = dict(plain)
        for name in ("value", "tolerance", "expected", "by", "why"):
            if isinstance(single.get(name), list):
                if len(single[name]) != len(steps):
                    raise ValueError(f"claim {entry['id']}: {name} and {over} have different lengths")
                single[name] = single[name][number]
        single["id"] = f"{entry['id']}-{step}"
        chosen = {**lists, inner: step}
        single["given"] = {**plain["given"], outer: chosen} if outer else chosen
        single["where"] = f"{plain['where']}, {inner} {step}"
        yield single
