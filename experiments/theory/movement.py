"""Laws of movement: what a scale event moves under each family of algorithms.

All are laws of the continuum, and exact rationals. `movement` and `stray` evaluate the law of a family for
any event; `experiments.theory.simple_events` has the closed forms that they come to in simple ones.

A family is not an algorithm: an algorithm names its family in its `Spec`, and whatever names one is covered.
`experiments.theory.programs` adds those of deployed programs, of one member each or two.

=============  ============================================================================================
family         what its members do
=============  ============================================================================================
`modulo`       hash mod n over the nodes in order of their buckets
`range`        intervals as wide as the weights, in order of the buckets
`consistent`   nodes compete for each key by independent priorities (weighted: -w / ln u), the best one wins
`numbered`     the same for buckets: a node that takes a bucket has the priorities of who had it before
`ring`         the same for nodes that compete with points, more of one sequence of points for more weight
`bound`        each event moves the ideal and no more, whatever is replaced, added or removed in one step
`random`       a new independent draw in each event
`binomial`     draws in the power of two above n, and below half of it after some tries: the last have less
=============  ============================================================================================
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.measures import EventShape, total_variation, whole_weights
from experiments.theory.moves import DERIVED, NONE, Family, Moves, plain, ring_moves
from experiments.theory.numbered import binomial_shares
from experiments.theory.prediction import Prediction
from experiments.theory.programs import FAMILIES as PROGRAMS

if TYPE_CHECKING:
    from algorithms import Spec


def weighted_rendezvous(before: Sequence[float], after: Sequence[float]) -> Fraction:
    """Movement of weighted rendezvous: 1 - sum_i 1 / sum_j max(p_j / p_i, q_j / q_i).

    Node i has the priority E_i / p_i with E_i exponential, the least wins. Node i wins on both sides if E_j >
    E_i max(p_j / p_i, q_j / q_i) for all j; integrating over E_i gives the summand. It equals the total
    variation distance where one weight changes, or nodes only join, or only leave. It is one less the
    probability Jaccard index (Moulton & Jiang 2018, arXiv:1809.04052), who show that no other way to draw by
    shared hashes makes a pair of distributions collide more often without some other pair colliding less.

    Examples
    --------
    >>> weighted_rendezvous([1, 1, 1, 0], [1, 1, 0, 1])
    Fraction(1, 2)
    """
    pairs = Counter(zip(whole_weights(before), whole_weights(after), strict=True))
    return 1 - _wins_twice(pairs, pairs)


def _wins_twice(winners: Counter[tuple[int, int]], rivals: Counter[tuple[int, int]]) -> Fraction:
    """Return how often one of the winners wins before and after, of weights (p, q) as all rivals have."""
    stays = Fraction(0)
    for (p, q), many in winners.items():
        if p and q:
            # over the common denominator p q
            least = sum(count * max(pj * q, qj * p) for (pj, qj), count in rivals.items())
            stays += Fraction(many * p * q, least)
    return stays


def _modulo_event(event: EventShape) -> Moves:
    """Slot i before meets slot j after on 1 / lcm(n, k) of the hashes if i = j mod gcd(n, k), else never."""
    old, new = event.slots_before.tolist(), event.slots_after.tolist()
    divisor, period = math.gcd(len(old), len(new)), math.lcm(len(old), len(new))
    slot_after = {row: slot for slot, row in enumerate(new)}
    stays = sum((slot - slot_after[row]) % divisor == 0 for slot, row in enumerate(old) if row in slot_after)
    growth = event.growth.tolist()
    shrunk = Counter(slot % divisor for slot, row in enumerate(old) if growth[row] < 0)
    wanted = sum(shrunk[slot % divisor] for slot, row in enumerate(new) if growth[row] > 0)
    return Moves(Fraction(period - stays, period), Fraction(period - stays - wanted, period))


def _range_event(event: EventShape) -> Moves:
    """Sum the overlaps of the two rows of intervals, both as wide as the weights and in order of buckets."""
    stays = wanted = 0
    growth = event.growth.tolist()
    whole = 0
    for source, target, width in _overlaps(event):
        whole += width
        if source == target:
            stays += width
        elif growth[source] < 0 < growth[target]:
            wanted += width
    return Moves(Fraction(whole - stays, whole), Fraction(whole - stays - wanted, whole))


def _overlaps(event: EventShape) -> Iterator[tuple[int, int, int]]:
    """Give (row before, row after, width), the whole having width sum(before) * sum(after)."""
    old, new = event.slots_before.tolist(), event.slots_after.tolist()
    p, q = whole_weights(event.weights_before), whole_weights(event.weights_after)
    p_sum, q_sum = sum(p), sum(q)
    i = j = position = 0
    old_end, new_end = p[old[0]] * q_sum, q[new[0]] * p_sum
    while True:
        end = min(old_end, new_end)
        yield old[i], new[j], end - position
        position = end
        if position == p_sum * q_sum:
            return
        if old_end == position:
            i += 1
            old_end += p[old[i]] * q_sum
        if new_end == position:
            j += 1
            new_end += q[new[j]] * p_sum


def _ring_event(event: EventShape) -> Moves:
    return ring_moves(event.weights_before.tolist(), event.weights_after.tolist(), event.growth.tolist())


def _consistent_event(event: EventShape) -> Moves:
    """Use the rendezvous formula; where no survivor's weight changes, strays are those of the ring."""
    movement = weighted_rendezvous(event.weights_before.tolist(), event.weights_after.tolist())
    if movement == event.ideal:
        return Moves(movement, Fraction(0))
    steady = all(
        a == b or not a or not b for a, b in zip(event.weights_before, event.weights_after, strict=True)
    )
    return Moves(movement, _ring_event(event).stray if steady else None)


