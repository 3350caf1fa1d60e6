r"""The numbers that the text may use: each has a name, how it is set, and where it comes from.

Names are paths: ``moved/16/add:1/jump`` is the mean movement of jump when one node joins sixteen. All that
an experiment could be asked for is named here, whether the text uses it or not; what the text uses and is
not named here stops the build.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from algorithms.hashing import hash_function
from algorithms.registry import parameters_of, usual
from experiments import inference, theory
from experiments.claims.recipes.jump import BITS
from experiments.harness import experiment as experiments
from experiments.report.tables.escapes import escape_latex
from experiments.report.tables.formats import Count, Significant
from paper import measurements, verdicts
from paper.numerals import in_words, listed, percent
from paper.sources import Sources, Value

__all__ = ["all_values", "stated", "write"]

GOALS = (0.05, 0.01)
"""Spreads of a ring's shares for which the number of points is given."""


PEAK, NODES = 1.05, (10, 1000)
"""A largest share over the mean, and numbers of nodes, for which the number of points is given."""


def all_values(sources: Sources) -> dict[str, Value]:
    """Return every value by its name."""
    found: dict[str, Value] = {}
    parts: tuple[Iterable[Value], ...] = (
        _definitions(),
        _parameters(sources),
        measurements.scaling(sources.run("scaling")),
        measurements.sequence(sources.run("sequence")),
        measurements.balance(sources.run("balance"), ""),
        measurements.balance(sources.run("hashes"), "hashes/"),
        verdicts.properties(sources.run("properties")),
        verdicts.claims(sources.run("claims")),
        verdicts.article(sources.run("article")),
        verdicts.calibration(sources.run("calibration")),
        measurements.speed(sources.run("throughput")),
        measurements.events(sources.run("resize")),
        measurements.memory(sources.run("memory")),
    )
    for value in (value for part in parts for value in part):
        if value.name in found:
            raise ValueError(f"two values are named {value.name!r}")
        found[value.name] = value
    return found


def stated(sources: Sources, name: str) -> Value | None:
    """Return a number that a room states, named ROOM/MEASURE/KEY...; None for no such name."""
    room, _, rest = name.partition("/")
    if room not in experiments.names():
        return None
    run = sources.run(room)
    try:
        value = run.summary.value(rest)
    except LookupError:
        return None
    file, _, what = value.source.partition(": ")
    return Value(name, value.latex, f"{run.place}/{file}.csv: {what}")


def write(values: Mapping[str, Value]) -> str:
    r"""Return the file that defines the values for LaTeX, each with its source in a comment.

    Examples
    --------
    >>> print(write({"keys": Value("keys", "1,000", "results/x/run.json")}), end="")
    % Made by paper.build from the stored results; do not edit.
    \defineval{keys}{1,000}% results/x/run.json
    """
    lines = ["% Made by paper.build from the stored results; do not edit."]
    lines += [f"\\defineval{{{value.name}}}{{{value.latex}}}% {value.source}" for value in values.values()]
    return "\n".join(lines) + "\n"


def _definitions() -> Iterator[Value]:
    """Yield what the code defines: widths, defaults, levels."""
    bits = hash_function("xxh64").width
    yield Value("hash-bits", str(bits), "algorithms.hashing: the width of xxh64")
    yield Value("article-bits", str(hash_function("sha1_28").width), "algorithms.hashing: sha1_28")
    for name in usual():
        for parameter, described_by in parameters_of(name).items():
            if isinstance(described_by.default, int) and parameter not in ("seed",):
                yield Value(
                    f"default/{name}/{parameter}",
                    Count().text(described_by.default, {}),
                    f"{name}'s signature",
                )
    for n in NODES:
        needed = Count().text(theory.points_for_peak(PEAK, n), {})
        yield Value(f"peak-points/{n}", needed, "experiments.theory.points_for_peak")
    yield Value("peak-goal", str(PEAK), "paper.values.PEAK")
    yield Value("jump-bits", str(BITS), "experiments.claims.recipes.jump.BITS")
    yield Value("algorithms", in_words(len(usual())), "algorithms.registry")
    yield Value("level", percent(inference.LEVEL, 0), "experiments.inference.LEVEL")
    for cv in GOALS:
        name = f"{100 * cv:.0f}"
        yield Value(f"cv-goal/{name}", percent(cv, 0), "paper.values.GOALS")
        yield Value(
            f"points-needed/{name}",
            Count().text(theory.points_needed(cv), {}),
            "experiments.theory.points_needed",
        )


def _parameters(sources: Sources) -> Iterator[Value]:
    """Yield the parameters of every run: single numbers, and how many a list has."""
    for name in (
        "scaling",
        "sequence",
        "balance",
        "hashes",
        "properties",
        "claims",
        "article",
        "calibration",
        "throughput",
    ):
        run = sources.run(name)
        for parameter, value in run.facts["parameters"].items():
            source = f"{run.place}/run.json: parameters.{parameter}"
            if isinstance(value, int) and not isinstance(value, bool):
                yield Value(f"param/{name}/{parameter}", Count().text(value, {}), source)
            elif isinstance(value, list):
                yield Value(f"param/{name}/{parameter}/count", in_words(len(value)), f"{source}, how many")
                yield Value(f"param/{name}/{parameter}/all", listed(value), source)
        yield Value(
            f"minutes/{name}",
            Significant(2).text(run.facts["seconds"] / 60, {}),
            f"{run.place}/run.json: seconds",
        )
    yield Value(
        "commit", f"\\texttt{{{str(sources.run('scaling').facts['commit'])[:10]}}}", "run.json: commit"
    )
    facts = sources.run("throughput").facts
    yield Value("cpu", escape_latex(str(facts["machine"]["cpu"])), "throughput's run.json: machine.cpu")
    yield Value("cpus", in_words(int(facts["machine"]["cpus"])), "throughput's run.json: machine.cpus")
    for package in ("python", "numpy", "numba", "scipy"):
        yield Value(f"version/{package}", str(facts["versions"][package]), "throughput's run.json: versions")
