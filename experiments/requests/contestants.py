"""Who is compared: balancers with their parameters, read from texts, and built for a repetition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from algorithms.balancing import balancer_of
from algorithms.errors import ShardlabError, suggestion
from algorithms.interface.balancer import Balancer
from algorithms.interface.nodes import NodesLike
from algorithms.interface.signature import Parameter, parameters_of
from algorithms.registry import class_of
from experiments.options.errors import BadUse
from experiments.options.values import parse_value

__all__ = ["Contestant", "contestants"]

OVER = "partitioner"
OPTIONS = "options"


@dataclass(frozen=True)
class Contestant:
    """A balancer with its parameters.

    Parameters
    ----------
    label
        The text that selects it.
    cls
        The class.
    parameters
        What was set of its own.
    options
        What was set of its partitioner, where it is over one.
    """

    label: str
    cls: type[Balancer[Any]]
    parameters: Mapping[str, Any]
    options: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The registered name."""
        return self.cls.spec.name

    def value(self, name: str) -> Any:
        """Return a parameter: what was set, or the default; None where it has none of this name."""
        known = parameters_of(self.cls)
        return self.parameters.get(name, known[name].default) if name in known else None

    def build(self, nodes: NodesLike, seed: int) -> Balancer[Any]:
        """Return a balancer of these nodes; the seed reaches draws, and points and scores."""
        given = dict(self.parameters)
        if OPTIONS in parameters_of(self.cls):
            given[OPTIONS] = {"seed": seed, **self.options}
        return self.cls(nodes, seed=seed, **given)


def contestants(texts: Sequence[str]) -> list[Contestant]:
    """Return the balancers of a run; what cannot be is refused.

    Examples
    --------
    >>> [one.options for one in contestants(["hashed:partitioner=ring:points=40"])]
    [{'points': 40}]
    >>> contestants(["round_robbin"])
    Traceback (most recent call last):
        ...
    experiments.options.errors.BadUse: --balancers: no balancer is named 'round_robbin': ...
    """
    return [_contestant(text) for text in texts]


def _contestant(text: str) -> Contestant:
    where = f"--balancers: {text!r}"
    name, *parts = text.split(":")
    try:
        cls = balancer_of(name)
    except ShardlabError as error:
        raise BadUse(f"--balancers: {error}") from None
    own = {key: one for key, one in parameters_of(cls).items() if key not in ("seed", OPTIONS)}
    pairs = [part.partition("=") for part in parts]
    for key, equals, _ in pairs:
        if not equals or key == "seed":
            raise BadUse(f"{where}: give PARAM=VALUE, such as factor=1.5; the seed of all is --seed S")
    texts = {key: value for key, _, value in pairs}
    if len(texts) < len(pairs):
        raise BadUse(f"{where} sets a parameter twice")
    given = {key: _value(own[key], value, where) for key, value in texts.items() if key in own}
    others: Mapping[str, Parameter] = {}
    if OVER in own:
        try:
            placing = class_of(given.get(OVER, own[OVER].default))
        except ShardlabError as error:
            raise BadUse(f"{where}: {error}") from None
        others = {key: one for key, one in parameters_of(placing).items() if key != "seed"}
    options = {}
    for key, value in texts.items():
        if key not in own:
            if key not in others:
                raise BadUse(f"{where}: no parameter {key!r}: {suggestion(key, [*own, *others])}")
            options[key] = _value(others[key], value, where)
    made = Contestant(text, cls, given, options)
    try:
        made.build(2, 0)
    except ShardlabError as error:
        raise BadUse(f"{where}: {error}") from None
    return made


def _value(parameter: Parameter, text: str, where: str) -> Any:
    if parameter.annotation is str:
        return text
    try:
        return parse_value(parameter, text)
    except BadUse as error:
        raise BadUse(f"{where}: {parameter.name}: {error}") from None