def _numbered_event(event: EventShape) -> Moves:
    """Let buckets compete; a key stays if one bucket wins twice and has the same node on both sides.

    Where it comes to the ideal there are no strays; otherwise they are not known.
    """
    buckets = max(len(event.before), len(event.after))
    rows = np.full((2, buckets), -1, dtype=np.int64)
    rows[0, : len(event.before)], rows[1, : len(event.after)] = event.before, event.after
    p, q = (
        whole_weights(np.where(row >= 0, weights[row], 0.0).tolist()).tolist()
        for row, weights in zip(rows, (event.weights_before, event.weights_after), strict=True)
    )
    pairs = list(zip(p, q, strict=True))
    same = [pair for pair, kept in zip(pairs, (rows[0] == rows[1]).tolist(), strict=True) if kept]
    movement = 1 - _wins_twice(Counter(same), Counter(pairs))
    return Moves(movement, Fraction(0) if movement == event.ideal else None)


def _bound_event(event: EventShape) -> Moves:
    return Moves(event.ideal, Fraction(0))


def _random_event(event: EventShape) -> Moves:
    p, q = whole_weights(event.weights_before).tolist(), whole_weights(event.weights_after).tolist()
    growth = event.growth.tolist()
    whole = sum(p) * sum(q)
    movement = Fraction(whole - sum(a * b for a, b in zip(p, q, strict=True)), whole)
    lost = sum(a for a, g in zip(p, growth, strict=True) if g < 0)
    gained = sum(b for b, g in zip(q, growth, strict=True) if g > 0)
    return Moves(movement, movement - Fraction(lost * gained, whole))


def _binomial_event(event: EventShape, parameters: Mapping[str, Any]) -> Moves | None:
    """Let keys stay whose bucket among the more nodes is one of the fewer, and has the same node.

    Shares of buckets are those of `binomial_shares`, of hashes of a hash that are independent; strays are
    known where nodes only join or only leave.
    """
    if parameters.get("rehash", "mixed") != "mixed":
        return None
    small, large = sorted((len(event.before), len(event.after)))
    lower, upper = binomial_shares(large, parameters.get("retries", 4)) if large > 1 else (Fraction(1),) * 2
    half = (1 << (large - 1).bit_length()) // 2
    stays = sum(
        (Fraction(lower if bucket < half else upper, large) for bucket in range(small)
         if event.before[bucket] == event.after[bucket]),
        Fraction(0),
    )  # fmt: skip
    return Moves(1 - stays, Fraction(0) if event.one_way else None)


