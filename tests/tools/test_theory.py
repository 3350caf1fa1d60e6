"""Each law against exhaustion, exact counts, or a simulation with a literal seed."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from algorithms import Capability, Node, Spec
from experiments import theory
from experiments.measures import EventShape, Flows

LEVEL = 1e-6  # a family of simulated checks fails by chance once in a million runs, were seeds not fixed
COUNTS = [(n, k) for n in range(1, 41) for k in range(1, 41)]


def nodes(*weights: float, first: int = 0) -> dict[int, Node]:
    return {i: Node(f"node-{first + i}", weight) for i, weight in enumerate(weights)}


def event_of(before: list[float], after: list[float]) -> EventShape:
    """Rows of weights before and after, 0 for absence; survivors keep their order."""
    sides = []
    for weights in (before, after):
        live = [Node(f"node-{row}", weight) for row, weight in enumerate(weights) if weight]
        sides.append(dict(enumerate(live)))
    return EventShape.between(*sides)


def check_mean(samples: NDArray[np.float64], expected: float, cases: int) -> None:
    """Compare a mean with its law at the level of the family, by the normal law of means."""
    from scipy import stats

    error = samples.std(ddof=1) / math.sqrt(samples.size)
    bound = float(stats.norm.isf(LEVEL / 2 / cases))
    assert abs(samples.mean() - expected) <= bound * error + 1e-12


# movement in simple events, by exhaustion


def test_modulo_by_exhaustion() -> None:
    for n, k in COUNTS:
        hashes = np.arange(math.lcm(n, k))
        moved = int(np.count_nonzero(hashes % n != hashes % k))
        assert theory.modulo(n, k) == Fraction(moved, hashes.size)


def test_equal_ranges_by_exhaustion() -> None:
    for n, k in COUNTS:
        cells = np.arange(math.lcm(n, k))
        moved = int(np.count_nonzero(cells * n // cells.size != cells * k // cells.size))
        assert theory.equal_ranges(n, k) == Fraction(moved, cells.size)


@pytest.mark.parametrize("bits", [8, 12])
def test_range_and_modulo_laws_hold_on_whole_hashes_within_a_grain(bits: int) -> None:
    hashes = np.arange(2**bits)
    for n, k in COUNTS:
        grain = Fraction(n + k, 2**bits)
        moved = np.count_nonzero((hashes * n >> bits) != (hashes * k >> bits))
        assert abs(Fraction(int(moved), 2**bits) - theory.equal_ranges(n, k)) <= grain
        moved = np.count_nonzero(hashes % n != hashes % k)
        assert abs(Fraction(int(moved), 2**bits) - theory.modulo(n, k)) <= grain


def test_equal_ranges_have_the_published_special_cases() -> None:
    for n in range(1, 200):
        assert theory.equal_ranges(n, n + 1) == theory.equal_ranges(n + 1, n) == Fraction(1, 2)
        assert theory.equal_ranges(n, 2 * n) == 1 - Fraction(1, 2 * n)
        assert theory.equal_ranges(n, n) == 0


def test_removed_range_by_exhaustion() -> None:
    for n in range(2, 30):
        cells = np.arange(n * (n - 1))
        for position in range(1, n + 1):
            after = cells // n
            after = after + (after >= position - 1)
            moved = int(np.count_nonzero(cells // (n - 1) != after))
            assert theory.removed_range(n, position) == Fraction(moved, cells.size)


def test_random_choice_by_exhaustion() -> None:
    for n, k in COUNTS:
        stays = sum(i == j for i in range(n) for j in range(k))
        assert theory.random_choice(n, k) == 1 - Fraction(stays, n * k)


# families of movement, for any event


@st.composite
def events(draw: st.DrawFn, *, weighted: bool) -> EventShape:
    """Up to four of six nodes on either side, each side in an order of its own."""
    weight = st.sampled_from([0.5, 1.0, 2.0, 3.0]) if weighted else st.just(1.0)
    sides = []
    for _ in range(2):
        names = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4, unique=True))
        sides.append({i: Node(name, draw(weight)) for i, name in enumerate(names)})
    return EventShape.between(*sides)


@settings(deadline=None)
@given(events(weighted=False))
def test_modulo_family_by_exhaustion(event: EventShape) -> None:
    n, k = event.before.size, event.after.size
    hashes = np.arange(math.lcm(n, k))
    flows = Flows.sampled(event, hashes % n, hashes % k)
    assert value(theory.movement("modulo", event)) == flows.movement
    assert value(theory.stray("modulo", event)) == flows.stray


@settings(deadline=None)
@given(events(weighted=True))
def test_range_family_by_exhaustion(event: EventShape) -> None:
    sides = [(event.before, event.weights_before), (event.after, event.weights_after)]
    doubled = [(2 * weights[rows]).astype(int) for rows, weights in sides]
    cells = int(doubled[0].sum() * doubled[1].sum())
    columns = [np.repeat(np.arange(widths.size), widths * (cells // widths.sum())) for widths in doubled]
    flows = Flows.sampled(event, *columns)
    assert value(theory.movement("range", event)) == flows.movement
    assert value(theory.stray("range", event)) == flows.stray


@settings(deadline=None)
@given(events(weighted=True))
def test_random_and_bound_families_by_their_definitions(event: EventShape) -> None:
    p = [Fraction(w) / Fraction(event.weights_before.sum()) for w in event.weights_before]
    q = [Fraction(w) / Fraction(event.weights_after.sum()) for w in event.weights_after]
    rows = range(len(p))
    moves = {(i, j): p[i] * q[j] for i in rows for j in rows if i != j}
    strays = sum(chance for (i, j), chance in moves.items() if not (q[i] < p[i] and q[j] > p[j]))
    assert value(theory.movement("random", event)) == sum(moves.values())
    assert value(theory.stray("random", event)) == strays
    assert value(theory.movement("bound", event)) == event.ideal
    assert value(theory.stray("bound", event)) == 0


def value(prediction: theory.Prediction | None) -> Fraction:
    assert prediction is not None
    assert isinstance(prediction.value, Fraction)
    return prediction.value


def enumerate_ring(before: tuple[int, ...], after: tuple[int, ...]) -> tuple[Fraction, Fraction]:
    """Movement and stray of nested points, as a mean over all orders of the points."""
    event = event_of([float(x) for x in before], [float(x) for x in after])
    growth = dict(zip((int(name.removeprefix("node-")) for name in event.names), event.growth, strict=True))
    points = [(node, i) for node in range(len(before)) for i in range(max(before[node], after[node]))]
    moved = strays = orders = 0
    for order in permutations(points):
        old = next(node for node, i in order if i < before[node])
        new = next(node for node, i in order if i < after[node])
        orders += 1
        moved += old != new
        strays += old != new and not (growth[old] < 0 < growth[new])
    return Fraction(moved, orders), Fraction(strays, orders)


RINGS = [
    ((1, 1, 1), (1, 1, 1)),
    ((1, 1, 1, 0), (1, 1, 0, 1)),  # replace
    ((2, 2, 0), (2, 0, 2)),
    ((1, 1, 1, 1, 0, 0), (1, 1, 0, 0, 1, 1)),
    ((2, 2, 2), (2, 2, 1)),  # one weight
    ((2, 1, 1), (1, 2, 1)),  # two weights
    ((3, 1, 1), (1, 1, 2)),
    ((2, 1, 0, 1), (1, 2, 1, 0)),  # two weights and a replacement
    ((1, 2, 0), (1, 1, 2)),
    ((2, 0, 0), (2, 2, 2)),  # join
    ((2, 2, 2), (0, 0, 2)),  # leave
]


@pytest.mark.parametrize(("before", "after"), RINGS)
def test_ring_family_by_all_orders_of_its_points(before: tuple[int, ...], after: tuple[int, ...]) -> None:
    event = event_of([float(x) for x in before], [float(x) for x in after])
    movement, stray = enumerate_ring(before, after)
    assert value(theory.movement("ring", event)) == movement
    assert value(theory.stray("ring", event)) == stray


WEIGHTS: list[tuple[list[float], list[float]]] = [
    ([1, 1, 1, 0], [1, 1, 0, 1]),
    ([1, 2, 3, 0], [1, 2, 0, 4]),
    ([1, 2, 3], [3, 2, 1]),
    ([1, 2, 3, 0.5], [2, 2, 1, 4]),
    ([1, 1, 1, 1], [1, 1, 1, 5]),
    ([1, 0, 2, 0], [1, 3, 2, 1]),
    ([0.25, 1, 4, 0], [1, 1, 1, 1]),
]


@pytest.mark.parametrize(("case", "before", "after"), [(i, *pair) for i, pair in enumerate(WEIGHTS)])
def test_consistent_family_by_simulated_races(case: int, before: list[float], after: list[float]) -> None:
    event = event_of(before, after)
    rng = np.random.default_rng([20240607, case])
    race = rng.exponential(size=(150_000, len(before)))
    with np.errstate(divide="ignore"):
        old, new = ((race / np.array(weights)).argmin(axis=1) for weights in (before, after))
    check_mean(
        (old != new).astype(float), float(value(theory.movement("consistent", event))), 2 * len(WEIGHTS)
    )
    p, q = np.array(before) / sum(before), np.array(after) / sum(after)
    wanted = (q[old] < p[old]) & (q[new] > p[new])
    law = theory.stray("consistent", event)
    changed = sum(a != b for a, b in zip(before, after, strict=True) if a and b)
    assert (law is None) == (changed > 1 or (changed == 1 and 0 in [*before, *after]))
    if law is not None:
        check_mean(((old != new) & ~wanted).astype(float), float(value(law)), 2 * len(WEIGHTS))


@settings(deadline=None)
@given(events(weighted=True))
def test_families_agree_where_they_must(event: EventShape) -> None:
    laws = {law: value(theory.movement(law, event)) for law in ("bound", "consistent", "ring", "range")}
    assert all(movement >= laws["bound"] for movement in laws.values())
    steady = all(
        a == b or not a or not b for a, b in zip(event.weights_before, event.weights_after, strict=True)
    )
    if event.one_way or steady:
        assert laws["consistent"] == laws["ring"]
        assert value(theory.stray("consistent", event)) == value(theory.stray("ring", event))
    if event.one_way:
        assert laws["ring"] == event.ideal == theory.minimum(event.weights_before, event.weights_after)
        assert value(theory.stray("ring", event)) == 0


@pytest.mark.parametrize("n", [1, 2, 3, 7, 16])
def test_families_come_to_the_simple_forms(n: int) -> None:
    base = nodes(*[1.0] * n)
    for extra in (1, 2, 5, n):
        grown = {**base, **{n + i: Node(f"node-{n + i}") for i in range(extra)}}
        for event in (EventShape.between(base, grown), EventShape.between(grown, base)):
            assert value(theory.movement("modulo", event)) == theory.modulo(n, n + extra)
            assert value(theory.movement("range", event)) == theory.equal_ranges(n, n + extra)
            assert value(theory.movement("random", event)) == theory.random_choice(n, n + extra)
            assert value(theory.movement("ring", event)) == theory.joined(n, extra)
            assert value(theory.movement("consistent", event)) == theory.joined(n, extra)
    for replacements in range(1, n + 1):
        event = EventShape.between(base, {**base, **{i: Node(f"new-{i}") for i in range(replacements)}})
        assert value(theory.movement("modulo", event)) == Fraction(replacements, n)
        assert value(theory.movement("range", event)) == Fraction(replacements, n)
        assert value(theory.movement("bound", event)) == Fraction(replacements, n)
        for law in ("ring", "consistent"):
            assert value(theory.movement(law, event)) == theory.replaced(n, replacements)
            assert value(theory.stray(law, event)) == Fraction(
                2 * replacements * (n - replacements), n * (n + replacements)
            )


@pytest.mark.parametrize("n", [2, 3, 8, 17])
def test_removing_any_node_leaves_modulo_one_nth(n: int) -> None:
    base = nodes(*[1.0] * n)
    for bucket in range(n):
        rest = {b: node for b, node in base.items() if b != bucket}
        event = EventShape.between(base, rest)
        assert value(theory.movement("modulo", event)) == 1 - Fraction(1, n)
        assert value(theory.movement("range", event)) == theory.removed_range(n, bucket + 1)


def test_an_unknown_family_is_refused_and_an_unnamed_one_has_no_law() -> None:
    event = event_of([1.0], [1.0, 1.0])
    assert theory.movement("", event) is None
    assert theory.stray("", event) is None
    assert theory.balance("", 3) is None
    for law in (theory.movement, theory.stray):
        with pytest.raises(ValueError, match=r"no family 'anchor'.*modulo"):
            law("anchor", event)
    with pytest.raises(ValueError, match=r"no family 'anchor'.*multinomial"):
        theory.balance("anchor", 3)


def test_capabilities_name_a_family_where_the_algorithm_names_none() -> None:
    minimal = frozenset({Capability.MINIMAL_MOVEMENT, Capability.UNIFORM})
    newcomer = Spec(name="new", title="New", summary="", capabilities=minimal)
    join, replace = event_of([1.0, 0.0], [1.0, 1.0]), event_of([1.0, 1.0, 0.0], [1.0, 0.0, 1.0])
    assert theory.family_of(newcomer, join) == "bound"
    assert theory.family_of(newcomer, replace) == ""
    plain = Spec(name="new", title="New", summary="", capabilities=frozenset(), movement_law="modulo")
    assert theory.family_of(plain, replace) == "modulo"
    assert theory.family_of(Spec(name="new", title="New", summary="", capabilities=frozenset()), join) == ""


def test_numbers_inherit_the_keys_of_the_node_before_and_no_others() -> None:
    """A newcomer in the bucket of who leaves takes its keys; in another one it draws from all."""
    nodes = {bucket: Node(f"node-{bucket}") for bucket in range(16)}
    swapped = EventShape.between(nodes, {**nodes, 3: Node("new")})
    gap = {bucket: node for bucket, node in nodes.items() if bucket != 1}
    elsewhere = EventShape.between(gap, {bucket: nodes.get(bucket, Node("new")) for bucket in range(15)})
    found = [
        (law.value, None if stray is None else stray.value)
        for event in (swapped, elsewhere)
        if (law := theory.movement("numbered", event))
        for stray in [theory.stray("numbered", event)]
    ]
    assert found == [(Fraction(1, 16), 0), (Fraction(2, 16), None)]
    consistent = theory.movement("consistent", swapped)
    assert consistent is not None
    assert consistent.value == Fraction(2, 17)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.modulo(0, 1), "at least 1"),
        (lambda: theory.removed_range(1, 1), "nodes >= 2"),
        (lambda: theory.removed_range(5, 6), "position 6 of 5"),
        (lambda: theory.replaced(3, 4), "4 of 3 nodes"),
        (lambda: theory.points_needed(0.0), "above 0"),
        (lambda: theory.keys_needed(0.0, 3), "above 0"),
        (lambda: theory.jump_iterations(0), "at least 1"),
        (lambda: theory.collision([0.5], 3), "a sum of 1"),
        (lambda: theory.mean_to_root_mean_square(1), "fewer than 2"),
        (lambda: theory.nearest_point_cv_squared(1, 1), "at least 2"),
        (lambda: theory.dirichlet([0.0, 1.0]), "positive weight"),
        (lambda: theory.balance("ring", 3), "needs the points"),
        (lambda: theory.balance("multinomial", [1.0, 0.0]), "positive weight"),
        (lambda: theory.balance("multinomial", 3, keys=0), "at least one key"),
    ],
)
def test_laws_refuse_what_they_do_not_cover(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(("size", "live"), [(2, 1), (3, 1), (4, 2), (5, 2), (5, 1)])
def test_links_are_exact_over_all_orders_of_removals_and_all_draws(size: int, live: int) -> None:
    """All orders and draws are followed, in fractions: anchor through stand-ins, memento replacements."""
    orders = list(permutations(range(size), size - live))
    means = {"anchor": Fraction(0), "memento": Fraction(0)}
    for order in orders:
        stayed = {bucket: size - 1 - at for at, bucket in enumerate(order)}
        places, stand_ins = list(range(size)), {}
        for bucket in order:
            stand_ins[bucket] = last = places.pop()
            if bucket != last:
                places[places.index(bucket)] = last
        for name, successors in (("anchor", stand_ins), ("memento", stayed)):

            def links(
                bucket: int, after: dict[int, int] = successors, left: dict[int, int] = stayed
            ) -> Fraction:
                if bucket not in left:
                    return Fraction(0)
                n, total = left[bucket], Fraction(0)
                for place in range(n):
                    while left.get(place, -1) >= n:
                        place, total = after[place], total + 1
                    total += links(place)
                return total / n

            means[name] += sum((links(bucket) for bucket in range(size)), Fraction(0)) / size / len(orders)
    assert theory.anchor_links(size, live) == pytest.approx(float(means["anchor"]), rel=1e-12)
    assert theory.memento_links(size, live) == pytest.approx(float(means["memento"]), rel=1e-12)
