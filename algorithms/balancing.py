"""The registry of balancers: by name, found in ``algorithms/balancers`` without a list of them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any, TypeVar

from algorithms.errors import UnknownAlgorithm, suggestion
from algorithms.interface.balancer import Balancer
from algorithms.interface.balancer_spec import BalancerSpec
from algorithms.interface.nodes import NodesLike
from algorithms.registry import check_entry, check_parameters

__all__ = ["balancer_names", "balancer_of", "create_balancer", "register_balancer", "unregister_balancer"]

B = TypeVar("B", bound=type[Balancer[Any]])

_classes: dict[str, type[Balancer[Any]]] = {}


def register_balancer(spec: BalancerSpec) -> Callable[[B], B]:
    """Make a class known under the name of its spec.

    Parameters
    ----------
    spec
        Name, traits, reference and costs.

    Returns
    -------
    callable
        A class decorator, which sets ``spec`` on the class and returns it.

    Raises
    ------
    InvalidParameter
        When another class has the name already, or the class lacks what every balancer writes.

    Examples
    --------
    >>> balancer_of("round_robin").spec.name
    'round_robin'
    """

    def decorate(cls: B) -> B:
        check_entry(spec.name, cls, _classes.get(spec.name), "balancer")
        cls.spec = spec
        _classes[spec.name] = cls
        return cls

    return decorate


def unregister_balancer(name: str) -> None:
    """Forget a balancer, such as one that a test has registered.

    Parameters
    ----------
    name
        Its registered name.
    """
    _classes.pop(name, None)


def balancer_names() -> tuple[str, ...]:
    """Return the names of all balancers, in alphabetical order.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> "two_choices" in balancer_names()
    True
    """
    _discover()
    return tuple(sorted(_classes))


def balancer_of(name: str) -> type[Balancer[Any]]:
    """Return the class registered under a name.

    Parameters
    ----------
    name
        One of :func:`balancer_names`.

    Returns
    -------
    type

    Raises
    ------
    UnknownAlgorithm
        When there is none.

    Examples
    --------
    >>> balancer_of("join_idle").__name__
    'JoinIdle'
    """
    _discover()
    if name not in _classes:
        raise UnknownAlgorithm(f"no balancer is named {name!r}: {suggestion(str(name), sorted(_classes))}")
    return _classes[name]


def create_balancer(name: str, nodes: NodesLike, **parameters: Any) -> Balancer[Any]:
    """Make a balancer.

    Parameters
    ----------
    name
        One of :func:`balancer_names`.
    nodes
        Names or Nodes in bucket order, an int n for node-0 ... node-(n - 1), or a mapping bucket -> node.
    **parameters
        ``seed``, and the balancer's own.

    Returns
    -------
    Balancer

    Raises
    ------
    UnknownAlgorithm, InvalidParameter, NoNodes, DuplicateNode, InvalidNode, InvalidWeight
        When something given is not possible; the message says what is.

    Examples
    --------
    >>> from algorithms import Node
    >>> balancer = create_balancer("smooth_weighted", [Node("a", 5), "b", "c"])
    >>> "".join(balancer.nodes[balancer.open(0)].name for _ in range(7))
    'aabacaa'
    """
    cls = balancer_of(name)
    check_parameters(cls, parameters)
    return cls(nodes, **parameters)


def _discover() -> None:
    package = importlib.import_module("algorithms.balancers")
    for module in pkgutil.iter_modules(package.__path__, "algorithms.balancers."):
        importlib.import_module(module.name)
