"""What an experiment shows, with what is to be known of keys that come from files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from experiments.harness.experiment import Experiment
from experiments.harness.parameters import Parameters
from experiments.options.parameters import fields_of
from experiments.report.extents import used
from experiments.report.presentation import Presentation, Results

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
