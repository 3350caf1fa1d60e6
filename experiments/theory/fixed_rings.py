"""Laws of rings whose points are about as many whoever is on them, so that a new node takes from all others.

Points come of one sequence a node, so an event keeps, for each node, the lesser of its numbers of points; but
nodes that stay and weigh the same lose some to whoever joins. Both laws are those of a ring of random points,
and exact for the numbers of points that they are given.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.measures import EventShape
from experiments.theory.movement import DERIVED, ring_moves
from experiments.theory.prediction import Prediction


def envoy_ring(
    event: EventShape, minimum: int = 1024, maximum: int = 8_388_608
) -> tuple[Prediction, Prediction]:
    """Movement and stray moves of Envoy's ring in an event, by ``minimum`` and ``maximum_ring_size``.

    Examples
    --------
    >>> from algorithms import Node
    >>> before = {i: Node(f"node-{i}") for i in range(5)}
    >>> moved, stray = envoy_ring(EventShape.between(before, {**before, 5: Node("node-5")}))
    >>> round(float(moved), 4), round(float(stray), 4)
    (0.2614, 0.0948)
    """
    from algorithms.deployed.envoy import point_counts

    def counted(weights: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
        counts = np.zeros(len(weights), dtype=np.int64)
        counts[rows] = point_counts(weights[rows].tolist(), minimum, maximum)
        return counts

    return ring_of_points(
        counted(event.weights_before, event.slots_before),
        counted(event.weights_after, event.slots_after),
        event.growth,
    )


def ketama_weighted(event: EventShape, points: int = 160) -> tuple[Prediction, Prediction]:
    """Movement and stray moves of weighted ketama in an event, with so many points a node of mean weight.

    Examples
    --------
    >>> from algorithms import Node
    >>> before = {i: Node(f"node-{i}") for i in range(24)}
    >>> moved, _ = ketama_weighted(EventShape.between(before, {**before, 24: Node("node-24")}))
    >>> round(float(moved), 4)
    0.0621
    """
    from algorithms.deployed.ketama import weighted_counts

    def counted(weights: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
        counts = np.zeros(len(weights), dtype=np.int64)
        counts[rows] = 4 * weighted_counts(weights[rows].tolist(), points)
        return counts

    return ring_of_points(
        counted(event.weights_before, event.slots_before),
        counted(event.weights_after, event.slots_after),
        event.growth,
    )


def ring_of_points(
    before: NDArray[np.int64], after: NDArray[np.int64], growth: NDArray[np.signedinteger[Any]]
) -> tuple[Prediction, Prediction]:
    """Movement and stray moves where nodes have so many random points, by row, before and after.

    Examples
    --------
    >>> moved, stray = ring_of_points(np.array([2, 2, 0]), np.array([1, 1, 1]), np.array([-1, -1, 1]))
    >>> moved.value, stray.value
    (Fraction(7, 15), Fraction(2, 15))
    """
    moves = ring_moves(before.tolist(), after.tolist(), growth.tolist())
    formula = "1 - [sum min(a, b) + sum (a-b)+ b/B + sum (b-a)+ a/A] / sum max(a, b), of points a, b"
    stray = moves.stray if moves.stray is not None else Fraction(0)
    return (
        Prediction(moves.movement, formula, DERIVED, exact=True, mean=True),
        Prediction(stray, "movement - chance of going from a node that shrinks to one that grows", DERIVED,
                   exact=True, mean=True),
    )  # fmt: skip


def fixed_ring_joined(nodes: int) -> Fraction:
    """Movement where one joins so many equal nodes on a ring of very many points in all: (2n+1)/((n+1)(n+2)).

    It must be 1 / (n + 1): half of what moves goes between nodes that stay, where they are many.

    Examples
    --------
    >>> fixed_ring_joined(5), float(fixed_ring_joined(99) * 100)
    (Fraction(11, 42), 1.9702970297029703)
    """
    return Fraction(2 * nodes + 1, (nodes + 1) * (nodes + 2))
