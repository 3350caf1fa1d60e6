"""Parameters say in the signature what they take; the constructor, texts and lists hold to it."""

from __future__ import annotations

from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from algorithms import InvalidParameter, Partitioner, class_of, create, names, parameters_of
from algorithms.errors import BrokenAlgorithm
from algorithms.interface import Whole
from algorithms.interface.signature import Parameter, limited
from experiments.conformance.strategies import own_values
from experiments.options.errors import BadUse
from experiments.options.values import parse_value

if TYPE_CHECKING:
    from fractions import Fraction as Elsewhere

DECLARED = [name for name in names() if limited(class_of(name))]
BOUNDED = [(name, one) for name in DECLARED for one in limited(class_of(name)) if one.bounds is not None]


def test_ring_declares_its_points_and_which_point_serves() -> None:
    points, serves = limited(class_of("ring"))
    assert (points.name, points.annotation, points.bounds) == ("points", int, Whole(1, 1 << 26))
    assert (serves.name, serves.named) == ("serves", ("predecessor", "successor"))


@pytest.mark.parametrize("name", names())
def test_annotations_can_all_be_read(name: str) -> None:
    for parameter in parameters_of(name).values():
        assert parameter.annotation is not Any, parameter.name


@pytest.mark.parametrize("name", names())
def test_every_whole_number_has_bounds(name: str) -> None:
    for parameter in parameters_of(name).values():
        kinds = get_args(parameter.annotation) if isinstance(parameter.annotation, UnionType) else ()
        if parameter.own and int in (parameter.annotation, *kinds):
            assert parameter.bounds is not None, parameter.name


@pytest.mark.parametrize("name", DECLARED)
def test_values_that_are_declared_are_taken_and_kept(name: str) -> None:
    cls = class_of(name)

    @settings(deadline=None)  # kernels are compiled in the first example
    @given(own_values(cls), st.integers(1, 5))
    def check(values: dict[str, Any], nodes: int) -> None:
        try:
            p = cls(nodes, **values)
        except InvalidParameter:  # fewer than there are nodes, of which a declaration knows nothing
            reject()
        assert {key: p.parameters[key] for key in values} == values
        hashes = np.arange(256, dtype=np.uint64) << np.uint64(p.hash_bits - 8)
        assert set(p.assign(hashes).tolist()) <= set(range(nodes))

    check()


@pytest.mark.parametrize(("name", "parameter"), BOUNDED)
def test_a_number_out_of_bounds_is_refused_by_constructor_and_text_in_the_same_words(
    name: str, parameter: Parameter
) -> None:
    assert parameter.bounds is not None
    for value in (parameter.bounds.low - 1, parameter.bounds.high + 1):
        with pytest.raises(InvalidParameter, match=f"{parameter.name} must be a whole number from ") as made:
            create(name, 1, **{parameter.name: value})
        with pytest.raises(BadUse, match=f"{parameter.name} must be a whole number from ") as read:
            parse_value(parameter, str(value))
        # a capacity has bounds of its own, which depend on the nodes
        assert str(made.value) == str(read.value) or parameter.name == "capacity"


@pytest.mark.parametrize("parameter", [one for _, one in BOUNDED if type(None) in get_args(one.annotation)])
def test_a_number_that_may_be_missing_may_be_missing(parameter: Parameter) -> None:
    assert parameter.checked(None) is None
    assert parse_value(parameter, "none") is None


def test_a_number_of_numpy_is_kept_as_one_of_python() -> None:
    assert type(create("ring", 2, points=np.int16(3)).parameters["points"]) is int


def test_what_is_no_prime_is_refused_with_the_reason() -> None:
    with pytest.raises(InvalidParameter, match="table_size must be a prime, not 9: a node whose skip"):
        create("maglev", 2, table_size=9)


class Mine(Partitioner[int]):
    def __init__(self, nodes: Any, *, size: Annotated[int, Elsewhere(1, 2)] = 1, **common: Any) -> None:
        self.size = size
        super().__init__(nodes, **common)


class Loose(Partitioner[int]):
    def __init__(self, nodes: Any, *, way: Literal["a", "b"] = "a", of: Elsewhere | None = None) -> None:
        self.way = way
        super().__init__(nodes)


def test_bounds_that_cannot_be_read_are_told() -> None:
    with pytest.raises(BrokenAlgorithm, match="the bounds of size cannot be read: name 'Elsewhere' is not"):
        parameters_of(Mine)


def test_one_name_for_type_checkers_hides_no_other_annotation() -> None:
    assert parameters_of(Loose)["way"].named == ("a", "b")
    assert parameters_of(Loose)["of"].annotation is Any
