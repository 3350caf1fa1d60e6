"""What partitioners and balancers share: nodes that change, and parameters that are kept and shown."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from algorithms.errors import BrokenAlgorithm
from algorithms.interface.node import NodeLike, as_node
from algorithms.interface.nodes import Nodes
from algorithms.interface.signature import limited, parameters_of

__all__ = ["NO_WEIGHTS", "Configured", "differs"]

NO_WEIGHTS: Mapping[str, float] = MappingProxyType({})


class Configured(ABC):
    """An algorithm with nodes and parameters, whatever it does with them."""

    spec: ClassVar[Any]

    @property
    @abstractmethod
    def nodes(self) -> Nodes:
        """The live nodes by bucket, ascending."""

    @abstractmethod
    def change(
        self,
        *,
        add: Iterable[NodeLike] = (),
        remove: Iterable[str] = (),
        weights: Mapping[str, float] = NO_WEIGHTS,
    ) -> None:
        """Make one scale event, whole or not at all."""

    def add_node(self, node: NodeLike) -> int:
        """Add one node and return its bucket; raises as :meth:`change` does."""
        joining = as_node(node)
        self.change(add=[joining])
        return self.nodes.bucket_of(joining.name)

    def remove_node(self, name: str) -> None:
        """Remove one node; raises as :meth:`change` does."""
        self.change(remove=[name])

    def set_weight(self, name: str, weight: float) -> None:
        """Give a node another weight; raises as :meth:`change` does."""
        self.change(weights={name: weight})

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters it was made with, by name, its own first; ``nodes`` is not among them."""
        missing = [name for name in parameters_of(type(self)) if not hasattr(self, name)]
        if missing:
            raise BrokenAlgorithm(
                f"{self.spec.name} takes the parameter {missing[0]!r} and keeps no attribute of this "
                f"name: write self.{missing[0]} = ... before super().__init__ is called"
            )
        return {name: getattr(self, name) for name in parameters_of(type(self))}

    def _keep_parameters(self) -> None:
        """Keep the parameters of its own as Python's numbers, each within its bounds."""
        for name, value in vars(self).items():  # the repr shows them
            if isinstance(value, np.generic):
                setattr(self, name, value.item())
        for parameter in limited(type(self)):
            if parameter.name in vars(self):
                setattr(self, parameter.name, parameter.checked(vars(self)[parameter.name]))

    def _spelled(self, values: Mapping[str, Any]) -> str:
        """Return the call that builds it with these values, of which the usual ones are left out."""
        changed = [
            f"{name}={values[name]!r}"
            for name, parameter in parameters_of(type(self)).items()
            if differs(values[name], parameter.default)
        ]
        return f"{type(self).__name__}({', '.join([repr(self.nodes), *changed])})"


def differs(value: object, default: object) -> bool:
    """Return whether a parameter is shown; an array has no one answer to that."""
    same = value == default
    return not (same if isinstance(same, bool) else np.array_equal(value, default))