FAMILIES: Mapping[str, Family] = {
    **PROGRAMS,
    "modulo": Family(
        plain(_modulo_event),
        "1 - #{nodes kept: slot before = slot after mod gcd(n, k)} / lcm(n, k)",
        f"Chinese remainder theorem; {DERIVED}",
        mean=False,
    ),
    "range": Family(plain(_range_event), "1 - sum_i |I_i before and after|", DERIVED, mean=False),
    "consistent": Family(
        plain(_consistent_event), "1 - sum_i 1 / sum_j max(p_j / p_i, q_j / q_i)", DERIVED, mean=True
    ),
    "numbered": Family(
        plain(_numbered_event),
        "1 - sum_b [same node] / sum_c max(p_c / p_b, q_c / q_b), over buckets",
        DERIVED,
        mean=True,
    ),
    "ring": Family(
        plain(_ring_event),
        "1 - [sum min(a, b) + sum (a-b)+ b/B + sum (b-a)+ a/A] / sum max(a, b)",
        DERIVED,
        mean=True,
    ),
    "bound": Family(plain(_bound_event), "1/2 sum_i |p_i - q_i|", "total variation distance", mean=True),
    "binomial": Family(
        _binomial_event, "shares of the last buckets, (1 - p^(w+1))/n from half of M on", DERIVED, mean=True
    ),
    "random": Family(plain(_random_event), "1 - sum_i p_i q_i", DERIVED, mean=True),
}
"""Families of algorithms by name. A new algorithm of a known family needs no entry."""


def family_of(spec: Spec, event: EventShape) -> str:
    """Name the family whose law of movement an algorithm follows in an event.

    It is the one that the algorithm names. One that names none, but declares MINIMAL_MOVEMENT and UNIFORM,
    follows `bound` in an event that goes one way: without strays, movement is the sum of what the growing
    nodes gain, and the mean of that is the growth of their declared shares.
    """
    from algorithms import Capability

    if spec.movement_law:
        return spec.movement_law
    minimal = spec.can(Capability.MINIMAL_MOVEMENT) and spec.can(Capability.UNIFORM)
    return "bound" if minimal and event.one_way else ""


def movement(law: str, event: EventShape, parameters: Mapping[str, Any] = NONE) -> Prediction | None:
    """Movement that the law of a family gives for an event, for an algorithm with these parameters.

    Examples
    --------
    >>> from algorithms import Node
    >>> before = {i: Node(f"node-{i}") for i in range(16)}
    >>> event = EventShape.between(before, {**before, 16: Node("node-16")})
    >>> [str(movement(law, event).value) for law in ("modulo", "range", "consistent")]
    ['16/17', '1/2', '1/17']
    """
    if not law:
        return None
    family = _family(law)
    moves = family.moves(event, parameters)
    if moves is None:
        return None
    return Prediction(moves.movement, family.formula, family.source, exact=True, mean=family.mean)


def stray(law: str, event: EventShape, parameters: Mapping[str, Any] = NONE) -> Prediction | None:
    """Stray moves that the law of a family gives for an event, for an algorithm with these parameters."""
    if not law:
        return None
    family = _family(law)
    moves = family.moves(event, parameters)
    if moves is None or moves.stray is None:
        return None
    formula = "movement - chance of going from a node that shrinks to one that grows"
    return Prediction(moves.stray, formula, family.source, exact=True, mean=family.mean)


def minimum(before: Sequence[float], after: Sequence[float]) -> Fraction:
    """Least movement under weights for any algorithm with exact shares: their total variation distance.

    Examples
    --------
    >>> minimum([1, 1, 1], [2, 1, 1])
    Fraction(1, 6)
    """
    return total_variation(before, after)


def _family(law: str) -> Family:
    if law not in FAMILIES:
        raise ValueError(f"no family {law!r} has a law of movement; there are {', '.join(FAMILIES)}")
    return FAMILIES[law]
