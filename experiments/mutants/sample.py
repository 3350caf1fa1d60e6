"""The sample: which defects are planted into which members, and which edits are made.

Members and edits are ranked by a number that is drawn for each of them, from its name or its text alone. So
a new member or an edited file changes nothing of what was drawn for others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from algorithms.registry import class_of, names
from experiments.mutants.defects import defects
from experiments.mutants.sites import sites_of
from experiments.options.errors import BadUse, did_you_mean
from experiments.seeds import derive

__all__ = ["EDIT", "Mutant", "mutants_named", "sample"]

EDIT = "edit"
"""The kind of a transformation of source."""


ENDLESS = frozenset({"weighted_dx__edit_6452e18e"})
"""Edits after which a kernel of another module, whose rounds are not counted, never ends: left out."""


@dataclass(frozen=True)
class Mutant:
    """A member with a defect.

    Parameters
    ----------
    name
        By which `planted` finds it.
    member
        The honest one.
    transformation
        The defect, or which kind of edit.
    kind
        Of defects, or `EDIT`.
    about
        What is wrong with it, in words.
    """

    name: str
    member: str
    transformation: str
    kind: str
    about: str


def sample(seed: int, hosts: int, edits: int) -> list[Mutant]:
    """Return the mutants of a sample: by defect, and then the edits by member.

    Examples
    --------
    >>> len(sample(0, 1, 0)) == len(defects())
    True
    """
    return [*_planted(seed, hosts), *_edited(seed, edits)]


def mutants_named(wanted: Sequence[str]) -> list[Mutant]:
    """Return mutants by their names; raise `BadUse` for what is none.

    Examples
    --------
    >>> [mutant.about for mutant in mutants_named(["modulo__eight_bits"])]
    ['keeps buckets in a signed byte']
    """
    made = []
    for name in wanted:
        member = name.partition("__")[0]
        if member not in names():
            raise BadUse(
                f"--mutant: {name!r} begins with no member's name; give MEMBER__DEFECT"
                f"{did_you_mean(member, names())}"
            )
        known = {mutant.name: mutant for mutant in _of_member(member)}
        if name not in known:
            raise BadUse(
                f"--mutant: {member} has no mutant {name!r}; give a defect that fits it, such as "
                f"{member}__sorts_first, or {member}__edit_DIGEST{did_you_mean(name, known)}"
            )
        made.append(known[name])
    return made


def _of_member(member: str) -> Iterator[Mutant]:
    for name, defect in defects().items():
        if defect.fits(class_of(member)):
            yield Mutant(f"{member}__{name}", member, name, defect.kind, defect.about)
    for site in sites_of(member):
        yield Mutant(f"{member}__edit_{site.digest}", member, site.kind, EDIT, site.about)


def _planted(seed: int, hosts: int) -> Iterator[Mutant]:
    """Yield each defect in so many members, of as many families as there are."""
    for name, defect in defects().items():
        ranked = sorted(
            (one for one in names() if defect.fits(class_of(one))),
            key=lambda one: derive(seed, "mutants", name, one),
        )
        chosen: list[str] = []
        while ranked and len(chosen) < hosts:
            met = [class_of(one).spec.family for one in chosen]
            best = min(ranked, key=lambda one: met.count(class_of(one).spec.family))
            ranked.remove(best)
            chosen.append(best)
        for member in chosen:
            yield Mutant(f"{member}__{name}", member, name, defect.kind, defect.about)


def _edited(seed: int, edits: int) -> Iterator[Mutant]:
    """Yield so many edits of each member, of different kinds where there are."""
    for member in names():
        sites = (site for site in sites_of(member) if f"{member}__edit_{site.digest}" not in ENDLESS)
        ranked = sorted(sites, key=lambda site: derive(seed, "edits", member, site.digest))
        kinds: list[str] = []
        for _ in range(min(edits, len(ranked))):
            best = min(ranked, key=lambda site: kinds.count(site.kind))
            ranked.remove(best)
            kinds.append(best.kind)
            yield Mutant(f"{member}__edit_{best.digest}", member, best.kind, EDIT, best.about)
