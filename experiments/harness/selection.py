"""Which algorithms a run compares, and with which parameters: from texts to candidates.

A selection is a registered name, ``NAME:PARAM=VALUE:PARAM=VALUE``, ``FILE.py:Class``, which registers an
algorithm from a file, ``family:NAME`` for all of an idea, or ``all``; ``--set NAME.PARAM=VALUE`` changes a
parameter for all candidates of a name.
Parameters, their types and their defaults are read from the signature of the algorithm's ``__init__``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from algorithms.errors import ShardlabError, suggestion
from algorithms.hashing import hash_function
from algorithms.interface import Capability, Partitioner, Spec
from algorithms.interface.nodes import NodesLike
from algorithms.registry import check_required, class_of, names, parameters_of, spec_of, usual
from experiments.harness.class_files import load_class, sources_of
from experiments.harness.parameters import Parameters, target_of_setting
from experiments.options.errors import BadUse
from experiments.options.repeated import refuse_repeated
from experiments.options.values import parse_value

if TYPE_CHECKING:
    from experiments.workloads import Workload

__all__ = [
    "Candidate",
    "check_keys",
    "check_sizes",
    "files_of",
    "having",
    "lacking",
    "of_run",
    "refuse_same",
    "resolve",
    "spelled_out",
]

SURELY_SMALL = 10_000
"""So many nodes fit into any memory, with the default parameters of any algorithm."""


@dataclass(frozen=True)
class Candidate:
    """An algorithm with its parameters, ready to be built for any nodes.

    Parameters
    ----------
    label
        What rows and tables call it: its name, with the parameters that its selection gave.
    algorithm
        The registered name.
    cls
        The class.
    parameters
        What was set, by name; all else has its default.
    """

    label: str
    algorithm: str
    cls: type[Partitioner[Any]]
    parameters: Mapping[str, Any]

    @property
    def spec(self) -> Spec:
        """The algorithm's spec."""
        return self.cls.spec

    @property
    def hash(self) -> str:
        """The name of the hash function: what was set, or the algorithm's default."""
        return str(self.value("hash"))

    @property
    def hash_bits(self) -> int | None:
        """How many bits of hash: what was set, or the algorithm's default."""
        bits = self.value("hash_bits")
        return None if bits is None else int(bits)

    @property
    def settings(self) -> str:
        """The values of the algorithm's own parameters, such as ``points=160``; not those that are None."""
        own = [name for name, parameter in parameters_of(self.cls).items() if parameter.own]
        return " ".join(f"{name}={self.value(name)}" for name in own if self.value(name) is not None)

    def value(self, name: str) -> Any:
        """Return the value of a parameter: what was set, or the default."""
        return self.parameters[name] if name in self.parameters else parameters_of(self.cls)[name].default

    def build(
        self, nodes: NodesLike, *, seed: int = 0, hash: str | None = None, hash_bits: int | None = None
    ) -> Partitioner[Any]:
        """Return a partitioner of these nodes.

        Examples
        --------
        >>> candidate, = resolve(["ring:points=5"])
        >>> candidate.build(3, seed=1).parameters["points"]
        5
        """
        chosen = {"hash": hash, "hash_bits": hash_bits}
        given = {name: value for name, value in chosen.items() if value is not None}
        return self.cls(nodes, seed=seed, **{**given, **self.parameters})

    def lacks(self, *capabilities: Capability) -> str | None:
        """Return why the algorithm cannot do something.

        Examples
        --------
        >>> candidate, = resolve(["jump"])
        >>> candidate.lacks(Capability.REMOVES_LAST) is None, bool(candidate.lacks(Capability.REMOVES_ANY))
        (True, True)
        """
        for capability in capabilities:
            if capability not in self.spec.capabilities:
                return self.spec.lacks.get(capability, f"does not declare {capability.name.lower()}")
        return None


def having(candidates: Iterable[Candidate], *capabilities: Capability) -> list[Candidate]:
    """Return the candidates that declare all of these capabilities.

    Examples
    --------
    >>> [c.label for c in having(resolve(["jump", "ring"]), Capability.REMOVES_ANY)]
    ['ring']
    """
    return [candidate for candidate in candidates if candidate.lacks(*capabilities) is None]


def lacking(candidates: Iterable[Candidate], *capabilities: Capability) -> list[tuple[Candidate, str]]:
    """Return the other candidates, each with the reason, for the table to show.

    Examples
    --------
    >>> [c.label for c, reason in lacking(resolve(["jump", "ring"]), Capability.REMOVES_ANY)]
    ['jump']
    """
    reasons = ((candidate, candidate.lacks(*capabilities)) for candidate in candidates)
    return [(candidate, reason) for candidate, reason in reasons if reason is not None]


