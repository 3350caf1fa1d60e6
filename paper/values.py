r"""The numbers that the text may use: each has a name, how it is set, and where it comes from.

A name is a path, ``ROOM/MEASURE/KEY...``: ``scaling/movement/16/add:1/jump`` is the mean movement of jump
when one node joins sixteen, as the summary of that room has it. What a run says of itself stands below
``ROOM/parameters``, ``ROOM/machine`` and so on, what the code defines below ``code``. Nothing is computed
here. ``\val[0]{NAME}`` has so many digits, and ``\val[words]{NAME}`` is a word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from algorithms.hashing import hash_function
from algorithms.registry import parameters_of
from experiments.claims.recipes.jump import BITS
from experiments.harness import experiment as experiments
from experiments.report.timings import trusted
from experiments.storage.totals import totals
from paper.numerals import fact, written
from paper.prose import Use
from paper.sources import Run, Sources, Value

__all__ = ["stated", "write"]

CODE: Mapping[str, Callable[..., Any]] = {
    "bits": lambda name: hash_function(name).width,
    "default": lambda algorithm, parameter: parameters_of(algorithm)[parameter].default,
    "jump-bits": lambda: BITS,
}
"""What the code defines, by the keys of its name."""


FACTS = ("parameters", "machine", "versions", "commit")
"""What a run says of itself."""


def stated(sources: Sources, name: str, how: str = "") -> Value:
    """Return a number by its name; raises LookupError for one that no result gives."""
    room, _, rest = name.partition("/")
    if room == "code":
        return _defined(name, rest, how)
    if room == "results":
        return _of_all(sources, name, rest, how)
    if room not in experiments.names():
        raise LookupError(f"{name}: the first word is an experiment, code or results")
    run = sources.run(room)
    if rest.partition("/")[0] in FACTS:
        return _of_run(run, name, rest, how)
    try:
        value = run.summary.value(rest)
        latex = written(value, how)
    except (LookupError, ValueError) as error:
        raise LookupError(f"{name}: {error.args[0]}") from None
    file, _, what = value.source.partition(": ")
    if file == "timing":
        _refuse_untrusted(run, name, rest)
    return Value(name, latex, f"{run.place}/{file}.csv: {what}")


def _of_all(sources: Sources, name: str, rest: str, how: str) -> Value:
    known = totals([run.facts for run in sources.stored()])
    if rest not in known:
        raise LookupError(f"{name}: of all results there are {', '.join(known)}")
    return Value(name, fact(known[rest], how), f"run.json of all results: {rest}")


def _refuse_untrusted(run: Run, name: str, rest: str) -> None:
    """Raise LookupError for a time that its own run does not trust; what it says of its trust may be told."""
    if "steadiness" not in {sheet.name for sheet in run.summary.sheets}:
        return
    of_trust = set(run.summary["steadiness"].measures)
    if rest not in of_trust and not trusted(run.facts, run.summary["steadiness"]):
        raise LookupError(f"{name}: the suite does not trust the times of this run, so no text states them")


def _defined(name: str, rest: str, how: str) -> Value:
    what, *keys = rest.split("/")
    try:
        return Value(name, fact(CODE[what](*keys), how), "the code")
    except (LookupError, TypeError, ValueError) as error:
        raise LookupError(f"{name}: {error}; there are {', '.join(CODE)}") from None


def _of_run(run: Run, name: str, rest: str, how: str) -> Value:
    found: Any = run.facts
    try:
        for key in rest.split("/"):
            found = found[int(key)] if isinstance(found, list) else found[key]
            found = found[:10] if key == "commit" else found
        return Value(name, fact(found, how), f"{run.place}/run.json: {rest}")
    except (LookupError, TypeError, ValueError) as error:
        raise LookupError(f"{name}: run.json has no such number ({error})") from None


def write(values: Mapping[Use, Value]) -> str:
    r"""Return the file that defines the values for LaTeX, each with its source in a comment.

    Examples
    --------
    >>> print(write({Use("scaling/keys"): Value("scaling/keys", "1,000", "results/x/run.json")}), end="")
    % Made by paper.build from the stored results; do not edit.
    \defineval{scaling/keys}{1,000}% results/x/run.json
    >>> print(write({Use("net", "0"): Value("net", "61", "x")}).splitlines()[1])
    \defineval[0]{net}{61}% x
    """
    lines = ["% Made by paper.build from the stored results; do not edit."]
    for use, value in values.items():
        how = f"[{use.how}]" if use.how else ""
        name = use.name.replace("%", "\\%")
        lines.append(f"\\defineval{how}{{{name}}}{{{value.latex}}}% {value.source}")
    return "\n".join(lines) + "\n"
