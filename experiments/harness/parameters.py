"""The parameters that experiments have in common; each experiment's own class derives from them."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from experiments.options.engines import THREADS, engine_name
from experiments.options.errors import BadUse, did_you_mean
from experiments.options.key_counts import KeyCount, key_count
from experiments.options.parameters import fields_of, flag_of, parameter
from experiments.options.parsers import integer, text

if TYPE_CHECKING:
    from experiments.clusters import Cluster


def meaning_of_workload(text: str) -> object:
    """Return what all spellings of a workload have in common; the workloads are imported for it."""
    from experiments.workloads import meaning

    return meaning(text)


def _cluster(path: str) -> Cluster:
    from experiments import clusters

    try:
        return clusters.read(path)
    except BadUse as error:
        raise BadUse(f"--cluster: {error}") from None


def _ends(workload: str) -> bool:
    from experiments.workloads import ends

    return ends(workload)


def target_of_setting(text: str) -> str:
    """Return what a setting sets: ``ring.points`` of ``ring.points=400``."""
    return text.partition("=")[0].strip()


def _left_open(sweep: str, chosen: Parameters) -> bool:
    """Return whether the algorithms and settings of a run leave a profile's sweep something to vary."""
    target = target_of_setting(sweep)
    name, _, attribute = target.partition(".")
    if target in map(target_of_setting, chosen.set):
        return False
    from experiments.harness.spelling import spelled_out

    return any(
        head == name and not any(part.partition("=")[0] == attribute for part in parts)
        for head, *parts in (text.split(":") for text in spelled_out(chosen.algorithms))
    )


def path_or_none(value: object) -> str:
    """Read the name of a file; it may be empty, for none."""
    return "" if value == "" else text(value)


