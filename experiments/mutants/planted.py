"""Planted: mutants by name, as attributes of this module, so that a pickle and another process find them.

``ring__sorts_first`` is the ring with the defect `sorts_first`, ``ring__edit_0123abcd`` the ring with the
edit of this digest.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from algorithms import Partitioner
from algorithms.registry import class_of

__all__ = ["planted"]

_EDIT = "edit_"
_made: dict[str, type[Partitioner[Any]]] = {}


def planted(name: str) -> type[Partitioner[Any]]:
    """Return the class of a mutant.

    Examples
    --------
    >>> import numpy as np
    >>> planted("modulo__sorts_first")(3).assign(np.array([4, 2], dtype=np.uint64))
    array([2, 1], dtype=int32)
    """
    if name not in _made:
        member, _, defect = name.partition("__")
        _made[name] = _edited(name, member) if defect.startswith(_EDIT) else _spoiled(name, member, defect)
    return _made[name]


def _spoiled(name: str, member: str, defect: str) -> type[Partitioner[Any]]:
    from experiments.mutants.defects import defects

    honest = class_of(member)
    cls: Any = defects()[defect].plant(honest)
    cls.__name__ = cls.__qualname__ = name
    cls.__module__ = __name__
    cls.spec = replace(honest.spec, name=name)
    made: type[Partitioner[Any]] = cls
    return made


def _edited(name: str, member: str) -> type[Partitioner[Any]]:
    from experiments.mutants.edited import edited
    from experiments.mutants.sites import sites_of

    digest = name.rpartition("_")[2]
    site = next(site for site in sites_of(member) if site.digest == digest)
    return edited(site, name=name, module=__name__)


def __getattr__(name: str) -> type[Partitioner[Any]]:
    if "__" not in name.strip("_"):
        raise AttributeError(name)
    return planted(name)
