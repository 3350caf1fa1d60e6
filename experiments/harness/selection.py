"""Which algorithms a run compares, and with which parameters: from texts to candidates.

A selection is a registered name, ``NAME:PARAM=VALUE:PARAM=VALUE``, ``FILE.py:Class``, which registers an
algorithm from a file, ``family:NAME`` for all of an idea, ``leading`` for the usual ones and who leads a
family, or ``all``; ``--set NAME.PARAM=VALUE`` changes a parameter for all candidates of a name, and
``--vary NAME.PARAM=V1,V2`` makes a candidate of each value.
Parameters, their types and their defaults are read from the signature of the algorithm's ``__init__``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from algorithms.errors import ShardlabError, suggestion
from algorithms.hashing import hash_function
from algorithms.interface import Partitioner
from algorithms.registry import check_required, class_of, parameters_of
from experiments.harness.assignments import assignment
from experiments.harness.candidate import Candidate
from experiments.harness.class_files import load_class, sources_of
from experiments.harness.parameters import Parameters, target_of_setting
from experiments.harness.refusals import refuse_bad_parameters, refuse_hopeless
from experiments.harness.spelling import spelled_out
from experiments.harness.sweeps import swept
from experiments.options.errors import BadUse
from experiments.options.repeated import refuse_repeated

if TYPE_CHECKING:
    from experiments.workloads import Workload

__all__ = ["check_keys", "files_of", "of_run", "resolve", "sources_of_run"]


def resolve(selections: Sequence[str] = (), settings: Sequence[str] = ()) -> list[Candidate]:
    """Return the candidates that some texts name.

    Examples
    --------
    >>> [(c.label, dict(c.parameters)) for c in resolve(["ring", "ring:points=400"], ["ring.points=80"])]
    [('ring', {'points': 80}), ('ring:points=400', {'points': 400})]
    >>> resolve(["rung"])
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: --algorithms: no algorithm is named 'rung': ...
    """
    candidates = _candidates(selections, settings)
    refuse_same(candidates)
    return candidates


def of_run(
    parameters: Parameters, *, later: Iterable[int] = (), hashes: Sequence[str] = ()
) -> list[Candidate]:
    """Return the candidates of a run, its sweeps included; bad parameters and hopeless sizes are refused.

    `later` are numbers of nodes after events; `hashes` the hash functions of those that were given none.

    Examples
    --------
    >>> [c.label for c in of_run(Parameters(algorithms="ring", vary="ring.points=40,160"))]
    ['ring:points=40', 'ring:points=160']
    >>> of_run(Parameters(algorithms="ring:points=1e6", nodes=1000))
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: --nodes: 1,000 nodes of ring:points=1e6: 1000000000 points on one ...
    """
    candidates = swept(_candidates(parameters.algorithms, parameters.set), parameters.vary)
    if hashes:
        candidates = [
            replace(candidate, parameters={**candidate.parameters, "hash": function})
            for candidate in candidates
            for function in ([candidate.hash] if "hash" in candidate.parameters else hashes)
        ]
    refuse_same(candidates)
    counts = sorted({*parameters.nodes, *later})
    refuse_bad_parameters(candidates, counts)
    refuse_hopeless(candidates, counts, parameters.members)
    return candidates


def sources_of_run(parameters: Parameters, candidates: Sequence[Candidate]) -> list[Workload]:
    """Return the workloads of a run, whose keys all candidates' hash functions can take."""
    from experiments import workloads

    sources = [workloads.parse(text) for text in parameters.workload]
    for candidate in candidates:
        for source in sources:
            check_keys(candidate, source)
    return sources


