"""Which keys of a file were used, and which repetitions have the same ones, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from experiments.harness.experiment import Experiment
from experiments.options.parameters import Parameters, fields_of
from experiments.report.presentation import Presentation, Results
from experiments.workloads import drawn

__all__ = ["presented", "repetitions", "used"]

P = TypeVar("P", bound=Parameters)


def presented(experiment: Experiment[P], results: Results[P]) -> Presentation:
    """Return what an experiment shows, with what is to be known of keys that come from files.

    Parameters
    ----------
    experiment
        Whose results.
    results
        As stored.

    Returns
    -------
    Presentation
    """
    shown = experiment.present(results)
    return replace(shown, meaning=[*shown.meaning, *_said(results.parameters, results.facts)])


def _said(parameters: Parameters, facts: Mapping[str, Any]) -> Iterator[str]:
    for text, extent in facts.get("extents", {}).items():
        yield f"{text}: {used(extent, parameters.keys)}."
        if "blank" in extent:
            yield f"{text}: {extent['blank']:,} blank lines were skipped."
    if facts.get("extents") and "repetitions" in fields_of(type(parameters)) and parameters.repetitions > 1:
        yield (
            f"The keys of {' and '.join(facts['extents'])} are the same in each repetition: repetitions "
            "differ in hash seeds and names of nodes only."
        )


def used(extent: Mapping[str, Any], asked: int) -> str:
    """Return how many keys of a workload with an end were used.

    Parameters
    ----------
    extent
        Its ``keys`` and those ``used``.
    asked
        How many were asked for, a :class:`~experiments.options.key_counts.KeyCount`.

    Returns
    -------
    str
        A part of a sentence.

    Examples
    --------
    >>> used({"keys": 2000000, "used": 500000}, 500000), used({"keys": 9, "used": 9}, 9)
    ('the first 500,000 of 2,000,000 keys', 'all 9 keys')
    >>> used({"keys": 9, "used": 9}, 1000)
    'all 9 keys, fewer than the 1,000 asked for'
    """
    if extent["used"] < extent["keys"]:
        return f"the first {extent['used']:,} of {extent['keys']:,} keys"
    fewer = not getattr(asked, "whole", False) and asked > extent["keys"]
    return f"all {extent['keys']:,} keys" + (f", fewer than the {int(asked):,} asked for" if fewer else "")


def repetitions(many: int, workloads: Sequence[str]) -> str:
    """Return what repetitions of these workloads have anew.

    Parameters
    ----------
    many
        How many, at least 2.
    workloads
        As typed.

    Returns
    -------
    str
        A part of a sentence.

    Examples
    --------
    >>> repetitions(10, ["uniform"]), repetitions(10, ["sequential"])
    ('10 repetitions with new keys and hash seeds', '10 repetitions with the same keys and new hash seeds')
    >>> repetitions(3, ["zipf", "file:a.log"])
    '3 repetitions with new hash seeds, and new keys but those of file:a.log'
    """
    same = [text for text in workloads if not drawn(text)]
    if not same:
        return f"{many:,} repetitions with new keys and hash seeds"
    if len(same) == len(workloads):
        return f"{many:,} repetitions with the same keys and new hash seeds"
    return f"{many:,} repetitions with new hash seeds, and new keys but those of {', '.join(same)}"