def available_threads() -> int:
    """Return how many threads this process may use: the processors that it may run on.

    Examples
    --------
    >>> available_threads() >= 1
    True
    """
    if sys.platform == "linux":
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The parameters that experiments have in common; each experiment's own class derives from it.

    A value may be given as text or typed; the constructor reads and checks it.

    Parameters
    ----------
    algorithms
        Selection texts, see :mod:`experiments.harness.selection`; empty for the usual ones.
    nodes
        Numbers of nodes.
    cluster
        A file of nodes with their weights, see :mod:`experiments.clusters`; `nodes` is then how many it has.
    keys
        Keys of each repetition; of a workload with an end, such as a file, all that it has unless a number
        was given.
    repetitions
        How often everything is drawn anew: keys and hash seeds.
    seed
        From which all seeds derive, see :mod:`experiments.seeds`.
    workload
        Texts for :func:`experiments.workloads.parse`.
    set
        Parameters of algorithms, ``NAME.PARAM=VALUE``.
    vary
        Sweeps over parameters of algorithms, ``NAME.PARAM=V1,V2``, see :mod:`experiments.harness.sweeps`.
    threads
        A run option: the results do not depend on it.
    engine
        Where chunks are computed, see :mod:`experiments.options.engines`: a run option, too.

    Raises
    ------
    BadUse
        If a value is not allowed; the sentence names the flag.

    Examples
    --------
    >>> p = Parameters(nodes="16, 50", keys="1e6")
    >>> p.nodes, p.keys
    ((16, 50), 1000000)
    >>> Parameters(keys=0)
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: --keys: 0 is below 1; give a whole number from 1, ...
    """

    without: ClassVar[Mapping[str, str]] = {}
    """The common fields that mean nothing to this experiment, each with the reason."""

    gone: ClassVar[Mapping[str, str]] = {}
    """What earlier versions took, each with what took its place."""

    algorithms: tuple[str, ...] = parameter(
        "algorithms: NAME, NAME:PARAM=VALUE, FILE.py:Class, family:NAME, leading (some of each family) or "
        "all; the usual ones by default",
        text, (), many=True, metavar="NAME,...", least=0,
    )  # fmt: skip
    nodes: tuple[int, ...] = parameter(
        "numbers of nodes", integer(1, 2**31 - 1), (16,), many=True, metavar="N,..."
    )
    cluster: str = parameter(
        "a file of nodes instead of --nodes: CSV with columns name and weight, or TOML with name = weight",
        path_or_none, "", metavar="FILE",
    )  # fmt: skip
    keys: int = parameter(
        "keys of each repetition; not given, or all: every key of a file",
        key_count, KeyCount(1_000_000, whole=True), metavar="K",
    )  # fmt: skip
    repetitions: int = parameter(
        "repetitions, each with new hash seeds, and new keys where the workload draws them at random",
        integer(1, 10**6), 10, metavar="R",
    )  # fmt: skip
    seed: int = parameter("from which all seeds derive", integer(0), 0, metavar="S")
    workload: tuple[str, ...] = parameter(
        "where the keys come from, such as uniform, names or file:PATH; may be repeated",
        text, ("uniform",), many=True, separator=None, metavar="WORKLOAD", meaning=meaning_of_workload,
    )  # fmt: skip
    set: tuple[str, ...] = parameter(
        "a parameter of an algorithm, such as ring.points=400; may be repeated",
        text, (), many=True, separator=None, metavar="NAME.PARAM=VALUE", least=0,
        meaning=target_of_setting,
    )  # fmt: skip
    vary: tuple[str, ...] = parameter(
        "values of a parameter of an algorithm, each of which is compared, such as ring.points=40,160; "
        "without values, those of its spec; may be repeated",
        text, (), many=True, separator=None, metavar="NAME.PARAM=V,...", least=0, meaning=target_of_setting,
    )  # fmt: skip
    threads: int = parameter(
        "threads; the results do not depend on them",
        integer(1, 1024), available_threads, metavar="T", identity=False,
    )  # fmt: skip
    engine: str = parameter(
        "what computes: threads, dask, dask:N (workers) or dask://HOST:PORT; the results do not depend on it",
        engine_name, THREADS, metavar="ENGINE", identity=False,
    )  # fmt: skip

    def __post_init__(self) -> None:
        if self.cluster and self.nodes is type(self).nodes:  # the default itself: none were given
            object.__setattr__(self, "nodes", (len(_cluster(self.cluster)),))
        for name, field in fields_of(type(self), all_fields=True).items():
            try:
                object.__setattr__(self, name, field.read(getattr(self, name)))
            except BadUse as error:
                raise BadUse(f"{flag_of(name)}: {error}") from None
        endless = [text for text in self.workload if not _ends(text)]
        if isinstance(self.keys, KeyCount) and not self.keys.named and endless:
            raise BadUse(
                f"--keys: all of {endless[0]} cannot be had, since it has no end; give a number, or all,K "
                "for all keys of a file and K of the others"
            )
        self.check()

    @property
    def ending(self) -> tuple[str, ...]:
        """The workloads that have an end, as they were given."""
        return () if "workload" in self.without else tuple(filter(_ends, self.workload))

    @property
    def members(self) -> Cluster | None:
        """The nodes of the cluster's file as it is now; None where there are just so many."""
        if not self.cluster:
            return None
        cluster = _cluster(self.cluster)
        if self.nodes != (len(cluster),):
            raise BadUse(
                f"--cluster: {self.cluster} has {len(cluster):,} nodes, and this run is of "
                f"{', '.join(map(str, self.nodes))}: the file is not the one that it was"
            )
        return cluster

    def check(self) -> None:
        """Check what concerns several fields at once; sub-classes extend it."""

    @classmethod
    def build(cls, values: Mapping[str, object]) -> Self:
        """Return the parameters with these values, by field name; the others have their defaults.

        Examples
        --------
        >>> Parameters.build({"keys": 1e7}).keys
        10000000
        >>> Parameters.build({"kees": 5})
        Traceback (most recent call last):
            ...
        experiments.options.errors.BadUse: 'kees' is no parameter; give algorithms, ...; did you mean 'keys'?
        """
        known = fields_of(cls)
        for name in values:
            if name in cls.without:
                raise BadUse(f"{name!r} has no meaning here: {cls.without[name]}")
            if name in cls.gone:
                raise BadUse(f"{name!r} is no parameter any more: {cls.gone[name]}")
            if name not in known:
                *most, last = known
                raise BadUse(
                    f"{name!r} is no parameter; give {', '.join(most)} or {last}{did_you_mean(name, known)}"
                )
        return cls(**cast("dict[str, Any]", dict(values)))

    @classmethod
    def migrated(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters of a stored run, by the names of this version; none has changed its name."""
        return dict(values)

    @classmethod
    def of_stored(cls, values: Mapping[str, Any]) -> Self:
        """Return the parameters of a stored run; raises as `build` does."""
        return cls.build(cls.migrated(values))

    def replace(self, values: Mapping[str, object]) -> Self:
        """Return the same parameters with some values changed.

        Examples
        --------
        >>> Parameters().replace({"keys": "2e3"}).keys
        2000
        """
        kept = {name: getattr(self, name) for name in fields_of(type(self))}
        if values.get("cluster", self.cluster) and "nodes" in values:
            raise BadUse("--nodes: the nodes are those of the --cluster; give one of the two")
        if "cluster" in values:
            kept.pop("nodes", None)
        changed = type(self).build({**kept, **values})
        left = tuple(sweep for sweep in changed.vary if _left_open(sweep, changed))
        if "vary" in values or left == changed.vary:
            return changed
        return type(self).build({**kept, **values, "vary": left})

    def canonical(self) -> dict[str, Any]:
        """Return what identifies a result, ready for JSON: fields by name, tuples as lists, no run options.

        Examples
        --------
        >>> "threads" in Parameters().canonical()
        False
        """
        result = {}
        for name, field in fields_of(type(self)).items():
            # rows from before there were clusters and sweeps keep their digests
            if field.identity and (name not in ("cluster", "vary") or getattr(self, name)):
                value = getattr(self, name)
                if isinstance(value, KeyCount):
                    value = value.text if value.whole and self.ending else int(value)
                result[name] = list(value) if isinstance(value, tuple) else value
        return result

    def digest(self) -> str:
        """Return 12 hexadecimal digits that stand for :meth:`canonical`; the name of a folder.

        Examples
        --------
        >>> len(Parameters().digest()), Parameters().digest() == Parameters(threads=1).digest()
        (12, True)
        """
        written = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"))
        return hashlib.blake2b(written.encode(), digest_size=6).hexdigest()