def resolve(
    selections: Sequence[str] = (), settings: Sequence[str] = (), *, varied: Collection[str] = ()
) -> list[Candidate]:
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
    refuse_same(candidates, varied=varied)
    return candidates


def of_run(parameters: Parameters, *, later: Iterable[int] = ()) -> list[Candidate]:
    """Return the candidates of a run, of which none is too large for any of its numbers of nodes.

    Examples
    --------
    >>> of_run(Parameters(algorithms="ring:points=1e6", nodes=1000))
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: --nodes: 1,000 nodes of ring:points=1e6: 1000000000 points on one ...
    """
    candidates = resolve(parameters.algorithms, parameters.set)
    check_sizes(candidates, sorted({*parameters.nodes, *later}))
    return candidates


def check_sizes(candidates: Iterable[Candidate], counts: Sequence[int]) -> None:
    """Refuse numbers of nodes of which a candidate would be too large; raises as `of_run` does."""
    for candidate in candidates:
        if max(counts) < SURELY_SMALL and not candidate.parameters:
            continue
        probe = candidate.build(1)
        for n in counts:
            try:
                probe.check_size(n)
            except ShardlabError as error:
                raise BadUse(f"--nodes: {n:,} nodes of {candidate.label}: {error}") from None


def refuse_same(candidates: Sequence[Candidate], *, varied: Collection[str] = ()) -> None:
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
        values = {
            name: candidate.value(name)
            for name in parameters_of(candidate.cls)
            if name in candidate.parameters or name not in varied
        }
        for cls, others, label in known:
            if cls is candidate.cls and others == values:
                both = f"{label!r} and {candidate.label!r} are the same,"
                twice = f"{label!r} is" if label == candidate.label else both
                raise BadUse(f"--algorithms: {twice} given twice; give each once, or with other parameters")
        known.append((candidate.cls, values, candidate.label))


def spelled_out(selections: Sequence[str]) -> list[str]:
    """Return selections of one algorithm each: of ``all``, of ``family:NAME``, and the usual ones if empty.

    Examples
    --------
    >>> spelled_out(["family:rings", "jump"])[-1], spelled_out(["all"]) == list(names())
    ('jump', True)
    >>> spelled_out(["family:ring"])
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: --algorithms: no family is named 'ring': ...
    """
    texts: list[str] = []
    for text in selections or usual():
        head, colon, family = text.partition(":")
        if text == "all":
            texts += names()
        elif head == "family" and colon:
            families = {name: spec_of(name).family for name in names()}
            members = [name for name, its in families.items() if its and its == family]
            if not members:
                allowed = sorted({its for its in families.values() if its})
                raise BadUse(f"--algorithms: no family is named {family!r}: {suggestion(family, allowed)}")
            texts += members
        else:
            texts.append(text)
    return texts


def _candidates(selections: Sequence[str], settings: Sequence[str]) -> list[Candidate]:
    found = [_candidate(text) for text in spelled_out(selections)]
    _refuse_repeated("--set", settings, target_of_setting)
    general = [
        _setting(text, {candidate.algorithm: candidate.cls for candidate in found}) for text in settings
    ]
    candidates = [
        Candidate(
            found_one.label,
            found_one.algorithm,
            found_one.cls,
            {
                **{name: value for algorithm, name, value in general if algorithm == found_one.algorithm},
                **found_one.parameters,
            },
        )
        for found_one in found
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
            raise BadUse(f"--algorithms: {error}") from None
    label = ":".join([cls.spec.name, *parts])
    _refuse_repeated(f"--algorithms: {text!r}", parts, target_of_setting)
    given = dict(_assignment(cls, part, f"--algorithms: {text!r}") for part in parts)
    return Candidate(label, cls.spec.name, cls, given)


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
    return name, *_assignment(selected[name], text.partition(".")[2], "--set")


def _assignment(cls: type[Partitioner[Any]], text: str, where: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    algorithm = cls.spec.name
    allowed = {known: parameter for known, parameter in parameters_of(cls).items() if known != "seed"}
    if not equals:
        raise BadUse(f"{where}: {text!r} is not understood; give PARAM=VALUE, such as hash=murmur3_64")
    if name == "seed":
        raise BadUse(f"{where}: the seed is the same for all algorithms; give --seed S")
    if name not in allowed:
        raise BadUse(f"{where}: {algorithm} has no parameter {name!r}: {suggestion(name, allowed)}")
    try:
        return name, parse_value(allowed[name], value)
    except BadUse as error:
        raise BadUse(f"{where}: {algorithm}.{name}: {error}") from None
