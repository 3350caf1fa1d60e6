"""What an experiment shows, with what is to be known of keys and nodes that come from files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from algorithms.hashing import hash_function
from experiments.harness.experiment import Experiment
from experiments.harness.parameters import Parameters
from experiments.options.parameters import fields_of
from experiments.options.parsers import shortest
from experiments.report.extents import used
from experiments.report.presentation import Presentation, Results

P = TypeVar("P", bound=Parameters)


def presented(experiment: Experiment[P], results: Results[P]) -> Presentation:
    """Return what an experiment shows, with what is to be known of keys and nodes that come from files."""
    shown = experiment.present(results)
    said = [*_said(results.parameters, results.facts), *_said_of_cluster(results)]
    first = replace(shown.first, findings=[*said, *shown.first.findings])
    return replace(shown, meaning=[*shown.meaning, *said], first=first)


def _said(parameters: Parameters, facts: Mapping[str, Any]) -> Iterator[str]:
    for text, extent in facts.get("extents", {}).items():
        yield f"{text}: {used(extent, parameters.keys)}."
        if "blank" in extent:
            yield f"{text}: {extent['blank']:,} blank lines were skipped."
        if "others" in extent:
            counts = ", ".join(f"{count:,} {name}" for name, count in extent["others"].items())
            yield f"{text}: lines that are no requests were counted and left out: {counts}."
    if facts.get("extents") and "repetitions" in fields_of(type(parameters)) and parameters.repetitions > 1:
        yield (
            f"The keys of {' and '.join(facts['extents'])} are the same in each repetition: repetitions "
            "differ in hash seeds and names of nodes only."
        )


def _said_of_cluster(results: Results[Any]) -> Iterator[str]:
    parameters, cluster = results.parameters, results.facts.get("cluster")
    if not parameters.cluster or cluster is None:
        return
    fields = fields_of(type(parameters))
    newcomers = not fields.keys().isdisjoint(("event", "sequence"))
    many = f"{cluster['nodes']:,} node" + ("" if cluster["nodes"] == 1 else "s")
    least, median, most = (shortest(cluster[name]) for name in ("least", "median", "most"))
    if least == most:
        joining = ", as newcomers are" if newcomers else ""
        alike = "" if least == "1" else "; algorithms that follow no weights take them as 1"
        yield f"{parameters.cluster}: {many} of weight {least}{joining}{alike}."
    else:
        joining = f"; newcomers have the median, {median}, or the weight of the node that they replace"
        yield f"{parameters.cluster}: {many} of weights {least} to {most}{joining if newcomers else ''}."
    if (least, most) != ("1", "1"):
        yield "A node that has points on a ring has them times its weight."
    functions = dict.fromkeys(results.rows["hash"]) if "hash" in results.rows else ()
    unseeded = [name for name in functions if not hash_function(name).seed_bits]
    if unseeded and "repetitions" in fields and parameters.repetitions > 1:
        takes = "takes" if len(unseeded) == 1 else "take"
        yield (
            f"{' and '.join(unseeded)} {takes} no seed: in all repetitions but the first, names of nodes "
            "have a prefix there, since they would be the same ring again."
        )
