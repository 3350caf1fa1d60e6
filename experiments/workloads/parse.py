"""From what the user types to a workload."""

from __future__ import annotations

from collections.abc import Mapping

from experiments.options.errors import BadUse, did_you_mean
from experiments.workloads.base import Workload
from experiments.workloads.census import Names
from experiments.workloads.churn import Churn
from experiments.workloads.files import FileWorkload
from experiments.workloads.generated import Numbered, Sequential, Uniform, Zipf
from experiments.workloads.recorded import Recorded
from experiments.workloads.records import Salaries, Times

__all__ = ["FAMILIES", "drawn", "ends", "meaning", "parse"]


FAMILIES: Mapping[str, type[Workload]] = {
    family.name: family
    for family in (Uniform, Sequential, Zipf, Churn, Numbered, Names, Salaries, Times, FileWorkload, Recorded)
}
"""The families by name; each says its ``syntax`` and a ``summary`` for lists and help."""


def parse(text: str) -> Workload:
    """Return the workload that a text names.

    Examples
    --------
    >>> parse("zipf:1.1:1e4").text
    'zipf:1.1:10000'
    >>> parse("zifp")
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: there is no workload 'zifp'; give uniform, ...; did you mean 'zipf'?
    """
    name, colon, options = text.partition(":")
    name = name.strip()
    if name not in FAMILIES:
        allowed = ", ".join(family.syntax for family in FAMILIES.values())
        raise BadUse(f"there is no workload {text!r}; give {allowed}{did_you_mean(name, FAMILIES)}")
    return FAMILIES[name].read(options if colon else None)


def meaning(text: str) -> object:
    """Return what all spellings of a workload have in common; no file is read for it.

    Examples
    --------
    >>> meaning("zipf:1") == meaning(" zipf:1.0"), meaning("file:a.log") == meaning("file:./a.log")
    (True, True)
    """
    name, colon, options = text.partition(":")
    family = FAMILIES.get(name.strip())
    try:
        return text.strip() if family is None else (name.strip(), family.meaning(options if colon else None))
    except (BadUse, OSError, ValueError):
        return text.strip()


def ends(text: str) -> bool:
    """Return whether a workload has so many keys and no more; no file is read for it.

    Examples
    --------
    >>> ends("file:a.log"), ends("uniform")
    (True, False)
    """
    family = FAMILIES.get(text.partition(":")[0].strip())
    return family is not None and family.ends


def drawn(text: str) -> bool:
    """Return whether the keys of a workload are drawn at random, so that repetitions have different ones.

    Examples
    --------
    >>> drawn("uniform"), drawn("sequential:5")
    (True, False)
    """
    family = FAMILIES.get(text.partition(":")[0].strip())
    return family is None or family.drawn
