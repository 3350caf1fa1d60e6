"""Partitioners that break a promise, each in one way: the named checks must catch them.

None is registered. Each is an algorithm of the suite with one thing gone wrong, and declares what that
algorithm declares, or more.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from algorithms import Capability, Partitioner

C = TypeVar("C", bound=type[Partitioner[Any]])

_caught_by: dict[type[Partitioner[Any]], tuple[str, ...]] = {}


def caught_by(*checks: str, declares: tuple[Capability, ...] = ()) -> Callable[[C], C]:
    """Say which checks must catch a class, and what it declares beyond the one that it spoils."""

    def decorate(cls: C) -> C:
        capabilities = cls.spec.capabilities | set(declares)
        lacks = {
            capability: why for capability, why in cls.spec.lacks.items() if capability not in capabilities
        }
        cls.spec = replace(cls.spec, name=cls.__name__, capabilities=capabilities, lacks=lacks)
        _caught_by[cls] = checks
        return cls

    return decorate


def broken() -> list[tuple[type[Partitioner[Any]], str]]:
    """Return each class with each check that must catch it."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    return [(cls, check) for cls, checks in _caught_by.items() for check in checks]
