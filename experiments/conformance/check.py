"""What a check is: a function that finds out whether a partitioner keeps a promise."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from hypothesis.strategies import DataObject

from algorithms import Capability, Partitioner, Spec
from algorithms.errors import BrokenAlgorithm, ShardlabError
from algorithms.interface.nodes import NodesLike

__all__ = [
    "DEPENDS_ON_THE_CALL",
    "Check",
    "Duty",
    "Evidence",
    "Kind",
    "Make",
    "Refuted",
    "Standing",
    "Trial",
    "check",
    "declares",
    "refute",
    "standing_of",
    "unexcused",
]


DEPENDS_ON_THE_CALL = (
    "asked the same once more, the answer was another one: placements depend on the call, "
    "and not on hash and nodes alone"
)
"""What is said of a counterexample that does not come again."""


LIMITED = "if only so many nodes fit, room must say how many can still join"
"""What is said beside a refusal that nobody expected."""


class Make(Protocol):
    """Builds the partitioner that is checked; ``functools.partial(create, "ring")`` is one."""

    def __call__(self, nodes: NodesLike, **parameters: Any) -> Partitioner[Any]:
        """Return a partitioner over these nodes."""
        ...


class Kind(enum.StrEnum):
    """How a check looks for a counterexample."""

    PROPERTY = "property"
    """Hypothesis draws the examples, and shrinks the one that refutes."""

    STATISTICAL = "statistical"
    """One test of significance on literal seeds; nothing is shrunk."""


class Refuted(AssertionError):
    """A promise is not kept; ``str()`` is the counterexample, in a sentence to be checked by hand."""


@dataclass(frozen=True)
class Trial:
    """What a statistical check works with.

    Parameters
    ----------
    seed
        Of the hashes that are drawn; equal for all algorithms.
    level
        The significance level of the whole check, corrected by the caller for the number of checks that
        are made side by side.
    """

    seed: int
    level: float


@dataclass(frozen=True)
class Evidence:
    """What a statistical check has seen.

    Parameters
    ----------
    test
        Its name.
    statistic
        Its value where the p-value was the smallest.
    p_value
        The smallest one, multiplied by the number of sizes (Bonferroni).
    level
        Below which the promise would have been refuted.
    sizes
        The numbers of nodes that were looked at.
    """

    test: str
    statistic: float
    p_value: float
    level: float
    sizes: tuple[int, ...]


@dataclass(frozen=True)
class Check:
    """A check, called with ``(make, data)``.

    Parameters
    ----------
    name
        As in ``check_<name>``.
    title
        The property in a line: a row of the matrix.
    kind
        Whether ``data`` is Hypothesis' ``data()`` or a :class:`Trial`.
    promise
        The capability whose promise it is; None where every partitioner makes it.
    needs
        Capabilities without which the question cannot be asked.
    function
        What looks for the counterexample, and raises :class:`Refuted` with it.
    corner
        Looks at a case that no search comes to, such as a thousand nodes; asked once, after a search that
        found nothing. None where there is no such case.

    Examples
    --------
    >>> from experiments.conformance import checks
    >>> growth = {check.name: check for check in checks()}["growth_onto_new_only"]
    >>> growth.title, growth.promise.name
    ('Growth moves keys onto the new nodes only.', 'MINIMAL_MOVEMENT')
    """

    name: str
    title: str
    kind: Kind
    promise: Capability | None
    needs: frozenset[Capability]
    function: Callable[[Make, Any], Evidence | None]
    corner: Callable[[Make], None] | None = None

    def __call__(self, make: Make, data: DataObject | Trial) -> Evidence | None:
        """Look for a counterexample; raise :class:`Refuted` with the first one found."""
        try:
            return self.function(make, data)
        except BrokenAlgorithm as error:  # whatever was asked, this is no answer
            raise Refuted(str(error)) from error
        except ShardlabError as error:
            raise Refuted(f"what all can do is refused: {error} ({LIMITED})") from error

    def __str__(self) -> str:
        """Return the name, for the ids of tests."""
        return self.name


def check(
    *,
    promise: Capability | None = None,
    needs: tuple[Capability, ...] = (),
    kind: Kind = Kind.PROPERTY,
    corner: Callable[[Make], None] | None = None,
) -> Callable[[Callable[[Make, Any], Evidence | None]], Check]:
    """Make a :class:`Check` of a function named ``check_...``, titled by the first line of its docstring.

    Parameters
    ----------
    promise
        The capability whose promise it checks; None where every partitioner makes it.
    needs
        Further capabilities without which the question cannot be asked.
    kind
        How it looks for a counterexample.
    corner
        Looks at a case that no search comes to.

    Returns
    -------
    callable
        A decorator.
    """

    def decorate(function: Callable[[Make, Any], Evidence | None]) -> Check:
        return Check(
            name=function.__name__.removeprefix("check_"),
            title=(inspect.getdoc(function) or "").partition("\n")[0],
            kind=kind,
            promise=promise,
            needs=frozenset(needs),
            function=function,
            corner=corner,
        )

    return decorate


def refute(because: str) -> None:
    """Raise :class:`Refuted` with a counterexample."""
    raise Refuted(because)


class Duty(enum.StrEnum):
    """What a check must find of an algorithm, given what it declares."""

    HOLD = "must hold"
    BE_REFUTED = "must be refuted"
    EXCUSED = "not declared, for a reason"
    NOT_APPLICABLE = "not applicable"
    REASON_MISSING = "neither declared nor excused"


@dataclass(frozen=True)
class Standing:
    """A :class:`Duty`, with the reason where there is one."""

    duty: Duty
    reason: str = ""


# Whether these hold is seen from outside; the others are abilities, which the interface does not even ask of
# an algorithm that does not declare them.
_SEEN_FROM_OUTSIDE = frozenset(
    {
        Capability.MINIMAL_MOVEMENT,
        Capability.UNIFORM,
        Capability.ORDERED,
        Capability.ORDER_INDEPENDENT,
        Capability.REVERSIBLE,
    }
)


def declares(spec: Spec, capability: Capability) -> bool:
    """Return whether an algorithm declares a capability; who can remove any node can remove the last.

    Parameters
    ----------
    spec
        Of the algorithm.
    capability
        In question.

    Returns
    -------
    bool

    Examples
    --------
    >>> from algorithms import spec_of
    >>> declares(spec_of("ring"), Capability.REMOVES_LAST)
    True
    """
    if capability is Capability.REMOVES_LAST and spec.can(Capability.REMOVES_ANY):
        return True
    return spec.can(capability)


def standing_of(made: Check, spec: Spec) -> Standing:
    """Return what a check must find of an algorithm.

    A promise that is declared must hold. One that is not must be refuted by a counterexample, unless
    ``Spec.lacks`` gives the reason; an ability that is not declared always needs the reason, since nobody can
    try it.

    Parameters
    ----------
    made
        The check.
    spec
        Of the algorithm.

    Returns
    -------
    Standing

    Examples
    --------
    >>> from algorithms import spec_of
    >>> from experiments.conformance import checks
    >>> ordered = {check.name: check for check in checks()}["ordered"]
    >>> standing_of(ordered, spec_of("key_range")).duty, standing_of(ordered, spec_of("modulo")).duty
    (<Duty.HOLD: 'must hold'>, <Duty.BE_REFUTED: 'must be refuted'>)
    """
    for need in sorted(made.needs):
        if not declares(spec, need):
            return Standing(
                Duty.NOT_APPLICABLE, spec.lacks.get(need, f"{spec.name} does not declare {need.name}")
            )
    if made.promise is None or declares(spec, made.promise):
        return Standing(Duty.HOLD)
    if made.promise in spec.lacks:
        return Standing(Duty.EXCUSED, spec.lacks[made.promise])
    if made.promise in _SEEN_FROM_OUTSIDE:
        return Standing(Duty.BE_REFUTED)
    return Standing(
        Duty.REASON_MISSING, f"{spec.name} gives no reason in Spec.lacks for lacking {made.promise.name}"
    )


def unexcused(spec: Spec) -> list[Capability]:
    """Return the abilities that an algorithm neither declares nor gives a reason for lacking.

    Parameters
    ----------
    spec
        Of the algorithm.

    Returns
    -------
    list of Capability
        In their usual order; those that are seen from outside are left to the checks.

    Examples
    --------
    >>> from algorithms import spec_of
    >>> unexcused(spec_of("ring"))
    []
    """
    return [
        capability
        for capability in Capability
        if capability not in _SEEN_FROM_OUTSIDE
        and not declares(spec, capability)
        and capability not in spec.lacks
    ]
