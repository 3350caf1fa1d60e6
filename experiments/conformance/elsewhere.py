"""What another process is asked: build this partitioner, and say who has these hashes."""

from __future__ import annotations

import importlib
import importlib.util
import operator
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from algorithms import Node, Partitioner
from algorithms.hashing import Hashes

__all__ = ["Question"]


@dataclass(frozen=True, eq=False)
class Question:
    """A partitioner and hashes, without the structure that was built for it.

    Parameters
    ----------
    path
        Where modules are looked for.
    module, file, name
        Of the class; the file serves where the module cannot be imported by name.
    nodes
        In the order of their buckets.
    parameters
        Of the partitioner.
    hashes
        (k,) uint64.
    """

    path: tuple[str, ...]
    module: str
    file: str
    name: str
    nodes: tuple[Node, ...]
    parameters: Mapping[str, Any]
    hashes: Hashes

    def answer(self) -> list[str]:
        """Return the name of the node of each hash."""
        cls: type[Partitioner[Any]] = operator.attrgetter(self.name)(self._import())
        p = cls(list(self.nodes), **self.parameters)
        return [p.nodes[bucket].name for bucket in p.assign(self.hashes).tolist()]

    def _import(self) -> ModuleType:
        if self.module != "__main__":
            try:
                return importlib.import_module(self.module)
            except ModuleNotFoundError:
                pass
        spec = importlib.util.spec_from_file_location("shardlab_elsewhere", self.file)
        if spec is None or spec.loader is None:
            raise ImportError(f"{self.file} cannot be imported")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module