def refuse_same(candidates: Sequence[Candidate]) -> None:
    """Refuse candidates of which two are the same algorithm with the same parameters.

    Examples
    --------
    >>> resolve(["ring", "ring:points=1.6e2"])
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: --algorithms: 'ring' and 'ring:points=1.6e2' are the same, given ...
    """
    known: list[tuple[type[Partitioner[Any]], dict[str, Any], str]] = []
    for candidate in candidates:
        values = {name: candidate.value(name) for name in parameters_of(candidate.cls)}
        for cls, others, label in known:
            if cls is candidate.cls and others == values:
                both = f"{label!r} and {candidate.label!r} are the same,"
                twice = f"{label!r} is" if label == candidate.label else both
                raise BadUse(f"--algorithms: {twice} given twice; give each once, or with other parameters")
        known.append((candidate.cls, values, candidate.label))


def _candidates(selections: Sequence[str], settings: Sequence[str]) -> list[Candidate]:
    found = [_candidate(text) for text in spelled_out(selections)]
    _refuse_repeated("--set", settings, target_of_setting)
    general = [
        _setting(text, {candidate.algorithm: candidate.cls for candidate in found}) for text in settings
    ]
    candidates = [
        replace(
            one,
            parameters={
                **{name: value for algorithm, name, value in general if algorithm == one.algorithm},
                **one.parameters,
            },
        )
        for one in found
    ]
    for candidate in candidates:
        try:
            check_required(candidate.cls, candidate.parameters)
        except ShardlabError as error:
            raise BadUse(f"--algorithms: {error}; write {candidate.label}:NAME=VALUE") from None
    return candidates


def check_keys(candidate: Candidate, source: Workload) -> None:
    """Refuse a workload whose keys the candidate's hash function cannot take."""
    if not (source.integers or hash_function(candidate.hash).takes_text):
        raise BadUse(
            f"the hash function {candidate.hash} of {candidate.label} takes ints only, and the keys of "
            f"{source.text} are text; choose another hash or another workload"
        )


def files_of(parameters: Parameters) -> list[Path]:
    """Return the files outside the project that the parameters name: algorithms, workloads, a cluster.

    Examples
    --------
    >>> files_of(Parameters(algorithms="ring"))
    []
    """
    candidates = _candidates(parameters.algorithms, parameters.set)
    files = list(dict.fromkeys(path for candidate in candidates for path in sources_of(candidate.cls)))
    if "workload" not in parameters.without:
        from experiments.workloads import parse

        files += [path for text in parameters.workload for path in parse(text).inputs]
    if parameters.cluster:
        files.append(Path(parameters.cluster))
    return files


def _candidate(text: str) -> Candidate:
    head, *parts = text.split(":")
    if head.endswith(".py"):
        if not parts or "=" in parts[0]:
            raise BadUse(f"--algorithms: {text!r} names no class; give FILE.py:Class")
        cls = load_class(head, parts.pop(0))
    else:
        try:
            cls = class_of(head)
        except ShardlabError as error:
            raise BadUse(f"--algorithms: {error}; one of a file of yours is FILE.py:Class") from None
    label = ":".join([cls.spec.name, *parts])
    _refuse_repeated(f"--algorithms: {text!r}", parts, target_of_setting)
    given = dict(assignment(cls, part, f"--algorithms: {text!r}") for part in parts)
    return Candidate(label, cls.spec.name, cls, given, text)


def _refuse_repeated(where: str, texts: Sequence[str], meaning: Callable[[str], object]) -> None:
    try:
        refuse_repeated(texts, meaning)
    except BadUse as error:
        raise BadUse(f"{where}: {error}") from None


def _setting(text: str, selected: Mapping[str, type[Partitioner[Any]]]) -> tuple[str, str, Any]:
    target, equals, _ = text.partition("=")
    name, dot, _ = target.partition(".")
    if not (equals and dot):
        raise BadUse(f"--set: {text!r} is not understood; give NAME.PARAM=VALUE, such as ring.points=400")
    if name not in selected:
        raise BadUse(f"--set: {name!r} is not among the algorithms of this run: {suggestion(name, selected)}")
    return name, *assignment(selected[name], text.partition(".")[2], "--set")
