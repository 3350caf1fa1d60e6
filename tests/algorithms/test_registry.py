"""The registry: found without a list, extended by a decorator or an entry point."""

from __future__ import annotations

import importlib
import importlib.metadata
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import algorithms
from algorithms import (
    Capability,
    InvalidParameter,
    Partitioner,
    Spec,
    UnknownAlgorithm,
    class_of,
    create,
    having,
    names,
    parameters_of,
    register,
    registry,
    spec_of,
    unregister,
)
from algorithms.interface.nodes import Nodes

SPEC = Spec(name="first_node", title="First", summary="", capabilities=frozenset({Capability.REMOVES_ANY}))


@pytest.fixture
def newcomer() -> Iterator[type[Partitioner[Any]]]:
    @register(SPEC)
    class FirstNode(Partitioner[int]):
        def __init__(self, nodes: Any, *, depth: int = 3, **common: Any) -> None:
            self.depth = depth
            super().__init__(nodes, **common)

        def _build(self, nodes: Nodes) -> int:
            return int(nodes.buckets()[0])

        def _place(self, structure: int, hashes: Any, out: Any) -> None:
            out[:] = structure

    yield FirstNode
    unregister("first_node")


def test_every_module_of_the_package_is_found() -> None:
    """Each class that stands in a module of the package and has a spec of its own is registered."""
    found = set()
    for module in pkgutil.walk_packages(algorithms.__path__, "algorithms."):
        for value in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(value) and issubclass(value, Partitioner) and "spec" in vars(value):
                found.add(value.spec.name)
    assert found == set(names())
    assert len(found) >= 7


@pytest.mark.parametrize("name", names())
def test_a_spec_says_what_it_should(name: str) -> None:
    spec = spec_of(name)
    assert spec.name == name
    assert spec.title
    assert spec.summary
    assert spec.reference
    assert spec.lookup_cost.order
    assert spec.resize_cost.order
    assert spec.memory_cost.order
    doc = inspect.getdoc(class_of(name)) or ""
    for part in ("**Costs.**", "**Adverse case.**", ">>> "):
        assert part in doc, f"the docstring of {name} lacks {part}"


def test_baselines_come_last() -> None:
    flags = [spec_of(name).baseline for name in names()]
    assert flags == sorted(flags)
    assert set(flags) == {True, False}


def test_a_class_becomes_known_by_its_decorator(newcomer: type[Partitioner[Any]]) -> None:
    assert class_of("first_node") is newcomer
    assert "first_node" in names()
    assert "first_node" in having(Capability.REMOVES_ANY)
    assert create("first_node", ["a", "b"]).assign(np.arange(3, dtype=np.uint64)).tolist() == [0, 0, 0]


def test_a_name_is_given_once(newcomer: type[Partitioner[Any]]) -> None:
    with pytest.raises(InvalidParameter, match="'first_node' is taken by"):

        @register(SPEC)
        class Another(Partitioner[int]):
            pass

    assert class_of("first_node") is newcomer


def test_parameters_are_read_from_the_signature(newcomer: type[Partitioner[Any]]) -> None:
    assert parameters_of(newcomer)["depth"].default == 3
    assert parameters_of(newcomer)["depth"].own
    for name in names():
        signature = inspect.signature(class_of(name).__init__).parameters
        for parameter in parameters_of(name).values():
            assert signature[parameter.name].default == parameter.default


@pytest.mark.parametrize("name", names())
def test_defaults_show_nothing_in_the_repr(name: str) -> None:
    p = create(name, 3)
    assert repr(p) == f"{type(p).__name__}(3)"
    assert set(p.parameters) == set(parameters_of(name))
    assert {"hash", "hash_bits", "seed"} <= set(p.parameters)


def test_unknown_names_are_answered_by_the_closest() -> None:
    with pytest.raises(UnknownAlgorithm, match="did you mean 'rendezvous'"):
        create("rendevous", 3)
    with pytest.raises(InvalidParameter, match="ring has no parameter 'point': did you mean 'points'"):
        create("ring", 3, point=5)
    with pytest.raises(KeyError):
        class_of("nothing like it")


def test_entry_points_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []

    class Entry:
        def load(self) -> None:
            loaded.append("a package outside")

    monkeypatch.setattr(registry, "_discovered", False)
    monkeypatch.setattr(
        importlib.metadata, "entry_points", lambda group: [Entry()] if group == registry.ENTRY_POINTS else []
    )
    assert "ring" in names()
    assert loaded == ["a package outside"]
    names()
    assert loaded == ["a package outside"]


def test_nothing_heavy_is_imported_to_list_them() -> None:
    """Naming and creating loads neither numba nor pandas nor pyarrow; the compiler waits for a lookup."""
    code = (
        "import sys; from algorithms import create, names; create(names()[0], 3); names();"
        "print(sorted({'numba', 'pandas', 'pyarrow', 'scipy', 'hypothesis'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
