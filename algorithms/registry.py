"""The registry: algorithms by name, found without a list of them.

Every module of this package and of its folders is imported once, the first time somebody asks, and a class
becomes known by the decorator :func:`register` above it. Packages outside are found through the
entry-point group ``shardlab.algorithms``.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.metadata
import inspect
import pkgutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from algorithms.errors import InvalidParameter, UnknownAlgorithm, say_once, suggestion
from algorithms.interface import Capability, Partitioner, Spec, signature
from algorithms.interface.configured import Configured
from algorithms.interface.nodes import NodesLike
from algorithms.interface.signature import Parameter

ENTRY_POINTS = "shardlab.algorithms"

_MACHINERY = "algorithms.machinery."

C = TypeVar("C", bound=type[Partitioner[Any]])

_classes: dict[str, type[Partitioner[Any]]] = {}
_discovering = threading.RLock()
_discovered = False


def register(spec: Spec) -> Callable[[C], C]:
    """Make a class known under the name of its spec.

    Parameters
    ----------
    spec
        Name, capabilities, reference and costs.

    Returns
    -------
    callable
        A class decorator, which sets ``spec`` on the class and returns it.

    Raises
    ------
    InvalidParameter
        When another class has the name already, or the class lacks what every algorithm writes.

    Examples
    --------
    >>> from algorithms import Capability, Partitioner, Spec
    >>> @register(Spec(name="first_node", title="First node", summary="all keys to bucket 0",
    ...                capabilities=frozenset({Capability.REMOVES_ANY})))
    ... class FirstNode(Partitioner[int]):
    ...     def _build(self, nodes):
    ...         return int(nodes.buckets()[0])
    ...     def _place(self, structure, hashes, out):
    ...         out[:] = structure
    >>> create("first_node", ["a", "b"]).lookup("any key")
    'a'
    >>> unregister("first_node")
    """

    def decorate(cls: C) -> C:
        check_entry(spec.name, cls, _classes.get(spec.name), "algorithm")
        cls.spec = spec if spec.family else dataclasses.replace(spec, family=_family(cls))
        _spell_out(cls)
        _classes[spec.name] = cls
        return cls

    return decorate


def check_entry(name: str, cls: type[Configured], taken: type[Configured] | None, kind: str) -> None:
    """Raise InvalidParameter where another class has the name already, or this one lacks a method.

    Parameters
    ----------
    name
        Under which it is to be known.
    cls
        The class.
    taken
        Who has the name, if anybody.
    kind
        What it is to be, in a word.
    """
    if taken is not None and (taken.__module__, taken.__qualname__) != (cls.__module__, cls.__qualname__):
        raise InvalidParameter(f"the name {name!r} is taken by {_whose(taken)}: choose another")
    if missing := sorted(cls.__abstractmethods__):
        raise InvalidParameter(f"{cls.__qualname__} is no {kind} yet: write {' and '.join(missing)}")


def _family(cls: type) -> str:
    """Return the idea folder of a class of the suite; "" for others."""
    package, *path = cls.__module__.split(".")
    return path[0] if package == "algorithms" and len(path) > 1 else ""


def unregister(name: str) -> None:
    """Forget an algorithm, such as one that a test has registered.

    Parameters
    ----------
    name
        Its registered name.
    """
    _classes.pop(name, None)


def names() -> tuple[str, ...]:
    """Return the names of all algorithms, the baselines last, else in alphabetical order.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> "ring" in names()
    True
    """
    _discover()
    return tuple(sorted(_classes, key=lambda name: (_classes[name].spec.baseline, name)))


def usual() -> tuple[str, ...]:
    """Return the names of the algorithms that are compared where nobody names any.

    Returns
    -------
    tuple of str
        In the order of :func:`names`.

    Examples
    --------
    >>> "jump" in usual(), "jumpback" in usual()
    (True, False)
    """
    return tuple(name for name in names() if class_of(name).spec.by_default)


def leading() -> tuple[str, ...]:
    """Return the names of the usual algorithms and of those that lead their families.

    Returns
    -------
    tuple of str
        In the order of :func:`names`.

    Examples
    --------
    >>> "jump" in leading(), "jumpback" in leading(), "flip" in leading()
    (True, True, False)
    """
    return tuple(name for name in names() if class_of(name).spec.lifted)


def having(*capabilities: Capability) -> tuple[str, ...]:
    """Return the names of the algorithms that declare all of these capabilities.

    Parameters
    ----------
    *capabilities
        Any number of them.

    Returns
    -------
    tuple of str
        In the order of :func:`names`.

    Examples
    --------
    >>> "jump" in having(Capability.REMOVES_ANY)
    False
    """
    return tuple(name for name in names() if set(capabilities) <= class_of(name).spec.capabilities)


def class_of(name: str) -> type[Partitioner[Any]]:
    """Return the class registered under a name.

    Parameters
    ----------
    name
        One of :func:`names`.

    Returns
    -------
    type

    Raises
    ------
    UnknownAlgorithm
        When there is none.

    Examples
    --------
    >>> class_of("jump").__name__
    'Jump'
    """
    _discover()
    if name not in _classes:
        raise UnknownAlgorithm(f"no algorithm is named {name!r}: {suggestion(str(name), names())}")
    return _classes[name]


def spec_of(name: str) -> Spec:
    """Return the spec of an algorithm; raises UnknownAlgorithm as :func:`class_of` does.

    Parameters
    ----------
    name
        One of :func:`names`.

    Returns
    -------
    Spec

    Examples
    --------
    >>> spec_of("jump").year
    2014
    """
    return class_of(name).spec


def parameters_of(algorithm: str | type[Partitioner[Any]]) -> dict[str, Parameter]:
    """Return the parameters of an algorithm, read from the signature of its ``__init__``.

    Parameters
    ----------
    algorithm
        A registered name, or a class.

    Returns
    -------
    dict
        Parameter by name, the algorithm's own first; ``nodes`` is not among them.

    Examples
    --------
    >>> parameters_of("ring")["points"].default
    160
    """
    return signature.parameters_of(class_of(algorithm) if isinstance(algorithm, str) else algorithm)


def check_parameters(algorithm: type[Configured], values: Iterable[str]) -> None:
    """Refuse parameters that an algorithm does not have, and values that lack one without a default.

    Parameters
    ----------
    algorithm
        A class.
    values
        Names of parameters that are set.

    Raises
    ------
    InvalidParameter
        Naming the parameter, and those that there are.

    Examples
    --------
    >>> check_parameters(class_of("ring"), ["points"])
    """
    allowed = signature.parameters_of(algorithm)
    for name in values:
        if name not in allowed:
            raise InvalidParameter(
                f"{algorithm.spec.name} has no parameter {name!r}: {suggestion(name, allowed)}"
            )
    check_required(algorithm, values)


def check_required(algorithm: type[Configured], values: Iterable[str]) -> None:
    """Refuse values that lack a parameter which has no default.

    Parameters
    ----------
    algorithm
        A class.
    values
        Names of parameters that are set.

    Raises
    ------
    InvalidParameter
        Naming the parameters that are missing.

    Examples
    --------
    >>> check_required(class_of("ring"), [])
    """
    needed = [
        name
        for name, parameter in signature.parameters_of(algorithm).items()
        if parameter.default is inspect.Parameter.empty and name not in set(values)
    ]
    if needed:
        raise InvalidParameter(
            f"{algorithm.spec.name} has no default for {', '.join(needed)}: give a value, "
            f"such as {needed[0]}=..."
        )


def create(name: str, nodes: NodesLike, **parameters: Any) -> Partitioner[Any]:
    """Make a partitioner.

    Parameters
    ----------
    name
        A registered algorithm, one of :func:`names`.
    nodes
        Names or Nodes in bucket order, an int n for node-0 ... node-(n - 1), or a mapping bucket -> node.
    **parameters
        ``hash``, ``hash_bits``, ``seed``, and the algorithm's own.

    Returns
    -------
    Partitioner

    Raises
    ------
    UnknownAlgorithm, InvalidParameter, NoNodes, DuplicateNode, InvalidNode, InvalidWeight, UnknownHash
        When something given is not possible; the message says what is.

    Examples
    --------
    >>> create("ring", ["a", "b"], points=160, hash="xxh64").lookup("user:42")
    'b'
    """
    cls = class_of(name)
    check_parameters(cls, parameters)
    return cls(nodes, **parameters)


def _spell_out(cls: type[Partitioner[Any]]) -> None:
    """Give an ``__init__`` that hands on ``**rest`` the signature of what it takes, for whoever reads it."""
    constructor: Any = vars(cls).get("__init__")
    if constructor is None:
        return
    own = inspect.signature(constructor)
    kept = [parameter for parameter in own.parameters.values() if parameter.kind not in signature.REST]
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in own.parameters.values()):
        names_of_own = {parameter.name for parameter in kept}
        common = inspect.signature(Partitioner.__init__).parameters.values()
        kept += [parameter for parameter in common if parameter.name not in names_of_own]
        constructor.__signature__ = own.replace(parameters=kept)


@contextmanager
def whole_or_none() -> Iterator[None]:
    """Forget what is registered inside if an error is raised there.

    Yields
    ------
    None
        To import a module of somebody else's.
    """
    before = dict(_classes)
    try:
        yield
    except BaseException:
        _classes.clear()
        _classes.update(before)
        raise


def _whose(cls: type) -> str:
    """Return a class and where it stands."""
    try:
        return f"{cls.__module__}.{cls.__qualname__} ({inspect.getfile(cls)})"
    except (OSError, TypeError):
        return f"{cls.__module__}.{cls.__qualname__}"


def _discover() -> None:
    global _discovered
    if _discovered:
        return
    with _discovering:
        if _discovered:
            return
        package = importlib.import_module("algorithms")
        for module in pkgutil.walk_packages(package.__path__, "algorithms."):
            if not module.name.startswith(_MACHINERY):  # registers nothing, and imports the compiler
                importlib.import_module(module.name)
        for entry in importlib.metadata.entry_points(group=ENTRY_POINTS):
            try:
                with whole_or_none():
                    entry.load()
            except (Exception, SystemExit) as error:  # somebody else's, which must not stop what works
                say_once(f"{_told(entry)} is left out: {type(error).__name__}: {error}")
        _discovered = True


def _told(entry: Any) -> str:
    """Return an entry point, with the package that has it."""
    package = getattr(getattr(entry, "dist", None), "name", None)
    by = f" of the package {package}" if package else ""
    return f"the algorithm {getattr(entry, 'name', '')!r}{by} (entry point {getattr(entry, 'value', entry)})"
